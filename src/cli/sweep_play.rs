//! Plays the points of a sweep, a few at a time over the cores, and finds out what dropped the first packet of an
//! entry. What is measured is decided elsewhere; results are in the order of the points, on any number of cores.

use super::args::HowArgs;
use super::interrupt::Interrupts;
use super::machine;
use super::play::{Bug, Took, options, play_all, play_pass};
use super::reach;
use super::sweep_input::{Setting, Subject};
use crate::engine::Run;
use crate::model::TrafficId;
use crate::report::{self, Snapshot};
use crate::scenario::{Diagnostic, Scenario};
use crate::trace::{Answer, Event, Moment, Question, Story, Wanted};
use std::collections::BTreeSet;

/// Scenarios that are loaded at the same time, for each core.
const LOADED_PER_CORE: usize = 4;

/// Why a sweep has no report.
pub(super) enum Stop {
    /// A point cannot be played.
    Refused(Vec<Diagnostic>),
    /// A bug in the program.
    Bug(Bug),
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(complaints: Vec<Diagnostic>) -> Stop {
        Stop::Refused(complaints)
    }
}

/// Plays one file with many settings.
pub(super) struct Player<'a> {
    pub subject: &'a Subject,
    how: HowArgs,
    quiet: bool,
    interrupts: &'a Interrupts,
    took: Took,
    notes: Vec<String>,
    noted: BTreeSet<String>,
}

impl<'a> Player<'a> {
    pub(super) fn new(subject: &'a Subject, how: HowArgs, quiet: bool, interrupts: &'a Interrupts) -> Player<'a> {
        Player { subject, how, quiet, interrupts, took: Took::default(), notes: Vec::new(), noted: BTreeSet::new() }
    }

    /// What `make` makes of each point's run; none for points that were not begun when a signal came.
    ///
    /// # Errors
    /// A point cannot be played, or a bug.
    pub(super) fn play<T>(
        &mut self,
        points: &[Vec<Setting>],
        make: impl Fn(usize, &Snapshot) -> T,
    ) -> Result<Vec<Option<T>>, Stop> {
        let mut made = Vec::with_capacity(points.len());
        for points in points.chunks(LOADED_PER_CORE * machine::cores().get()) {
            let first = made.len();
            if self.interrupts.heard() {
                made.extend(points.iter().map(|_| None));
                continue;
            }
            let snapshots = self.snapshots(points)?;
            let one = |(at, snapshot): (usize, Option<Snapshot>)| snapshot.map(|snapshot| make(at, &snapshot));
            made.extend((first..).zip(snapshots).map(one));
        }
        Ok(made)
    }

    fn snapshots(&mut self, points: &[Vec<Setting>]) -> Result<Vec<Option<Snapshot>>, Stop> {
        let scenarios = points.iter().map(|settings| self.subject.load(settings));
        let scenarios = scenarios.collect::<Result<Vec<Scenario>, _>>()?;
        for note in scenarios.iter().flat_map(|scenario| &scenario.warnings).map(Diagnostic::headline) {
            if self.noted.insert(note.clone()) {
                self.notes.push(note);
            }
        }
        // Judged before the run, which uses the network up; no packet counts for it.
        let judged: Vec<_> = scenarios.iter().map(|s| report::reach_reports(&s.plan, &reach::judge(s))).collect();
        let snapshot = |run: &Run, file: &str, _: &[Diagnostic]| Snapshot::of(run, file, Vec::new(), None);
        let options = options(self.how, scenarios.len(), None);
        let mut played = play_all(scenarios, options, self.quiet, self.interrupts, snapshot).map_err(Stop::Bug)?;
        for (snapshot, judged) in played.made.iter_mut().zip(judged) {
            snapshot.iter_mut().for_each(|snapshot| snapshot.expectations.extend_from_slice(&judged));
        }
        self.took.add(&played.took);
        Ok(played.made)
    }

    /// The reason and the place of the first drop of an entry's packet: `shaper_queue_full at PeerConn VPC1 -> VPC2`.
    ///
    /// # Errors
    /// A bug, or the point cannot be played.
    pub(super) fn first_drop(&self, settings: &[Setting], entry: TrafficId) -> Result<Option<String>, Stop> {
        let scenario = self.subject.load(settings)?;
        let options = options(self.how, 1, None);
        let question = Question::Found(Wanted::FirstDrop(None), Some(entry));
        let answer = crate::trace::trace(&scenario.network, &scenario.plan, question, |pass| {
            play_pass(scenario.clone(), pass, options, true, self.interrupts)
        });
        match answer.map_err(Stop::Bug)? {
            Answer::Told(story) => Ok(end(&story)),
            Answer::Nothing(_) | Answer::Interrupted(_) => Ok(None),
        }
    }

    /// Whether a signal asked for an early end.
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupts.heard()
    }

    /// The remarks on all scenarios that were played, each once.
    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// Says how long it took.
    pub(super) fn tell(&self) {
        self.took.tell(self.quiet);
    }
}

/// Where and why the packet of a story was dropped.
fn end(story: &Story) -> Option<String> {
    let steps = story.ways.get(story.found).map(|way| &way.steps).into_iter().flatten();
    let drop = |step: &Moment| match &step.event {
        Event::Dropped { reason, .. } => Some(format!("{reason} at {}", step.place)),
        _ => None,
    };
    steps.filter_map(drop).next_back()
}
