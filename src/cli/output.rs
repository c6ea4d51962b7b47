//! Writing: stdout and files, with errors that name what could not be written. A broken pipe is no error to shout about.

use crate::units::escaped_lines;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use thiserror::Error;

/// Something could not be written.
#[derive(Debug, Error)]
#[error("cannot write {what}: {error}")]
pub(super) struct OutputError {
    what: String,
    error: io::Error,
}

impl OutputError {
    pub(super) fn is_broken_pipe(&self) -> bool {
        self.error.kind() == ErrorKind::BrokenPipe
    }
}

/// Writes `text` to stdout, all of it or an error. Names and other foreign texts in it cannot steer the terminal: whatever a view
/// forgot to escape is escaped here, in a form that JSON and TOML read as what it was.
pub(super) fn stdout(text: &str) -> Result<(), OutputError> {
    let mut out = io::stdout().lock();
    let written = out.write_all(escaped_lines(text).as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| OutputError { what: "to standard output".into(), error })
}

/// Writes `text` to a file. An incomplete file is removed, so that nobody takes it for a whole one.
pub(super) fn file(path: &Path, text: &str) -> Result<(), OutputError> {
    let named = |error| OutputError { what: format!("`{}`", path.display()), error };
    let mut out = std::fs::File::create(path).map_err(named)?;
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| {
        if out.metadata().is_ok_and(|m| m.is_file()) {
            let _ = std::fs::remove_file(path);
        }
        named(error)
    })
}

/// Says something to the person at the terminal, escaped as on stdout. Nobody may be listening: that is no reason to fail.
pub(super) fn talk(text: &str) {
    let _ = writeln!(io::stderr(), "{}", escaped_lines(text));
}

/// Makes a folder, if it is not there.
pub(super) fn folder(path: &Path) -> Result<(), OutputError> {
    let named = |error| OutputError { what: format!("`{}`", path.display()), error };
    std::fs::create_dir_all(path).map_err(named)
}

/// Columns of the terminal, or a readable width where there is none.
pub(super) fn width() -> usize {
    let terminal = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    let wanted = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal.or_else(wanted).unwrap_or(100).clamp(60, 160)
}
