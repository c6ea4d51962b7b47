//! What happens to a network by itself: faults end, requests expire, failed nodes are noticed, accounts in arrears are
//! isolated. Time is passed in as an argument.

use crate::model::ids::PeeringId;
use crate::model::network::Network;
use crate::model::notice::Outcome;
use crate::model::state::PeeringState;
use crate::units::SimTime;
use std::collections::BTreeSet;

impl Network {
    /// When something next happens by itself: a fault ends, a request expires, a node's failure is noticed, an account
    /// in arrears is isolated.
    pub fn next_due(&self) -> Option<SimTime> {
        let of_peerings = self.due.first().map(|(time, _)| *time);
        let of_debtors = self.debtors.first().map(|(end, _)| *end);
        [of_peerings, self.faults.next_due(), of_debtors].into_iter().flatten().min()
    }

    /// Carries out everything that is due by `now`; returns what happened, for a person.
    pub fn fall_due(&mut self, now: SimTime) -> Vec<Outcome> {
        let mut outcomes = self.end_faults(now);
        let due: BTreeSet<PeeringId> =
            self.due.iter().take_while(|(time, _)| *time <= now).map(|(_, id)| *id).collect();
        for id in due {
            if self.peering(id).expires.is_some_and(|e| e <= now) {
                self.set_state(id, PeeringState::Expired, now);
                outcomes.push(Outcome(self.transition(id, PeeringState::Pending)));
            }
            let noticed = self.peering(id).nodes.next_noticed().is_some_and(|n| n <= now);
            if noticed && !self.peering(id).state.is_gone() {
                self.peerings[id.index()].nodes.notice(now);
                self.note_outage(id, now);
                self.note_change(id);
                outcomes.push(Outcome(format!("{} moves the flows of its failed node", self.peering(id).name)));
            }
        }
        outcomes.extend(self.isolate_debtors(now));
        outcomes
    }
}
