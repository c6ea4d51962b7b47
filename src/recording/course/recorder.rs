//! Looks at a run at the end of each interval, and notes what its books grew by. What each line keeps of them is
//! decided elsewhere; between two looks it sees nothing.

use super::lines::{EntryLine, LinkLine, RouterLine};
use crate::engine::{Pass, Run};
use crate::model::LinkId;
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The course of a run so far. Share it with the run as a [`Pass`]; the same lines come of it, however the run is
/// sliced besides.
#[derive(Debug)]
pub struct Course {
    interval: SimDuration,
    lines: Mutex<Lines>,
}

/// The lines of a course.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// How many intervals have passed; the last may be shorter.
    pub points: usize,
    /// Where the lines end.
    pub reached: SimTime,
    /// Of links that were offered packets.
    pub links: BTreeMap<LinkId, LinkLine>,
    /// By VPC.
    pub routers: Vec<RouterLine>,
    /// By traffic entry.
    pub entries: Vec<EntryLine>,
}

impl Course {
    /// Nothing yet; `interval` is longer than zero.
    pub fn new(interval: SimDuration) -> Course {
        Course { interval, lines: Mutex::default() }
    }

    /// The length of its intervals.
    pub fn interval(&self) -> SimDuration {
        self.interval
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lines until now, where the run stands.
    pub fn until_now(&self, run: &Run) -> Lines {
        let mut lines = self.lines().clone();
        lines.note(run);
        lines
    }
}

impl Pass for Course {
    fn begin(&self, _run: &mut Run) {}

    fn next_look(&self, now: SimTime) -> SimTime {
        let passed = now.as_nanos() / self.interval.as_nanos();
        SimTime::from_nanos((passed + 1).saturating_mul(self.interval.as_nanos()))
    }

    fn look(&self, run: &mut Run) {
        if run.simulation.now().as_nanos().is_multiple_of(self.interval.as_nanos()) {
            self.lines().note(run);
            run.simulation.restart_queue_peaks();
        }
    }
}

impl Lines {
    /// Notes the interval that ends now, if time has passed.
    fn note(&mut self, run: &Run) {
        let simulation = &run.simulation;
        if simulation.now() <= self.reached {
            return;
        }
        let at = self.points;
        let peerings = simulation.network().peerings();
        for link in peerings.flat_map(|(id, _)| LinkId::both(id)) {
            let book = simulation.link_book(link);
            if book.whole.offered.packets > 0 {
                self.links.entry(link).or_default().note(at, book, simulation.queue_peak(link));
            }
        }
        let drops = simulation.router_drops();
        self.routers.resize_with(drops.len(), RouterLine::default);
        self.routers.iter_mut().zip(&drops).for_each(|(line, drops)| line.note(at, drops));
        let progress = simulation.progress();
        self.entries.resize_with(progress.len(), EntryLine::default);
        self.entries.iter_mut().zip(&progress).for_each(|(line, progress)| line.note(at, progress));
        for (entry, seen) in simulation.first_open() {
            self.entries[entry.index()].connection.push(seen);
        }
        (self.points, self.reached) = (at + 1, simulation.now());
    }
}
