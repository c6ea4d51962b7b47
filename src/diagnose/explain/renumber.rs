//! A free prefix, for where ranges overlap and no route can help. It renumbers nothing.

use super::Question;
use crate::dataplane::router::Exit;
use crate::diagnose::way::Trip;
use crate::model::{Network, VpcId};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// The private ranges (RFC 1918).
const PRIVATE: [(Ipv4Addr, u8); 3] =
    [(Ipv4Addr::new(10, 0, 0, 0), 8), (Ipv4Addr::new(172, 16, 0, 0), 12), (Ipv4Addr::new(192, 168, 0, 0), 16)];

/// If the two VPCs of a question overlap: the one to renumber, and a prefix of the same length that no VPC uses.
pub(super) fn free_prefix(network: &Network, question: &Question, trip: &Trip) -> Option<(VpcId, Ipv4Net)> {
    let near = network.host(question.from).vpc;
    let goal = question.goal(network)?;
    let is_local = matches!(trip.request.path.leave, Ok(Exit::Local(vpc)) if vpc != goal);
    let mut overlapping = network.vpc(goal).cidrs.iter().filter(|cidr| network.vpc(near).overlapping(**cidr).is_some());
    let length = overlapping
        .next()
        .filter(|_| goal != near)
        .or_else(|| network.vpc(goal).cidrs.first().filter(|_| is_local))?
        .prefix_len();
    let used: Vec<Ipv4Net> = network.vpcs().flat_map(|(_, vpc)| vpc.cidrs.iter().copied()).collect();
    let is_free = |prefix: &Ipv4Net| !used.iter().any(|cidr| cidr.contains(prefix) || prefix.contains(cidr));
    let blocks = PRIVATE.into_iter().filter_map(|(first, bits)| Ipv4Net::new(first, bits).ok());
    let mut prefixes = blocks.filter_map(|block| block.subnets(length).ok()).flatten();
    Some((goal, prefixes.find(is_free)?))
}
