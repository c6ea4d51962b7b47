//! Estimates the work of an advance, so that a driver can choose how far to go in one. The estimate tends to be too
//! high. It carries nothing and changes no result.

use super::super::road::{Facts, Road, road};
use super::super::sending::Flow;
use super::super::shared::Scope;
use super::aggregate::{Aggregate, To};
use super::cell::Cell;
use super::contents::Contents;
use super::lane::Lane;
use super::link_run::facts;
use crate::units::{SimDuration, SimTime};

/// The unit of work is a packet in the loop (about 30 ns). A packet carried as an event, with the reactions to it,
/// counts as this many.
pub(in crate::engine) const EVENT: u64 = 30;
/// The work of a stretch of packets between two boundaries of the books, counted in closed form.
const STRETCH: u64 = 4;
/// The books have a boundary each minute.
const BOUNDARY: SimDuration = crate::engine::MINUTE;

impl Cell {
    /// About how much work it is to let time pass to the horizon.
    pub(in crate::engine) fn work(&mut self, scope: Scope<'_>) -> u64 {
        let Contents { aggregates, flows, events, lanes, connections, .. } = &mut self.contents;
        let segments = connections.about_before(scope.from, scope.horizon).saturating_mul(EVENT);
        let is_known = aggregates.are_of(scope);
        let one_by_one = |(index, flow): (usize, &Flow)| match (events.is_called(index as u32), is_known) {
            // Replies that are events are sent when their requests arrive: they are part of those.
            (true, _) if flow.replies_after().is_some() => 0,
            (true, _) => flow.about_before(scope.horizon).saturating_mul(EVENT),
            (false, false) => flow.about_before(scope.horizon),
            (false, true) => 0,
        };
        let singly = flows.iter().enumerate().map(one_by_one).fold(segments, u64::saturating_add);
        if !is_known {
            return singly;
        }
        let of_one = |aggregate| work_of(scope, aggregate, flows, lanes, scope.from);
        aggregates.all.iter_mut().map(of_one).fold(singly, u64::saturating_add)
    }
}

fn work_of(scope: Scope<'_>, aggregate: &mut Aggregate, flows: &[Flow], lanes: &[Lane], from: SimTime) -> u64 {
    let closed_until = closed_until(scope, aggregate, flows, lanes, from);
    let boundaries = closed_until.since(from).as_nanos() / BOUNDARY.as_nanos() + 1 + aggregate.edges() as u64;
    let stretches = boundaries.saturating_mul(aggregate.flows.len() as u64).saturating_mul(STRETCH);
    let one_by_one = |index: &u32| {
        let flow = &flows[*index as usize];
        match flow.is_countable() {
            true => flow.about_before(scope.horizon) - flow.about_before(closed_until),
            false => flow.about_before(scope.horizon),
        }
    };
    aggregate.flows.iter().map(one_by_one).fold(stretches, u64::saturating_add)
}

/// Until when countable senders of an aggregate need not be carried one by one.
fn closed_until(scope: Scope<'_>, aggregate: &mut Aggregate, flows: &[Flow], lanes: &[Lane], from: SimTime) -> SimTime {
    let To::Lane(lane) = aggregate.to else {
        return match road(Facts { is_countable: true, ..aggregate.facts(scope) }) {
            Road::Silent | Road::Closed => scope.horizon,
            _ => from,
        };
    };
    let lane = &lanes[lane as usize];
    let is_known = aggregate.is_even && lane.search.found.is_some();
    let facts = facts(scope, lane, aggregate);
    // Where no packet waits, each sender has its own road.
    let facts = Facts { is_countable: facts.is_countable || !facts.may_wait, may_repeat: is_known, ..facts };
    match (road(Facts { conforms: lane.uncharged.is_some(), ..facts }), lane.link.cap()) {
        (Road::Closed | Road::Repeated, _) => scope.horizon,
        (Road::Proven, _) if is_known => scope.horizon,
        (Road::Proven, Some(cap)) => aggregate.within(flows, cap, 0, from, scope.horizon).until,
        _ => from,
    }
}
