//! What must be updated when a peering changes: which peerings count, what falls due, which flows could not be carried,
//! and the list of changes. It refuses nothing.

use crate::model::ids::{PeeringId, VpcId};
use crate::model::network::Network;
use crate::model::state::PeeringState;
use crate::units::{Share, SimTime};
use ipnet::Ipv4Net;

impl Network {
    /// Follows a change of a peering's state, transport or nodes: updates when it next falls due, and lists it as
    /// changed.
    pub(in crate::model) fn note_change(&mut self, id: PeeringId) {
        let due = self.peering(id).next_due();
        let before = std::mem::replace(&mut self.scheduled[id.index()], due);
        if before != due {
            before.map(|time| self.due.remove(&(time, id)));
            self.due.extend(due.map(|time| (time, id)));
        }
        self.touched.peerings.push(id);
    }

    /// Records the share of flows that all faults in force together keep from being carried, from `now` on (S36).
    pub(super) fn note_outage(&mut self, id: PeeringId, now: SimTime) {
        let peering = &mut self.peerings[id.index()];
        let share = if peering.down { Share::WHOLE } else { peering.nodes.unavailable() };
        let before = peering.outages.last().map_or(Share::ZERO, |(_, share)| *share);
        if share != before {
            peering.outages.push((now, share));
        }
    }

    /// Updates the counts at both ends after a peering has left the state `before` (none if it is new).
    pub(super) fn recount(&mut self, id: PeeringId, before: Option<PeeringState>) {
        let peering = &self.peerings[id.index()];
        let (after, cross_region) = (peering.state, peering.cross_region);
        let counted_before = before.is_some_and(PeeringState::counts);
        for (hub, peer) in [(peering.requester, peering.accepter), (peering.accepter, peering.requester)] {
            let counted = &mut self.counted[hub.index()];
            counted.established += u32::from(after.is_established());
            counted.established -= u32::from(before.is_some_and(PeeringState::is_established));
            let behind = self.vpcs[peer.index()].cidrs.iter();
            match (counted_before, after.counts()) {
                (false, true) => {
                    counted.by_peer.insert(peer, id);
                    behind.for_each(|cidr| counted.behind_mut(cross_region).insert(*cidr, id));
                }
                (true, false) => {
                    counted.by_peer.remove(&peer);
                    behind.for_each(|cidr| counted.behind_mut(cross_region).remove(*cidr, id));
                }
                _ => {}
            }
        }
    }

    /// Records a new CIDR of `vpc` at all its peers.
    pub(super) fn count_cidr(&mut self, vpc: VpcId, cidr: Ipv4Net) {
        for (peer, id) in self.counted[vpc.index()].by_peer.clone() {
            let cross_region = self.peering(id).cross_region;
            self.counted[peer.index()].behind_mut(cross_region).insert(cidr, id);
        }
    }
}
