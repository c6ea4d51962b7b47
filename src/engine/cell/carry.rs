//! Carries a link's packets through an advance: in closed form as long as they are proven to conform, else by a pattern
//! or one by one until they conform again. `link_run.rs` holds the parts, `road.rs` the choice of road.

use super::super::road::{Facts, Road, road};
use super::lane::Uncharged;
use super::link_run::LinkRun;
use super::{proof, repetition};
use crate::units::SimDuration;

/// After this many packets, check again whether the rest can pass in closed form.
const PATIENCE: u64 = 8192;

impl LinkRun<'_> {
    /// Advances to the horizon.
    pub(super) fn advance(mut self) {
        while self.now < self.scope.horizon {
            match self.conforming() {
                Some(proven) => {
                    let noted = self.lane.uncharged.get_or_insert(Uncharged { since: self.now, peak: proven.peak });
                    noted.peak = noted.peak.max(proven.peak);
                    self.pass(proven.until);
                }
                None => {
                    proof::charge(self.lane, self.aggregate, self.flows, &mut self.seats.merge, self.now);
                    self.contend();
                }
            }
        }
    }

    /// Until when packets are proven to conform from now on, if the proof can be used.
    fn conforming(&mut self) -> Option<proof::Proven> {
        let is_of_use = road(Facts { conforms: true, ..self.facts() }) == Road::Proven;
        if is_of_use { proof::conforming(self) } else { None }
    }

    /// Carries packets that may wait for each other: to the horizon, or until the rest conforms.
    fn contend(&mut self) {
        self.take_seats();
        while self.now < self.scope.horizon {
            let until = self.merged_until();
            match road(self.facts()) {
                Road::Repeated => repetition::leap(self, until),
                _ => {
                    let carried = self.carry(until, PATIENCE);
                    self.lane.search.rested(carried);
                }
            }
            if self.now < self.scope.horizon && self.conforming().is_some() {
                // Finish the current instant: packets that pass in closed form from here on may be charged later, by
                // instant.
                let until = self.merged_until();
                let end = (self.now + SimDuration::from_nanos(1)).min(until);
                self.carry(end, u64::MAX);
                if self.now < self.scope.horizon && self.conforming().is_some() {
                    return;
                }
            }
        }
    }
}
