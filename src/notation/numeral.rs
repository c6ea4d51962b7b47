//! The number at the start of a cell, in the notation of various programs and countries -> digits with a point. An
//! ambiguous mark is refused, never guessed: `800,000` is eight hundred thousand to some and eight hundred to others.

use super::dialect::{DecimalMark, Dialect};
use super::wrong::Wrong;
use std::borrow::Cow;

/// Separators of thousands: blanks, including non-breaking ones, apostrophes and underscores.
const GROUPING: [char; 7] = [' ', '\u{a0}', '\u{2009}', '\u{202f}', '\'', '’', '_'];

/// The number at the start of `said`, with a point as its mark and without underscores between digits, and the rest of
/// the text: `1,6 Mbit/s` with a decimal comma is `1.6` and `Mbit/s`. An exponent is part of the number.
///
/// # Errors
/// There is no number, or one with another mark or with thousands separated.
pub fn numeral<'t>(said: &'t str, dialect: &Dialect) -> Result<(Cow<'t, str>, &'t str), Wrong> {
    if !said.is_empty() && said.bytes().all(|b| b.is_ascii_digit()) {
        return Ok((Cow::Borrowed(said), "")); // most numbers
    }
    let end = mantissa_end(said);
    let (mantissa, rest) = said.split_at(end);
    if !mantissa.starts_with(|c: char| c.is_ascii_digit()) {
        let wrong = Wrong::new(format!("`{said}` does not start with a number"));
        return Err(wrong.hint("write digits first, such as 10 or 0.5"));
    }
    let (number, unit) = said.split_at(end + exponent_length(rest));
    let mark = dialect.decimal().letter();
    let is_part = |c: char| c.is_ascii_digit() || c == mark || c == '_';
    // TOML's own rule for underscores: a digit on each side.
    let parted =
        mantissa.split('_').any(|part| !part.starts_with(|c: char| c.is_ascii_digit()) || part.ends_with(mark));
    let is_sound = mantissa.chars().all(is_part) && mantissa.matches(mark).count() <= 1;
    if !is_sound || (mantissa.contains('_') && parted) {
        return Err(ambiguous(number.trim_end(), mantissa, dialect));
    }
    if mark == '.' && !mantissa.contains('_') {
        return Ok((Cow::Borrowed(number), unit.trim()));
    }
    Ok((Cow::Owned(number.replace('_', "").replace(mark, ".")), unit.trim()))
}

/// Where the digits, marks and what separates digits end.
fn mantissa_end(said: &str) -> usize {
    let mut end = 0;
    let mut letters = said.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let joins = GROUPING.contains(&c) && letters.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        if !(c.is_ascii_digit() || c == '.' || c == ',' || joins) {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

/// How long `e+05` is at the start of `rest`; 0 if there is none.
fn exponent_length(rest: &str) -> usize {
    let Some(power) = rest.strip_prefix(['e', 'E']) else { return 0 };
    let digits = power.trim_start_matches(['+', '-']);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    let sign = power.len() - digits.len();
    if count == 0 || sign > 1 { 0 } else { 1 + sign + count }
}

/// The complaint about a number that means different things to different people.
fn ambiguous(number: &str, mantissa: &str, dialect: &Dialect) -> Wrong {
    let (points, commas) = (mantissa.matches('.').count(), mantissa.matches(',').count());
    let comma = dialect.option("decimal", ",");
    let thousands = Wrong::new(format!("`{number}` has its thousands separated"));
    match dialect.decimal() {
        _ if mantissa.contains(GROUPING) => thousands.hint("write its digits together"),
        DecimalMark::Point if commas == 1 && points == 0 => {
            Wrong::new(format!("`{number}` has a comma: a decimal mark to some, between thousands to others"))
                .hint(format!("if it is the decimal mark, say {comma}; if not, write the digits together"))
        }
        // `1.234,5`
        DecimalMark::Point if commas == 1 && mantissa.rfind(',') > mantissa.rfind('.') => {
            thousands.hint(format!("write its digits together; say {comma} if the comma is the decimal mark"))
        }
        DecimalMark::Comma if points > 0 => {
            Wrong::new(format!("`{number}` has a point, and the decimal mark is a comma"))
                .hint(format!("write thousands together, or leave {comma} out"))
        }
        _ => thousands.hint("write its digits together"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(said: &str, decimal: DecimalMark) -> Option<(String, String)> {
        let dialect = Dialect { decimal: Some(decimal), ..Dialect::default() };
        let (number, unit) = numeral(said, &dialect).ok()?;
        Some((number.into_owned(), unit.into()))
    }

    #[test]
    fn a_number_has_one_mark_and_perhaps_an_exponent_and_a_unit() {
        for (said, mark, number, unit) in [
            ("1234.5", DecimalMark::Point, "1234.5", ""),
            ("1234,5", DecimalMark::Comma, "1234.5", ""),
            ("1,6 Mbit/s", DecimalMark::Comma, "1.6", "Mbit/s"),
            ("1.5E+3kbps", DecimalMark::Point, "1.5E+3", "kbps"),
            ("5 min", DecimalMark::Point, "5", "min"),
            ("1_000 kbps", DecimalMark::Point, "1000", "kbps"),
            ("7eps", DecimalMark::Point, "7", "eps"),
            ("12\u{a0}%", DecimalMark::Point, "12", "%"),
        ] {
            assert_eq!(read(said, mark), Some((number.into(), unit.into())), "{said}");
        }
    }

    #[test]
    fn what_could_mean_something_else_is_refused() {
        for said in ["800,000", "1,6", "1.234,5", "1,234.5", "1.234.567", "1 234", "1\u{a0}234", "1'234", "1’234"] {
            assert_eq!(read(said, DecimalMark::Point), None, "{said}");
        }
        for said in ["1.234", "1.234,5", "1,234,567", "1,234.5", "1 234,5", "1._5", ",5"] {
            assert_eq!(read(said, DecimalMark::Comma), None, "{said}");
        }
        for said in ["", "NaN", "-1", "+1", ".5", "e5", "Mbps", "²"] {
            assert_eq!(read(said, DecimalMark::Point), None, "{said}");
        }
    }
}
