//! Virtual time: an instant and a duration in integer nanoseconds. Never the wall clock.

use super::NANOS_PER_SECOND;
use super::number::{Quantity, UnitError, decimal};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign, Mul, Sub};
use std::str::FromStr;

const TIME: Quantity = Quantity {
    name: "time",
    step: "1 ns",
    units: &[
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("ms", 1_000_000),
        ("s", NANOS_PER_SECOND),
        ("min", 60 * NANOS_PER_SECOND),
        ("h", 3_600 * NANOS_PER_SECOND),
        ("d", 86_400 * NANOS_PER_SECOND),
    ],
    unit_list: "s, ms, us, ns, min, h, d",
};

/// A span of virtual time, in nanoseconds; serialised as their number.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimDuration(u64);

/// An instant of virtual time: nanoseconds since the start of the run; serialised as their number.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimTime(u64);

impl SimDuration {
    /// No time at all.
    pub const ZERO: SimDuration = SimDuration(0);

    /// `n` nanoseconds.
    pub const fn from_nanos(n: u64) -> Self {
        SimDuration(n)
    }
    /// `n` microseconds.
    pub const fn from_micros(n: u64) -> Self {
        SimDuration(n * 1_000)
    }
    /// `n` milliseconds.
    pub const fn from_millis(n: u64) -> Self {
        SimDuration(n * 1_000_000)
    }
    /// `n` seconds.
    pub const fn from_secs(n: u64) -> Self {
        SimDuration(n * NANOS_PER_SECOND)
    }
    /// The length in nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
    /// The length in seconds; for output only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }
}

impl SimTime {
    /// The start of the run.
    pub const ZERO: SimTime = SimTime(0);
    /// Later than any instant of a run.
    pub const NEVER: SimTime = SimTime(u64::MAX);

    /// The instant `n` nanoseconds after the start.
    pub const fn from_nanos(n: u64) -> Self {
        SimTime(n)
    }
    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
    /// Seconds since the start; for output only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }
    /// Time passed since `earlier`; zero if `earlier` is later.
    pub fn since(self, earlier: SimTime) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
}

impl Add<SimDuration> for SimTime {
    type Output = SimTime;
    fn add(self, d: SimDuration) -> SimTime {
        SimTime(self.0.saturating_add(d.0))
    }
}

impl Sub<SimDuration> for SimTime {
    type Output = SimTime;
    /// Saturates at the beginning of the run.
    fn sub(self, d: SimDuration) -> SimTime {
        SimTime(self.0.saturating_sub(d.0))
    }
}

impl AddAssign<SimDuration> for SimTime {
    fn add_assign(&mut self, d: SimDuration) {
        *self = *self + d;
    }
}

impl Mul<u64> for SimDuration {
    type Output = SimDuration;
    fn mul(self, times: u64) -> SimDuration {
        SimDuration(self.0.saturating_mul(times))
    }
}

impl Add for SimDuration {
    type Output = SimDuration;
    fn add(self, d: SimDuration) -> SimDuration {
        SimDuration(self.0.saturating_add(d.0))
    }
}

impl Sub for SimDuration {
    type Output = SimDuration;
    /// Saturates at zero.
    fn sub(self, d: SimDuration) -> SimDuration {
        SimDuration(self.0.saturating_sub(d.0))
    }
}

impl FromStr for SimDuration {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        TIME.parse(text).map(SimDuration)
    }
}

impl FromStr for SimTime {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        TIME.parse(text).map(SimTime)
    }
}

impl SimDuration {
    /// The unit a person would use, and its size: minutes and longer units only where three decimals are exact.
    fn unit(self) -> (&'static str, u64) {
        const MINUTE: u64 = 60 * NANOS_PER_SECOND;
        let is_exact = |factor: u64| (u128::from(self.0) * 1_000).is_multiple_of(u128::from(factor));
        match self.0 {
            0 => ("s", NANOS_PER_SECOND),
            n if n < 1_000 => ("ns", 1),
            n if n < 1_000_000 => ("us", 1_000),
            n if n < NANOS_PER_SECOND => ("ms", 1_000_000),
            n if n >= 1440 * MINUTE && is_exact(1440 * MINUTE) => ("d", 1440 * MINUTE),
            n if n >= 60 * MINUTE && is_exact(60 * MINUTE) => ("h", 60 * MINUTE),
            n if n >= 2 * MINUTE && is_exact(MINUTE) => ("min", MINUTE),
            _ => ("s", NANOS_PER_SECOND),
        }
    }

    /// Up to three decimals of the unit that `other` is printed in, rounded half up, so that values in one row compare
    /// at a glance.
    pub fn in_unit_of(self, other: SimDuration) -> String {
        let (unit, factor) = other.unit();
        format!("{} {unit}", decimal(self.0, factor, 3))
    }
}

impl fmt::Display for SimDuration {
    /// Up to three decimals of a unit a person would use: `16.5 ms`, `2 s`, `21.6 min`, `7 d`. Minutes and longer units
    /// only where that is exact; below a second rounded half up.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.in_unit_of(*self))
    }
}

impl fmt::Display for SimTime {
    /// Unambiguous and to the nanosecond: `5.000000001 s`; from ten minutes on as a clock, `08:00:00`, `7 d`, `14 d
    /// 23:59:59`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const TEN_MINUTES: u64 = 600 * NANOS_PER_SECOND;
        if self.0 < TEN_MINUTES {
            return f.pad(&format!("{} s", decimal(self.0, NANOS_PER_SECOND, 9)));
        }
        let (seconds, nanos) = (self.0 / NANOS_PER_SECOND, self.0 % NANOS_PER_SECOND);
        let (days, second_of_day) = (seconds / 86_400, seconds % 86_400);
        let days = if days > 0 { format!("{days} d") } else { String::new() };
        if second_of_day == 0 && nanos == 0 {
            return f.pad(&days);
        }
        let (hours, minutes, seconds) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
        let fraction = if nanos > 0 { format!(".{nanos:09}") } else { String::new() };
        let clock = format!("{hours:02}:{minutes:02}:{seconds:02}{}", fraction.trim_end_matches('0'));
        f.pad(&if days.is_empty() { clock } else { format!("{days} {clock}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_is_exact_or_refused() {
        assert_eq!("0.5 us".parse(), Ok(SimDuration(500)));
        assert!(matches!("0.5 ns".parse::<SimDuration>(), Err(UnitError::TooFine { .. })));
        assert!(matches!("5".parse::<SimDuration>(), Err(UnitError::MissingUnit { .. })));
        assert!(matches!("1000000000 d".parse::<SimDuration>(), Err(UnitError::TooLarge { .. })));
    }

    #[test]
    fn prints_in_the_unit_a_person_would_use() {
        assert_eq!(SimDuration::from_micros(16_500).to_string(), "16.5 ms");
        assert_eq!(SimDuration::from_secs(7 * 86_400).to_string(), "7 d");
        assert_eq!(SimDuration::from_secs(1296).to_string(), "21.6 min");
        assert_eq!(SimDuration::from_secs(604_799).to_string(), "604799 s");
        assert_eq!(SimTime::from_nanos(5_000_000_001).to_string(), "5.000000001 s");
        assert_eq!(SimTime::from_nanos(28_800_500_000_000).to_string(), "08:00:00.5");
        assert_eq!(SimTime::from_nanos(604_800_000_000_000).to_string(), "7 d");
        assert_eq!(SimTime::from_nanos(1_295_999_000_000_000).to_string(), "14 d 23:59:59");
    }
}
