//! Foreign text made safe to print: characters that control a terminal, or reorder their line, are escaped, as in
//! `\u001b`, which TOML and JSON read as the character itself. It knows no layout and no colour.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether `c` controls the display instead of being shown: control characters (Unicode's Cc), marks that change the
/// direction of a line (UAX #9), and line and paragraph separators.
pub fn steers(c: char) -> bool {
    let reorders = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || reorders || matches!(c, '\u{2028}' | '\u{2029}')
}

/// `text`, escaped to stay within one line.
pub fn escaped(text: &str) -> Cow<'_, str> {
    escaped_but(text, &[])
}

/// `text`, escaped except for its line breaks and tabs.
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
    escaped_but(text, &['\n', '\t'])
}

fn escaped_but<'t>(text: &'t str, allowed: &[char]) -> Cow<'t, str> {
    let is_bad = |c: char| steers(c) && !allowed.contains(&c);
    if !text.chars().any(is_bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_bad(c) {
            // All these characters have at most four hex digits. Writing to a String cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_written_out_and_letters_of_every_script_stay() {
        let bad = "\u{1b}[31mred\u{7}\r\u{7f}\u{9b}\u{202e}\u{2066}\u{200f}\u{2028}";
        assert_eq!(escaped(bad), "\\u001b[31mred\\u0007\\u000d\\u007f\\u009b\\u202e\\u2066\\u200f\\u2028");
        let good = "Übung 🧑\u{200d}🚀 سلام 日本 \u{a0}µs";
        assert!(matches!(escaped(good), Cow::Borrowed(same) if same == good));
        assert_eq!(escaped("a\tb\nc"), "a\\u0009b\\u000ac");
        assert_eq!(escaped_lines("a\tb\nc\u{1b}"), "a\tb\nc\\u001b");
    }

    #[test]
    fn json_and_toml_read_it_as_what_it_was() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| steers(*c)) {
            let quoted = format!("\"{}\"", escaped(&c.to_string()));
            assert_eq!(serde_json::from_str::<String>(&quoted).ok(), Some(c.to_string()));
            let read: toml::Table = format!("a = {quoted}").parse().unwrap_or_default();
            assert_eq!(read["a"].as_str(), Some(c.to_string().as_str()));
        }
    }
}
