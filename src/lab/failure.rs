//! Why something was not done in a session, for people and for programs.

use super::written::Unwritable;
use crate::scenario::Diagnostic;
use serde_json::{Value, json};

/// Why something was not done. The session is then as it was.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The text, with what was to be done, is no scenario.
    #[error("{}", .0.first().map_or_else(String::new, |first| first.message.clone()))]
    Wrong(Vec<Diagnostic>),
    /// The control plane refuses.
    #[error("{message}")]
    Refused {
        /// The refusal's code.
        code: &'static str,
        /// What it means.
        message: String,
    },
    /// It would take too long to play.
    #[error("there are too many packets for a lab: run the scenario, or make it shorter")]
    TooMuch,
    /// It is too large, or there is too much of it.
    #[error("{0}")]
    TooLarge(String),
    /// It cannot be asked so.
    #[error("{0}")]
    Unknown(String),
}

impl From<Unwritable> for Failure {
    fn from(wrong: Unwritable) -> Failure {
        Failure::Unknown(wrong.to_string())
    }
}

impl Failure {
    /// The failure for programs: a message, a code if the control plane refuses, and the complaints about a text.
    pub fn json(&self) -> Value {
        let (code, complaints) = match self {
            Failure::Refused { code, .. } => (Some(*code), Vec::new()),
            Failure::Wrong(complaints) => (None, complaints.iter().map(|complaint| complaint.json()).collect()),
            Failure::TooMuch | Failure::TooLarge(_) | Failure::Unknown(_) => (None, Vec::new()),
        };
        json!({ "message": self.to_string(), "code": code, "complaints": complaints })
    }
}
