//! The real disk behind [`crate::scenario::Files`]. It remembers what it read, so that no output is written over it.

use super::output::Place;
use crate::scenario::Files;
use bytes::Bytes;
use std::cell::RefCell;
use std::path::Path;

/// Reads whole files.
#[derive(Default)]
pub(super) struct Disk {
    read: RefCell<Vec<Place>>,
}

impl Disk {
    /// Every file that was read.
    pub(super) fn inputs(&self) -> Vec<Place> {
        self.read.borrow().clone()
    }
}

impl Files for Disk {
    fn read(&self, path: &Path) -> std::io::Result<Bytes> {
        let bytes = std::fs::read(path)?;
        self.read.borrow_mut().extend(Place::of(path));
        Ok(Bytes::from(bytes))
    }
}
