//! A lesson as valid data: what a plan teaches, stage by stage, and which of its demands belong to which stage. It
//! judges nothing and shows nothing.

use super::name::Name;
use super::verdict::DropReason;
use std::ops::Range;

/// A scenario that teaches something.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// Its name, by which it is asked for.
    pub name: Name,
    /// What it is about, in a few words.
    pub title: String,
    /// Where it belongs.
    pub track: Track,
    /// The keys that a learner may change; everything else is fixed. Parts are separated by dots, and `*` stands for
    /// any name: `vpc.*.subnet.*.routes`. `at.+` are further entries of the timeline.
    pub may_change: Vec<String>,
    /// In order.
    pub stages: Vec<Stage>,
}

/// A row of lessons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Track {
    /// How packets find their way.
    Way,
    /// What a cap does.
    Cap,
    /// What it costs, and when it breaks.
    Cost,
}

impl Track {
    /// All tracks, in the order in which they are learnt.
    pub const ALL: [Track; 3] = [Track::Way, Track::Cap, Track::Cost];
    /// Their names, in the same order.
    pub const NAMES: [&'static str; 3] = ["way", "cap", "cost"];

    /// Its name.
    pub fn name(self) -> &'static str {
        Track::NAMES[self as usize]
    }

    /// The track with this name.
    pub fn named(name: &str) -> Option<Track> {
        Track::ALL.into_iter().find(|track| track.name() == name)
    }

    /// What it is about.
    pub fn title(self) -> &'static str {
        match self {
            Track::Way => "How packets find their way",
            Track::Cap => "What a cap does",
            Track::Cost => "What it costs, and when it breaks",
        }
    }
}

/// A step of a lesson: a goal, and the demands that show whether it is reached.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Unique in its lesson.
    pub name: Name,
    /// What is to be reached, in a sentence.
    pub goal: String,
    /// What to think about before the run.
    pub quiz: Option<Quiz>,
    /// What may help, in order of the file.
    pub hints: Vec<Hint>,
    /// What makes the network as it is where this stage begins: entries of a timeline, as TOML to be added to the file;
    /// empty if there are none.
    pub start: String,
    /// Its demands on what a run measures, among those of the plan.
    pub expectations: Range<usize>,
    /// Its demands on who reaches whom, among those of the plan.
    pub reach: Range<usize>,
}

/// A question before the run, with the answer for after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiz {
    /// What will happen?
    pub question: String,
    /// What may be chosen; none for a question without choices.
    pub choices: Vec<String>,
    /// Which of them is right, from 0.
    pub right: Option<usize>,
    /// The answer, with the reason.
    pub answer: String,
}

/// A hint for those who have not reached the goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The drops it is about; none for one that always helps.
    pub on: Option<DropReason>,
    /// The hint.
    pub text: String,
}

impl Lesson {
    /// The stage that a demand on what a run measures belongs to, by its place among those of the plan.
    pub fn stage_of_expectation(&self, at: usize) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.expectations.contains(&at))
    }

    /// The stage that a demand on who reaches whom belongs to, by its place among those of the plan.
    pub fn stage_of_reach(&self, at: usize) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.reach.contains(&at))
    }
}
