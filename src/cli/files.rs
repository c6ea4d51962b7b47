//! The real disk behind [`crate::scenario::Files`], and standard input. It remembers which files it read, so that no
//! output overwrites them.

use super::dash::{STDIN, is_dash};
use super::output::Place;
use crate::scenario::{self, Diagnostic, Edit, Files, Scenario};
use bytes::Bytes;
use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::path::Path;

/// Reads whole files.
#[derive(Default)]
pub(super) struct Disk {
    read: RefCell<Vec<Place>>,
    stdin_was_read: Cell<bool>,
}

impl Disk {
    /// Every file that was read.
    pub(super) fn inputs(&self) -> Vec<Place> {
        self.read.borrow().clone()
    }

    /// The scenario named on the command line. In one from standard input, the names of other files are relative to the
    /// working folder.
    ///
    /// # Errors
    /// Every error in it.
    pub(super) fn scenario(&self, file: &Path, edits: &[Edit]) -> Result<Scenario, Vec<Diagnostic>> {
        if !is_dash(file) {
            return scenario::load(file, self, edits);
        }
        match self.stdin() {
            Ok(content) => scenario::load_content(Ok(content), STDIN, Path::new(""), self, edits),
            Err(wrong) => Err(vec![Diagnostic::plain(STDIN, format!("cannot read {STDIN}: {wrong}"), None)]),
        }
    }

    /// The content of a file named on the command line.
    ///
    /// # Errors
    /// The reason why it cannot be read, or that `-` was already read.
    pub(super) fn read_named(&self, file: &Path) -> io::Result<Bytes> {
        if is_dash(file) { self.stdin() } else { self.read(file) }
    }

    fn stdin(&self) -> io::Result<Bytes> {
        if self.stdin_was_read.replace(true) {
            return Err(io::Error::other("it was read before, and only one input of a command can be `-`"));
        }
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        // A name that cannot be resolved cannot be overwritten either.
        self.read.borrow_mut().extend(Place::of(Path::new("/dev/stdin")));
        Ok(bytes.into())
    }
}

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Bytes> {
        let bytes = std::fs::read(path)?;
        self.read.borrow_mut().extend(Place::of(path));
        Ok(Bytes::from(bytes))
    }
}
