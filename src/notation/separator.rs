//! Where the rows of a table begin, and the delimiter of their cells, as stated or shown by the text. It finds no
//! cells.

use super::dialect::{DecimalMark, Delimiter, Dialect};
use super::wrong::Wrong;
use std::ops::Range;

/// Where the rows begin, and what splits their cells.
pub(super) fn first_row(text: &str, dialect: &Dialect) -> Result<(usize, Delimiter), (Range<usize>, Wrong)> {
    let (from, said) = separator_line(text)?;
    let delimiter = dialect.delimiter.or(said).map_or_else(|| delimiter(text, dialect), Ok)?;
    Ok((from, delimiter))
}

/// Where the rows begin, and what a first line `sep=;` says.
fn separator_line(text: &str) -> Result<(usize, Option<Delimiter>), (Range<usize>, Wrong)> {
    let line = line_at(text, 0);
    let said = line.trim_matches([' ', '"']);
    let Some(delimiter) = said.get(..4).filter(|key| key.eq_ignore_ascii_case("sep=")).and_then(|_| said.get(4..))
    else {
        return Ok((0, None));
    };
    match delimiter.parse() {
        Ok(delimiter) => Ok((line.len(), Some(delimiter))),
        Err(wrong) => Err((0..line.len(), Wrong::new(wrong).hint("write for example sep=;"))),
    }
}

/// The delimiter of the cells: the one character of [`Delimiter::ALL`] in the first line outside quotes. Of several,
/// the one that splits the second line into as many cells; a comma that is the decimal mark yields to the others.
fn delimiter(text: &str, dialect: &Dialect) -> Result<Delimiter, (Range<usize>, Wrong)> {
    let Some(start) = row_start(text, 0, None) else { return Ok(Delimiter::COMMA) };
    let (first, end) = delimiters(text, start);
    let second = row_start(text, end, None).map(|start| delimiters(text, start).0);
    let is_number_part = |delimiter| delimiter == Delimiter::COMMA && dialect.decimal() == DecimalMark::Comma;
    let mut found: Vec<usize> = (0..Delimiter::ALL.len()).filter(|at| first[*at] > 0).collect();
    if found.len() > 1 {
        found.retain(|at| !is_number_part(Delimiter::ALL[*at]));
    }
    if found.len() > 1
        && let Some(second) = second
    {
        let alike: Vec<usize> = found.iter().copied().filter(|at| first[*at] == second[*at]).collect();
        if alike.len() != 1 {
            let names: Vec<&str> = found.iter().map(|at| Delimiter::ALL[*at].name()).collect();
            let message = format!("the cells may be split by `{}`", names.join("` or `"));
            let hint = format!("say which, for example {}", dialect.option("delimiter", names[0]));
            return Err((start..end, Wrong::new(message).hint(hint)));
        }
        found = alike;
    }
    Ok(found.first().map_or(Delimiter::COMMA, |at| Delimiter::ALL[*at]))
}

/// How often each delimiter stands outside of quotes in the row at `start`, and where the row ends.
fn delimiters(text: &str, start: usize) -> ([usize; Delimiter::ALL.len()], usize) {
    let (mut counts, mut is_quoted) = ([0; Delimiter::ALL.len()], false);
    let known = |byte: u8| Delimiter::ALL.iter().position(|known| known.byte() == byte);
    // A quote opens a cell, or is the second of a doubled quote, which did not close the cell.
    let mut may_open = true;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'"' if is_quoted || may_open => is_quoted = !is_quoted,
            _ if is_quoted => {}
            b'\n' | b'\r' => return (counts, at),
            _ => {
                if let Some(found) = known(byte) {
                    counts[found] += 1;
                }
            }
        }
        may_open = byte == b'"' || known(byte).is_some();
    }
    (counts, text.len())
}

/// Where the first row at or after `at` starts, skipping blank lines and comments.
pub(super) fn row_start(text: &str, mut at: usize, delimiter: Option<Delimiter>) -> Option<usize> {
    // A tab before `#` may end an empty cell.
    let is_blank = |c: char| c.is_whitespace() && delimiter.is_none_or(|d| char::from(d.byte()) != c);
    while at < text.len() {
        let line = line_at(text, at);
        if !line.trim_start().is_empty() && !line.trim_start_matches(is_blank).starts_with('#') {
            return Some(at);
        }
        at += line.len() + 1;
    }
    None
}

/// From `at` to the end of its line, which no quote reaches beyond.
fn line_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())]
}
