//! Counts the packets of a replay that segmentation offload left larger than the MTU of the way they will take. It
//! routes nothing: the way between two VPCs is any peering of theirs, at its smallest MTU.

use crate::model::{Name, Network, Replay, VpcId};
use crate::wire::segment;
use std::collections::BTreeMap;

/// Offloaded packets above an MTU, in one pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Above {
    pub packets: u64,
    /// The smallest of the MTUs they are above.
    pub mtu: u16,
    /// Where it holds: a peering, or a VPC.
    pub place: String,
}

/// What of a replay is above the MTUs, if anything.
pub(super) fn above(network: &Network, replay: &Replay) -> Option<Above> {
    let ways = ways(network);
    let inside = network.rules.mtu_regional;
    let mut worst: Option<Above> = None;
    for flow in &replay.flows {
        for frame in flow.frames.iter().filter(|frame| segment::is_tcp(&frame.bytes)) {
            let (a, b) = (network.host(flow.from).vpc, network.host(frame.to).vpc);
            let way =
                if a == b { Some((inside, &network.vpc(a).name)) } else { ways.get(&(a.min(b), a.max(b))).copied() };
            let Some((mtu, place)) = way.filter(|(mtu, _)| frame.wire_length > *mtu) else { continue };
            let packets = worst.as_ref().map_or(0, |above| above.packets) + 1;
            worst = match worst.filter(|above| above.mtu <= mtu) {
                Some(above) => Some(Above { packets, ..above }),
                None => Some(Above { packets, mtu, place: place.to_string() }),
            };
        }
    }
    worst
}

/// By a pair of VPCs, the smaller one first: the smallest MTU between them, and the peering that has it.
fn ways(network: &Network) -> BTreeMap<(VpcId, VpcId), (u16, &Name)> {
    let mut ways = BTreeMap::new();
    for (_, peering) in network.peerings() {
        let (a, b) = (peering.requester, peering.accepter);
        let way = (peering.mtu, &peering.name);
        ways.entry((a.min(b), a.max(b))).and_modify(|known| *known = way.min(*known)).or_insert(way);
    }
    ways
}
