//! Where a report goes: to standard output or, if an output file is written there, to standard error.

use super::super::dash::is_dash;
use super::super::exit::Exit;
use super::stdout::report;
use super::terminal::{page, safe, talk_page};
use crate::report::Page;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

/// A stream for a report, or for complaints instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Destination {
    Stdout,
    Stderr,
}

impl Destination {
    /// The destination when these outputs are written too, one of which may be `-`.
    pub(in super::super) fn beside(outputs: &[&Option<PathBuf>]) -> Destination {
        match outputs.iter().filter_map(|output| output.as_deref()).any(is_dash) {
            true => Destination::Stderr,
            false => Destination::Stdout,
        }
    }

    /// The page for reports on this stream.
    pub(in super::super) fn page(self, verbose: bool) -> Page {
        match self {
            Destination::Stdout => page(verbose),
            Destination::Stderr => Page { verbose, ..talk_page() },
        }
    }

    /// Writes a text that was set on `page`, escaped in the same way.
    pub(in super::super) fn write(self, text: &str, page: &Page) -> Exit {
        match self {
            Destination::Stdout => report(text, page),
            // A failure could not be reported anywhere.
            Destination::Stderr => match io::stderr().lock().write_all(safe(text, page.colours).as_bytes()) {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => Exit::CannotDo,
                _ => Exit::Done,
            },
        }
    }
}
