//! The passes over a run: one that finds the packet, if only what happened to it is known; one that follows it; and one
//! that watches the links on which it met a bucket. The same seed gives the same bytes each time. Who plays the run, and
//! how it is cut into slices, is up to the caller.

use super::chart::Chart;
use super::follow::{Follow, Seen};
use super::neighbours::Neighbours;
use super::search::{Search, Wanted};
use super::senders::Senders;
use super::story::Story;
use super::tell::{Teller, met_bucket, ways};
use crate::dataplane::packet::PacketId;
use crate::engine::{Pass, Record, Run};
use crate::model::plan::Plan;
use crate::model::{DropReason, Network, TrafficId};
use crate::units::SimTime;

/// Which packet is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The one with this name.
    Packet(PacketId),
    /// One to be found; of this traffic entry, if there is one.
    Found(Wanted, Option<TrafficId>),
}

/// How a pass went.
#[derive(Debug, Clone)]
pub struct Played {
    /// Where the run ended, if the pass was not over and the plan not played to its end.
    pub interrupted: Option<SimTime>,
    /// What changed the network so far, in order of time.
    pub(super) changes: Vec<(SimTime, String)>,
}

impl Played {
    /// What came of a pass over this run.
    pub fn of(run: &Run, pass: &dyn Pass) -> Played {
        let accepted = run.outcomes.iter().filter(|outcome| outcome.refused.is_none());
        let actions = accepted.map(|outcome| &run.plan.timeline[outcome.action]);
        let by_itself = run.simulation.happened().iter().map(|(time, outcome)| (*time, outcome.0.clone()));
        let mut changes: Vec<_> = actions.map(|action| (action.time, action.text.clone())).chain(by_itself).collect();
        changes.sort_by_key(|(time, _)| *time);
        let is_whole = run.is_done() || pass.is_over(run);
        Played { interrupted: (!is_whole).then(|| run.simulation.now()), changes }
    }
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The story of the packet.
    Told(Box<Story>),
    /// There is no such packet.
    Nothing(Nothing),
    /// The run was interrupted at this instant, before the packet was found.
    Interrupted(SimTime),
}

/// Why there is no such packet in the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nothing {
    /// None was dropped, for this reason if one was asked for.
    NoDrop(Option<DropReason>),
    /// None reached the host it was meant for.
    NoDelivery,
    /// The one of this name was not sent.
    NotSent {
        name: String,
        /// Whether later ones were: its host was down at its turn.
        is_skipped: bool,
        /// How many its sender sent.
        sent: u64,
        /// The name of the last one.
        last: Option<String>,
    },
}

/// Answers a question about a run of `plan` in `network`, which `play` plays from the start each time it is called.
///
/// # Errors
/// Those of `play`.
pub fn trace<E>(
    network: &Network,
    plan: &Plan,
    question: Question,
    mut play: impl FnMut(&dyn Pass) -> Result<Played, E>,
) -> Result<Answer, E> {
    let senders = Senders::of(plan);
    let found = match question {
        Question::Packet(id) => Some((id, None)),
        Question::Found(wanted, traffic) => {
            let search = Search::new(wanted, traffic, senders.clone());
            let played = play(&search)?;
            if let Some(at) = played.interrupted {
                return Ok(Answer::Interrupted(at));
            }
            search.found().map(|(id, kind)| (id, Some(kind)))
        }
    };
    let Some((id, kind)) = found else { return Ok(Answer::Nothing(nothing(question))) };
    let follow = Follow::new(id, senders.clone());
    let mut played = play(&follow)?;
    let seen = follow.seen();
    if seen.own.is_empty() {
        let not_sent = || Answer::Nothing(not_sent(&senders, id, &seen));
        return Ok(played.interrupted.map_or_else(not_sent, Answer::Interrupted));
    }
    let ways = ways(&seen);
    let neighbours = beside(&ways);
    if played.interrupted.is_none() && !neighbours.is_over(SimTime::ZERO) {
        played.interrupted = play(&neighbours)?.interrupted;
    }
    let changed = played.changes.iter().map(|(time, _)| *time).collect();
    let chart = Chart::new(network, plan, changed);
    let teller = Teller { chart, senders: &senders, neighbours: &neighbours, played: &played };
    Ok(Answer::Told(Box::new(teller.story(&seen, &ways, kind))))
}

/// The watch over the neighbours of all that was seen.
fn beside(ways: &[Vec<Record>]) -> Neighbours {
    let at_buckets = ways.iter().flatten().filter_map(|record| Some((met_bucket(record)?, record)));
    Neighbours::of(at_buckets.map(|(link, record)| ((link, record.id, record.kind), record.time)))
}

fn nothing(question: Question) -> Nothing {
    match question {
        Question::Found(Wanted::FirstDrop(reason), _) => Nothing::NoDrop(reason),
        Question::Found(Wanted::Slowest, _) | Question::Packet(_) => Nothing::NoDelivery,
    }
}

fn not_sent(senders: &Senders, id: PacketId, seen: &Seen) -> Nothing {
    let last = seen.last.map(|sequence| senders.name(PacketId::new(id.source(), sequence)));
    let is_skipped = seen.last.is_some_and(|last| last > id.sequence());
    Nothing::NotSent { name: senders.name(id), is_skipped, sent: seen.sent, last }
}

impl Pass for Search {
    fn begin(&self, run: &mut Run) {
        run.simulation.observe(self.observer());
    }
    fn is_over(&self, _: &Run) -> bool {
        self.is_settled()
    }
}

impl Pass for Follow {
    fn begin(&self, run: &mut Run) {
        run.simulation.observe(self.observer());
    }
    fn is_over(&self, run: &Run) -> bool {
        Follow::is_over(self, run.simulation.now())
    }
}

impl Pass for Neighbours {
    fn begin(&self, run: &mut Run) {
        run.simulation.observe(self.observer());
    }
    fn is_over(&self, run: &Run) -> bool {
        Neighbours::is_over(self, run.simulation.now())
    }
}
