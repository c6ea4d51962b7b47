//! The monthly 95th percentile (S48). No prices. The page that describes it contradicts itself in its own worked example; what is
//! consistent is built here.

use super::calendar::Days;
use super::series::{Limit, Load, Sample, Series};
use crate::units::BitRate;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A day counts if some sample is above this.
const VALID_ABOVE: BitRate = BitRate::from_bps(10_000);

/// One civil month of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// Its first day.
    pub first: Date,
    /// Samples taken while the peering was in force.
    pub samples: usize,
    /// The largest that is left when the largest 5 % are dropped; of the busier direction, as billable.
    pub load: Load,
    /// The largest measured sample.
    pub measured: Load,
    /// Days with a sample above 10 kbps.
    pub valid_days: usize,
    /// Days of the month.
    pub days: usize,
}

/// The months of a series in which its peering was in force at all.
pub fn months(series: &Series, zone: &TimeZone) -> Vec<Month> {
    let mut calendar = Days::new(zone);
    let in_force = series.samples.iter().filter(|sample| sample.limit != Limit::Idle);
    let dated: Vec<(Date, &Sample)> = in_force.map(|sample| (calendar.of(sample.start).date, sample)).collect();
    let by_month = dated.chunk_by(|a, b| a.0.first_of_month() == b.0.first_of_month());
    by_month.map(month).collect()
}

fn month(samples: &[(Date, &Sample)]) -> Month {
    let first = samples[0].0.first_of_month();
    let mut loads: Vec<Load> = samples.iter().map(|(_, sample)| sample.busier()).collect();
    let dropped = loads.len() * 5 / 100;
    let load = *loads.select_nth_unstable_by(dropped, |a, b| b.cmp(a)).1;
    let is_valid = |day: &&[(Date, &Sample)]| day.iter().any(|(_, sample)| sample.busier() > Load::of(VALID_ABOVE));
    let measured = samples.iter().flat_map(|(_, sample)| sample.loads).max().unwrap_or_default();
    Month {
        first,
        samples: samples.len(),
        load,
        measured,
        valid_days: samples.chunk_by(|a, b| a.0 == b.0).filter(is_valid).count(),
        days: first.days_in_month() as usize,
    }
}
