//! Phrases that several reports have in common. Not the quantities' own text forms: those are the units'.

use crate::units::SimDuration;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time, and how far the true one can lie from it unless it is exact, rounded up to two digits: `18.412 ms ±4.1 us`.
pub fn within(time: SimDuration, precision: SimDuration) -> String {
    let nanos = precision.as_nanos();
    let step = 10u64.pow(nanos.checked_ilog10().unwrap_or(0).saturating_sub(1));
    let rounded = SimDuration::from_nanos(nanos.div_ceil(step).saturating_mul(step));
    if nanos == 0 { time.to_string() } else { format!("{time} ±{rounded}") }
}

/// A zone's name, or its offset at `at` if it has none: `UTC+08`.
pub fn zone_name(zone: &TimeZone, at: Timestamp) -> String {
    zone.iana_name().map_or_else(|| format!("UTC{}", zone.to_offset(at)), str::to_owned)
}
