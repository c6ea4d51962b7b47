//! The documents that a page is made of: read to find what the page says in words, and written so that they can stand
//! inside a page. A stored document may be anybody's, so it is checked.

use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

/// A document that is not what the page needs.
#[derive(Debug, Error)]
pub enum WrongDocument {
    /// It is no JSON, or lacks something.
    #[error("{what} cannot be read: {error}")]
    Unreadable {
        /// Which document.
        what: &'static str,
        /// Why, and where.
        error: serde_json::Error,
    },
    /// It is of another format or version.
    #[error("{what} is not in the format {format} of version {version}")]
    Other {
        /// Which document.
        what: &'static str,
        /// The one that is needed.
        format: &'static str,
        /// And its version.
        version: u32,
    },
}

/// A document of a format, on its way into a page.
pub struct Document {
    what: &'static str,
    value: Value,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// It is no JSON, or of another format or version.
    pub fn read(
        text: &str,
        what: &'static str,
        (format, version): (&'static str, u32),
    ) -> Result<Document, WrongDocument> {
        let value: Value = serde_json::from_str(text).map_err(|error| WrongDocument::Unreadable { what, error })?;
        if value["format"] == format && value["version"] == version {
            Ok(Document { what, value })
        } else {
            Err(WrongDocument::Other { what, format, version })
        }
    }

    /// What the page says of it in words.
    ///
    /// # Errors
    /// Something is missing.
    pub fn said<T: DeserializeOwned>(&self) -> Result<T, WrongDocument> {
        T::deserialize(&self.value).map_err(|error| WrongDocument::Unreadable { what: self.what, error })
    }

    /// The same without what stands under this key: it becomes `null`.
    pub fn without(mut self, key: &str) -> Document {
        if let Some(value) = self.value.get_mut(key) {
            *value = Value::Null;
        }
        self
    }

    /// As it may stand in a `script` element: nothing in it ends or begins one, or a comment.
    pub fn embedded(&self) -> String {
        self.value.to_string().replace('<', "\\u003c")
    }
}
