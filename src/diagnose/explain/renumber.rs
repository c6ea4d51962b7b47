//! A free prefix, for where ranges overlap and no route can help. It renumbers nothing.

use super::Question;
use crate::model::{Network, VpcId};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// The private ranges (RFC 1918).
const PRIVATE: [(Ipv4Addr, u8); 3] =
    [(Ipv4Addr::new(10, 0, 0, 0), 8), (Ipv4Addr::new(172, 16, 0, 0), 12), (Ipv4Addr::new(192, 168, 0, 0), 16)];

/// If the range of the VPC that is meant is in the way, because the sender's VPC or another of its peers overlaps it:
/// the one to renumber, and a prefix of the same length that no VPC uses.
pub(super) fn free_prefix(network: &Network, question: &Question) -> Option<(VpcId, Ipv4Net)> {
    let near = network.host(question.from).vpc;
    let goal = question.goal(network).filter(|goal| *goal != near)?;
    let peers = network.peerings_of(near).filter(|(_, p)| p.state.counts()).filter_map(|(_, p)| p.peer_of(near));
    let others: Vec<VpcId> = peers.filter(|peer| *peer != goal).chain([near]).collect();
    let is_in_the_way = |cidr: &&Ipv4Net| others.iter().any(|other| network.vpc(*other).overlapping(**cidr).is_some());
    let length = network.vpc(goal).cidrs.iter().find(is_in_the_way)?.prefix_len();
    let used: Vec<Ipv4Net> = network.vpcs().flat_map(|(_, vpc)| vpc.cidrs.iter().copied()).collect();
    let is_free = |prefix: &Ipv4Net| !used.iter().any(|cidr| cidr.contains(prefix) || prefix.contains(cidr));
    let blocks = PRIVATE.into_iter().filter_map(|(first, bits)| Ipv4Net::new(first, bits).ok());
    let mut prefixes = blocks.filter_map(|block| block.subnets(length).ok()).flatten();
    Some((goal, prefixes.find(is_free)?))
}
