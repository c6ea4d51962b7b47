//! What an output holds, and which existing files it may therefore replace: a table or picture may replace one of its
//! own kind, recognised by its beginning or its end; a text that people edit replaces only an identical one. It reads
//! files and writes none.

use crate::report::Artifact;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The content to be written.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Content<'a> {
    /// Generated anew by every run.
    Artifact(Artifact),
    /// A file of a folder that is ours as a whole.
    Stored,
    /// This text, which people then edit.
    Text(&'a str),
}

/// What is already at the output's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or nothing worth keeping.
    Replaceable,
    /// A file with exactly this content.
    Same,
    /// Anything else.
    Foreign,
}

/// More than the first lines of an artifact need, and than its last words.
const BEGINNING: u64 = 4096;

impl Content<'_> {
    /// How the file at `path` relates to this content.
    pub(super) fn find(self, path: &Path) -> io::Result<Found> {
        match self {
            Content::Artifact(artifact) => {
                let beginning = read(path, BEGINNING)?;
                let own = beginning.is_empty()
                    || artifact.begins(&String::from_utf8_lossy(&beginning))
                    || artifact.ends(&String::from_utf8_lossy(&end(path)?));
                Ok(if own { Found::Replaceable } else { Found::Foreign })
            }
            Content::Stored => Ok(Found::Replaceable),
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

    /// Why a different file is not replaced.
    pub(super) fn is_not(self) -> String {
        match self {
            Content::Artifact(artifact) => format!("is there already and is not {artifact} of vpcsim"),
            Content::Stored | Content::Text(_) => "is there already, with other content".into(),
        }
    }
}

fn end(path: &Path) -> io::Result<Vec<u8>> {
    let (mut bytes, mut file) = (Vec::new(), File::open(path)?);
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(BEGINNING)))?;
    file.take(BEGINNING).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
