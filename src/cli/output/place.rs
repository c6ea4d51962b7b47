//! Where a path leads, and whether two paths lead to the same file: by the file system, not by spelling. It opens
//! nothing.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The number of symbolic links in a row that the kernel follows.
const LINKS_MAX: usize = 40;

/// An existing file, or where one would be created.
#[derive(Debug, Clone)]
pub(in super::super) struct Place {
    /// Absolute, with all symbolic links followed, even a dangling one.
    pub(super) path: PathBuf,
    /// The identity of an existing file: two names of one file share it.
    id: Option<FileId>,
}

/// Device and inode.
type FileId = (u64, u64);

impl Place {
    /// Where `path` leads.
    ///
    /// # Errors
    /// Circular links, folders that may not be searched, a path that can only be a folder's.
    pub(in super::super) fn of(path: &Path) -> io::Result<Place> {
        let last = links(path)?.pop().unwrap_or_default();
        let Some(name) = last.file_name().filter(|_| !last.as_os_str().as_encoded_bytes().ends_with(b"/")) else {
            return Err(ErrorKind::IsADirectory.into());
        };
        let path = canonical(folder_of(&last))?.join(name);
        let id = fs::metadata(&path).ok().as_ref().and_then(id);
        Ok(Place { path, id })
    }

    /// Whether both are the same file.
    pub(in super::super) fn is(&self, other: &Place) -> bool {
        self.path == other.path || (self.id.is_some() && self.id == other.id)
    }

    /// Which of the program's standard streams is this file, if any.
    pub(super) fn is_stream(&self) -> Option<&'static str> {
        let id = self.id?;
        streams().into_iter().find(|(_, stream)| *stream == Some(id)).map(|(name, _)| name)
    }

    /// The folder that contains it.
    pub(super) fn folder(&self) -> &Path {
        folder_of(&self.path)
    }
}

/// The folder that contains a file; the working folder if none is named.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `path` and what it links to, link by link.
pub(super) fn links(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = vec![path.to_owned()];
    while let Ok(target) = fs::read_link(&all[all.len() - 1]) {
        if all.len() > LINKS_MAX {
            return Err(io::Error::other("too many symbolic links"));
        }
        let next = folder_of(&all[all.len() - 1]).join(target);
        all.push(next);
    }
    Ok(all)
}

/// The folder without links and dots, as far as it exists; the missing rest follows as written.
pub(super) fn canonical(folder: &Path) -> io::Result<PathBuf> {
    match (fs::canonicalize(folder), folder.file_name()) {
        (Err(error), Some(name)) if error.kind() == ErrorKind::NotFound => Ok(canonical(folder_of(folder))?.join(name)),
        (known, _) => known,
    }
}

#[cfg(unix)]
fn id(file: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

/// Where files have no inode numbers, paths are compared.
#[cfg(not(unix))]
fn id(_file: &Metadata) -> Option<FileId> {
    None
}

#[cfg(unix)]
fn streams() -> [(&'static str, Option<FileId>); 2] {
    use std::os::fd::{AsFd, BorrowedFd};
    let file = |stream: BorrowedFd<'_>| stream.try_clone_to_owned().and_then(|own| fs::File::from(own).metadata()).ok();
    let stream = |stream: BorrowedFd<'_>| file(stream).as_ref().and_then(id);
    [("standard output", stream(io::stdout().as_fd())), ("standard error", stream(io::stderr().as_fd()))]
}

#[cfg(not(unix))]
fn streams() -> [(&'static str, Option<FileId>); 0] {
    []
}
