//! Carries a link's packets through an advance: in closed form as long as they are proven to conform, else by a pattern
//! or one by one until they conform again. `link_run.rs` holds the parts, `road.rs` the choice of road.

use super::super::road::{Facts, Road, road};
use super::aggregate::Within;
use super::lane::Uncharged;
use super::link_run::LinkRun;
use super::{proof, repetition};
use crate::units::SimDuration;

/// After this many packets, check again whether the rest can pass in closed form.
const PATIENCE: u64 = 8192;

impl LinkRun<'_> {
    /// Advances to the end.
    pub(super) fn advance(mut self) {
        self.reach();
        self.lane.reached = self.now;
    }

    /// Carries what is sent before the turn of the sender at index `source` at the end: only its instant tells who
    /// precedes it there.
    pub(super) fn catch_up(mut self, source: u32) {
        self.reach();
        proof::charge(self.lane, self.aggregate, self.flows, &mut self.seats.merge, self.now);
        if self.now == self.end && source > 0 {
            self.take_seats();
            self.lane.is_midway = self.carry_tied(source);
        }
        self.lane.reached = self.now;
    }

    fn reach(&mut self) {
        self.finish_instant();
        while self.now < self.end {
            match self.conforming() {
                Some(proven) => {
                    let Within { until, peak, slack } = proven;
                    let before = self.lane.uncharged.unwrap_or(Uncharged { since: self.now, peak, slack });
                    self.lane.uncharged = Some(Uncharged { peak: before.peak.max(peak), slack, ..before });
                    self.pass(until);
                }
                None => {
                    proof::charge(self.lane, self.aggregate, self.flows, &mut self.seats.merge, self.now);
                    self.contend();
                }
            }
        }
    }

    /// Carries the rest of an instant that was begun: see [`LinkRun::catch_up`].
    fn finish_instant(&mut self) {
        if std::mem::take(&mut self.lane.is_midway) && self.now < self.end {
            self.take_seats();
            self.carry_instant();
        }
    }

    fn carry_instant(&mut self) {
        let end = (self.now + SimDuration::from_nanos(1)).min(self.merged_until());
        self.carry(end, u64::MAX);
    }

    /// Until when packets are proven to conform from now on, if the proof can be used.
    fn conforming(&mut self) -> Option<Within> {
        let is_of_use = road(Facts { conforms: true, ..self.facts() }) == Road::Proven;
        if is_of_use { proof::conforming(self) } else { None }
    }

    /// Carries packets that may wait for each other: to the end, or until the rest conforms.
    fn contend(&mut self) {
        self.take_seats();
        while self.now < self.end {
            let until = self.merged_until();
            match road(self.facts()) {
                Road::Repeated if !self.is_late => repetition::leap(self, until),
                _ => {
                    let carried = self.carry(until, PATIENCE);
                    self.lane.search.rested(carried);
                }
            }
            if self.now < self.end && self.conforming().is_some() {
                // Finish the current instant: packets that pass in closed form from here on may be charged later, by
                // instant.
                self.carry_instant();
                if self.now < self.end && self.conforming().is_some() {
                    return;
                }
            }
        }
    }
}
