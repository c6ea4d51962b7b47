//! Line breaking, and the width of a text in terminal columns. A line breaks only between words, and a number stays
//! with its unit; a name is never cut. Foreign text is escaped here.

use crate::units::escaped;
use std::borrow::Cow;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// A non-breaking space: one column wide, and a private-use character, so that no text contains it.
const GLUE: char = '\u{e000}';

/// The width of `text` in terminal columns: a wide letter takes two, a combining one none.
pub fn columns_of(text: &str) -> usize {
    text.width()
}

/// `text` broken between words into lines of at most `width`, if there is a limit; a longer word has its own line.
/// There is always at least one line.
pub fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = escaped(&text);
    let Some(width) = width else { return vec![text.into_owned()] };
    let options = Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    let lines = textwrap::wrap(&glued(&text), options).into_iter().map(loosened).collect::<Vec<_>>();
    if lines.is_empty() { vec![String::new()] } else { lines }
}

/// The widest part of `text` without a break opportunity.
pub fn longest_word(text: &str) -> usize {
    glued(text).split(' ').map(columns_of).max().unwrap_or(0)
}

/// `text` with the space between each number and its unit made unbreakable.
fn glued(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut is_number = false;
    while let Some(c) = letters.next() {
        let is_unit = letters.peek().is_some_and(|next| next.is_alphabetic() || *next == '%');
        out.push(if c == ' ' && is_number && is_unit { GLUE } else { c });
        is_number = c.is_ascii_digit();
    }
    out
}

fn loosened(line: Cow<'_, str>) -> String {
    line.trim_end().replace(GLUE, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: usize) -> Vec<String> {
        wrapped(text, Some(width))
    }

    #[test]
    fn a_word_longer_than_the_line_is_kept_whole() {
        assert_eq!(lines("a https://example.net/x-y b", 5), ["a", "https://example.net/x-y", "b"]);
        assert_eq!(lines("", 5), [""]);
        assert_eq!(lines("a", 0), ["a"]);
    }

    #[test]
    fn a_number_keeps_its_unit() {
        assert_eq!(lines("a rate of 20 Mbps", 12), ["a rate of", "20 Mbps"]);
        assert_eq!(lines("loses 10 % of VPC1 20, VPC2 5", 8), ["loses", "10 % of", "VPC1 20,", "VPC2 5"]);
        assert_eq!(longest_word("20 Mbps to 100.1 Mbps"), "100.1 Mbps".len());
    }

    #[test]
    fn a_wide_letter_takes_two_columns() {
        assert_eq!(columns_of("北京 a"), 6);
        assert_eq!(lines("北京 上海 广州", 9), ["北京 上海", "广州"]);
    }

    #[test]
    fn what_steers_a_terminal_is_written_out() {
        assert_eq!(lines("a\u{1b}[2J b\u{1}c", 40), ["a\\u001b[2J b\\u0001c"]);
    }
}
