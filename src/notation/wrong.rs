//! What is wrong with a value, from code that does not know its place. With a place it becomes a `Diagnostic`.

use crate::units::UnitError;

/// What is wrong with a value, from code that does not know its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// One sentence for a person, naming the offending values.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Wrong {
    /// Without a hint.
    pub fn new(message: impl Into<String>) -> Wrong {
        Wrong { message: message.into(), hint: None }
    }
    /// With a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Wrong {
        self.hint = Some(hint.into());
        self
    }
}

impl From<UnitError> for Wrong {
    fn from(wrong: UnitError) -> Wrong {
        Wrong { message: wrong.to_string(), hint: wrong.hint() }
    }
}
