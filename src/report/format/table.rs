//! A text table: aligned columns that fit a width, and wrapped prose. Not a layout engine: one character is one column,
//! and only texts give way; a number is never cut. Foreign text comes in here, and is escaped here.

use crate::units::escaped;
use std::fmt::Write;

/// Spaces in front of every line of a report's section.
pub const INDENT: usize = 2;
const GAP: usize = 2;
/// Between the two ends of a way.
const ARROW: &str = " -> ";
/// A name elided below this says nothing any more.
const LEAST_TEXT: usize = 14;
/// Prose narrower than this is harder to read than a line that is too long.
const LEAST_PROSE: usize = 30;

/// How a column sets its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// A name: left-aligned, elided in the middle when room is short.
    Text,
    /// A quantity: right-aligned, never cut.
    Number,
    /// A quantity where a table that is too wide may go on in a second block, below.
    NumberOrBreak,
    /// Sentences, in the last column only: continued on lines of their own.
    Prose,
}

/// Rows under titles; a column with nothing in any row is left out.
pub struct Table {
    columns: Vec<(&'static str, Column)>,
    rows: Vec<Vec<String>>,
    /// So many first columns say which row it is: a second block repeats them.
    keys: usize,
}

impl Table {
    /// A table of these columns, without rows.
    pub fn new(columns: &[(&'static str, Column)]) -> Table {
        Table { columns: columns.to_vec(), rows: Vec::new(), keys: 1 }
    }

    /// The table whose rows are told apart by their first `keys` columns.
    pub fn keyed(self, keys: usize) -> Table {
        Table { keys, ..self }
    }

    /// Adds a row, whose control characters are escaped.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.columns.len());
        self.rows.push(cells.map(|cell| escaped(&cell).into_owned()).into());
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table in lines of at most `width`, if the numbers leave room for that.
    pub fn render(&self, width: usize) -> String {
        let used: Vec<usize> =
            (0..self.columns.len()).filter(|&c| self.rows.iter().any(|row| !row[c].is_empty())).collect();
        let place = used.iter().position(|&c| self.columns[c].1 == Column::NumberOrBreak);
        match (self.widths(&used, width), place) {
            (Err(_), Some(at)) => {
                let keys = used.iter().filter(|c| **c < self.keys);
                let below: Vec<usize> = keys.chain(&used[at..]).copied().collect();
                let has_more = |row: &&Vec<String>| used[at..].iter().any(|&c| !row[c].is_empty());
                let rows = self.rows.iter().filter(has_more).cloned().collect();
                let below = Table { columns: self.columns.clone(), rows, keys: self.keys }.block(&below, width);
                format!("{}\n{below}", self.block(&used[..at], width))
            }
            _ => self.block(&used, width),
        }
    }

    fn block(&self, used: &[usize], width: usize) -> String {
        let widths = self.widths(used, width).unwrap_or_else(|narrowest| narrowest);
        let mut out = String::new();
        if used.iter().any(|&c| !self.columns[c].0.is_empty()) {
            let titles: Vec<String> = self.columns.iter().map(|(title, _)| title.to_string()).collect();
            self.line(&mut out, used, &widths, &titles);
        }
        for row in &self.rows {
            self.line(&mut out, used, &widths, row);
        }
        out
    }

    /// Column widths that fit; the narrowest possible ones as an error if those do not.
    fn widths(&self, used: &[usize], width: usize) -> Result<Vec<usize>, Vec<usize>> {
        let mut widths: Vec<usize> = used
            .iter()
            .map(|&c| self.rows.iter().map(|row| columns_of(&row[c])).max().unwrap_or(0).max(self.title_width(c)))
            .collect();
        let gaps = INDENT + GAP * used.len().saturating_sub(1);
        while gaps + widths.iter().sum::<usize>() > width {
            let longest = (0..used.len()).filter(|&i| widths[i] > self.least(used[i])).max_by_key(|&i| {
                // Prose gives way before names: it loses nothing by it.
                (self.columns[used[i]].1 == Column::Prose, widths[i])
            });
            match longest {
                Some(i) => widths[i] -= 1,
                None => return Err(widths),
            }
        }
        Ok(widths)
    }

    fn title_width(&self, column: usize) -> usize {
        columns_of(self.columns[column].0)
    }

    fn least(&self, column: usize) -> usize {
        match self.columns[column].1 {
            Column::Text => LEAST_TEXT.max(self.title_width(column)),
            Column::Prose => LEAST_PROSE,
            Column::Number | Column::NumberOrBreak => usize::MAX,
        }
    }

    fn line(&self, out: &mut String, used: &[usize], widths: &[usize], cells: &[String]) {
        let mut line = " ".repeat(INDENT);
        for (i, (&c, &width)) in used.iter().zip(widths).enumerate() {
            if i > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            let cell = &cells[c];
            match self.columns[c].1 {
                Column::Text => line.push_str(&format!("{:<width$}", elided(cell, width))),
                Column::Number | Column::NumberOrBreak => line.push_str(&format!("{cell:>width$}")),
                Column::Prose => {
                    let hanging = columns_of(&line);
                    line.push_str(&wrapped(cell, width).join(&format!("\n{}", " ".repeat(hanging))));
                }
            }
        }
        writeln!(out, "{}", line.trim_end()).expect("a String takes what it is given");
    }
}

/// How many columns of a terminal `text` takes; right for scripts with one column a character.
pub fn columns_of(text: &str) -> usize {
    text.chars().count()
}

/// `text` with its middle replaced by `…` if it is longer than `width`: both ends of a path tell more than its start.
fn elided(text: &str, width: usize) -> String {
    let length = columns_of(text);
    if length <= width {
        return text.to_owned();
    }
    // Of a way both ends say something, and the arrow between them.
    if let Some((from, to)) = text.split_once(ARROW)
        && width >= LEAST_TEXT
    {
        let room = width - columns_of(ARROW);
        let (from_length, to_length) = (columns_of(from), columns_of(to));
        let from_room = if to_length <= room / 2 { room - to_length } else { (room - room / 2).min(from_length) };
        let to_room = room - from_room.min(from_length);
        return format!("{}{ARROW}{}", elided(from, from_room), elided(to, to_room));
    }
    let kept = width.saturating_sub(1);
    let head: String = text.chars().take(kept.div_ceil(2)).collect();
    let tail: String = text.chars().skip(length - kept / 2).collect();
    format!("{head}…{tail}")
}

/// `text` broken between words into lines of at most `width`; a longer word has a line of its own. Never no line.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split_whitespace().map(escaped) {
        let wanted = columns_of(&word);
        if length > 0 && length + 1 + wanted > width {
            lines.push(String::new());
            length = 0;
        }
        let line = lines.last_mut().expect("starts with one line");
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(&word);
        length += wanted;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Table {
        let mut table = Table::new(&[
            ("entry", Column::Text),
            ("sent", Column::Number),
            ("lost", Column::Number),
            ("delay", Column::NumberOrBreak),
        ]);
        for (i, name) in names.iter().enumerate() {
            let sent = 10u64.pow(i as u32);
            table.row([name.to_string(), sent.to_string(), String::new(), "20 ms".into()]);
        }
        table
    }

    #[test]
    fn numbers_align_right_and_an_empty_column_is_left_out() {
        assert_eq!(
            paths(&["a", "longer"]).render(80),
            "  entry   sent  delay\n  a          1  20 ms\n  longer    10  20 ms\n"
        );
    }

    #[test]
    fn names_give_way_in_the_middle() {
        let narrow = paths(&["VPC1/frontend-web-* -> VPC2/database"]).render(38);
        assert_eq!(narrow, "  entry                    sent  delay\n  VPC1/…eb-* -> VPC2…base     1  20 ms\n");
    }

    #[test]
    fn a_table_too_wide_goes_on_below() {
        let narrow = paths(&["VPC1/frontend-web-*"]).render(24);
        assert_eq!(
            narrow,
            "  entry             sent\n  VPC1/fro…d-web-*     1\n\n  entry            delay\n  VPC1/fr…d-web-*  20 ms\n"
        );
    }

    #[test]
    fn prose_hangs_under_itself() {
        let mut table = Table::new(&[("", Column::Number), ("", Column::Prose)]);
        table.row(["7".into(), "one two three four five six seven eight".into()]);
        assert_eq!(table.render(35), "  7  one two three four five six\n     seven eight\n");
    }

    #[test]
    fn what_steers_a_terminal_is_written_out_and_takes_its_room() {
        let mut table = Table::new(&[("", Column::Text), ("", Column::Prose)]);
        table.row(["a\u{1b}[2J\nb".into(), "one\u{7} two\nthree".into()]);
        assert_eq!(table.render(60), "  a\\u001b[2J\\u000ab  one\\u0007 two\\u000athree\n");
    }

    #[test]
    fn a_word_longer_than_the_line_is_kept_whole() {
        assert_eq!(wrapped("a https://example.net b", 5), ["a", "https://example.net", "b"]);
        assert_eq!(wrapped("", 5), [""]);
    }
}
