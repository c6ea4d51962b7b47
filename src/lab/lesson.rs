//! A session on a lesson: what it teaches, and how far the learner has come. Goals are those of the lesson that is
//! shipped.
//!
//! A learner who adds a route while packets run has lost some by then, and is not to lose the stage too: the network is
//! judged as it was built, once with everything at its instant and once with all actions at the beginning, and the
//! better of the two counts.

use super::failure::Failure;
use super::played::Budget;
use super::session::Session;
use super::written::{Done, text};
use crate::diagnose::judge;
use crate::engine::{Options, Run};
use crate::lessons::{LESSONS, Shipped, attempt_in_lab};
use crate::model::Lesson;
use crate::report::{self, Snapshot, StageResult};
use crate::scenario::Attempt;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// A lesson, to be read.
#[derive(Debug, Clone, Serialize)]
pub struct LessonState {
    /// Its name, what it is about, and its track.
    pub name: String,
    pub title: String,
    pub track: &'static str,
    /// What there is to read, as Markdown.
    pub text: &'static str,
    pub stages: Vec<StageState>,
}

/// A stage of it.
#[derive(Debug, Clone, Serialize)]
pub struct StageState {
    pub name: String,
    /// What is to be reached.
    pub goal: String,
    /// What to think about before the run; none without.
    pub question: Option<String>,
    pub choices: Vec<String>,
    /// The right choice, from 0, and the reason: for after the run.
    pub right: Option<usize>,
    pub answer: Option<String>,
}

/// All lessons in a few words: name, title, track.
pub fn lessons() -> &'static [Value] {
    static TOLD: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let loaded = LESSONS.iter().filter_map(|shipped| shipped.scenario(&[]).ok()?.plan.lesson);
        let told = |lesson: Lesson| {
            let (name, track) = (lesson.name.as_str(), lesson.track.title());
            json!({ "name": name, "title": lesson.title, "track": track })
        };
        loaded.map(told).collect()
    });
    &TOLD
}

impl Session {
    /// The lesson that the session is about, if it is one of ours.
    pub fn lesson(&self) -> Option<LessonState> {
        let lesson = self.played().run.plan.lesson.as_ref()?;
        let shipped = Shipped::named(lesson.name.as_str())?;
        let stages = lesson.stages.iter().map(|stage| StageState {
            name: stage.name.to_string(),
            goal: stage.goal.clone(),
            question: stage.quiz.as_ref().map(|quiz| quiz.question.clone()),
            choices: stage.quiz.iter().flat_map(|quiz| quiz.choices.iter().cloned()).collect(),
            right: stage.quiz.as_ref().and_then(|quiz| quiz.right),
            answer: stage.quiz.as_ref().map(|quiz| quiz.answer.clone()),
        });
        Some(LessonState {
            name: shipped.name.into(),
            title: lesson.title.clone(),
            track: lesson.track.name(),
            text: shipped.text,
            stages: stages.collect(),
        })
    }

    /// Which stages are passed by the network as it was built, and why not; what was sent in the lab does not count.
    ///
    /// # Errors
    /// The session is about no lesson, or it would take too long.
    pub fn check(&self) -> Result<Vec<StageResult>, Failure> {
        let name = self.lesson().map(|lesson| lesson.name);
        let name = name.ok_or_else(|| Failure::Unknown("this is no lesson".into()))?;
        let (opened, done, _) = self.parts();
        let actions: Vec<Done> = done.iter().filter(|done| done.is_action()).cloned().collect();
        let at_first: Vec<Done> = actions.iter().map(Done::at_first).collect();
        let as_done = self.judged(&name, &text(opened, actions.iter()))?;
        // At the beginning, an action may not fit.
        let earlier = self.judged(&name, &text(opened, at_first.iter())).unwrap_or_default();
        let passed = |results: &Vec<StageResult>| results.iter().filter(|result| result.passed).count();
        Ok(if passed(&earlier) > passed(&as_done) { earlier } else { as_done })
    }

    fn judged(&self, name: &str, text: &str) -> Result<Vec<StageResult>, Failure> {
        let scenario = match attempt_in_lab(text, self.file(), self.parts().2, name) {
            Ok(Attempt::Fair(scenario)) => *scenario,
            Ok(Attempt::Changed { stages, changed, may_change, .. }) => {
                return Ok(report::changed_results(&stages, &changed, &may_change));
            }
            Err(complaints) => return Err(Failure::Wrong(complaints)),
        };
        let judged = report::reach_reports(&scenario.plan, &judge(&scenario.network, &scenario.plan));
        let mut run = Run::new(scenario.network, scenario.plan, Options::default());
        let end = run.plan.duration;
        Budget::default().play(&mut run, end)?;
        run.finish().map_err(|bug| Failure::Unknown(bug.to_string()))?;
        let mut snapshot = Snapshot::of(&run, self.file(), Vec::new(), None);
        snapshot.expectations.extend(judged);
        Ok(report::stage_results(&run.plan, &snapshot))
    }
}
