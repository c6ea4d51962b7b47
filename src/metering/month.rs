//! The monthly 95th percentile (S48). No prices. The vendor's page contradicts itself in its own worked example; this
//! implements the consistent part.
//!
//! Which windows count: every 5-minute window of the month in which the peering was in force and which was measured.
//! For a run, these are the windows that it touched; for a file, all windows of the civil days from the peering's first
//! row to its last. A window without a sample is silence, a sample of 0.

use super::calendar::{Days, month_of, windows_in};
use super::series::{Limit, Load, Sample, Series};
use crate::units::{BitRate, Span};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A day counts if one of its samples is above this.
const VALID_ABOVE: BitRate = BitRate::from_bps(10_000);

/// One civil month of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// Its first day.
    pub first: Date,
    /// From its first instant up to that of the next month.
    pub span: Span<Timestamp>,
    /// Samples taken while the peering was in force.
    pub samples: usize,
    /// How many of them are partial.
    pub partial: usize,
    /// Windows without a sample, each of which counts as 0.
    pub silent: usize,
    /// The largest billable load of the busier direction after the largest 5 % of all windows are dropped.
    pub load: Load,
    /// The largest measured sample.
    pub measured: Load,
    /// Days with a sample above 10 kbps.
    pub valid_days: usize,
    /// Days in the month.
    pub days: usize,
}

impl Month {
    /// The number of windows the percentile is taken over.
    pub fn windows(&self) -> usize {
        self.samples + self.silent
    }
}

/// The months of a series in which its peering was in force at all.
pub fn months(series: &Series, zone: &TimeZone) -> Vec<Month> {
    let mut calendar = Days::new(zone);
    let dated: Vec<(Date, &Sample)> =
        series.samples.iter().map(|sample| (calendar.of(sample.start).date, sample)).collect();
    let by_month = dated.chunk_by(|a, b| a.0.first_of_month() == b.0.first_of_month());
    by_month.filter_map(|samples| month(samples, series.extent, zone)).collect()
}

fn month(samples: &[(Date, &Sample)], extent: Span<Timestamp>, zone: &TimeZone) -> Option<Month> {
    let first = samples.first()?.0.first_of_month();
    let span = month_of(first, zone);
    let silent = windows_in(span.intersection(extent), zone).saturating_sub(samples.len());
    let in_force: Vec<&(Date, &Sample)> = samples.iter().filter(|(_, sample)| sample.limit != Limit::Idle).collect();
    if in_force.is_empty() {
        return None;
    }
    let loads = in_force.iter().map(|(_, sample)| sample.busier()).collect();
    let is_valid = |day: &&[&(Date, &Sample)]| day.iter().any(|(_, sample)| sample.busier() > Load::of(VALID_ABOVE));
    Some(Month {
        first,
        span,
        samples: in_force.len(),
        partial: in_force.iter().filter(|(_, sample)| sample.partial).count(),
        silent,
        load: percentile_95(loads, silent),
        measured: in_force.iter().flat_map(|(_, sample)| sample.loads).max().unwrap_or_default(),
        valid_days: in_force.chunk_by(|a, b| a.0 == b.0).filter(is_valid).count(),
        days: first.days_in_month() as usize,
    })
}

/// The largest of `loads` and `silent` zeros after the largest 5 % of all of them, rounded down, are dropped.
fn percentile_95(mut loads: Vec<Load>, silent: usize) -> Load {
    let dropped = (loads.len() + silent) * 5 / 100;
    if dropped >= loads.len() {
        return Load::ZERO;
    }
    *loads.select_nth_unstable_by(dropped, |a, b| b.cmp(a)).1
}
