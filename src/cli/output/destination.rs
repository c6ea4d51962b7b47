//! Where a report goes: to standard output, or, where standard output carries a file, to standard error.

use super::super::dash::is_dash;
use super::super::exit::Exit;
use super::stdout::report;
use super::terminal::{page, safe, talk_page};
use crate::report::Page;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

/// A stream for a report, or for complaints in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Destination {
    Stdout,
    Stderr,
}

impl Destination {
    /// Beside these outputs, of which one may be `-`.
    pub(in super::super) fn beside(outputs: &[&Option<PathBuf>]) -> Destination {
        match outputs.iter().filter_map(|output| output.as_deref()).any(is_dash) {
            true => Destination::Stderr,
            false => Destination::Stdout,
        }
    }

    /// How a report is set there.
    pub(in super::super) fn page(self, verbose: bool) -> Page {
        match self {
            Destination::Stdout => page(verbose),
            Destination::Stderr => Page { verbose, ..talk_page() },
        }
    }

    /// Writes a text there that was set on `page`, escaped alike.
    pub(in super::super) fn write(self, text: &str, page: &Page) -> Exit {
        match self {
            Destination::Stdout => report(text, page),
            // Nobody is left who could be told that it failed.
            Destination::Stderr => match io::stderr().lock().write_all(safe(text, page.colours).as_bytes()) {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => Exit::CannotDo,
                _ => Exit::Done,
            },
        }
    }
}
