//! Standard output, for data. Messages to people go elsewhere.

use super::super::exit::Exit;
use super::talk;
use super::terminal::safe;
use crate::report::Page;
use std::io::{self, ErrorKind, Write};

/// Writes `text` to stdout. Names and other foreign texts in it cannot control the terminal: whatever a view did not
/// escape is escaped here, in a form that JSON and TOML read as the original. A closed pipe changes no exit code; any
/// other failure is reported.
pub(in super::super) fn stdout(text: &str) -> Exit {
    report(text, &Page::PIPE)
}

/// The same for a report that was set on a page: its colours are kept.
pub(in super::super) fn report(text: &str, page: &Page) -> Exit {
    let mut out = io::stdout().lock();
    verdict(out.write_all(safe(text, page.colours).as_bytes()).and_then(|()| out.flush()))
}

/// The same for a text in parts, which may be larger than memory.
pub(in super::super) fn parts(parts: impl Iterator<Item = String>) -> Exit {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut each = parts;
    verdict(each.try_for_each(|part| out.write_all(safe(&part, false).as_bytes())).and_then(|()| out.flush()))
}

/// The exit code after an attempt to write to stdout.
pub(in super::super) fn verdict(written: io::Result<()>) -> Exit {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            talk(&format!("vpcsim: cannot write to standard output: {error}"));
            Exit::CannotDo
        }
        _ => Exit::Done,
    }
}
