//! Lessons for programs.
//!
//! ```json
//! {"stages": [{"name": "reply", "passed": false, "why": "traffic ping: loss is 100 %, not 0 %; …"}]}
//! ```
//!
//! and the list of them:
//!
//! ```json
//! [{"name": "return-route", "title": "…", "track": "way", "stages": [{"name": "reply", "goal": "…"}]}]
//! ```

use super::model::StageResult;
use crate::model::{Lesson, Stage};
use crate::report::format::json::pretty;
use serde_json::{Value, json};

/// What came of the stages of a lesson, as an indented JSON document that ends in a newline.
pub fn stages_json(results: &[StageResult]) -> String {
    pretty(&json!({ "stages": results }))
}

/// Lessons in order, likewise.
pub fn lessons_json(lessons: &[Lesson]) -> String {
    let stage = |stage: &Stage| json!({ "name": stage.name.as_str(), "goal": stage.goal });
    let lesson = |lesson: &Lesson| {
        json!({
            "name": lesson.name.as_str(),
            "title": lesson.title,
            "track": lesson.track.name(),
            "stages": lesson.stages.iter().map(stage).collect::<Vec<_>>(),
        })
    };
    pretty(&Value::from(lessons.iter().map(lesson).collect::<Vec<_>>()))
}
