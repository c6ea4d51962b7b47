//! What came of the stages of a lesson.

use serde::Serialize;

/// What came of one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageResult {
    /// Its name.
    pub name: String,
    /// Whether all of its demands held.
    pub passed: bool,
    /// If not: the first demand that failed, what was found, and a hint.
    pub why: Option<String>,
}
