//! A text table: aligned columns within the width of a page. A table that is too wide continues below or loses its
//! least informative columns, and then says so; `fit` chooses. No name is cut and no word broken. Not a layout engine.
//! Foreign text enters here and is escaped here.

use super::column::{Column, GAP, Kind, Measured};
use super::fit::{Block, fit};
use super::page::{INDENT, Page, Tone};
use super::prose::{columns_of, longest_word, wrapped};
use crate::units::escaped;

/// The indent of a sentence set below its row.
const BELOW: usize = 2 * INDENT;

/// The content of one column in a row.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A text in a tone.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Cell {
        Cell { text: escaped(&text.into()).into_owned(), tone }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell::toned(text, Tone::Plain)
    }
}

/// Rows under titles; a column that is empty in every row is left out.
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table of these columns, without rows.
    pub fn new(columns: &[Column]) -> Table {
        Table { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [impl Into<Cell>; N]) {
        self.cells(cells.map(Into::into).into());
    }

    /// Adds a row of as many cells as there are columns.
    pub fn cells(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells);
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table on a page: as many blocks as needed, and a remark on what was left out.
    pub fn render(&self, page: &Page) -> String {
        let used: Vec<usize> = (0..self.columns.len()).filter(|&c| self.is_used(c)).collect();
        let measured: Vec<Measured> = used.iter().map(|&c| self.measure(c)).collect();
        let (blocks, left_out) = fit(&measured, page);
        let texts: Vec<String> = blocks.iter().map(|block| self.block(&used, block, page)).collect();
        let mut out = texts.join("\n");
        if !left_out.is_empty() {
            let titles: Vec<&str> = left_out.iter().map(|&at| measured[at].column.title).collect();
            out += &page.remark(&format!("(no room for: {}; -v shows it all)", titles.join(", ")));
        }
        out
    }

    fn is_used(&self, column: usize) -> bool {
        self.rows.iter().any(|row| !row[column].text.is_empty())
    }

    fn measure(&self, column: usize) -> Measured {
        let cells = || self.rows.iter().map(|row| row[column].text.as_str());
        let title = self.columns[column].title;
        let cell = cells().map(columns_of).max().unwrap_or(0);
        Measured {
            column: self.columns[column],
            whole: cell.max(columns_of(title)),
            narrow_title: cell.max(longest_word(title)),
            least: cells().map(longest_word).max().unwrap_or(0).max(longest_word(title)),
        }
    }

    /// One block: the titles, and the rows with any content besides their keys.
    fn block(&self, used: &[usize], block: &Block, page: &Page) -> String {
        let columns: Vec<(usize, usize)> = block.columns.iter().map(|&(at, width)| (used[at], width)).collect();
        let mut out = String::new();
        if columns.iter().any(|(c, _)| !self.columns[*c].title.is_empty()) {
            let titles = columns.iter().map(|&(c, width)| {
                let mut lines = wrapped(self.columns[c].title, block.is_wrapped.then_some(width));
                lines.reverse();
                (lines, self.columns[c], width, Tone::Plain)
            });
            let mut lines = beside(&titles.collect::<Vec<_>>(), page);
            lines.reverse();
            out += &lines.concat();
        }
        let below = block.below.map(|at| self.columns[used[at]].title).filter(|title| !title.is_empty());
        below.iter().for_each(|title| out += &format!("{:BELOW$}{title}\n", ""));
        let has_more = |row: &&Vec<Cell>| {
            let tells = |c: usize| !self.columns[c].is_key && !row[c].text.is_empty();
            !block.repeats_keys
                || columns.iter().any(|(c, _)| tells(*c))
                || block.below.is_some_and(|at| tells(used[at]))
        };
        for row in self.rows.iter().filter(has_more) {
            let cells = columns.iter().map(|&(c, width)| {
                let lines = wrapped_cell(&row[c].text, block.is_wrapped.then_some(width));
                (lines, self.columns[c], width, row[c].tone)
            });
            out += &beside(&cells.collect::<Vec<_>>(), page).concat();
            if let Some(cell) = block.below.map(|at| &row[used[at]]).filter(|cell| !cell.text.is_empty()) {
                let room = page.width.map(|width| width.saturating_sub(BELOW));
                let lines = wrapped(&cell.text, room);
                lines.iter().for_each(|line| out += &format!("{:BELOW$}{}\n", "", page.paint(line, cell.tone)));
            }
        }
        out
    }
}

/// A cell that already fits is unchanged, spaces included.
fn wrapped_cell(text: &str, width: Option<usize>) -> Vec<String> {
    let narrow = width.filter(|width| columns_of(text) > *width);
    if narrow.is_none() { vec![text.to_owned()] } else { wrapped(text, narrow) }
}

/// Cells beside each other, on as many lines as the longest takes.
fn beside(cells: &[(Vec<String>, Column, usize, Tone)], page: &Page) -> Vec<String> {
    let height = cells.iter().map(|(lines, ..)| lines.len()).max().unwrap_or(0);
    let line = |at: usize| {
        let mut out = " ".repeat(INDENT);
        let mut pending = 0;
        for (lines, column, width, tone) in cells {
            let text = lines.get(at).map(String::as_str).unwrap_or_default();
            let padding = width.saturating_sub(columns_of(text));
            let (before, after) = if column.kind == Kind::Number { (padding, 0) } else { (0, padding) };
            if !text.is_empty() {
                out.push_str(&" ".repeat(pending + before));
                out.push_str(&page.paint(text, *tone));
                pending = after + GAP;
            } else {
                pending += padding + GAP;
            }
        }
        out.trim_end().to_owned() + "\n"
    };
    (0..height).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::column::{number, prose, text};
    use super::*;

    /// A key, a long name, and three numbers, of which one is minor and one starts a group.
    fn paths(names: &[&str]) -> Table {
        let mut table = Table::new(&[
            text("entry").key(),
            text("path"),
            number("sent so far"),
            number("lost"),
            number("rate").minor(),
            number("delay").opens(),
        ]);
        for (name, at) in names.iter().zip(0..) {
            let sent = 10u64.pow(at).to_string();
            table.row([format!("e{at}"), name.to_string(), sent, String::new(), "1 bps".into(), "20 ms".into()]);
        }
        table
    }

    fn at(width: usize, table: &Table) -> String {
        table.render(&Page::of_width(width))
    }

    #[test]
    fn numbers_align_right_and_an_empty_column_is_left_out() {
        let wide = "  entry  path    sent so far   rate  delay\n  \
                      e0     a                 1  1 bps  20 ms\n  \
                      e1     longer           10  1 bps  20 ms\n";
        assert_eq!(paths(&["a", "longer"]).render(&Page::PIPE), wide);
        assert_eq!(at(80, &paths(&["a", "longer"])), wide);
    }

    #[test]
    fn what_is_too_wide_gives_way_step_by_step() {
        let table = paths(&["a/web-1 -> b/db-1"]);
        let pages = [50, 40, 33, 25].map(|width| at(width, &table)).join("----\n");
        insta::assert_snapshot!(pages, @r"
                                     sent so
          entry  path                    far   rate  delay
          e0     a/web-1 -> b/db-1         1  1 bps  20 ms
        ----
                                     sent
                                       so
          entry  path                 far   rate
          e0     a/web-1 -> b/db-1      1  1 bps

          entry  delay
          e0     20 ms
        ----
                                     sent
                                       so
          entry  path                 far
          e0     a/web-1 -> b/db-1      1

          entry  delay
          e0     20 ms
          (no room for: rate; -v shows it
          all)
        ----
                             sent
                               so
          entry  path         far
          e0     a/web-1 ->     1
                 b/db-1

          entry  delay
          e0     20 ms
          (no room for: rate; -v
          shows it all)
        ");
        let verbose = table.render(&Page::of_width(25).verbose());
        assert!(verbose.contains("rate") && !verbose.contains("no room"), "{verbose}");
    }

    #[test]
    fn a_name_is_never_cut_however_narrow_the_page() {
        let table = paths(&["VPC1/frontend-web-and-more -> VPC2/database"]);
        for width in 0..40 {
            let narrow = at(width, &table);
            assert!(narrow.contains("VPC1/frontend-web-and-more") && narrow.contains("VPC2/database"), "{narrow}");
        }
        assert_eq!(
            at(28, &table).lines().take(5).collect::<Vec<_>>(),
            ["  entry", "    path", "  e0", "    VPC1/frontend-web-and-more", "    -> VPC2/database"]
        );
    }

    #[test]
    fn sentences_hang_beside_their_row_or_below_it() {
        let mut table = Table::new(&[number("").key(), prose("outcome")]);
        table.row(["7", "one two three four five six seven eight"]);
        assert_eq!(at(35, &table), "     outcome\n  7  one two three four five six\n     seven eight\n");
        assert_eq!(at(30, &table), "    outcome\n  7\n    one two three four five\n    six seven eight\n");
    }

    #[test]
    fn what_steers_a_terminal_is_written_out_and_takes_its_room() {
        let mut table = Table::new(&[text("").key(), prose("")]);
        table.row(["a\u{1b}[2J\nb", "one\u{7} two\nthree"]);
        assert_eq!(at(60, &table), "  a\\u001b[2J\\u000ab  one\\u0007 two\\u000athree\n");
    }

    #[test]
    fn colours_and_wide_letters_leave_columns_aligned() {
        let mut table = Table::new(&[text("").key(), text(""), number("")]);
        table.row([Cell::from("北京"), Cell::toned("FAILED", Tone::Bad), "1".into()]);
        table.row([Cell::from("ab"), Cell::from("ok"), "22".into()]);
        assert_eq!(at(60, &table), "  北京  FAILED   1\n  ab    ok      22\n");
        let coloured = table.render(&Page { colours: true, ..Page::of_width(60) });
        assert!(coloured.contains("FAILED\u{1b}[0m   1\n"), "{coloured:?}");
    }
}
