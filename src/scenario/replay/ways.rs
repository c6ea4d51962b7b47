//! Counts the packets of a replay that segmentation offload left larger than the MTU of their path. It does no routing:
//! the path between two VPCs is the peering between them with the smallest MTU.

use crate::model::{Name, Network, Replay, VpcId};
use crate::wire::segment;
use std::collections::BTreeMap;

/// Offloaded packets above an MTU, in one pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Above {
    pub packets: u64,
    /// The smallest of the MTUs that they exceed.
    pub mtu: u16,
    /// Where this MTU applies: a peering, or a VPC.
    pub place: String,
}

/// The packets of a replay that exceed an MTU, if any.
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

/// For each pair of VPCs, the smaller identifier first: the smallest MTU between them, and the peering that has it.
fn ways(network: &Network) -> BTreeMap<(VpcId, VpcId), (u16, &Name)> {
    let mut ways = BTreeMap::new();
    for (_, peering) in network.peerings() {
        let (a, b) = (peering.requester, peering.accepter);
        let way = (peering.mtu, &peering.name);
        ways.entry((a.min(b), a.max(b))).and_modify(|known| *known = way.min(*known)).or_insert(way);
    }
    ways
}
