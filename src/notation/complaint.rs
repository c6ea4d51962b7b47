//! What is wrong with a text, and where. It does not draw itself: the command line does.

use crate::units::UnitError;
use std::fmt;
use std::ops::Range;

/// Complaints about one text beyond this many are only counted.
pub const COMPLAINTS_MAX: usize = 20;

/// What is wrong with a value, by whoever does not know its place.
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
    /// The complaint about it at its place.
    pub fn at(self, span: Range<usize>) -> Complaint {
        Complaint { span, message: self.message, hint: self.hint }
    }
}

impl From<UnitError> for Wrong {
    fn from(wrong: UnitError) -> Wrong {
        Wrong { message: wrong.to_string(), hint: wrong.hint() }
    }
}

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
    /// Without a hint.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Complaint {
        Wrong::new(message).at(span)
    }
    /// With a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Complaint {
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

/// The complaints about one text: the first [`COMPLAINTS_MAX`], and how many more there are.
#[derive(Debug, Default)]
pub struct Complaints {
    list: Vec<Complaint>,
    more: usize,
}

impl Complaints {
    /// Adds one, or counts it.
    pub fn push(&mut self, complaint: Complaint) {
        if self.list.len() < COMPLAINTS_MAX {
            self.list.push(complaint);
        } else {
            self.more += 1;
        }
    }

    /// Nothing, if there is nothing to complain about.
    ///
    /// # Errors
    /// The complaints in order of place; at the end of `text`, how many are not shown.
    pub fn finish(mut self, text: &str) -> Result<(), Vec<Complaint>> {
        self.list.sort_by_key(|complaint| complaint.span.start);
        if self.more > 0 {
            self.list.push(Complaint::new(text.len()..text.len(), format!("… and {} more", self.more)));
        }
        if self.list.is_empty() { Ok(()) } else { Err(self.list) }
    }
}
