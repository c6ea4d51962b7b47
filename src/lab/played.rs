//! A scenario that is played up to some instant, and watched from then on.

use super::failure::Failure;
use crate::engine::{Observer, Options, Record, Run};
use crate::model::Network;
use crate::model::plan::Traffic;
use crate::scenario::{Files, Scenario, load_content};
use crate::trace::Senders;
use crate::units::{SimTime, grouped};
use bytes::Bytes;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The most work of one request, in packets that are carried one by one: about a second.
const WORK_MOST: u64 = 30_000_000;
/// The most work of a slice of it.
const SLICE_MOST: u64 = 1_000_000;
/// A step has always room for this many times the work of the shortest.
const OF_SHORTEST: u64 = 4;
/// The most work between two looks, of packets that are watched.
const WATCHED_MOST: u64 = 25_000;
/// How many times more than the 30 ns of [`Run::work`] a packet costs that an observer sees: about a microsecond.
pub(super) const WATCHED_COST: u64 = 30;
/// The most hosts of a network, and the most senders: each takes memory in every network of a class.
const HOSTS_MAX: usize = 100_000;
const SENDERS_MAX: usize = 100_000;
/// The most instants that are tried in search of the next event.
const TRIES: usize = 10_000;

/// A scenario being played.
pub(super) struct Played {
    pub scenario: Scenario,
    pub run: Run,
    pub senders: Senders,
    records: Arc<Mutex<Vec<Record>>>,
}

impl Played {
    /// A scenario at its beginning.
    ///
    /// # Errors
    /// The complaints about the text.
    pub(super) fn begin(file: &str, text: &str, files: &dyn Files) -> Result<Played, Failure> {
        let content = Ok(Bytes::copy_from_slice(text.as_bytes()));
        let scenario = load_content(content, file, Path::new(""), files, &[]).map_err(Failure::Wrong)?;
        check_size(&scenario)?;
        let run = Run::new(scenario.network.clone(), scenario.plan.clone(), Options::default());
        Ok(Played { senders: Senders::of(&scenario.plan), scenario, run, records: Arc::default() })
    }

    pub(super) fn now(&self) -> SimTime {
        self.run.simulation.now()
    }

    pub(super) fn network(&self) -> &Network {
        self.run.simulation.network()
    }

    /// Plays up to an instant, without looking.
    ///
    /// # Errors
    /// It takes too long.
    pub(super) fn play_up_to(&mut self, until: SimTime) -> Result<(), Failure> {
        Budget::default().play(&mut self.run, until)
    }

    /// Looks at every packet from now on.
    pub(super) fn watch(&mut self) {
        let records = Arc::clone(&self.records);
        let look = move |told: &[Record]| {
            records.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(told);
        };
        let observer: Box<dyn Observer> = Box::new(look);
        self.run.simulation.observe(observer);
    }

    /// Plays towards an instant, and no further than there is time to look at all packets; what was seen.
    pub(super) fn look_until(&mut self, until: SimTime) -> Vec<Record> {
        let until = within(&mut self.run, until, WATCHED_MOST).0;
        self.run.advance(until);
        self.take()
    }

    /// Plays until something happens; what was seen.
    pub(super) fn look_for_event(&mut self) -> Vec<Record> {
        let end = self.run.plan.duration;
        for _ in 0..TRIES {
            let due = self.run.plan.timeline.get(self.run.outcomes.len()).map_or(SimTime::NEVER, |action| action.time);
            let acted = self.run.outcomes.len();
            let happened = self.run.simulation.happened().len();
            // A nanosecond later it has happened.
            let next = self.run.simulation.next_event().min(due).as_nanos().saturating_add(1);
            self.run.advance(SimTime::from_nanos(next).min(end));
            let seen = self.take();
            let is_changed = self.run.outcomes.len() > acted || self.run.simulation.happened().len() > happened;
            if !seen.is_empty() || is_changed || self.run.is_done() {
                return seen;
            }
        }
        Vec::new()
    }

    fn take(&self) -> Vec<Record> {
        std::mem::take(&mut *self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn check_size(scenario: &Scenario) -> Result<(), Failure> {
    let senders = scenario.plan.traffic.iter().map(Traffic::sources).fold(0, usize::saturating_add);
    for (count, most, what) in [(scenario.network.hosts().len(), HOSTS_MAX, "hosts"), (senders, SENDERS_MAX, "senders")]
    {
        if count > most {
            let (count, most) = (grouped(count as u64), grouped(most as u64));
            return Err(Failure::TooLarge(format!(
                "there are {count} {what}, and a lab takes {most}: run the scenario"
            )));
        }
    }
    Ok(())
}

/// What may be played for one request.
#[derive(Default)]
pub(super) struct Budget {
    spent: u64,
}

impl Budget {
    /// Plays a run up to an instant.
    ///
    /// # Errors
    /// It takes too long.
    pub(super) fn play(&mut self, run: &mut Run, until: SimTime) -> Result<(), Failure> {
        self.play_while(run, until, 1, |_| true)
    }

    /// The same while something holds, where packets that are looked at cost so many times more than others.
    ///
    /// # Errors
    /// It takes too long.
    pub(super) fn play_while(
        &mut self,
        run: &mut Run,
        until: SimTime,
        cost: u64,
        goes_on: impl Fn(&Run) -> bool,
    ) -> Result<(), Failure> {
        let until = until.min(run.plan.duration);
        while run.simulation.now() < until && goes_on(run) {
            let (slice, work) = within(run, until, SLICE_MOST / cost);
            let before = run.simulation.totals().emitted;
            run.advance(slice);
            // The work is estimated, too high where connections wait; packets that are only counted are none.
            self.spent += work.min(run.simulation.totals().emitted - before) * cost;
            if self.spent > WORK_MOST {
                return Err(Failure::TooMuch);
            }
        }
        Ok(())
    }
}

/// How far a run may go towards an instant with so much work, and how much that is. Where the shortest way takes nearly
/// as much, it goes further: it never crawls.
fn within(run: &mut Run, until: SimTime, most: u64) -> (SimTime, u64) {
    let from = run.simulation.now();
    let mut until = until.min(run.plan.duration);
    let shortest = run.work(SimTime::from_nanos(from.as_nanos().saturating_add(1)));
    let most = most.max(shortest.saturating_mul(OF_SHORTEST));
    loop {
        let (work, half) = (run.work(until), until.since(from).as_nanos() / 2);
        if work <= most || half == 0 {
            return (until, work);
        }
        until = SimTime::from_nanos(from.as_nanos() + half);
    }
}
