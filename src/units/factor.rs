//! Factors that scale a quantity, in parts per billion: `0.01`, `1 %`, `2.5`. Unlike a share, one may exceed the whole.

use super::number::{Quantity, UnitError, decimal};
use super::time::SimDuration;
use std::fmt;
use std::str::FromStr;

const ONE: u64 = 1_000_000_000;

const FACTOR: Quantity =
    Quantity { name: "factor", step: "0.000000001", units: &[("%", 10_000_000), ("x", ONE)], unit_list: "%, x" };

/// A factor, in parts per billion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factor(u64);

impl Factor {
    /// Leaves a quantity as it is.
    pub const ONE: Factor = Factor(ONE);

    /// Parts per billion.
    pub const fn as_ppb(self) -> u64 {
        self.0
    }

    /// `nanos` nanoseconds divided by this factor, rounded half up. Saturates after 584 years; for the factor 0 always.
    pub fn shorten(self, nanos: u128) -> SimDuration {
        let speed = u128::from(self.0);
        let scaled = nanos.checked_mul(u128::from(ONE)).and_then(|scaled| scaled.checked_add(speed / 2));
        let rounded = scaled.and_then(|scaled| scaled.checked_div(speed));
        SimDuration::from_nanos(rounded.and_then(|nanos| u64::try_from(nanos).ok()).unwrap_or(u64::MAX))
    }
}

impl FromStr for Factor {
    type Err = UnitError;
    /// A plain number is the factor itself.
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let plain = text.trim().ends_with(|c: char| c.is_ascii_digit());
        if plain { FACTOR.parse(&format!("{} x", text.trim())) } else { FACTOR.parse(text) }.map(Factor)
    }
}

impl fmt::Display for Factor {
    /// As a plain number: `0.01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&decimal(self.0, ONE, 9))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_percentage_are_factors() {
        for (text, ppb) in [("0.001", 1_000_000), ("1 %", 10_000_000), ("250 %", 2_500_000_000), ("2.5", 2_500_000_000)]
        {
            assert_eq!(text.parse(), Ok(Factor(ppb)), "{text}");
        }
        assert_eq!("0.1 %".parse::<Factor>().map(|f| f.to_string()), Ok("0.001".into()));
        assert!("x".parse::<Factor>().is_err() && "-1".parse::<Factor>().is_err());
    }

    #[test]
    fn a_time_is_shortened_to_the_nearest_nanosecond() {
        let shortened = |factor: &str, nanos| factor.parse::<Factor>().unwrap().shorten(nanos).as_nanos();
        assert_eq!([shortened("2", 5), shortened("3", 5), shortened("3", 4), shortened("0.1", 5)], [3, 2, 1, 50]);
        assert_eq!([shortened("1", 1 << 64), shortened("0", 1), shortened("2", u128::MAX)], [u64::MAX; 3]);
    }
}
