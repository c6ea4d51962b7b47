//! Standard error, for messages to people. If nobody reads it, or the disk behind it is full, messages are lost, but
//! never the report or the exit code.

use super::terminal::safe;
use crate::report::Page;
use std::io::{self, Write};

/// Prints a message for the person at the terminal, escaped as on stdout.
pub(in super::super) fn talk(text: &str) {
    say(text, &Page::PIPE);
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
