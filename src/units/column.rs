//! Plain numbers from a table column, read in the column's unit: `12.5` in `Mbps`, `10000` in `100 B/5 min`, `2016` in
//! `5 min`. Numbers are read exactly, including exponents, and rounded once, half up.

use super::number::{Quantity, UnitError};
use super::{BitRate, Factor, NANOS_PER_SECOND, SimDuration};
use std::str::FromStr;

const BITS: Quantity = Quantity {
    name: "amount of data",
    step: "1 bit",
    units: &[
        ("bit", 1),
        ("bits", 1),
        ("kbit", 1_000),
        ("Mbit", 1_000_000),
        ("Gbit", 1_000_000_000),
        ("B", 8),
        ("byte", 8),
        ("bytes", 8),
        ("kB", 8_000),
        ("MB", 8_000_000),
        ("GB", 8_000_000_000),
        ("KiB", 8 << 10),
        ("MiB", 8 << 20),
        ("GiB", 8 << 30),
    ],
    unit_list: "bit, B, kbit, kB, Mbit, MB, Gbit, GB, KiB, MiB, GiB",
};

/// The unit of a column of rates: a number of bits in a number of nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateUnit {
    bits: u64,
    nanos: u64,
}

impl RateUnit {
    /// The rate that `number` means, times `factor`, rounded half up to 1 bit/s.
    ///
    /// # Errors
    /// Not a number (a sign, `NaN` and words are refused), or a rate beyond 64 bits.
    pub fn rate(self, number: &str, factor: Factor) -> Result<BitRate, UnitError> {
        let unit = u128::from(self.bits) * u128::from(factor.as_ppb());
        // Nanoseconds in a second and parts per billion cancel out.
        scaled(number, unit, u128::from(self.nanos), "bit rate").map(BitRate::from_bps)
    }
}

impl FromStr for RateUnit {
    type Err = UnitError;
    /// `Mbps`, `8 kbps`, `bit/s`, `100 B/5 min`.
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let counted = |part: &str| match part.trim() {
            part if part.starts_with(|c: char| c.is_ascii_digit()) => part.to_owned(),
            part => format!("1 {part}"),
        };
        let Some((bits, time)) = text.split_once('/') else {
            let rate: BitRate = counted(text).parse()?;
            return Ok(RateUnit { bits: rate.as_bps(), nanos: NANOS_PER_SECOND });
        };
        let (bits, nanos) = (BITS.parse(&counted(bits))?, counted(time).parse::<SimDuration>()?.as_nanos());
        if nanos == 0 {
            return Err(UnitError::NotANumber { text: text.into() });
        }
        Ok(RateUnit { bits, nanos })
    }
}

impl SimDuration {
    /// `number` times this duration, rounded half up to 1 ns.
    ///
    /// # Errors
    /// Not a number, or a duration beyond 64 bits.
    pub fn times(self, number: &str) -> Result<SimDuration, UnitError> {
        scaled(number, u128::from(self.as_nanos()), 1, "time").map(SimDuration::from_nanos)
    }
}

impl BitRate {
    /// This rate times `factor`, rounded half up to 1 bit/s; the highest rate if it does not fit.
    pub fn scaled(self, factor: Factor) -> BitRate {
        let parts = u128::from(self.as_bps()) * u128::from(factor.as_ppb());
        BitRate::from_bps(u64::try_from((parts + 500_000_000) / 1_000_000_000).unwrap_or(u64::MAX))
    }
}

/// The whole number that `number` spells, perhaps with an exponent or zeros after the point: `2E+07`, `5.0`.
///
/// # Errors
/// Not a number, not a whole one, or one beyond 64 bits.
pub fn whole(number: &str) -> Result<u64, UnitError> {
    let rounded = scaled(number, 1, 1, "whole number")?;
    let (mantissa, exponent) = decimal_parts(number)?;
    let is_whole = exponent >= 0
        || mantissa == 0
        || 10u128.checked_pow(exponent.unsigned_abs()).is_some_and(|p| mantissa % p == 0);
    if is_whole {
        Ok(rounded)
    } else {
        Err(UnitError::TooFine { text: number.into(), quantity: "whole number", step: "1" })
    }
}

/// `number * unit / divisor`, rounded half up.
fn scaled(number: &str, unit: u128, divisor: u128, quantity: &'static str) -> Result<u64, UnitError> {
    let too_large = || UnitError::TooLarge { text: number.into(), quantity };
    let (mantissa, exponent) = decimal_parts(number)?;
    let power = 10u128.checked_pow(exponent.unsigned_abs());
    let (above, below) = match power {
        // So small that it rounds to 0.
        None if exponent < 0 => return Ok(0),
        None if mantissa == 0 => return Ok(0),
        None => return Err(too_large()),
        Some(power) if exponent < 0 => (mantissa.checked_mul(unit), divisor.checked_mul(power)),
        Some(power) => (mantissa.checked_mul(unit).and_then(|a| a.checked_mul(power)), Some(divisor)),
    };
    let (above, below) = (above.ok_or_else(too_large)?, below.ok_or_else(too_large)?);
    let rounded = above / below + u128::from(above % below >= below.div_ceil(2));
    u64::try_from(rounded).map_err(|_| too_large())
}

/// `12.5e3` is 125 and 2: a whole number and a power of ten.
fn decimal_parts(number: &str) -> Result<(u128, i32), UnitError> {
    let wrong = || UnitError::NotANumber { text: number.into() };
    let text = number.trim();
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().map_err(|_| wrong())?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(wrong());
    }
    let mantissa = [whole, fraction].concat().parse().map_err(|_| wrong())?;
    let exponent = exponent.checked_sub(fraction.len() as i32).ok_or_else(wrong)?;
    Ok((mantissa, exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(number: &str, unit: &str, factor: &str) -> Option<u64> {
        let rate = unit.parse::<RateUnit>().ok()?.rate(number, factor.parse().ok()?).ok()?;
        Some(rate.as_bps())
    }

    #[test]
    fn a_number_with_a_unit_is_a_rate() {
        assert_eq!(rate("12.5", "Mbps", "1"), Some(12_500_000));
        assert_eq!(rate("10000", "100 B/5 min", "1"), Some(26_667));
        assert_eq!(rate("10000", "100 B/5 min", "0.1 %"), Some(27));
        assert_eq!(rate("3562279127", "bit/5 min", "1"), Some(11_874_264));
        assert_eq!(rate("1.5e+3", "kbps", "2"), Some(3_000_000));
        assert_eq!(rate("0.30000000000000004", "Gbps", "1"), Some(300_000_000));
        assert_eq!((rate("1e-40", "Gbps", "1"), rate("0e99", "bps", "1")), (Some(0), Some(0)));
    }

    #[test]
    fn what_is_no_number_or_no_unit_is_refused() {
        for number in ["", "NaN", "inf", "-1", "+1", "1,5", "1.2.3", "0x10", "e5", "1e", "1e400", "Mbps"] {
            assert_eq!(rate(number, "Mbps", "1"), None, "{number}");
        }
        for unit in ["", "Mb", "B", "B/", "/s", "B/0 s", "B/s/s", "apples/s"] {
            assert!(unit.parse::<RateUnit>().is_err(), "{unit}");
        }
    }

    #[test]
    fn a_whole_number_has_no_fraction_however_it_is_written() {
        for (number, value) in
            [("20000000", 20_000_000), ("2E+07", 20_000_000), ("5.0", 5), ("1500e-2", 15), ("0e-99", 0)]
        {
            assert_eq!(whole(number), Ok(value), "{number}");
        }
        for number in ["1.5", "15e-2", "1e-99", "", "x", "99999999999999999999"] {
            assert!(whole(number).is_err(), "{number}");
        }
    }

    #[test]
    fn a_number_of_steps_is_a_time() {
        let step = SimDuration::from_secs(300);
        assert_eq!(step.times("2016"), Ok(SimDuration::from_secs(604_800)));
        assert_eq!(SimDuration::from_secs(1).times("0.25"), Ok(SimDuration::from_millis(250)));
    }
}
