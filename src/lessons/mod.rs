//! The lessons that come with the program: scenarios that teach, their texts and their solutions, by name. It knows how
//! to load one and how to read what a learner made of one; whether a stage is passed, `report` says after a run.
//!
//! Whoever plays a lesson loads it ([`Shipped::scenario`]), runs its plan, and asks
//! [`crate::report::stage_results`] whenever it wants to know how far the learner is; a stage's
//! [`start`](crate::model::Stage::start) are the actions with which to begin there.

use crate::model::Lesson;
use crate::scenario::{self, Attempt, Diagnostic, Edit, Files, Lookup, NoFiles, Scenario};
use bytes::Bytes;
use std::path::Path;

/// A lesson that comes with the program.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Its name, which is that of its files.
    pub name: &'static str,
    /// The scenario that the learner begins with.
    pub start: &'static str,
    /// What there is to read, in Markdown.
    pub text: &'static str,
    /// A scenario that passes all stages.
    pub solved: &'static str,
}

macro_rules! lessons {
    ($($name:literal),* $(,)?) => {
        /// All lessons, in the order in which they are learnt.
        pub const LESSONS: &[Shipped] = &[$(Shipped {
            name: $name,
            start: include_str!(concat!("../../scenarios/lessons/", $name, ".toml")),
            text: include_str!(concat!("../../scenarios/lessons/", $name, ".md")),
            solved: include_str!(concat!("../../scenarios/lessons/solved/", $name, ".toml")),
        }),*];
    };
}

lessons! {
    "longest-prefix",
    "return-route",
    "non-transitivity",
    "overlap",
    "spoofing",
    "ttl",
    "bucket",
    "queue",
    "policer-or-shaper",
    "tcp-over-a-cap",
    "changing-the-cap",
    "two-flows",
    "five-minute-peaks",
    "tiers",
    "free-quota",
    "failover",
    "deletion",
    "expiry",
}

/// Their names and scenarios.
const NAMED: [(&str, &str); LESSONS.len()] = {
    let mut named = [("", ""); LESSONS.len()];
    let mut at = 0;
    while at < LESSONS.len() {
        named[at] = (LESSONS[at].name, LESSONS[at].start);
        at += 1;
    }
    named
};

impl Shipped {
    /// The lesson with this name.
    pub fn named(name: &str) -> Option<&'static Shipped> {
        LESSONS.iter().find(|lesson| lesson.name == name)
    }

    /// The scenario that the learner begins with; its plan has the lesson.
    ///
    /// # Errors
    /// What is wrong with the file that was shipped, and with `edits`.
    pub fn scenario(&self, edits: &[Edit]) -> Result<Scenario, Vec<Diagnostic>> {
        let file = format!("{}.toml", self.name);
        let content = Bytes::from_static(self.start.as_bytes());
        scenario::load_content(Ok(content), &file, Path::new(""), &NoFiles, edits)
    }

    /// What it teaches.
    ///
    /// # Errors
    /// What is wrong with the file that was shipped.
    pub fn lesson(&self) -> Result<Lesson, Vec<Diagnostic>> {
        let nothing = || vec![Diagnostic::plain(self.name, "it teaches nothing".into(), None)];
        self.scenario(&[])?.plan.lesson.ok_or_else(nothing)
    }

    /// The file that the learner begins with, brought to where `stage` begins; `None` if there is no such stage.
    ///
    /// # Errors
    /// What is wrong with the file that was shipped.
    pub fn file_at(&self, stage: &str) -> Result<Option<String>, Vec<Diagnostic>> {
        let stages = self.lesson()?.stages;
        let found = stages.iter().find(|known| known.name.as_str() == stage);
        Ok(found.map(|stage| match stage.start.as_str() {
            "" => self.start.to_owned(),
            start => format!("{}\n# Where stage `{}` begins.\n{}", self.start, stage.name, start.trim_start()),
        }))
    }
}

/// Reads what a learner made of a lesson: the one called `wanted`, or the one that the file names. The content, the
/// name shown and the folder are as in [`scenario::load_content`].
///
/// # Errors
/// All errors of the file, and that it is of no lesson there is.
pub fn attempt(
    content: std::io::Result<Bytes>,
    file: &str,
    folder: &Path,
    files: &dyn Files,
    edits: &[Edit],
    wanted: Option<&str>,
) -> Result<Attempt, Vec<Diagnostic>> {
    scenario::load_attempt(content, file, folder, files, edits, Lookup { wanted, lessons: &NAMED, also: &[] })
}

/// The same of a text from a lab, which is about the lesson `name`: there, everything is done at some instant, so that
/// actions may be added to any timeline.
///
/// # Errors
/// Those of [`attempt`].
pub fn attempt_in_lab(text: &str, file: &str, files: &dyn Files, name: &str) -> Result<Attempt, Vec<Diagnostic>> {
    let content = Ok(Bytes::copy_from_slice(text.as_bytes()));
    let lookup = Lookup { wanted: Some(name), lessons: &NAMED, also: &["at.+"] };
    scenario::load_attempt(content, file, Path::new(""), files, &[], lookup)
}
