//! Markdown for a terminal: sentences are wrapped, list items have hanging indents, code is unchanged. It supports what
//! our own texts use: headings, paragraphs, lists of one level, fences.

use super::page::{Page, Tone};
use super::prose::wrapped;

/// Spaces before code.
const CODE: &str = "    ";
/// The marker of a list item.
const ITEM: &str = "* ";

/// `text` as shown on `page`.
pub fn markdown(text: &str, page: &Page) -> String {
    let mut out = String::new();
    let mut sentences = String::new();
    let mut is_code = false;
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        let goes_on = !is_code && !is_fence && !line.is_empty() && !line.starts_with('#') && !line.starts_with(ITEM);
        if !goes_on {
            out += &set(&std::mem::take(&mut sentences), page);
        }
        if is_fence {
            is_code = !is_code;
        } else if is_code {
            out += &format!("{CODE}{line}\n");
        } else if let Some(heading) = line.strip_prefix('#') {
            out += &page.toned(heading.trim_start_matches('#').trim_start(), Tone::Title);
        } else if line.is_empty() {
            out.push('\n');
        } else {
            sentences += line.trim();
            sentences.push(' ');
        }
    }
    out + &set(&sentences, page)
}

/// A paragraph, or a list item with a hanging indent.
fn set(sentences: &str, page: &Page) -> String {
    let (mark, hang, text) = match sentences.strip_prefix(ITEM) {
        Some(item) => (ITEM, " ".repeat(ITEM.len()), item),
        None if sentences.is_empty() => return String::new(),
        None => ("", String::new(), sentences),
    };
    let lines = wrapped(text, page.width.map(|width| width.saturating_sub(mark.len())));
    let set = |(number, line): (usize, &String)| format!("{}{line}\n", if number == 0 { mark } else { &hang });
    lines.iter().enumerate().map(set).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_wrapped_and_code_is_not() {
        let code = "```sh\nnot broken at all\n```\n";
        let text = format!("# A title\n\nSome words that\ngo on.\n\n* an item of words\n  and more\n* b\n\n{code}");
        let items = "* an item of\n  words and\n  more\n* b\n";
        let expected = format!("A title\n\nSome words\nthat go on.\n\n{items}\n    not broken at all\n");
        assert_eq!(markdown(&text, &Page::of_width(12)), expected);
        assert_eq!(markdown("a\nb\n\nc", &Page::PIPE), "a b\n\nc\n");
    }
}
