//! One direction hop by hop, as facts: the table that was looked up and all its entries that contain the address, the
//! link, the far side. It judges nothing: the verdict is that of [`Way`].

use crate::dataplane::fib::FibEntry;
use crate::dataplane::losers::{Lost, containing, lost};
use crate::dataplane::router::Match;
use crate::diagnose::ground::Ground;
use crate::diagnose::way::{Stop, Way};
use crate::model::{DropReason, HostId, LinkId, Network, NextHop, Route, SubnetId, TableId, VpcId};
use ipnet::Ipv4Net;

/// A route of another table of the same VPC, which would have matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// The table.
    pub table: TableId,
    /// The route.
    pub route: Route,
    /// Whether any subnet uses the table.
    pub is_used: bool,
}

/// One direction.
#[derive(Debug, Clone)]
pub struct Leg {
    /// What becomes of the packet.
    pub way: Way,
    /// Where it starts.
    pub subnet: SubnetId,
    /// The table it is looked up in.
    pub table: TableId,
    /// The entry that matched, with its next hop; none if none did.
    pub matched: Option<(Ipv4Net, FibEntry)>,
    /// The entries that lost, longest prefix first.
    pub lost: Vec<Lost>,
    /// If no entry matched: those of other tables that would.
    pub elsewhere: Vec<Other>,
    /// The link it takes; also one that the peering's state closes.
    pub link: Option<LinkId>,
    /// The VPC that it reaches, or would if the link were open.
    pub far: Option<VpcId>,
    /// The subnet of the far VPC that contains the address.
    pub far_subnet: Option<SubnetId>,
    /// The host of the far VPC that owns the address, up or not.
    pub far_host: Option<HostId>,
}

impl Leg {
    /// The facts of a way.
    pub(super) fn of(ground: &Ground, way: Way) -> Leg {
        let network = ground.network();
        let host = network.host(way.from);
        let (subnet, vpc) = (host.subnet, host.vpc);
        let table = network.subnet(subnet).table;
        let matched = ground.fib(table).lookup(way.to);
        let link = match matched {
            Some((_, FibEntry::Via(NextHop::Peering(id)))) => {
                Some(LinkId::new(id, network.peering(id).direction_from(vpc)))
            }
            _ => None,
        };
        let far = match matched {
            Some((_, FibEntry::Local)) => Some(vpc),
            _ => link.map(|link| network.ends(link).1),
        };
        Leg {
            way,
            subnet,
            table,
            matched,
            lost: lost(network, table, way.to, matched),
            elsewhere: if matched.is_none() { elsewhere(network, table, &way) } else { Vec::new() },
            link,
            far,
            far_subnet: far.and_then(|far| network.subnet_at(far, way.to)),
            far_host: far.and_then(|far| network.host_at(far, way.to)),
        }
    }

    /// What the routers looked up, if the packet came so far.
    pub fn looked_up(&self) -> Option<Match> {
        self.way.path.matched
    }

    /// Whether the packet is on the far side when its verdict falls.
    pub fn reaches_far(&self) -> bool {
        use DropReason::*;
        match self.way.end {
            Ok(_) => true,
            Err(Stop::SrcHostDown) => false,
            Err(Stop::Dropped(reason)) => self.way.path.leave.is_ok() && ![LinkDown, NodeDown].contains(&reason),
        }
    }
}

/// The longest matching route of each other table of the VPC.
fn elsewhere(network: &Network, table: TableId, way: &Way) -> Vec<Other> {
    let vpc = network.vpc(network.table(table).vpc);
    let others = vpc.tables.iter().copied().filter(|other| *other != table);
    let is_used = |table| vpc.subnets.iter().any(|subnet| network.subnet(*subnet).table == table);
    let matching = |table| containing(network, table, way.to).find(|route| !route.disabled);
    others.filter_map(|table| Some(Other { table, route: matching(table)?, is_used: is_used(table) })).collect()
}
