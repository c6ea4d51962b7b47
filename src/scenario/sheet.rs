//! A text file as lines of cells: where each cell stands. What the cells mean is not its business.

use super::diagnostic::Span;

/// The lines of a table, read once for all entries that use one of its columns.
#[derive(Debug)]
pub(super) struct Sheet {
    /// The text, as the complaints know it.
    pub source: usize,
    /// Where each cell starts; behind each line's last cell, one past the line's end plus one.
    starts: Vec<u32>,
    /// Where each line's cells begin in `starts`.
    lines: Vec<u32>,
}

impl Sheet {
    /// Finds the cells of `text`; empty lines and those that begin with `#` are none. Cells are split by the first of comma,
    /// semicolon and tab that the first line has. None if the text is too long to be numbered (4 GiB).
    pub(super) fn new(source: usize, text: &str) -> Option<Sheet> {
        u32::try_from(text.len()).ok().filter(|length| *length < u32::MAX)?;
        let mut sheet = Sheet { source, starts: Vec::new(), lines: Vec::new() };
        let (mut at, mut separator) = (text.len() - text.trim_start_matches('\u{feff}').len(), None);
        for line in text[at..].split_inclusive('\n') {
            let (start, cells) = (at, line.trim_end());
            at += line.len();
            if cells.trim_start().is_empty() || cells.trim_start().starts_with('#') {
                continue;
            }
            let split = *separator.get_or_insert_with(|| {
                let first = |byte: &u8| [b',', b';', b'\t'].contains(byte);
                cells.bytes().find(|byte| first(byte)).unwrap_or(b',')
            });
            sheet.lines.push(sheet.starts.len() as u32);
            sheet.starts.push(start as u32);
            let behind = cells.bytes().enumerate().filter(|(_, byte)| *byte == split);
            sheet.starts.extend(behind.map(|(before, _)| (start + before + 1) as u32));
            sheet.starts.push((start + cells.len() + 1) as u32);
        }
        Some(sheet)
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// How many cells a line has.
    pub(super) fn width(&self, line: usize) -> usize {
        let first = self.lines.get(line).map_or(0, |first| *first as usize);
        let end = self.lines.get(line + 1).map_or(self.starts.len(), |next| *next as usize);
        (end - first).saturating_sub(1)
    }

    /// A cell without blanks and quotes around it, and its place; none if the line is shorter.
    pub(super) fn cell<'t>(&self, text: &'t str, line: usize, column: usize) -> Option<(&'t str, Span)> {
        if column >= self.width(line) {
            return None;
        }
        let at = self.lines[line] as usize + column;
        let (start, end) = (self.starts[at] as usize, self.starts[at + 1] as usize - 1);
        let said = text.get(start..end)?.trim().trim_matches('"').trim();
        let span = Span { source: self.source, start, end: end.max(start) };
        Some((said, span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_whatever_splits_them() {
        for (split, text) in
            [(',', "# a\n\u{a0}\nt,\"a b\",c\r\n1, 2,\n\n3"), (';', "t;a b;c\n1;2;\n3"), ('\t', "t\ta b\tc\n1\t2\t\n3")]
        {
            let sheet = Sheet::new(0, text).expect("short");
            let cell = |line, column| sheet.cell(text, line, column).map(|(said, _)| said);
            assert_eq!((sheet.len(), sheet.width(0), sheet.width(2)), (3, 3, 1), "{split}");
            assert_eq!((cell(0, 1), cell(1, 1), cell(2, 0), cell(2, 1)), (Some("a b"), Some("2"), Some("3"), None));
        }
    }
}
