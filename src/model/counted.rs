//! What the rules look at when a VPC gets one more peering: those that count (S25a), by peer, by the addresses behind
//! them, and how many are in force. Kept as states change, so that a hub with thousands of peerings need not be gone
//! through for each. It judges nothing.

use super::ids::{PeeringId, VpcId};
use super::network::Network;
use super::peering::PeeringState;
use super::prefixes::Overlapping;
use ipnet::Ipv4Net;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// The peerings of one VPC that count.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    /// At most one for each peer (S6).
    pub by_peer: BTreeMap<VpcId, PeeringId>,
    /// How many are in force, or suspended and waiting to be in force again.
    pub established: u32,
    regional: Overlapping,
    cross_region: Overlapping,
}

impl Counted {
    /// The addresses of the peers behind regional or cross-region peerings.
    pub(super) fn behind(&self, cross_region: bool) -> &Overlapping {
        if cross_region { &self.cross_region } else { &self.regional }
    }

    fn behind_mut(&mut self, cross_region: bool) -> &mut Overlapping {
        if cross_region { &mut self.cross_region } else { &mut self.regional }
    }
}

impl Network {
    /// Notes at both ends that a peering that was in state `before` (none: it is new) is in another.
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

    /// Notes at all peers of `vpc` that it has one more CIDR.
    pub(super) fn count_cidr(&mut self, vpc: VpcId, cidr: Ipv4Net) {
        for (peer, id) in self.counted[vpc.index()].by_peer.clone() {
            let cross_region = self.peering(id).cross_region;
            self.counted[peer.index()].behind_mut(cross_region).insert(cidr, id);
        }
    }

    /// The peerings of `vpc` that count, by peer.
    pub(super) fn counted_of(&self, vpc: VpcId) -> impl Iterator<Item = (VpcId, PeeringId)> {
        self.counted[vpc.index()].by_peer.iter().map(|(peer, id)| (*peer, *id))
    }

    /// The VPCs that own `address` and that `vpc` is peered with, by peerings that count.
    pub fn peers_owning(&self, vpc: VpcId, address: Ipv4Addr) -> impl Iterator<Item = VpcId> {
        let counted = &self.counted[vpc.index()];
        let both = [false, true].into_iter().flat_map(move |cross| counted.behind(cross).meeting(address.into()));
        both.filter_map(move |(_, id)| self.peering(id).peer_of(vpc))
    }
}
