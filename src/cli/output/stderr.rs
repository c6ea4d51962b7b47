//! Standard error, where people are talked to. Nobody may be listening, or the disk behind it full: that loses talk,
//! never the report and never the exit code.

use super::terminal::safe;
use crate::report::Page;
use std::io::{self, Write};

/// Says something to the person at the terminal, escaped as on stdout.
pub(in super::super) fn talk(text: &str) {
    say(text, &Page::PIPE);
}

/// The same of a text that was set on a page: its colours stay.
pub(in super::super) fn say(text: &str, page: &Page) {
    let _ = writeln!(Talk, "{}", safe(text, page.colours));
}

/// Standard error as a writer that takes everything: whoever writes to it need not know what to do when it cannot be
/// written.
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
