//! The files of a scenario, as they were when it was opened: it is read again and again, and must stay the same.

use crate::scenario::Files;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Files that were read once.
#[derive(Debug, Default, Clone)]
pub(super) struct Kept(BTreeMap<PathBuf, Bytes>);

/// Reads from elsewhere, and keeps what was read.
pub(super) struct Keeping<'a> {
    from: &'a dyn Files,
    kept: Mutex<BTreeMap<PathBuf, Bytes>>,
}

impl<'a> Keeping<'a> {
    pub(super) fn new(from: &'a dyn Files) -> Keeping<'a> {
        Keeping { from, kept: Mutex::default() }
    }

    pub(super) fn into_kept(self) -> Kept {
        Kept(self.kept.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Files for Keeping<'_> {
    fn read(&self, path: &Path) -> io::Result<Bytes> {
        let content = self.from.read(path)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(path.to_owned(), content.clone());
        Ok(content)
    }
}

impl Files for Kept {
    fn read(&self, path: &Path) -> io::Result<Bytes> {
        self.0.get(path).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "it was not read at first"))
    }
}
