//! Standard output, where data goes. Not where people are talked to.

use super::super::exit::Exit;
use super::talk;
use crate::units::escaped_lines;
use std::io::{self, ErrorKind, Write};

/// Writes `text` to stdout. Names and other foreign texts in it cannot steer the terminal: whatever a view forgot to
/// escape is escaped here, in a form that JSON and TOML read as what it was. Whoever closed the pipe has seen enough:
/// that changes no verdict. Any other failure is told.
pub(in super::super) fn stdout(text: &str) -> Exit {
    let mut out = io::stdout().lock();
    verdict(out.write_all(escaped_lines(text).as_bytes()).and_then(|()| out.flush()))
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

/// Columns of the terminal, or a readable width where there is none.
pub(in super::super) fn width() -> usize {
    let terminal = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    let wanted = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal.or_else(wanted).unwrap_or(100).clamp(60, 160)
}
