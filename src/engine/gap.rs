//! Gaps between packets, exact: what does not divide into nanoseconds is carried to the next gap, so that nothing drifts.

use crate::model::plan::Pace;
use crate::units::NANOS_PER_SECOND;

/// A pace with the remainder of the last division.
#[derive(Debug, Clone)]
pub(super) struct Gap {
    pace: Pace,
    remainder: u64,
}

impl Gap {
    pub(super) fn new(pace: Pace) -> Gap {
        Gap { pace, remainder: 0 }
    }

    /// Nanoseconds from a packet of `length` bytes to the next one.
    pub(super) fn after(&mut self, length: u16) -> u64 {
        match self.pace {
            Pace::Interval(interval) => interval.as_nanos(),
            Pace::Rate(rate) => {
                let owed = bit_nanos(length) + self.remainder;
                self.remainder = owed % rate.as_bps();
                owed / rate.as_bps()
            }
        }
    }

    /// The mean gap after packets of `length` bytes: so many nanoseconds, divided by the second number.
    pub(super) fn mean(&self, length: u16) -> (u64, u64) {
        match self.pace {
            Pace::Interval(interval) => (interval.as_nanos(), 1),
            Pace::Rate(rate) => (bit_nanos(length), rate.as_bps()),
        }
    }
}

/// Bits of the packet times nanoseconds in a second: at most 5.3 · 10¹⁴.
pub(super) fn bit_nanos(length: u16) -> u64 {
    u64::from(length) * 8 * NANOS_PER_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::BitRate;

    #[test]
    fn a_day_of_an_awkward_rate_does_not_drift() {
        let mut gap = Gap::new(Pace::Rate(BitRate::from_bps(333_333_333)));
        let packets = 2_000_000u64;
        let passed: u64 = (0..packets).map(|_| gap.after(1500)).sum();
        let exact = u128::from(packets) * 12_000 * 1_000_000_000 / 333_333_333;
        assert_eq!(u128::from(passed), exact);
    }
}
