//! Writes one file that was claimed before, completely or not at all: beside its final name and then renamed. Whether
//! it may be written is decided elsewhere.

use super::super::dash::is_dash;
use super::super::exit::Exit;
use super::place::Place;
use super::stdout::{stdout, verdict};
use super::talk;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file that was found to be writable.
pub(in super::super) struct OutputFile {
    /// The path as the user wrote it.
    pub(super) name: PathBuf,
    pub(super) target: Target,
}

/// What is written to.
pub(super) enum Target {
    /// Standard output, after everything else that goes there.
    Stdout,
    /// A device or a descriptor.
    Open(File),
    /// A named pipe.
    Pipe(PathBuf),
    /// A file on a disk, existing or not.
    Beside(Place),
    /// A file that already holds exactly this content.
    Same,
}

impl OutputFile {
    pub(super) fn new(name: &Path, target: Target) -> OutputFile {
        OutputFile { name: name.to_owned(), target }
    }

    /// Its path as the user wrote it.
    pub(in super::super) fn name(&self) -> &Path {
        &self.name
    }

    /// Writes `text`; a failure is reported.
    pub(in super::super) fn write(self, text: &str) -> Exit {
        let written = match self.target {
            Target::Stdout => return stdout(text),
            Target::Same => Ok(()),
            Target::Open(mut file) => file.write_all(text.as_bytes()),
            Target::Pipe(path) => {
                OpenOptions::new().write(true).open(path).and_then(|mut f| f.write_all(text.as_bytes()))
            }
            Target::Beside(place) => replace(&place, text),
        };
        match written {
            Ok(()) => Exit::Done,
            Err(error) => failed(&self.name, &error),
        }
    }
}

/// Reports that a file cannot be written; that whoever read it went away is no failure.
pub(in super::super) fn failed(name: &Path, error: &io::Error) -> Exit {
    if is_dash(name) {
        return verdict(Err(io::Error::new(error.kind(), error.to_string())));
    }
    talk(&format!("vpcsim: {} cannot be written: {error}", name.display()));
    Exit::CannotDo
}

/// Replaces the existing content with `text`.
fn replace(place: &Place, text: &str) -> io::Result<()> {
    fs::create_dir_all(place.folder())?;
    let written = beside(place.folder()).and_then(|mut new| {
        new.as_file_mut().write_all(text.as_bytes())?;
        put_in_place(new, place)
    });
    match written {
        Err(error) if is_fixed(&error) && fs::metadata(&place.path).is_ok() => fs::write(&place.path, text),
        done => done,
    }
}

/// Gives a new file its final name, with the owner and the permissions of the one that it replaces.
pub(super) fn put_in_place(new: NamedTempFile, place: &Place) -> io::Result<()> {
    if let Ok(old) = fs::metadata(&place.path) {
        keep_owner(new.as_file(), &old)?;
        new.as_file().set_permissions(old.permissions())?;
    }
    new.persist(&place.path)?;
    Ok(())
}

/// Whether an error means that a file can only be written in place: its folder, owner or mount cannot be changed.
pub(super) fn is_fixed(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem | ErrorKind::ResourceBusy)
}

/// A temporary file in `folder`, removed when dropped.
pub(super) fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".vpcsim-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(|error| {
        // The temporary name would mean nothing to the reader of the error.
        let text = error.to_string();
        io::Error::new(error.kind(), text.split(" at path ").next().unwrap_or_default())
    })
}

#[cfg(unix)]
fn keep_owner(new: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let made = new.metadata()?;
    let same = (made.uid(), made.gid()) == (old.uid(), old.gid());
    if same { Ok(()) } else { fchown(new, Some(old.uid()), Some(old.gid())) }
}

#[cfg(not(unix))]
fn keep_owner(_new: &File, _old: &Metadata) -> io::Result<()> {
    Ok(())
}
