//! Whether the senders of a link conform to its bucket together, so that nobody waits and the stretch passes in closed
//! form.
//!
//! A sender is never ahead of its rate by more than the packets that may touch ([`Flow::burst`]). While the rates
//! together are within the cap, the tokens never fall by more than those bursts below what they were, so that one look
//! at the bucket proves the stretch; while senders and rates stay so, the proof holds on, and the bucket need not be
//! charged. It is charged when somebody wants to know its state: from so long before that it was full in between at the
//! latest ([`Shaper::fills_within`]).
//!
//! [`Shaper::fills_within`]: crate::dataplane::shaper::Shaper::fills_within

use super::super::flow::Flow;
use super::super::shared::Scope;
use super::Cell;
use super::lane::Uncharged;
use super::ways::{To, Way};
use crate::units::{BitRate, SimTime};

impl Cell {
    /// Carries all packets of a way over lane `at`, from `from` to the horizon.
    pub(super) fn run_lane(&mut self, scope: Scope<'_>, way: &mut Way, at: usize, from: SimTime) {
        let lane = &self.lanes[at];
        if lane.series.is_none() && lane.link.treats_all_alike().is_some() {
            return self.pass_through(scope, way, scope.horizon);
        }
        let mut now = from;
        while now < scope.horizon {
            let (until, peak) = self.conforming_until(scope, way, at, now);
            if until > now {
                let noted = self.lanes[at].uncharged.get_or_insert(Uncharged { since: now, peak });
                noted.peak = noted.peak.max(peak);
                self.pass_through(scope, way, until);
                now = until;
            } else {
                self.charge(way, at, now);
                now = self.run_shaped(scope, way, at, now);
            }
        }
    }

    /// How far from `now` on all packets conform when they come, and the most that is sent meanwhile; `now` if it is
    /// not worth it.
    pub(super) fn conforming_until(
        &mut self,
        scope: Scope<'_>,
        way: &mut Way,
        at: usize,
        now: SimTime,
    ) -> (SimTime, BitRate) {
        let never = (now, BitRate::default());
        let lane = &mut self.lanes[at];
        if !lane.may_skip(scope) {
            return never;
        }
        let is_proven = lane.uncharged.is_some();
        let Some(shaper) = lane.link.shaper() else { return never };
        if !is_proven && !shaper.has_room(now, way.burst) || !way.is_run {
            return never;
        }
        let (until, peak) = way.within(&self.flows, shaper.shaping().rate, now, scope.horizon);
        // What ends before the horizon is charged there: that must not cost more than the stretch saves.
        let fills = shaper.fills_within(peak, way.burst);
        let is_worth_it = until == scope.horizon || is_proven || fills.is_some_and(|f| until > now + f + f);
        if is_worth_it { (until, peak) } else { never }
    }

    /// Charges every bucket for what passed in closed form: somebody may look at them, or the senders change.
    pub(in crate::engine) fn charge_all(&mut self, now: SimTime) {
        let ways = std::mem::take(&mut self.ways.all);
        for way in &ways {
            if let To::Lane(lane) = way.to {
                self.charge(way, lane as usize, now);
            }
        }
        self.ways.all = ways;
    }

    /// Charges lane `at`'s bucket for the packets before `now` that passed in closed form.
    fn charge(&mut self, way: &Way, at: usize, now: SimTime) {
        let lane = &mut self.lanes[at];
        let Some(Uncharged { since, peak }) = lane.uncharged.take() else { return };
        let Some(shaper) = lane.link.shaper() else { return };
        let fills = shaper.fills_within(peak, way.burst);
        let from = fills.map_or(since, |f| SimTime::from_nanos(now.as_nanos().saturating_sub(f.as_nanos())).max(since));
        let mut flows: Vec<Flow> = way.flows.iter().map(|f| self.flows[*f as usize].rewound(from)).collect();
        self.merge.reset(from, flows.iter().map(Flow::next_wake));
        loop {
            let (sent, number) = self.merge.first();
            if sent >= now {
                return;
            }
            if sent == self.merge.limit() {
                self.merge.reset(sent, flows.iter().map(Flow::next_wake));
                continue;
            }
            let flow = &mut flows[number as usize];
            let departure = shaper.admit(sent, flow.forms()[0].length);
            debug_assert_eq!(departure, Ok(sent), "a packet that was proven to conform waits");
            flow.step();
            self.merge.set(number, flow.next_wake());
        }
    }
}
