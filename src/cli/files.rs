//! The real disk behind [`crate::scenario::Files`], and standard input. It remembers what it read, so that no output is
//! written over it.

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

    /// The scenario that the command line names. In one from standard input, the names of other files are relative to
    /// the working folder.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(super) fn scenario(&self, file: &Path, edits: &[Edit]) -> Result<Scenario, Vec<Diagnostic>> {
        if !is_dash(file) {
            return scenario::load(file, self, edits);
        }
        match self.stdin() {
            Ok(content) => scenario::load_content(Ok(content), STDIN, Path::new(""), self, edits),
            Err(wrong) => Err(vec![Diagnostic::plain(STDIN, format!("cannot read {STDIN}: {wrong}"), None)]),
        }
    }

    /// The content of a file that the command line names.
    ///
    /// # Errors
    /// Whatever kept it from being read; `-` was read before.
    pub(super) fn read_named(&self, file: &Path) -> io::Result<Bytes> {
        if is_dash(file) { self.stdin() } else { self.read(file) }
    }

    fn stdin(&self) -> io::Result<Bytes> {
        if self.stdin_was_read.replace(true) {
            return Err(io::Error::other("it was read before, and only one input of a command can be `-`"));
        }
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        // Where there is no such name, nobody can write over it either.
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
