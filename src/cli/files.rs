//! The real disk behind [`crate::scenario::Files`].

use crate::scenario::Files;
use bytes::Bytes;
use std::path::Path;

/// Reads whole files.
pub(super) struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> std::io::Result<Bytes> {
        std::fs::read(path).map(Bytes::from)
    }
}
