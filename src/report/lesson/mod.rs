//! Lessons: which there are, and how far a learner has come in one. Demands were judged elsewhere; nothing runs here.

mod build;
mod json;
mod model;
mod text;

pub use build::{changed_results, stage_results};
pub use json::{lessons_json, stages_json};
pub use model::StageResult;
pub use text::{lesson_text, lessons_text, stages_text};
