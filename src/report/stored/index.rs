//! The index of a folder that a run left: what lies in it, what does not and why. One JSON document, written when
//! everything else is there: a folder without it is not complete.
//!
//! ```json
//! {"format": "vpcsim-folder", "version": 1, "vpcsim": "0.1.0",
//!  "scenario": "quick start", "file": "quick-start.toml", "seed": 1, "partial": false, "shows_series": false,
//!  "files": [{"name": "report.json", "what": "the report, for programs", "note": null,
//!             "bytes": 5120, "xxh3": "9f0c…"}, …],
//!  "not_made": [{"name": "series.parquet", "why": "…"}]}
//! ```
//!
//! Keys may be added within a version; none is removed or changes its meaning.

use crate::report::format::json::pretty;
use crate::report::run::Word;
use serde::{Deserialize, Serialize};

/// The document's `format`.
pub const FOLDER_FORMAT: &str = "vpcsim-folder";
/// The document's `version`.
pub const FOLDER_VERSION: u32 = 1;

/// What lies in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderIndex {
    /// [`FOLDER_FORMAT`].
    pub format: Word,
    /// [`FOLDER_VERSION`].
    pub version: u32,
    /// The version of the program that wrote it.
    pub vpcsim: Word,
    /// The scenario's name.
    pub scenario: String,
    /// The file it came from.
    pub file: String,
    /// The seed of every random stream.
    pub seed: u64,
    /// Whether the run was interrupted.
    pub partial: bool,
    /// Whether the interval series were asked for: only then the readable report shows them.
    pub shows_series: bool,
    /// Each file but this one.
    pub files: Vec<StoredFile>,
    /// What would be there too.
    pub not_made: Vec<NotMade>,
}

/// A file in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Its name in the folder.
    pub name: String,
    /// What it is.
    pub what: Word,
    /// What else is to be known of it, such as what it leaves out.
    pub note: Option<String>,
    /// Its length.
    pub bytes: u64,
    /// The 64-bit XXH3 hash of its bytes, as 16 hexadecimal digits.
    pub xxh3: String,
}

/// A file that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotMade {
    /// The name that it would have.
    pub name: Word,
    /// Why not.
    pub why: String,
}

impl FolderIndex {
    /// The index as an indented JSON document that ends in a newline.
    pub fn json(&self) -> String {
        pretty(self)
    }

    /// The file of this name.
    pub fn find(&self, name: &str) -> Option<&StoredFile> {
        self.files.iter().find(|file| file.name == name)
    }
}
