//! A text that was read, with the name shown to the user and the places of its lines. It makes no complaints itself.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Characters are counted in blocks of this many bytes, so that finding a column is as cheap on a long line.
const BLOCK: usize = 1024;

/// A file, or text of the command line; clones share the text.
#[derive(Debug, Clone)]
pub struct Source(Arc<Said>);

#[derive(Debug)]
struct Said {
    name: String,
    text: String,
    /// Made when the first place is asked for: most texts get no complaint.
    index: OnceLock<Index>,
}

#[derive(Debug)]
struct Index {
    /// Where each line begins.
    lines: Vec<usize>,
    /// For each block of bytes, the number of characters that begin before it.
    characters: Vec<usize>,
}

impl Source {
    /// A text under its name.
    pub fn new(name: impl Into<String>, text: String) -> Source {
        Source(Arc::new(Said { name: name.into(), text, index: OnceLock::new() }))
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The line that byte `at` stands on, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.index().lines.partition_point(|begin| *begin <= at)
    }

    /// Line and column of byte `at`, from 1, the column in characters.
    pub fn position(&self, at: usize) -> (usize, usize) {
        let line = self.line(at);
        (line, self.characters(at) - self.characters(self.index().lines[line - 1]) + 1)
    }

    /// The bytes of a line, numbered from 1, without its line end; empty after the last line.
    pub fn bytes_of(&self, line: usize) -> Range<usize> {
        let lines = &self.index().lines;
        let begin = lines.get(line - 1).copied().unwrap_or(self.text().len());
        let end = lines.get(line).map_or(self.text().len(), |next| next - 1);
        begin..begin + self.text()[begin..end].trim_end_matches('\r').len()
    }

    /// How many lines there are.
    pub fn line_count(&self) -> usize {
        self.index().lines.len()
    }

    /// How many characters begin before byte `at`.
    fn characters(&self, at: usize) -> usize {
        let at = at.min(self.text().len());
        let block = at / BLOCK;
        self.index().characters[block] + beginnings(&self.text().as_bytes()[block * BLOCK..at])
    }

    fn index(&self) -> &Index {
        self.0.index.get_or_init(|| {
            let newlines = self.text().bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            let lines = std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect();
            let counts = self.text().as_bytes().chunks(BLOCK).scan(0, |sum, block| {
                *sum += beginnings(block);
                Some(*sum)
            });
            Index { lines, characters: std::iter::once(0).chain(counts).collect() }
        })
    }
}

/// The bytes that begin a character of UTF-8.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_ends_before_what_ends_it() {
        let source = Source::new("a", "ä\r\n\nb".into());
        let lines: Vec<&str> = (1..=4).map(|line| &source.text()[source.bytes_of(line)]).collect();
        assert_eq!((source.line_count(), lines), (3, vec!["ä", "", "b", ""]));
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        /// Compared with counting from the beginning of the text, with lines longer than a block.
        #[test]
        fn places_are_what_counting_says(parts in prop::collection::vec(("[a-zäö€𝄞\r\n]{0,9}", 1usize..99), 0..6)) {
            let text: String = parts.iter().map(|(part, times)| part.repeat(*times)).collect();
            let source = Source::new("a", text.clone());
            for at in (0..=text.len()).step_by(61).filter(|at| text.is_char_boundary(*at)) {
                let before = &text[..at];
                let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
                let dull = (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1);
                prop_assert_eq!(source.position(at), dull);
            }
        }
    }
}
