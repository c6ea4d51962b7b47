//! Stored documents are read back as what they were written from. They may be anybody's, or of another version of the
//! program, so they are checked first.

use super::index::{FOLDER_FORMAT, FOLDER_VERSION, FolderIndex};
use crate::report::run::{FORMAT, Snapshot, VERSION};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// A document that cannot be read back.
#[derive(Debug, Error)]
pub enum WrongStored {
    /// It is no JSON, or lacks something.
    #[error("it is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
    /// It is another document.
    #[error("it is not a document `{wanted}`, but `{found}`")]
    Other {
        /// The format that is needed.
        wanted: &'static str,
        /// The one it states.
        found: String,
    },
    /// It was written by another version of the program.
    #[error("it is of version {found} of its format, and this vpcsim reads version {known}")]
    Version {
        /// The version it states.
        found: u32,
        /// The one that is read.
        known: u32,
    },
}

/// What every document of ours begins with.
#[derive(Deserialize)]
pub(in crate::report) struct Head {
    format: String,
    version: u32,
}

impl Head {
    /// Whether it is that of a document of this format and version.
    ///
    /// # Errors
    /// It is of another.
    pub(in crate::report) fn check(self, wanted: &'static str, known: u32) -> Result<(), WrongStored> {
        match self {
            Head { format: found, .. } if found != wanted => Err(WrongStored::Other { wanted, found }),
            Head { version: found, .. } if found != known => Err(WrongStored::Version { found, known }),
            Head { .. } => Ok(()),
        }
    }
}

fn read<T: DeserializeOwned>(text: &str, wanted: &'static str, known: u32) -> Result<T, WrongStored> {
    let head: Head = serde_json::from_str(text)?;
    head.check(wanted, known)?;
    Ok(serde_json::from_str(text)?)
}

/// The index of a folder: [`FolderIndex::json`].
///
/// # Errors
/// The text is damaged, another document, or of another version.
pub fn folder_index(text: &str) -> Result<FolderIndex, WrongStored> {
    read(text, FOLDER_FORMAT, FOLDER_VERSION)
}

/// The report of a run: [`crate::report::json()`].
///
/// # Errors
/// The text is damaged, another document, or of another version.
pub fn stored_report(text: &str) -> Result<Snapshot, WrongStored> {
    read(text, FORMAT, VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::run::{json, sample};

    #[test]
    fn a_report_is_read_back_as_it_was() {
        for mut snapshot in [sample::rich(), sample::quiet(), sample::partial()] {
            snapshot.intervals = Some(sample::intervals(3));
            let read = stored_report(&json(&snapshot)).expect("it was just written");
            assert_eq!(format!("{read:?}"), format!("{snapshot:?}"));
        }
    }

    #[test]
    fn what_is_not_a_report_of_this_version_is_told_apart() {
        let text = json(&sample::rich());
        let wrong = |text: &str| stored_report(text).map(|_| ()).expect_err("it is wrong").to_string();
        assert!(wrong("{").starts_with("it is damaged: EOF"));
        assert!(wrong(&text[..text.len() / 2]).starts_with("it is damaged: EOF"));
        assert!(wrong(&text.replace("\"seed\"", "\"sead\"")).contains("missing field `seed`"));
        assert_eq!(
            wrong(&text.replace("vpcsim-report", "vpcsim-bill")),
            "it is not a document `vpcsim-report`, but `vpcsim-bill`"
        );
        assert_eq!(
            wrong(&text.replacen("\"version\": 1", "\"version\": 2", 1)),
            "it is of version 2 of its format, and this vpcsim reads version 1"
        );
    }
}
