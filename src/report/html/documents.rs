//! The documents that a page is made of: read to find what the page says in words, and written so that they can stand
//! inside a page. A stored document may be anybody's, so it is checked.

use crate::report::stored::WrongStored;
use crate::report::stored::read::Head;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

/// A document that is not what the page needs.
#[derive(Debug, Error)]
#[error("{what}: {why}")]
pub struct WrongDocument {
    /// Which document.
    pub what: &'static str,
    /// What is wrong with it.
    pub why: WrongStored,
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
        let read = || {
            let value: Value = serde_json::from_str(text)?;
            Head::deserialize(&value)?.check(format, version)?;
            Ok(value)
        };
        read().map(|value| Document { what, value }).map_err(|why| WrongDocument { what, why })
    }

    /// What the page says of it in words.
    ///
    /// # Errors
    /// Something is missing.
    pub fn said<T: DeserializeOwned>(&self) -> Result<T, WrongDocument> {
        T::deserialize(&self.value).map_err(|error| WrongDocument { what: self.what, why: error.into() })
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
