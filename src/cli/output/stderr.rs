//! Standard error, for messages to people. If nobody reads it, or the disk behind it is full, messages are lost, but
//! never the report or the exit code.

use super::terminal::{safe, talk_page};
use crate::report::{Page, wrapped};
use std::io::{self, Write};

/// Prints a message for the person at the terminal, escaped as on stdout, in lines that fit there.
pub(in super::super) fn talk(text: &str) {
    say(&fitted(text, talk_page().width), &Page::PIPE);
}

/// `text` line by line in at most `width` columns, if there is a limit.
fn fitted(text: &str, width: Option<usize>) -> String {
    text.lines().flat_map(|line| wrapped(line, width)).collect::<Vec<_>>().join("\n")
}

/// The same for a text that was set on a page: its colours are kept.
pub(in super::super) fn say(text: &str, page: &Page) {
    let _ = writeln!(Talk, "{}", safe(text, page.colours));
}

/// Standard error as a writer that never fails, so that its users need no error handling.
pub(in super::super) struct Talk;

impl Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = io::stderr().write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_breaks_between_words_and_keeps_its_lines() {
        assert_eq!(fitted("every 17 ms of it\nnext", Some(9)), "every\n17 ms of\nit\nnext");
        assert_eq!(fitted("every 17 ms of it\nnext", None), "every 17 ms of it\nnext");
    }
}
