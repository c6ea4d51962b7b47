//! A text as rows of cells (RFC 4180 and what programs make of it): where each cell stands and what it says. What the
//! cells mean is not its business. Quotes and line ends are read by csv-core, the machine inside the `csv` crate, which
//! tells where cells end.
//!
//! Blank lines, lines that begin with `#` and the line `sep=;` of spreadsheets are no rows. Blanks around a cell and
//! quotes around what it says do not count. Every row has as many cells as the first; empty ones at the end may be too
//! many or left out.

use super::complaint::{Complaint, Complaints};
use super::dialect::{Delimiter, Dialect};
use super::numeral::DecimalMark;
use csv_core::{ReadFieldResult, Reader, ReaderBuilder};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// The places of a table's cells, 4 bytes each. The text is the caller's.
#[derive(Debug)]
pub struct Table {
    delimiter: Delimiter,
    /// Where each cell starts; behind each row's last cell, one past the row's end plus one.
    starts: Vec<u32>,
    /// Where each row's cells begin in `starts`.
    rows: Vec<u32>,
}

/// What a cell says, and its place, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell<'t> {
    /// Without blanks and quotes around it, doubled quotes made single.
    pub said: Cow<'t, str>,
    /// Bytes of the text.
    pub span: Range<usize>,
}

impl Table {
    /// Finds the cells of `text`.
    ///
    /// # Errors
    /// Quotes that are not closed or closed too early, rows longer or shorter than the first, a delimiter that cannot
    /// be told, a text of 4 GiB and more.
    pub fn read(text: &str, dialect: &Dialect) -> Result<Table, Vec<Complaint>> {
        if u32::try_from(text.len()).is_ok_and(|length| length < u32::MAX) {
            let (from, said) = separator_line(text).map_err(|complaint| vec![complaint])?;
            let delimiter = dialect.delimiter.or(said).map_or_else(|| delimiter(text, dialect), Ok);
            let delimiter = delimiter.map_err(|complaint| vec![complaint])?;
            let mut table = Table { delimiter, starts: Vec::new(), rows: Vec::new() };
            table.find(text, from)?;
            return Ok(table);
        }
        Err(vec![Complaint::new(0..0, "this text is too long: at most 4 GiB are read")])
    }

    fn find(&mut self, text: &str, from: usize) -> Result<(), Vec<Complaint>> {
        let mut reader = ReaderBuilder::new().delimiter(self.delimiter.byte()).build();
        let mut complaints = Complaints::default();
        // What csv-core says of a field is not looked at: only where it ends.
        let (mut at, mut unused) = (from, [0; 512]);
        while let Some(start) = row_start(text, at, Some(self.delimiter)) {
            at = start;
            let first = self.starts.len();
            self.rows.push(first as u32);
            loop {
                self.starts.push(at as u32);
                let (end, is_last) = field_end(&mut reader, text, at, &mut unused);
                at = (end + 1).min(text.len());
                if let Err(complaint) = check_quotes(text, self.starts[self.starts.len() - 1] as usize..end) {
                    complaints.push(complaint);
                }
                if is_last {
                    self.starts.push(end as u32 + 1);
                    break;
                }
            }
            if let Some(complaint) = self.misfit(text) {
                complaints.push(complaint);
            }
        }
        complaints.finish(text)
    }

    /// What is wrong with the length of the last row.
    fn misfit(&self, text: &str) -> Option<Complaint> {
        let row = self.rows.len() - 1;
        let (wanted, found) = (self.width(0), self.width(row));
        if wanted == found {
            return None;
        }
        let is_empty = |row, column| self.cell(text, row, column).is_none_or(|cell| cell.said.is_empty());
        let fits =
            (wanted..found).all(|column| is_empty(row, column)) && (found..wanted).all(|column| is_empty(0, column));
        if fits {
            return None;
        }
        let (span, s) = (self.row_span(row)?, if found == 1 { "" } else { "s" });
        let message = format!("this row has {found} cell{s}, the first line {wanted}");
        let hint = match self.delimiter {
            Delimiter::COMMA if found > wanted => "put a cell that holds a comma between quotes",
            _ => "every row has a cell for each column; one without a value is empty",
        };
        Some(Complaint::new(span, message).hint(hint))
    }

    /// How many rows there are, a header included.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What splits the cells.
    pub fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// How many cells a row has.
    pub fn width(&self, row: usize) -> usize {
        let Some(first) = self.rows.get(row).map(|first| *first as usize) else { return 0 };
        let end = self.rows.get(row + 1).map_or(self.starts.len(), |next| *next as usize);
        (end - first).saturating_sub(1)
    }

    /// A cell; none if the row is shorter.
    pub fn cell<'t>(&self, text: &'t str, row: usize, column: usize) -> Option<Cell<'t>> {
        if column >= self.width(row) {
            return None;
        }
        let at = self.rows[row] as usize + column;
        let (start, end) = (self.starts[at] as usize, self.starts[at + 1] as usize - 1);
        let raw = text.get(start..end)?;
        let written = raw.trim();
        let start = start + raw.len() - raw.trim_start().len();
        let said = match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if inner.contains('"') => Cow::Owned(inner.replace("\"\"", "\"").trim().to_owned()),
            Some(inner) => Cow::Borrowed(inner.trim()),
            None => Cow::Borrowed(written),
        };
        Some(Cell { said, span: start..start + written.len() })
    }

    /// From a row's first cell to its last.
    pub fn row_span(&self, row: usize) -> Option<Range<usize>> {
        let first = *self.rows.get(row)? as usize;
        Some(self.starts[first] as usize..self.starts[first + self.width(row)] as usize - 1)
    }

    /// The columns by their names, which the first row says. The first column may go without a name, for programs often
    /// leave the name of row labels out, and so may one that has only empty cells.
    ///
    /// # Errors
    /// Names that are given twice, and columns without.
    pub fn columns<'t>(&self, text: &'t str) -> Result<BTreeMap<Cow<'t, str>, usize>, Vec<Complaint>> {
        let mut columns: BTreeMap<Cow<'t, str>, usize> = BTreeMap::new();
        let mut complaints = Complaints::default();
        for column in 0..self.width(0) {
            let Some(Cell { said, span }) = self.cell(text, 0, column) else { continue };
            if said.is_empty() {
                let filled = |row| self.cell(text, row, column).is_some_and(|cell| !cell.said.is_empty());
                if column > 0 && (1..self.len()).any(filled) {
                    let message = format!("column {} has no name", column + 1);
                    complaints.push(Complaint::new(span, message).hint("name it in the first line"));
                }
            } else if let Some(first) = columns.get(&said) {
                let message = format!("the column `{said}` is given twice");
                let hint = format!("columns {} and {} have one name: rename one of them", first + 1, column + 1);
                complaints.push(Complaint::new(span, message).hint(hint));
            } else {
                columns.insert(said, column);
            }
        }
        complaints.finish(text).map(|()| columns)
    }
}

/// Where the first row at or behind `at` starts: blank lines and comments are none.
fn row_start(text: &str, mut at: usize, delimiter: Option<Delimiter>) -> Option<usize> {
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

/// Where the field at `at` ends, and whether it is the last of its row.
fn field_end(reader: &mut Reader, text: &str, mut at: usize, unused: &mut [u8]) -> (usize, bool) {
    loop {
        let (result, read, _) = reader.read_field(&text.as_bytes()[at..], unused);
        at += read;
        match result {
            ReadFieldResult::OutputFull => {}
            // Only an empty input tells that the text is at its end.
            ReadFieldResult::InputEmpty if read > 0 => {}
            ReadFieldResult::InputEmpty | ReadFieldResult::End => return (text.len(), true),
            ReadFieldResult::Field { record_end } if read == 0 => return (text.len(), record_end),
            ReadFieldResult::Field { record_end } => return (at - 1, record_end),
        }
    }
}

/// A cell that begins with a quote ends with one, and those between are doubled.
fn check_quotes(text: &str, field: Range<usize>) -> Result<(), Complaint> {
    let raw = &text[field.clone()];
    if raw.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(()); // most cells
    }
    let written = raw.trim();
    let Some(quoted) = written.strip_prefix('"') else { return Ok(()) };
    let start = field.start + raw.len() - raw.trim_start().len();
    let place = start..start + written.len();
    let mut rest = quoted;
    while let Some(quote) = rest.find('"') {
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(behind) => rest = behind,
            None if rest.is_empty() => return Ok(()),
            None => {
                let hint = "a quote that is part of a quoted cell is doubled: \"\"";
                return Err(Complaint::new(place, "there is text behind the closing quote of this cell").hint(hint));
            }
        }
    }
    let hint = match raw.starts_with('"') {
        true => "write the closing quote; one that is part of the cell is doubled: \"\"",
        false => "a quote opens a cell right behind what splits cells: remove the blank before it",
    };
    Err(Complaint::new(place, "this quote is not closed").hint(hint))
}

/// Where the rows begin, and what a first line `sep=;` says.
fn separator_line(text: &str) -> Result<(usize, Option<Delimiter>), Complaint> {
    let line = line_at(text, 0);
    let said = line.trim_matches([' ', '"']);
    let Some(delimiter) = said.get(..4).filter(|key| key.eq_ignore_ascii_case("sep=")).and_then(|_| said.get(4..))
    else {
        return Ok((0, None));
    };
    match delimiter.parse() {
        Ok(delimiter) => Ok((line.len(), Some(delimiter))),
        Err(wrong) => Err(Complaint::new(0..line.len(), wrong).hint("write for example sep=;")),
    }
}

/// What splits the cells: the one character of [`Delimiter::ALL`] in the first line outside of quotes. Of several, the
/// one that splits the second line into as many cells; a comma that is the decimal mark stands back.
fn delimiter(text: &str, dialect: &Dialect) -> Result<Delimiter, Complaint> {
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
            return Err(Complaint::new(start..end, message).hint(hint));
        }
        found = alike;
    }
    Ok(found.first().map_or(Delimiter::COMMA, |at| Delimiter::ALL[*at]))
}

/// How often each delimiter stands outside of quotes in the row at `start`, and where the row ends.
fn delimiters(text: &str, start: usize) -> ([usize; Delimiter::ALL.len()], usize) {
    let (mut counts, mut is_quoted) = ([0; Delimiter::ALL.len()], false);
    let known = |byte: u8| Delimiter::ALL.iter().position(|known| known.byte() == byte);
    // A quote opens a cell, or is doubled and did not close it.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, dialect: &Dialect) -> Vec<Vec<String>> {
        let table = Table::read(text, dialect).unwrap_or_else(|all| panic!("{text}: {all:?}"));
        let cell = |row, column| table.cell(text, row, column).expect("in the row").said.into_owned();
        (0..table.len()).map(|row| (0..table.width(row)).map(|column| cell(row, column)).collect()).collect()
    }

    fn told(text: &str) -> Vec<String> {
        let read = Table::read(text, &Dialect::default()).and_then(|table| table.columns(text).map(|_| ()));
        let place = |complaint: &Complaint| {
            let (line, column) = complaint.line_column(text);
            format!("{line}:{column} {}", complaint.message)
        };
        read.err().unwrap_or_default().iter().map(place).collect()
    }

    #[test]
    fn rows_are_found_whatever_splits_and_ends_them() {
        for split in [",", ";", "\t", "|"] {
            for end in ["\n", "\r\n", "\r"] {
                let text = "# a,b;c\n \n\u{a0}\nt,\"a \"\"b\"\"\", c \n# no, \"row\n1,\"2\n3\",\n";
                let text = text.replace(',', split).replace('\n', end);
                let quoted = format!("2{end}3");
                let wanted = [vec!["t", "a \"b\"", "c"], vec!["1", &quoted, ""]];
                assert_eq!(rows(&text, &Dialect::default()), wanted, "{text:?}");
            }
        }
        assert_eq!(rows("", &Dialect::default()), [[""; 0]; 0]);
        assert_eq!(rows("a,b\n1,2", &Dialect::default()), [["a", "b"], ["1", "2"]]);
        assert_eq!(rows("\"in, WAN\",out\n1, \"2\" \n", &Dialect::default()), [["in, WAN", "out"], ["1", "2"]]);
    }

    #[test]
    fn what_splits_cells_is_found_said_or_asked_for() {
        let comma = Dialect { decimal: Some(DecimalMark::Comma), ..Dialect::default() };
        let tab = Dialect { delimiter: "tab".parse().ok(), ..Dialect::default() };
        for (text, dialect, wanted) in [
            ("sep=;\nt;r\n0,1;5\n", &Dialect::default(), [["t", "r"], ["0,1", "5"]]),
            ("\"SEP=|\"\r\nt;|r\n0|5\n", &Dialect::default(), [["t;", "r"], ["0", "5"]]),
            ("time (s, UTC);r\n0;5\n", &Dialect::default(), [["time (s, UTC)", "r"], ["0", "5"]]),
            ("0;8,5\n5;1,5\n", &comma, [["0", "8,5"], ["5", "1,5"]]),
            ("\"0\",\"8,5\"\n\"5\",\"1,5\"\n", &comma, [["0", "8,5"], ["5", "1,5"]]),
            ("a;b\tc\n1\t2\n", &tab, [["a;b", "c"], ["1", "2"]]),
        ] {
            assert_eq!(rows(text, dialect), wanted, "{text}");
        }
        assert_eq!(told("0;8,5\n5;1,5\n"), ["1:1 the cells may be split by `,` or `;`"]);
        assert_eq!(told("sep=x\nt,r\n"), ["1:1 cells are split by `,`, `;`, `|` or `tab`, not by `x`"]);
    }

    #[test]
    fn empty_cells_at_the_end_do_not_count_and_others_do() {
        for text in ["t,r\n0,1,,\n2,3\n", "t,r,,\n0,1\n2,3,\n", ",r\n0,1\n", "t,,r\n0,,1\n"] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
        for (text, said) in [
            ("t,r\n0,1,2\n", "2:1 this row has 3 cells, the first line 2"),
            ("t,r\n0\n", "2:1 this row has 1 cell, the first line 2"),
            ("t,r,\n0,1,2\n", "1:5 column 3 has no name"),
            ("t,,r\n0,5,1\n", "1:3 column 2 has no name"),
            ("t,ä, ä\n0,1,2\n", "1:6 the column `ä` is given twice"),
            ("t,r\n0,\"1\n2,3\n", "2:3 this quote is not closed"),
            ("t, \"in, WAN\"\n0,1,2\n", "1:4 this quote is not closed"),
            ("t,r\n0,\"a\"b\n", "2:3 there is text behind the closing quote of this cell"),
        ] {
            assert_eq!(told(text).first().map(String::as_str), Some(said), "{text}");
        }
    }

    #[test]
    fn complaints_beyond_twenty_are_counted() {
        let all = told(&format!("t,r\n{}", "0\n".repeat(50)));
        assert_eq!((all.len(), all.last().map(String::as_str)), (21, Some("52:1 … and 30 more")));
    }
}
