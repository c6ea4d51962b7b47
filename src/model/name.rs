//! Names of things: `[A-Za-z0-9._-]{1,60}` (S16: at most 60 characters). Free text is a label, not a name.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// A valid name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// The text is empty.
    #[error("a name cannot be empty")]
    Empty,
    /// More than 60 characters (S16, vendor error InvalidPeeringConnectionName).
    #[error("the name `{name}` has {length} characters, at most 60 are allowed")]
    TooLong { name: String, length: usize },
    /// A character outside the set.
    #[error("the name `{name}` contains `{bad}`; names are letters, digits, `.`, `_` and `-`")]
    BadCharacter { name: String, bad: char },
}

impl Name {
    /// The most characters a name has (S16).
    pub const LENGTH_MAX: usize = 60;

    /// Checks `text` and keeps it.
    pub fn new(text: &str) -> Result<Name, NameError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if let Some(bad) = text.chars().find(|&c| !allowed(c)) {
            return Err(NameError::BadCharacter { name: text.into(), bad });
        }
        if text.len() > Name::LENGTH_MAX {
            return Err(NameError::TooLong { name: text.into(), length: text.len() });
        }
        Ok(Name(text.into()))
    }

    /// The text of the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
