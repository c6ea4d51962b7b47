//! Standard output, where data goes. Not where people are talked to.

use super::super::exit::Exit;
use super::talk;
use super::terminal::safe;
use crate::report::Page;
use std::io::{self, ErrorKind, Write};

/// Writes `text` to stdout. Names and other foreign texts in it cannot steer the terminal: whatever a view forgot to
/// escape is escaped here, in a form that JSON and TOML read as what it was. Whoever closed the pipe has seen enough:
/// that changes no verdict. Any other failure is told.
pub(in super::super) fn stdout(text: &str) -> Exit {
    report(text, &Page::PIPE)
}

/// The same of a report that was set on a page: its colours stay.
pub(in super::super) fn report(text: &str, page: &Page) -> Exit {
    let mut out = io::stdout().lock();
    verdict(out.write_all(safe(text, page.colours).as_bytes()).and_then(|()| out.flush()))
}

/// What a try to write to stdout comes to.
pub(in super::super) fn verdict(written: io::Result<()>) -> Exit {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            talk(&format!("vpcsim: cannot write to standard output: {error}"));
            Exit::CannotDo
        }
        _ => Exit::Done,
    }
}
