//! The files that a scenario of a lab may read: those in the folder of the one it was begun with, or below it, by names
//! that lead nowhere else; none whose name begins with a dot, for those hold what is nobody's business. Nothing is
//! written.

use crate::scenario::Files;
use bytes::Bytes;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The longest file: each network keeps those that it read.
const LENGTH_MAX: u64 = 64_000_000;

/// A folder, or none.
#[derive(Debug, Clone)]
pub(super) struct Beside(Option<PathBuf>);

impl Beside {
    /// No file at all.
    pub(super) fn nothing() -> Beside {
        Beside(None)
    }

    /// The files beside this one.
    pub(super) fn file(file: &Path) -> Beside {
        Beside(Some(file.parent().unwrap_or(Path::new("")).to_owned()))
    }
}

impl Files for Beside {
    fn read(&self, path: &Path) -> io::Result<Bytes> {
        let refused = |why: &str| io::Error::new(io::ErrorKind::PermissionDenied, why.to_owned());
        let folder = self.0.as_ref().ok_or_else(|| refused("this lab was begun without a folder of files"))?;
        let mut whole = folder.clone();
        for part in path.components() {
            match part {
                Component::Normal(name) if !name.as_encoded_bytes().starts_with(b".") => whole.push(name),
                Component::CurDir => continue,
                _ => return Err(refused("in a lab, only files beside the scenario are read")),
            }
            if std::fs::symlink_metadata(&whole)?.is_symlink() {
                return Err(refused("in a lab, no links are followed"));
            }
        }
        let known = std::fs::metadata(&whole)?;
        // A pipe or a device would never end.
        if !known.is_file() {
            return Err(refused("this is no file"));
        }
        if known.len() > LENGTH_MAX {
            return Err(refused("in a lab, only files of up to 64 MB are read"));
        }
        std::fs::read(whole).map(Bytes::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_beside_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for folder in ["in/deeper", "in/.git"] {
            std::fs::create_dir_all(at(folder)).expect("folders");
        }
        for name in ["in/s.toml", "in/a.csv", "in/deeper/b.csv", "in/.env", "in/.git/config", "out.csv"] {
            std::fs::write(at(name), name).expect("written");
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(at("out.csv"), at("in/link.csv")).expect("a link");
        let files = Beside::file(&at("in/s.toml"));
        let read = |name: &str| files.read(Path::new(name)).map(|bytes| bytes.to_vec());
        assert_eq!(read("a.csv").expect("read"), b"in/a.csv");
        assert_eq!(read("./deeper/b.csv").expect("read"), b"in/deeper/b.csv");
        let outside = at("out.csv").display().to_string();
        for name in [
            "../out.csv",
            ".env",
            ".git/config",
            "deeper/../../out.csv",
            "link.csv",
            "deeper",
            "none.csv",
            "",
            &outside,
        ] {
            assert!(read(name).is_err(), "{name}");
        }
        assert!(Beside::nothing().read(Path::new("a.csv")).is_err());
    }
}
