//! The outputs of one command, claimed before anything runs: each can be written; none is an input, standard output or
//! another output; none replaces a file of another kind. It writes nothing.

use super::super::dash::is_dash;
use super::content::{Content, Found};
use super::file::{OutputFile, Target, beside, is_fixed};
use super::place::{Place, canonical, links};
use crate::scenario::Diagnostic;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The files that the outputs of a command must not overwrite.
pub(in super::super) struct Outputs {
    inputs: Vec<Place>,
    claimed: Vec<Place>,
    /// Whether one of them is `-`.
    has_dash: bool,
    force: bool,
}

/// A folder that files can be written to; if it does not exist, it is created with the first file.
pub(in super::super) struct OutputFolder(PathBuf);

impl Outputs {
    /// No outputs yet; `force` lets them replace anything except inputs and other outputs.
    pub(in super::super) fn new(inputs: Vec<Place>, force: bool) -> Outputs {
        Outputs { inputs, claimed: Vec::new(), has_dash: false, force }
    }

    /// Claims the file at `path`, in an existing folder, or standard output.
    ///
    /// # Errors
    /// The reason why it is not written.
    pub(in super::super) fn file(&mut self, path: &Path, content: Content<'_>) -> Result<OutputFile, Diagnostic> {
        if is_dash(path) {
            return match std::mem::replace(&mut self.has_dash, true) {
                true => Err(refused(path, "is named for two outputs of this command", one_dash())),
                false => Ok(OutputFile::new(path, Target::Stdout)),
            };
        }
        self.claim(path, content, |place| fs::metadata(place.folder()).and_then(|_| prove(place.folder())))
    }

    /// Claims the folder at `path`, which may have to be created.
    ///
    /// # Errors
    /// The reason why nothing can be written to it.
    pub(in super::super) fn folder(&self, path: &Path) -> Result<OutputFolder, Diagnostic> {
        if is_dash(path) {
            return Err(refused(
                path,
                "is standard output, and not a folder",
                Some("a folder of that name is ./-".into()),
            ));
        }
        let proven = canonical(path).and_then(|folder| match fs::metadata(&folder) {
            Ok(found) if !found.is_dir() => Err(ErrorKind::NotADirectory.into()),
            _ => prove(&folder),
        });
        proven.map_err(|error| refused(path, &format!("cannot be written: {error}"), None))?;
        Ok(OutputFolder(path.to_owned()))
    }

    /// Claims the file `name` in `folder`.
    ///
    /// # Errors
    /// The reason why it is not written.
    pub(in super::super) fn file_in(
        &mut self,
        folder: &OutputFolder,
        name: &Path,
        content: Content<'_>,
    ) -> Result<OutputFile, Diagnostic> {
        self.claim(&folder.0.join(name), content, |place| prove(place.folder()))
    }

    fn claim(
        &mut self,
        path: &Path,
        content: Content<'_>,
        prove: impl FnOnce(&Place) -> io::Result<()>,
    ) -> Result<OutputFile, Diagnostic> {
        let cannot = |error: io::Error| refused(path, &format!("cannot be written: {error}"), None);
        let target = match stream(path).map_err(cannot)? {
            Some(target) => target,
            None => {
                let place = Place::of(path).map_err(cannot)?;
                let kind = kind(&place).map_err(cannot)?;
                if kind != Kind::Device {
                    self.keep_clear(path, &place)?;
                }
                let target = match kind {
                    Kind::Device => Target::Open(OpenOptions::new().write(true).open(&place.path).map_err(cannot)?),
                    Kind::Pipe => Target::Pipe(place.path.clone()),
                    Kind::New => {
                        prove(&place).map_err(cannot)?;
                        Target::Beside(place.clone())
                    }
                    Kind::File => self.replaced(path, &place, content)?,
                };
                self.claimed.push(place);
                target
            }
        };
        Ok(OutputFile::new(path, target))
    }

    /// Refuses a file that is already an input or another output.
    fn keep_clear(&self, path: &Path, place: &Place) -> Result<(), Diagnostic> {
        let hint = || Some("give the output another name".to_owned());
        if self.inputs.iter().any(|input| input.is(place)) {
            return Err(refused(path, "is an input of this command, so nothing is written to it", hint()));
        }
        if self.claimed.iter().any(|other| other.is(place)) {
            return Err(refused(path, "is named for two outputs of this command", hint()));
        }
        match place.is_stream() {
            Some(stream) => Err(refused(path, &format!("is where {stream} goes already"), hint())),
            None => Ok(()),
        }
    }

    /// How the existing file is replaced, if it may be.
    fn replaced(&self, path: &Path, place: &Place, content: Content<'_>) -> Result<Target, Diagnostic> {
        let cannot = |error: io::Error| refused(path, &format!("cannot be written: {error}"), None);
        let found = match content.find(&place.path) {
            Ok(found) => found,
            Err(_) if self.force => Found::Foreign,
            Err(error) => {
                return Err(refused(path, &format!("is there already and cannot be read: {error}"), forced()));
            }
        };
        match found {
            Found::Same => return Ok(Target::Same),
            Found::Foreign if !self.force => return Err(refused(path, &content.is_not(), forced())),
            _ => {}
        }
        OpenOptions::new().write(true).open(&place.path).map_err(cannot)?;
        match prove(place.folder()) {
            // The file itself is writable, as was just checked.
            Err(error) if is_fixed(&error) => {}
            proven => proven.map_err(cannot)?,
        }
        Ok(Target::Beside(place.clone()))
    }
}

fn one_dash() -> Option<String> {
    Some("standard output takes one; write the other to a file".into())
}

fn forced() -> Option<String> {
    Some("give another name, or --force to replace it".into())
}

fn refused(path: &Path, why: &str, hint: Option<String>) -> Diagnostic {
    let name = path.display().to_string();
    Diagnostic::plain(&name, format!("{name} {why}"), hint)
}

/// The kinds of files that can be written to.
#[derive(PartialEq, Eq)]
enum Kind {
    New,
    File,
    /// Opened only when written: before that, either its reader or this program would have to wait.
    Pipe,
    Device,
}

fn kind(place: &Place) -> io::Result<Kind> {
    let found = match fs::metadata(&place.path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Kind::New),
        found => found?,
    };
    match found {
        found if found.is_dir() => Err(ErrorKind::IsADirectory.into()),
        found if found.is_file() => Ok(Kind::File),
        found if is_pipe(&found) => may_write(&place.path).map(|()| Kind::Pipe),
        _ => Ok(Kind::Device),
    }
}

#[cfg(unix)]
fn is_pipe(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    found.file_type().is_fifo()
}

#[cfg(unix)]
fn may_write(path: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(path, rustix::fs::Access::WRITE_OK)?)
}

#[cfg(not(unix))]
fn is_pipe(_found: &fs::Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn may_write(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// The meaning of a path that names one of the program's own descriptors, such as `/dev/stdout`, directly or by links.
fn stream(path: &Path) -> io::Result<Option<Target>> {
    const STDOUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
    const OTHERS: [&str; 3] = ["/dev/stderr", "/dev/fd/", "/proc/self/fd/"];
    for link in links(path)? {
        let name = link.to_string_lossy();
        if STDOUT.contains(&name.as_ref()) {
            return Ok(Some(Target::Stdout));
        }
        if OTHERS.iter().any(|other| name.starts_with(other)) {
            // Appends to what was already written, if it is a file.
            return OpenOptions::new().append(true).open(path).map(|file| Some(Target::Open(file)));
        }
    }
    Ok(None)
}

/// Checks whether files can be created in `folder`, or in the folder in which it must be created.
fn prove(folder: &Path) -> io::Result<()> {
    match folder.parent() {
        Some(parent) if !folder.exists() => prove(parent),
        _ => beside(folder).map(drop),
    }
}
