//! A text as rows of cells (RFC 4180 and common variants): the place and the content of each cell. It does not
//! interpret the content. csv-core, the parser inside the `csv` crate, reads quotes and line ends and tells where cells
//! end.
//!
//! Blank lines, lines that begin with `#` and the line `sep=;` of spreadsheets are not rows. Blanks around a cell and
//! quotes around its content do not count. Every row has as many cells as the first; at its end it may have surplus
//! empty cells, or lack cells where the first row has empty ones.

use super::diagnostic::{Complaints, TextSpan};
use super::dialect::{Delimiter, Dialect};
use super::separator::{first_row, row_start};
use super::source::Source;
use super::wrong::Wrong;
use csv_core::{ReadFieldResult, Reader, ReaderBuilder};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

/// The places of a table's cells, 4 bytes each, and its text.
#[derive(Debug)]
pub(crate) struct Table {
    /// The text's number among the complaints.
    pub source: usize,
    text: Source,
    delimiter: Delimiter,
    /// Where each cell starts; behind each row's last cell, one past the row's end plus one.
    starts: Vec<u32>,
    /// Where each row's cells begin in `starts`.
    rows: Vec<u32>,
    /// Whether no row had to be left out.
    pub is_whole: bool,
    /// The columns by their names, the first of each; made when one is asked for.
    columns: OnceCell<BTreeMap<String, usize>>,
    /// Whether their names are sound; judged, and complained about, once.
    are_names_sound: OnceCell<bool>,
}

/// What a cell says, and its place, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell<'t> {
    /// Without blanks and quotes around it, doubled quotes made single.
    pub said: Cow<'t, str>,
    /// With quotes, without blanks.
    pub span: TextSpan,
}

impl Table {
    /// Finds the cells of a text. A row that is longer or shorter than the first, or in which a quote is not closed or
    /// is closed too early, is complained about and left out. `None`, after a complaint, if the delimiter is ambiguous
    /// or the text has 4 GiB or more.
    pub(crate) fn read(source: usize, dialect: &Dialect, out: &mut Complaints) -> Option<Table> {
        let text = out.source(source).clone();
        let found = match u32::try_from(text.text().len()) {
            Ok(length) if length < u32::MAX => first_row(text.text(), dialect),
            _ => Err((0..0, Wrong::new("this text is too long: at most 4 GiB are read").hint("split it into several"))),
        };
        match found {
            Ok((from, delimiter)) => {
                let mut table = Table {
                    source,
                    text,
                    delimiter,
                    starts: Vec::new(),
                    rows: Vec::new(),
                    is_whole: true,
                    columns: OnceCell::new(),
                    are_names_sound: OnceCell::new(),
                };
                table.find(from, out);
                Some(table)
            }
            Err((place, wrong)) => {
                out.wrong(TextSpan::of(source, place), wrong);
                None
            }
        }
    }

    fn find(&mut self, from: usize, out: &mut Complaints) {
        let mut reader = ReaderBuilder::new().delimiter(self.delimiter.byte()).build();
        let said = self.text.clone();
        let text = said.text();
        // Of csv-core's output only the end of each field is used.
        let (mut at, mut unused) = (from, [0; 512]);
        while let Some(start) = row_start(text, at, Some(self.delimiter)) {
            at = start;
            let first = self.starts.len();
            self.rows.push(first as u32);
            let mut is_sound = true;
            loop {
                self.starts.push(at as u32);
                let (end, is_last) = field_end(&mut reader, text, at, &mut unused);
                at = (end + 1).min(text.len());
                if let Err((place, wrong)) = check_quotes(text, self.starts[self.starts.len() - 1] as usize..end) {
                    out.cell(TextSpan::of(self.source, place), wrong);
                    is_sound = false;
                }
                if is_last {
                    self.starts.push(end as u32 + 1);
                    break;
                }
            }
            if let Some(wrong) = self.misfit().filter(|_| is_sound) {
                out.cell(self.row_span(self.rows.len() - 1), wrong);
                is_sound = false;
            }
            self.is_whole &= is_sound;
            if !is_sound && first > 0 {
                self.starts.truncate(first);
                self.rows.pop();
            }
        }
    }

    /// What is wrong with the length of the last row.
    fn misfit(&self) -> Option<Wrong> {
        let row = self.rows.len() - 1;
        let (wanted, found) = (self.width(0), self.width(row));
        if wanted == found {
            return None;
        }
        let is_empty = |row, column| self.cell(row, column).is_none_or(|cell| cell.said.is_empty());
        let fits =
            (wanted..found).all(|column| is_empty(row, column)) && (found..wanted).all(|column| is_empty(0, column));
        if fits {
            return None;
        }
        let s = if found == 1 { "" } else { "s" };
        let message = format!("this row has {found} cell{s}, the first line {wanted}");
        let hint = match self.delimiter {
            Delimiter::COMMA if found > wanted => "put a cell that holds a comma between quotes",
            _ => "every row has a cell for each column; one without a value is empty",
        };
        Some(Wrong::new(message).hint(hint))
    }

    /// How many rows there are, a header included.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What splits the cells.
    pub(crate) fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// How many cells a row has.
    pub(crate) fn width(&self, row: usize) -> usize {
        let Some(first) = self.rows.get(row).map(|first| *first as usize) else { return 0 };
        let end = self.rows.get(row + 1).map_or(self.starts.len(), |next| *next as usize);
        (end - first).saturating_sub(1)
    }

    /// A cell; none if the row is shorter.
    pub(crate) fn cell(&self, row: usize, column: usize) -> Option<Cell<'_>> {
        if column >= self.width(row) {
            return None;
        }
        let at = self.rows[row] as usize + column;
        let (start, end) = (self.starts[at] as usize, self.starts[at + 1] as usize - 1);
        let raw = self.text.text().get(start..end)?;
        let written = raw.trim();
        let start = start + raw.len() - raw.trim_start().len();
        let said = match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if inner.contains('"') => Cow::Owned(inner.replace("\"\"", "\"").trim().to_owned()),
            Some(inner) => Cow::Borrowed(inner.trim()),
            None => Cow::Borrowed(written),
        };
        Some(Cell { said, span: TextSpan::of(self.source, start..start + written.len()) })
    }

    /// From a row's first cell to its last; the beginning of the text if there is no such row.
    pub(crate) fn row_span(&self, row: usize) -> TextSpan {
        let Some(first) = self.rows.get(row).map(|first| *first as usize) else {
            return TextSpan::of(self.source, 0..0);
        };
        TextSpan::of(self.source, self.starts[first] as usize..self.starts[first + self.width(row)] as usize - 1)
    }

    /// The names of the columns that have one, in their order, which the first row says.
    pub(crate) fn names(&self) -> impl Iterator<Item = (usize, Cell<'_>)> {
        let cells = (0..self.width(0)).filter_map(|column| Some((column, self.cell(0, column)?)));
        cells.filter(|(_, cell)| !cell.said.is_empty())
    }

    /// The column called `name`, the first of several.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        let columns = self.columns.get_or_init(|| {
            let mut columns = BTreeMap::new();
            self.names().for_each(|(column, cell)| _ = columns.entry(cell.said.into_owned()).or_insert(column));
            columns
        });
        columns.get(name).copied()
    }

    /// Whether the names of the columns are sound; complains about names that are given twice, and columns without. The
    /// first column may go without a name, for programs often leave the name of row labels out, and so may one that has
    /// only empty cells.
    pub(crate) fn check_names(&self, out: &mut Complaints) -> bool {
        *self.are_names_sound.get_or_init(|| self.judge_names(out))
    }

    fn judge_names(&self, out: &mut Complaints) -> bool {
        let mut is_sound = true;
        for (column, Cell { said, span }) in (0..self.width(0)).filter_map(|at| Some((at, self.cell(0, at)?))) {
            if said.is_empty() {
                let is_filled = |row| self.cell(row, column).is_some_and(|cell| !cell.said.is_empty());
                if column > 0 && (1..self.len()).any(is_filled) {
                    let message = format!("column {} has no name", column + 1);
                    out.cell(span, Wrong::new(message).hint("name it in the first line"));
                    is_sound = false;
                }
            } else if let Some(first) = self.column(&said).filter(|first| *first < column) {
                let message = format!("the column `{said}` is given twice");
                let hint = format!("columns {} and {} have one name: rename one of them", first + 1, column + 1);
                out.cell(span, Wrong::new(message).hint(hint));
                is_sound = false;
            }
        }
        is_sound
    }
}

/// Where the field at `at` ends, and whether it is the last of its row.
fn field_end(reader: &mut Reader, text: &str, mut at: usize, unused: &mut [u8]) -> (usize, bool) {
    loop {
        let (result, read, _) = reader.read_field(&text.as_bytes()[at..], unused);
        at += read;
        match result {
            ReadFieldResult::OutputFull => {}
            // Only empty input shows that the text has ended.
            ReadFieldResult::InputEmpty if read > 0 => {}
            ReadFieldResult::InputEmpty | ReadFieldResult::End => return (text.len(), true),
            ReadFieldResult::Field { record_end } if read == 0 => return (text.len(), record_end),
            ReadFieldResult::Field { record_end } => return (at - 1, record_end),
        }
    }
}

/// A cell that begins with a quote ends with one, and those between are doubled.
fn check_quotes(text: &str, field: Range<usize>) -> Result<(), (Range<usize>, Wrong)> {
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
                return Err((place, Wrong::new("there is text behind the closing quote of this cell").hint(hint)));
            }
        }
    }
    let hint = match raw.starts_with('"') {
        true => "write the closing quote; one that is part of the cell is doubled: \"\"",
        false => "a quote opens a cell right behind what splits cells: remove the blank before it",
    };
    Err((place, Wrong::new("this quote is not closed").hint(hint)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::{DecimalMark, Diagnostic};

    fn rows(text: &str, dialect: &Dialect) -> Vec<Vec<String>> {
        let mut out = Complaints::default();
        let source = out.add(Source::new("t", text.into()));
        let table = Table::read(source, dialect, &mut out).filter(|_| !out.has_errors());
        let table = table.unwrap_or_else(|| panic!("{text}: {out:?}"));
        let cell = |row, column| table.cell(row, column).expect("in the row").said.into_owned();
        (0..table.len()).map(|row| (0..table.width(row)).map(|column| cell(row, column)).collect()).collect()
    }

    fn told(text: &str) -> Vec<String> {
        let mut out = Complaints::default();
        let source = out.add(Source::new("t", text.into()));
        if let Some(table) = Table::read(source, &Dialect::default(), &mut out) {
            table.check_names(&mut out);
        }
        let place = |complaint: &Diagnostic| {
            let (line, column) = complaint.line_column().expect("a place");
            format!("{line}:{column} {}", complaint.message)
        };
        out.finish().iter().map(place).collect()
    }

    #[test]
    fn rows_are_found_whatever_splits_and_ends_them() {
        for split in [",", ";", "\t", "|"] {
            for end in ["\n", "\r\n", "\r"] {
                let text = "# a,b;c\n \n\u{a0}\n\t\nt,\"a \"\"b\"\"\", c \n# no, \"row\n1,\"2\n3\",\n";
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
        assert_eq!(
            (all.len(), all.last().map(String::as_str)),
            (21, Some("52:1 … and 30 more places of this text are wrong"))
        );
    }
}
