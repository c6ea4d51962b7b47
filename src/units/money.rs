//! Amounts of money and their currency. Decimals, never floats. Tariffs are not defined here.

use super::UnitError;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};
use std::str::FromStr;

/// An amount in whole hundredths of some currency.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(Decimal);

impl Money {
    /// Zero.
    pub const ZERO: Money = Money(Decimal::ZERO);

    /// `amount` rounded to 0.01, half away from zero (S40a: half up).
    pub fn rounded(amount: Decimal) -> Money {
        Money(amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }
    /// The amount.
    pub fn amount(self) -> Decimal {
        self.0
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(all: I) -> Money {
        all.fold(Money::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    /// Always with two decimals: `360.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.2}", self.0))
    }
}

impl Serialize for Money {
    /// The decimal as a text, which keeps it exact: `"360.00"`.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A currency by its three letters (ISO 4217).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl FromStr for Currency {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Currency, UnitError> {
        match *text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Currency([a, b, c])),
            _ => Err(UnitError::NotACurrency { text: text.into() }),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.map(char::from).iter().collect::<String>())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_hundredth_goes_up() {
        for (exact, shown) in [("240.125", "240.13"), ("240.1249", "240.12"), ("360", "360.00"), ("-0.005", "-0.01")] {
            assert_eq!(Money::rounded(exact.parse().expect("a decimal")).to_string(), shown);
        }
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        assert_eq!("CNY".parse::<Currency>().map(|c| c.to_string()), Ok("CNY".into()));
        for wrong in ["cny", "YUAN", "", "C Y"] {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong}");
        }
    }
}
