//! What an output holds, and which earlier files it may therefore replace: tables and pictures those of their own kind,
//! known by how they begin; texts that people edit nothing but themselves. It looks at files and writes none.

use crate::report::Artifact;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What is going to be written.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Content<'a> {
    /// Made anew by every run.
    Artifact(Artifact),
    /// This text, which a person goes on editing.
    Text(&'a str),
}

/// What lies where an output is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing that anybody would miss.
    Replaceable,
    /// The very content.
    Same,
    /// Something else.
    Foreign,
}

/// More than the first lines of an artifact take.
const BEGINNING: u64 = 4096;

impl Content<'_> {
    /// What the file at `path` is to this content.
    pub(super) fn find(self, path: &Path) -> io::Result<Found> {
        match self {
            Content::Artifact(artifact) => {
                let beginning = read(path, BEGINNING)?;
                let own = beginning.is_empty() || artifact.begins(&String::from_utf8_lossy(&beginning));
                Ok(if own { Found::Replaceable } else { Found::Foreign })
            }
            Content::Text(text) => {
                let found = read(path, text.len() as u64 + 1)?;
                Ok(match found.is_empty() {
                    true => Found::Replaceable,
                    false if found == text.as_bytes() => Found::Same,
                    false => Found::Foreign,
                })
            }
        }
    }

    /// Why another file is not replaced.
    pub(super) fn is_not(self) -> String {
        match self {
            Content::Artifact(artifact) => format!("is there already and is not {artifact} of vpcsim"),
            Content::Text(_) => "is there already, with other content".into(),
        }
    }
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
