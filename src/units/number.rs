//! Reads "12.5 Mbps" exactly: a decimal number times a unit's factor, in integers.
//! Not a general number parser: no exponents, no signs.

use thiserror::Error;

/// Why a text is not a quantity of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnitError {
    /// There is no number in front.
    #[error("`{text}` does not start with a number")]
    NotANumber { text: String },
    /// A number without a unit; the hint names the units.
    #[error("`{text}` has no unit")]
    MissingUnit { text: String, units: &'static str },
    /// The unit is not one of this quantity's.
    #[error("`{unit}` is not a unit of {quantity}")]
    UnknownUnit { unit: String, quantity: &'static str, units: &'static str },
    /// The number does not fit.
    #[error("`{text}` is too large for {quantity}")]
    TooLarge { text: String, quantity: &'static str },
    /// Finer than the smallest step the simulator keeps.
    #[error("`{text}` is finer than {step}, the smallest step of {quantity}")]
    TooFine { text: String, quantity: &'static str, step: &'static str },
    /// Not three capital letters.
    #[error("`{text}` is not a currency")]
    NotACurrency { text: String },
}

impl UnitError {
    /// What to write instead, where there is a suggestion.
    pub fn hint(&self) -> Option<String> {
        match self {
            UnitError::MissingUnit { text, units } => {
                let first = units.split(", ").next().unwrap_or(units);
                Some(format!("write a number and a unit ({units}), for example \"{text} {first}\""))
            }
            UnitError::UnknownUnit { units, .. } => Some(format!("use one of {units}")),
            UnitError::NotANumber { .. } => {
                Some("write a decimal number and a unit, for example \"100 Mbps\" or \"20 ms\"".into())
            }
            UnitError::NotACurrency { .. } => Some("write its three letters, for example \"CNY\"".into()),
            UnitError::TooLarge { .. } | UnitError::TooFine { .. } => None,
        }
    }
}

/// One kind of quantity: its name, its smallest step and its units as factors of that step.
pub(super) struct Quantity {
    pub name: &'static str,
    pub step: &'static str,
    pub units: &'static [(&'static str, u64)],
    pub unit_list: &'static str,
}

impl Quantity {
    /// Parses `text` to a whole number of steps; refuses what is not exactly representable.
    pub(super) fn parse(&self, text: &str) -> Result<u64, UnitError> {
        let text = text.trim();
        let digits_end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
        let number: String = text[..digits_end].replace('_', "");
        let unit = text[digits_end..].trim();
        if !number.starts_with(|c: char| c.is_ascii_digit()) || number.matches('.').count() > 1 {
            return Err(UnitError::NotANumber { text: text.into() });
        }
        if unit.is_empty() {
            return Err(UnitError::MissingUnit { text: text.into(), units: self.unit_list });
        }
        let factor = self
            .units
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(|| UnitError::UnknownUnit { unit: unit.into(), quantity: self.name, units: self.unit_list })?
            .1;
        self.scale(text, &number, factor)
    }

    fn scale(&self, text: &str, number: &str, factor: u64) -> Result<u64, UnitError> {
        let too_large = || UnitError::TooLarge { text: text.into(), quantity: self.name };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 18 {
            return Err(self.too_fine(text));
        }
        let whole: u128 = whole.parse().map_err(|_| too_large())?;
        let scale = 10u128.pow(fraction.len() as u32);
        let part: u128 = if fraction.is_empty() {
            0
        } else {
            fraction.parse().map_err(|_| UnitError::NotANumber { text: text.into() })?
        };
        let steps_of_part = part * u128::from(factor);
        if !steps_of_part.is_multiple_of(scale) {
            return Err(self.too_fine(text));
        }
        whole
            .checked_mul(u128::from(factor))
            .and_then(|w| w.checked_add(steps_of_part / scale))
            .and_then(|steps| u64::try_from(steps).ok())
            .ok_or_else(too_large)
    }

    fn too_fine(&self, text: &str) -> UnitError {
        UnitError::TooFine { text: text.into(), quantity: self.name, step: self.step }
    }
}

/// `value / factor` with up to `places` decimals, rounded half up, trailing zeros removed.
pub(super) fn decimal(value: u64, factor: u64, places: u32) -> String {
    let scale = 10u128.pow(places);
    let scaled = (u128::from(value) * scale + u128::from(factor) / 2) / u128::from(factor);
    let (whole, part) = (scaled / scale, scaled % scale);
    if part == 0 {
        return whole.to_string();
    }
    let digits = format!("{part:0width$}", width = places as usize);
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// The count that a person wrote as `1000`, `1_000`, `10k` or `1M`; none if it is not a count, or above `u64`.
pub fn count(text: &str) -> Option<u64> {
    let digits = text.trim().replace('_', "");
    let (digits, unit) = match digits.strip_suffix('M') {
        Some(millions) => (millions, 1_000_000),
        None => digits.strip_suffix('k').map_or((digits.as_str(), 1), |thousands| (thousands, 1_000)),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse::<u64>().ok().filter(|_| is_number)?.checked_mul(unit)
}

/// A count with thousands separated by commas: `1,234,567`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}
