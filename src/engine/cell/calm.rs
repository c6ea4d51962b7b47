//! What is asked of one cell so that echoes can be known beforehand: who asks, whether a link is proven to let nothing
//! wait, and which senders are carried as events. The choice is made for all cells together, in `engine/echoes.rs`.

use super::super::sending::Flow;
use super::super::shared::Scope;
use super::contents::Contents;
use super::{link_run, proof};
use crate::dataplane::router::{Exit, Path};
use crate::dataplane::shaper::Shaper;
use crate::model::{HostId, LinkId};
use crate::units::{BitRate, SimDuration, SimTime};

/// A sender of evenly spaced echo requests, as it stands in one epoch.
pub(in crate::engine) struct Asker {
    /// Its index.
    pub flow: u32,
    /// The link its requests take; `None` inside the VPC.
    pub over: Option<LinkId>,
    /// How long a request that waits for nothing is under way.
    pub delay: SimDuration,
    /// The host that answers; `None` if its requests do not arrive.
    pub answers: Option<HostId>,
}

impl Contents {
    /// All senders of evenly spaced echo requests.
    pub(in crate::engine) fn askers(&mut self, scope: Scope<'_>) -> Vec<Asker> {
        let Contents { flows, lanes, .. } = self;
        let asking = flows.iter_mut().enumerate().filter(|(_, flow)| flow.asks_evenly());
        let asker = |(index, flow): (usize, &mut Flow)| {
            let path = flow.path(scope.view, 0);
            let over = path.leave.ok().and_then(Exit::link);
            let link = over.map(|link| &lanes[scope.shared.lanes[link.index()] as usize].link);
            let delay = link.map_or(scope.view.network.rules.local_delay, |link| link.delay);
            let is_refused = link.is_some_and(|link| matches!(link.treats_all_alike(), Some(Err(_))));
            let arrives = scope.view.network.host(flow.host).up && path.leave.is_ok() && !is_refused;
            Asker { flow: index as u32, over, delay, answers: path.enter.ok().filter(|_| arrives) }
        };
        asking.map(asker).collect()
    }

    /// Whether something else than evenly spaced echo requests and their replies is sent here as events.
    pub(in crate::engine) fn has_other_events(&self) -> bool {
        let is_other = |(index, flow): (usize, &Flow)| {
            self.events.is_called(index as u32) && !flow.asks_evenly() && flow.replies_after().is_none()
        };
        self.has_programs() || self.flows.iter().enumerate().any(is_other)
    }

    pub(in crate::engine) fn flow(&self, index: u32) -> &Flow {
        &self.flows[index as usize]
    }

    /// The way of a sender's packets in this epoch.
    pub(in crate::engine) fn path(&mut self, scope: Scope<'_>, index: u32) -> Path {
        self.flows[index as usize].path(scope.view, 0)
    }

    /// Puts a sender of replies in the place `at`, or in a new one; nothing is sent by it until it is released.
    pub(in crate::engine) fn seat_replies(&mut self, at: Option<u32>, replies: Flow) -> u32 {
        let at = at.unwrap_or(self.flows.len() as u32);
        match self.flows.get_mut(at as usize) {
            Some(known) => *known = replies,
            None => self.flows.push(replies),
        }
        self.events.hold(at);
        at
    }

    /// Has a sender carried with those that are no events.
    pub(in crate::engine) fn release(&mut self, index: u32) {
        self.events.release(index);
    }

    /// Has a sender of replies rest: they are sent as events.
    pub(in crate::engine) fn rest(&mut self, index: u32) {
        self.events.hold(index);
    }

    /// Has a sender of requests carried as events.
    pub(in crate::engine) fn call(&mut self, index: u32) {
        self.events.call_flow(index as usize, &self.flows[index as usize]);
    }

    /// Whether what is under way on a link has waited for nothing.
    pub(in crate::engine) fn is_on_pace(&self, scope: Scope<'_>, link: LinkId) -> bool {
        self.lanes[scope.shared.lanes[link.index()] as usize].link.is_on_pace()
    }

    /// Whether packets may wait for each other on a link, and whether it can be proven that they do not: not if luck
    /// decides, and not if an interval series looks at each.
    pub(in crate::engine) fn order_on(&self, scope: Scope<'_>, link: LinkId) -> (bool, bool) {
        let lane = &self.lanes[scope.shared.lanes[link.index()] as usize];
        (lane.has_order(), lane.link.is_faultless() && lane.booking.intervals.is_none())
    }

    /// Until when, at most to the horizon, nothing waits on a link where senders of this rate and burst come on top of
    /// those that are no events; not after the beginning of the advance if it may.
    pub(in crate::engine) fn calm_until(
        &mut self,
        scope: Scope<'_>,
        link: LinkId,
        (rate, burst): (BitRate, u64),
    ) -> SimTime {
        let (now, at) = (scope.from, scope.shared.lanes[link.index()] as usize);
        self.group(scope);
        let Contents { lanes, aggregates, flows, seats, .. } = self;
        let lane = &mut lanes[at];
        let Some(index) = aggregates.over(at) else {
            let fits = |s: &mut Shaper| rate <= s.shaping().rate && s.room(now, burst).is_some();
            return if lane.link.shaper().is_none_or(fits) { scope.horizon } else { now };
        };
        let aggregate = &mut aggregates.all[index];
        if !link_run::facts(scope, lane, aggregate).is_countable {
            return now;
        }
        let known = lane.uncharged.map(|uncharged| uncharged.slack).filter(|_| burst == 0);
        if known.is_none() {
            proof::charge(lane, aggregate, flows, &mut seats.merge, now);
        }
        let Some(shaper) = lane.link.shaper() else { return scope.horizon };
        let slack = known.or_else(|| shaper.room(now, aggregate.burst.saturating_add(burst)));
        let spare = shaper.shaping().rate.as_bps().checked_sub(rate.as_bps());
        let (Some(slack), Some(spare)) = (slack, spare) else { return now };
        aggregate.within(flows, BitRate::from_bps(spare), slack, now, scope.horizon).until
    }
}
