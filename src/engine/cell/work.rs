//! How much work it would be to let time pass, so that a driver can choose how far to go in one advance. A guess that
//! rather says too much: it carries nothing and changes nothing that counts.

use super::super::shared::Scope;
use super::Cell;
use super::ways::Way;
use crate::units::{SimDuration, SimTime};

/// Work is counted in packets that are carried one by one (about 30 ns each). One as an event, with what reacts to it,
/// is so many.
const EVENT: u64 = 30;
/// A stretch of packets between two borders of the books, counted in closed form.
const STRETCH: u64 = 4;
/// The books have a border each minute.
const BORDER: SimDuration = crate::engine::MINUTE;

impl Cell {
    /// About how much work it is to let time pass from `from` to the horizon.
    pub(in crate::engine) fn work(&mut self, scope: Scope<'_>, from: SimTime) -> u64 {
        let all =
            |cell: &Cell| cell.flows.iter().map(|flow| flow.about_before(scope.horizon)).fold(0, u64::saturating_add);
        if self.is_eventful || self.has_replay {
            return all(self).saturating_mul(EVENT);
        }
        if !self.ways_are_of(scope) {
            return all(self);
        }
        let mut ways = std::mem::take(&mut self.ways.all);
        let work = ways.iter_mut().map(|way| self.work_on(scope, way, from)).fold(0, u64::saturating_add);
        self.ways.all = ways;
        work
    }

    fn work_on(&self, scope: Scope<'_>, way: &mut Way, from: SimTime) -> u64 {
        let closed_until = self.closed_until(scope, way, from);
        let borders = closed_until.since(from).as_nanos() / BORDER.as_nanos() + 1 + way.edges.len() as u64;
        let stretches = borders.saturating_mul(way.flows.len() as u64).saturating_mul(STRETCH);
        let one_by_one = |index: &u32| {
            let flow = &self.flows[*index as usize];
            match flow.is_run() {
                true => flow.about_before(scope.horizon) - flow.about_before(closed_until),
                false => flow.about_before(scope.horizon),
            }
        };
        way.flows.iter().map(one_by_one).fold(stretches, u64::saturating_add)
    }

    /// Until when runs on this way pass in closed form, or as a pattern that was found.
    fn closed_until(&self, scope: Scope<'_>, way: &mut Way, from: SimTime) -> SimTime {
        let never_waits = !scope.shared.observing && scope.shared.mode == super::super::options::Mode::Runs;
        let Some(lane) = way.lane().map(|at| &self.lanes[at]) else {
            return if never_waits { scope.horizon } else { from };
        };
        if lane.series.is_none() && lane.link.treats_all_alike().is_some() && never_waits {
            return scope.horizon;
        }
        let is_repeated = way.is_even && lane.search.is_found();
        let (true, Some(cap)) = (lane.may_skip(scope) && way.is_run, lane.link.cap()) else { return from };
        if is_repeated {
            return scope.horizon;
        }
        if lane.uncharged.is_none() {
            return from;
        }
        way.within(&self.flows, cap, from, scope.horizon).0
    }
}
