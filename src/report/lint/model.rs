//! The view model of a finding: what, how bad, and where in which file.

use crate::diagnose::Severity;
use serde::Serialize;

/// One finding about one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The file, or what else the text was called.
    pub file: String,
    /// From 1; none if it is not in a text.
    pub line: Option<usize>,
    /// In characters, from 1.
    pub column: Option<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// What it is called.
    pub code: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to write instead: one line that says where, then the lines to paste; perhaps several times.
    pub fix: Option<String>,
}
