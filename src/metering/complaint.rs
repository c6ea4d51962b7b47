//! What is wrong with a text, and where. It does not draw itself: the command line does.

use std::fmt;
use std::ops::Range;

/// One complaint about one place of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// One sentence for a person, naming the offending values.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Complaint {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Complaint {
        Complaint { span, message: message.into(), hint: None }
    }
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Complaint {
        self.hint = Some(hint.into());
        self
    }

    /// Line and column of the place in its text, from 1, the column in characters.
    pub fn line_column(&self, text: &str) -> (usize, usize) {
        let before = text.get(..self.span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Complaint {}
