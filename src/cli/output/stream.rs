//! Writes one file that was claimed before, part by part: beside its final name, and renamed when all is written. What
//! is not kept is removed.

use super::super::exit::Exit;
use super::file::{OutputFile, Target, beside, failed, is_fixed, put_in_place};
use super::place::Place;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::PathBuf;
use tempfile::NamedTempFile;

/// How many bytes are written at once.
const AT_ONCE: usize = 1 << 18;

/// A file that is being written.
pub(in super::super) struct OutputStream {
    name: PathBuf,
    out: BufWriter<Sink>,
}

enum Sink {
    Stdout(Stdout),
    /// A device, a pipe, or a file that can only be written in place.
    Open(File),
    Beside(NamedTempFile, Place),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Stdout(out) => out.write(bytes),
            Sink::Open(file) => file.write(bytes),
            Sink::Beside(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Stdout(out) => out.flush(),
            Sink::Open(file) => file.flush(),
            Sink::Beside(file, _) => file.flush(),
        }
    }
}

impl Write for OutputStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl OutputFile {
    /// Opens it, to be written part by part.
    ///
    /// # Errors
    /// Those of the file system.
    pub(in super::super) fn open(self) -> io::Result<OutputStream> {
        let sink = match self.target {
            Target::Stdout => Sink::Stdout(io::stdout()),
            Target::Open(file) => Sink::Open(file),
            Target::Pipe(path) => Sink::Open(OpenOptions::new().write(true).open(path)?),
            Target::Beside(place) => match beside(place.folder()) {
                Ok(new) => Sink::Beside(new, place),
                Err(error) if is_fixed(&error) && fs::metadata(&place.path).is_ok() => {
                    Sink::Open(File::create(&place.path)?)
                }
                Err(error) => return Err(error),
            },
            // Only texts are known before they are written.
            Target::Same => Sink::Open(File::create(&self.name)?),
        };
        Ok(OutputStream { name: self.name, out: BufWriter::with_capacity(AT_ONCE, sink) })
    }
}

impl OutputStream {
    /// Ends the file and gives it its name; a failure is reported.
    pub(in super::super) fn keep(self) -> Exit {
        let kept = self.out.into_inner().map_err(io::IntoInnerError::into_error).and_then(|mut sink| {
            sink.flush()?;
            match sink {
                Sink::Beside(new, place) => put_in_place(new, &place),
                Sink::Stdout(_) | Sink::Open(_) => Ok(()),
            }
        });
        kept.map_or_else(|error| failed(&self.name, &error), |()| Exit::Done)
    }
}
