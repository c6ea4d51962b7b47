//! The peak of a civil day (S40): the largest of its 5-minute samples, both directions. No prices.

use super::calendar::Days;
use super::series::{Limit, Load, Sample, Series};
use crate::model::Direction;
use crate::units::Span;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The largest sample of a day: its rate, time and direction. Of equal ones the earliest, and outbound before inbound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Its rate.
    pub load: Load,
    /// The first instant of its window.
    pub start: Timestamp,
    /// Its direction.
    pub direction: Direction,
}

/// The samples of one civil day and their peak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayPeak {
    /// The day.
    pub date: Date,
    /// From its first instant up to that of the next day.
    pub span: Span<Timestamp>,
    /// The number of samples in a full day.
    pub windows: usize,
    /// The number of samples.
    pub samples: usize,
    /// How many of them are partial.
    pub partial: usize,
    /// Windows that were measured but have no sample: silence.
    pub silent: usize,
    /// The largest measured sample.
    pub measured: Reading,
    /// The largest billable sample: the day's peak (S40a).
    pub billable: Reading,
}

/// The days of a series in which its peering was in force at all.
pub fn days(series: &Series, zone: &TimeZone) -> Vec<DayPeak> {
    let mut calendar = Days::new(zone);
    let by_day = series.samples.chunk_by(|a, b| {
        let day = calendar.of(a.start);
        day.span.contains(b.start)
    });
    let mut calendar = Days::new(zone);
    let in_force = by_day.filter(|samples| samples.iter().any(|sample| sample.limit != Limit::Idle));
    in_force
        .map(|samples| {
            let day = calendar.of(samples[0].start);
            DayPeak {
                date: day.date,
                span: day.span,
                windows: day.windows(),
                samples: samples.len(),
                partial: samples.iter().filter(|sample| sample.partial).count(),
                silent: day.windows_in(series.extent).saturating_sub(samples.len()),
                measured: largest(samples, Sample::measured),
                billable: largest(samples, Sample::billable),
            }
        })
        .collect()
}

fn largest(samples: &[Sample], load: fn(&Sample, Direction) -> Load) -> Reading {
    let mut best: Option<Reading> = None;
    for sample in samples {
        for direction in Direction::BOTH {
            let load = load(sample, direction);
            if best.is_none_or(|best| load > best.load) {
                best = Some(Reading { load, start: sample.start, direction });
            }
        }
    }
    best.expect("a day is made of samples")
}
