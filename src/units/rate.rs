//! Bit rates in bits per second. Callers decide which bytes count.

use super::number::{Quantity, UnitError, decimal};
use super::{ByteSize, NANOS_PER_SECOND, SimDuration};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const RATE: Quantity = Quantity {
    name: "bit rate",
    step: "1 bps",
    units: &[
        ("bps", 1),
        ("kbps", 1_000),
        ("Kbps", 1_000),
        ("Mbps", 1_000_000),
        ("Gbps", 1_000_000_000),
        ("Tbps", 1_000_000_000_000),
    ],
    unit_list: "Mbps, Gbps, kbps, bps, Tbps",
};

/// Bits per second; Mbps is 10⁶. Serialised as their number.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BitRate(u64);

impl BitRate {
    /// `n` bits per second.
    pub const fn from_bps(n: u64) -> Self {
        BitRate(n)
    }
    /// `n` megabits per second.
    pub const fn from_mbps(n: u64) -> Self {
        BitRate(n * 1_000_000)
    }
    /// Bits per second.
    pub const fn as_bps(self) -> u64 {
        self.0
    }

    /// The average rate of `size` over `span`, rounded half up to 1 bit/s; zero for an empty span.
    pub fn average(size: ByteSize, span: SimDuration) -> BitRate {
        let nanos = u128::from(span.as_nanos());
        if nanos == 0 {
            return BitRate(0);
        }
        let bits_nanos = u128::from(size.as_u64()) * 8 * u128::from(NANOS_PER_SECOND);
        BitRate(((bits_nanos + nanos / 2) / nanos) as u64)
    }

    /// Whole bytes that pass in `span` at this rate, rounded down.
    pub fn bytes_in(self, span: SimDuration) -> ByteSize {
        let bits = u128::from(self.0) * u128::from(span.as_nanos()) / u128::from(NANOS_PER_SECOND);
        ByteSize::from_bytes((bits / 8) as u64)
    }

    /// How long `size` takes to pass at this rate, rounded up to 1 ns; none if the rate is zero.
    pub fn time_for(self, size: ByteSize) -> Option<SimDuration> {
        if self.0 == 0 {
            return None;
        }
        let bits_nanos = u128::from(size.as_u64()) * 8 * u128::from(NANOS_PER_SECOND);
        let nanos = u64::try_from(bits_nanos.div_ceil(u128::from(self.0))).unwrap_or(u64::MAX);
        Some(SimDuration::from_nanos(nanos))
    }
}

impl FromStr for BitRate {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        RATE.parse(text).map(BitRate)
    }
}

impl fmt::Display for BitRate {
    /// Up to three decimals of the largest fitting unit: `100 Mbps`, `1 Gbps`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, factor) = match self.0 {
            n if n < 1_000 => ("bps", 1),
            n if n < 1_000_000 => ("kbps", 1_000),
            n if n < 1_000_000_000 => ("Mbps", 1_000_000),
            _ => ("Gbps", 1_000_000_000),
        };
        f.pad(&format!("{} {unit}", decimal(self.0, factor, 3)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_for_a_size_is_rounded_up_and_never_comes_at_no_rate() {
        let size = ByteSize::from_bytes(1_500);
        assert_eq!(BitRate::from_mbps(100).time_for(size), Some(SimDuration::from_micros(120)));
        assert_eq!(BitRate::from_mbps(700).time_for(size), Some(SimDuration::from_nanos(17_143)));
        assert_eq!(BitRate::from_bps(0).time_for(size), None);
    }
}
