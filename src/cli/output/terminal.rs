//! The properties of the terminals behind standard output and standard error: width and colour. Without a terminal,
//! lines are of any length and have no colour, unless it is forced (`--color`, `NO_COLOR`, `CLICOLOR`,
//! `CLICOLOR_FORCE`). It writes nothing.

use crate::report::Page;
use crate::units::escaped_lines;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use std::borrow::Cow;
use std::io;
use terminal_size::Width;

/// The width of a terminal that does not report one.
const USUAL_WIDTH: usize = 80;

/// The choice made with `--color`; it then holds for everything that is written, help included.
pub(in super::super) fn choose_colours(choice: clap::ColorChoice) {
    match choice {
        clap::ColorChoice::Auto => ColorChoice::Auto,
        clap::ColorChoice::Always => ColorChoice::Always,
        clap::ColorChoice::Never => ColorChoice::Never,
    }
    .write_global();
}

/// The page for reports on standard output.
pub(in super::super) fn page(verbose: bool) -> Page {
    let stdout = io::stdout();
    Page { width: width(&stdout, terminal_size::terminal_size_of(&stdout)), colours: has_colours(&stdout), verbose }
}

/// The page for messages on standard error.
pub(in super::super) fn talk_page() -> Page {
    let stderr = io::stderr();
    let size = terminal_size::terminal_size_of(&stderr);
    Page { width: width(&stderr, size), colours: has_colours(&stderr), verbose: false }
}

fn has_colours(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}

fn width(stream: &impl RawStream, size: Option<(Width, terminal_size::Height)>) -> Option<usize> {
    let told = || std::env::var("COLUMNS").ok()?.parse().ok();
    let width = || size.map(|(width, _)| usize::from(width.0)).or_else(told).unwrap_or(USUAL_WIDTH);
    stream.is_terminal().then(width)
}

/// `text` as it may be sent to a terminal: whatever a view did not escape is escaped, except colour sequences in a text
/// that was set in colour.
pub(super) fn safe(text: &str, colours: bool) -> Cow<'_, str> {
    const ESCAPE: char = '\u{1b}';
    if !colours {
        return escaped_lines(text);
    }
    let mut parts = text.split(ESCAPE);
    let mut out = escaped_lines(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        if is_mark(part) {
            out.push(ESCAPE);
            out += &escaped_lines(part);
        } else {
            out += &escaped_lines(&format!("{ESCAPE}{part}"));
        }
    }
    Cow::Owned(out)
}

/// Whether the text after an escape character sets a colour or a weight and does nothing else (ECMA-48, SGR).
fn is_mark(text: &str) -> bool {
    let rest = text.strip_prefix('[').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'));
    rest.is_some_and(|rest| rest.starts_with('m'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_steers_a_terminal_only_colours_pass_and_only_if_asked_for() {
        let text = "a\u{1b}[1m\u{1b}[31mb\u{1b}[0m\u{1b}[2J\u{1b}]0;t\u{7}\n";
        assert_eq!(safe(text, true), "a\u{1b}[1m\u{1b}[31mb\u{1b}[0m\\u001b[2J\\u001b]0;t\\u0007\n");
        assert_eq!(safe(text, false).matches('\u{1b}').count(), 0);
    }
}
