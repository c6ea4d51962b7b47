//! What all lints look at: the network at an instant, arranged so that each is asked for in little time: which tables
//! are in use, what each decides, where subnets lie, who is behind which peering. It finds nothing.

use super::claims::{Claims, Holder};
use super::ranges::{Range, inside, some};
use crate::diagnose::ground::Ground;
use crate::model::plan::Plan;
use crate::model::{Network, NextHop, Peering, PeeringId, PeeringState, SubnetId, TableId, Vpc, VpcId};
use crate::units::SimTime;
use ipnet::Ipv4Net;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::Xxh3Default;

/// The most subnets of a table that are named.
const NAMED: usize = 3;

/// A network at an instant, and what is going to be sent.
pub(super) struct Scene<'a> {
    pub ground: &'a Ground,
    pub network: &'a Network,
    pub plan: &'a Plan,
    pub at: SimTime,
    /// By VPC.
    pub grounds: Vec<Estate>,
    /// By table: the subnets that use it.
    pub users: Vec<Vec<SubnetId>>,
    /// By table: which of its VPC's classes it is in; none if no subnet uses it.
    class: Vec<Option<usize>>,
    /// By peering.
    over: Vec<[Vec<RouteOver>; 2]>,
    /// By VPC: how many active peerings it has.
    peers: Vec<usize>,
}

/// A route in force over a peering, by its class's place among those of its VPC, and its own place there.
#[derive(Debug, Clone, Copy)]
pub(super) struct RouteOver {
    pub class: usize,
    pub route: usize,
}

/// A VPC's parts, in order.
pub(super) struct Estate {
    /// Its CIDRs, in order of address.
    pub cidrs: Vec<Range>,
    /// Its subnets, in order of address.
    pub subnets: Vec<(Range, SubnetId)>,
    /// Its tables in use: those with equal routes decide alike.
    pub classes: Vec<Class>,
    /// The addresses of its hosts, in order.
    hosts: Vec<u32>,
}

/// Tables of one VPC with equal routes.
pub(super) struct Class {
    pub tables: Vec<TableId>,
    pub claims: Claims,
}

impl<'a> Scene<'a> {
    /// Arranges a network.
    pub(super) fn of(ground: &'a Ground, plan: &'a Plan, at: SimTime) -> Scene<'a> {
        let network = ground.network();
        let mut users = vec![Vec::new(); network.tables().len()];
        for subnet in network.vpcs().flat_map(|(_, vpc)| &vpc.subnets) {
            users[network.subnet(*subnet).table.index()].push(*subnet);
        }
        let mut hosts: Vec<Vec<u32>> = vec![Vec::new(); network.vpcs().len()];
        for (_, host) in network.hosts() {
            hosts[host.vpc.index()].push(host.address.into());
        }
        let mut class = vec![None; users.len()];
        let mut estate = |(vpc, mut hosts): (&Vpc, Vec<u32>)| {
            hosts.sort_unstable();
            let mut cidrs: Vec<Range> = vpc.cidrs.iter().map(|cidr| Range::of(*cidr)).collect();
            cidrs.sort_unstable();
            let place = |id: &SubnetId| (Range::of(network.subnet(*id).cidr), *id);
            let mut subnets: Vec<_> = vpc.subnets.iter().map(place).collect();
            subnets.sort_unstable();
            let used = vpc.tables.iter().copied().filter(|table| !users[table.index()].is_empty());
            Estate { cidrs, subnets, classes: classes(network, used, &mut class), hosts }
        };
        let grounds: Vec<Estate> = network.vpcs().map(|(_, vpc)| vpc).zip(hosts).map(&mut estate).collect();
        let over = routes_over(network, &grounds);
        let mut peers = vec![0; grounds.len()];
        for (_, peering) in network.peerings().filter(|(_, peering)| peering.state == PeeringState::Active) {
            peers[peering.requester.index()] += 1;
            peers[peering.accepter.index()] += 1;
        }
        Scene { ground, network, plan, at, grounds, users, class, over, peers }
    }

    /// The routes in force over a peering, in the tables of `vpc`, one of its ends.
    pub(super) fn over(&self, id: PeeringId, vpc: VpcId) -> &[RouteOver] {
        &self.over[id.index()][self.network.peering(id).direction_from(vpc) as usize]
    }

    /// How many active peers a VPC has.
    pub(super) fn peer_count(&self, vpc: VpcId) -> usize {
        self.peers[vpc.index()]
    }

    /// A VPC's parts.
    pub(super) fn estate(&self, vpc: VpcId) -> &Estate {
        &self.grounds[vpc.index()]
    }

    /// The class of a subnet's table, by its place among those of its VPC.
    pub(super) fn class_of(&self, subnet: SubnetId) -> Option<usize> {
        self.class[self.network.subnet(subnet).table.index()]
    }

    /// The classes of tables in use, VPC by VPC.
    pub(super) fn classes(&self) -> impl Iterator<Item = (VpcId, &Class)> {
        let vpcs = self.network.vpcs().map(|(id, _)| id).zip(&self.grounds);
        vpcs.flat_map(|(vpc, estate)| estate.classes.iter().map(move |class| (vpc, class)))
    }

    /// The active peering that a next hop leads over.
    pub(super) fn usable(&self, via: NextHop) -> Option<PeeringId> {
        let NextHop::Peering(id) = via else { return None };
        (self.network.peering(id).state == PeeringState::Active).then_some(id)
    }

    /// The active peerings.
    pub(super) fn active(&self) -> impl Iterator<Item = (PeeringId, &'a Peering)> {
        self.network.peerings().filter(|(_, peering)| peering.state == PeeringState::Active)
    }

    /// The active peers of a VPC, each with the peering.
    pub(super) fn peers(&self, vpc: VpcId) -> impl Iterator<Item = (PeeringId, VpcId)> {
        let active = self.network.peerings_of(vpc).filter(|(_, peering)| peering.state == PeeringState::Active);
        active.filter_map(move |(id, peering)| Some((id, peering.peer_of(vpc)?)))
    }

    /// The VPC behind a peering, seen from `vpc`.
    pub(super) fn behind(&self, id: PeeringId, vpc: VpcId) -> VpcId {
        self.network.peering(id).peer_of(vpc).unwrap_or(vpc)
    }

    /// Whether `parts` are all of `range`, or a host of `vpc` lives in them.
    pub(super) fn matters(&self, vpc: VpcId, range: Range, parts: &[Range]) -> bool {
        let addresses = |range: &Range| u64::from(range.last - range.first) + 1;
        let hosts = &self.estate(vpc).hosts;
        let is_inhabited = |part: &Range| {
            let from = hosts.partition_point(|host| *host < part.first);
            hosts.get(from).is_some_and(|host| *host <= part.last)
        };
        parts.iter().map(addresses).sum::<u64>() == addresses(&range) || parts.iter().any(is_inhabited)
    }

    /// Who a class of `vpc`'s tables gives the parts of `range` to, by its routes in force.
    pub(super) fn within<'c>(
        &self,
        class: &'c Class,
        range: Range,
    ) -> impl Iterator<Item = (Range, Option<NextHop>, Option<Ipv4Net>)> + use<'c> {
        let claims = &class.claims;
        claims.within(range).filter_map(|(part, holder)| match holder {
            Holder::Nobody => Some((part, None, None)),
            Holder::Local => None,
            Holder::Route(at) => Some((part, Some(claims.routes[at].route.via), Some(claims.routes[at].route.to))),
        })
    }

    /// `` `VPC1` ``
    pub(super) fn vpc(&self, id: VpcId) -> String {
        format!("`{}`", self.network.vpc(id).name)
    }

    /// `` `PeerConn` ``
    pub(super) fn peering(&self, id: PeeringId) -> String {
        format!("`{}`", self.network.peering(id).name)
    }

    /// `` `VPC1/A` ``
    pub(super) fn subnet(&self, id: SubnetId) -> String {
        format!("`{}`", self.network.subnet_name(id))
    }

    /// `` subnet `VPC1/A` ``, or `` table `VPC1/common` (subnets `A`, `B` and 2 more subnets) ``.
    pub(super) fn table(&self, id: TableId) -> String {
        match self.own_of(id) {
            Some(subnet) => format!("subnet {}", self.subnet(subnet)),
            None => {
                let users = &self.users[id.index()];
                let names = users.iter().map(|subnet| format!("`{}`", self.network.subnet(*subnet).name));
                let shown = some(names, NAMED, ["subnet", "subnets"]);
                let subnets = if users.len() == 1 { "subnet" } else { "subnets" };
                format!("table `{}` ({subnets} {shown})", self.network.table_name(id))
            }
        }
    }

    /// The subnet that a table belongs to, if it has one of its own.
    pub(super) fn own_of(&self, id: TableId) -> Option<SubnetId> {
        match self.users[id.index()][..] {
            [only] => Some(only).filter(|s| self.network.subnet(*s).name == self.network.table(id).name),
            _ => None,
        }
    }

    /// Whether a peer of `vpc` over an active peering owns an address of `range`.
    pub(super) fn is_peers(&self, vpc: VpcId, range: Range) -> bool {
        self.peers(vpc).any(|(_, peer)| inside(range, &self.estate(peer).cidrs).next().is_some())
    }
}

/// The routes in force over each peering, those of the requester first.
fn routes_over(network: &Network, grounds: &[Estate]) -> Vec<[Vec<RouteOver>; 2]> {
    let mut over: Vec<[Vec<RouteOver>; 2]> = network.peerings().map(|_| Default::default()).collect();
    for ((vpc, _), estate) in network.vpcs().zip(grounds) {
        for (class, routes) in estate.classes.iter().map(|class| &class.claims.routes).enumerate() {
            for (route, in_force) in routes.iter().enumerate() {
                if let NextHop::Peering(id) = in_force.route.via {
                    let side = network.peering(id).direction_from(vpc) as usize;
                    over[id.index()][side].push(RouteOver { class, route });
                }
            }
        }
    }
    over
}

/// The tables in classes of equal routes; `class` gets the place of each one's.
fn classes(network: &Network, tables: impl Iterator<Item = TableId>, class: &mut [Option<usize>]) -> Vec<Class> {
    let mut all: Vec<Class> = Vec::new();
    let mut by_hash: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for table in tables {
        let routes = &network.table(table).routes;
        let alike = by_hash.entry(hash(network, table)).or_default();
        let known = alike.iter().copied().find(|at| network.table(all[*at].tables[0]).routes == *routes);
        let at = known.unwrap_or_else(|| {
            alike.push(all.len());
            all.push(Class { tables: Vec::new(), claims: Claims::of(network, table) });
            all.len() - 1
        });
        all[at].tables.push(table);
        class[table.index()] = Some(at);
    }
    all
}

/// Equal for equal routes.
fn hash(network: &Network, table: TableId) -> u64 {
    let mut hasher = Xxh3Default::new();
    for route in network.table(table).routes.values() {
        let via = match route.via {
            NextHop::Peering(id) => id.0,
            NextHop::Blackhole => u32::MAX,
        };
        hasher.update(&u32::from(route.to.network()).to_le_bytes());
        hasher.update(&[route.to.prefix_len(), u8::from(route.disabled)]);
        hasher.update(&via.to_le_bytes());
    }
    hasher.digest()
}
