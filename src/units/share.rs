//! Shares of a whole, in parts per billion: loss, probability. Not a float.

use super::number::{Quantity, UnitError, decimal};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

const PER_PERCENT: u64 = 10_000_000;
const WHOLE: u64 = 1_000_000_000;

const SHARE: Quantity = Quantity { name: "share", step: "0.0000001 %", units: &[("%", PER_PERCENT)], unit_list: "%" };

/// A share between 0 % and 100 %, in parts per billion.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u64);

impl Share {
    /// Nothing.
    pub const ZERO: Share = Share(0);
    /// Everything.
    pub const WHOLE: Share = Share(WHOLE);

    /// `part / whole` rounded half up to one part per billion, but to 0 % or 100 % only if it is exactly that; zero if
    /// `whole` is zero.
    pub fn of(part: u64, whole: u64) -> Share {
        if whole == 0 {
            return Share(0);
        }
        let wide = u128::from(whole);
        let rounded = ((u128::from(part) * u128::from(WHOLE) + wide / 2) / wide) as u64;
        Share(if (1..whole).contains(&part) { rounded.clamp(1, WHOLE - 1) } else { rounded })
    }
    /// `n` parts per billion, at most the whole.
    pub const fn from_ppb(n: u64) -> Share {
        Share(if n < WHOLE { n } else { WHOLE })
    }
    /// Parts per billion.
    pub const fn as_ppb(self) -> u64 {
        self.0
    }
    /// Whether a uniform 64-bit draw falls inside the share; exact at 0 % and 100 %.
    pub fn hit_by(self, uniform: u64) -> bool {
        (u128::from(uniform) * u128::from(WHOLE)) >> 64 < u128::from(self.0)
    }
}

impl FromStr for Share {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let ppb = SHARE.parse(text)?;
        if ppb > WHOLE {
            return Err(UnitError::TooLarge { text: text.trim().into(), quantity: "a share (at most 100 %)" });
        }
        Ok(Share(ppb))
    }
}

impl fmt::Display for Share {
    /// Percent with up to three decimals: `37.5 %`; a share too close to 0 % or 100 % for that is shown in full.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = PER_PERCENT / 1_000;
        let near_an_end = (1..short).contains(&self.0) || (WHOLE - short + 1..WHOLE).contains(&self.0);
        let places = if near_an_end { 7 } else { 3 };
        f.pad(&format!("{} %", decimal(self.0, PER_PERCENT, places)))
    }
}

impl Serialize for Share {
    /// A number between 0 and 1.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(self.0 as f64 / WHOLE as f64)
    }
}

impl<'de> Deserialize<'de> for Share {
    /// As it is serialised: the nearest part per billion.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Share, D::Error> {
        let share = f64::deserialize(d)?;
        match (0.0..=1.0).contains(&share) {
            true => Ok(Share((share * WHOLE as f64).round() as u64)),
            false => Err(D::Error::custom("a share is a number from 0 to 1")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn almost_nothing_is_not_nothing_and_almost_all_is_not_all() {
        assert_eq!(Share::of(1, u64::MAX).to_string(), "0.0000001 %");
        assert_eq!(Share::of(u64::MAX - 1, u64::MAX).to_string(), "99.9999999 %");
        assert_eq!(Share::of(999_999, 1_000_000).to_string(), "99.9999 %");
        assert_eq!((Share::of(0, 9).to_string(), Share::of(9, 9).to_string()), ("0 %".into(), "100 %".into()));
        assert_eq!(Share::of(3, 8).to_string(), "37.5 %");
    }

    #[test]
    fn what_is_written_is_read_back_to_the_last_part() {
        let ends = (0..2_000).chain(WHOLE - 2_000..=WHOLE);
        for ppb in ends.chain((0..WHOLE).step_by(99_991)) {
            let text = serde_json::to_string(&Share(ppb)).expect("it is a number");
            assert_eq!(serde_json::from_str::<Share>(&text).expect("it is a share"), Share(ppb), "{text}");
        }
        assert!(serde_json::from_str::<Share>("1.1").is_err() && serde_json::from_str::<Share>("-0.1").is_err());
    }
}
