//! What a look at a network finds, as plain data. Where it stands in a file and how it is shown is decided elsewhere.

use crate::model::Thing;
use serde::Serialize;

/// How bad a finding is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something that is meant to work does not.
    Error,
    /// Something will not work, or not as one would think.
    Warning,
    /// Something to know.
    Info,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is called, in upper case: a code of rules.md B3, or of the table in [`super::lint`].
    pub code: &'static str,
    /// What it is about; its place is that of the finding.
    pub about: Thing,
    /// What is wrong, in one sentence.
    pub sentence: String,
    /// What to write instead, if that is known: a line that says where and ends in a colon, then the lines to paste;
    /// perhaps several times.
    pub fix: Option<String>,
}
