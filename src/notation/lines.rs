//! A text with one item per line, its words separated by blanks. It does not interpret the words.

use std::ops::Range;

/// The non-empty lines of `text`, without comments (after `#`) and surrounding blanks, and their places.
pub fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut next = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = next;
        next += line.len();
        let said = line.split('#').next().unwrap_or_default();
        let from = start + said.len() - said.trim_start().len();
        let said = said.trim();
        (!said.is_empty()).then(|| (from..from + said.len(), said))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_is_what_it_says_where_it_says_it() {
        let text = "# all\n\n  ä b # c\r\n\td\u{a0}";
        let found: Vec<_> = super::lines(text).map(|(span, said)| (&text[span], said)).collect();
        assert_eq!(found, [("ä b", "ä b"), ("d", "d")]);
    }
}
