//! VPCs, subnets, route tables and hosts as valid data. Routes are looked up by prefix in the data plane's FIB, not
//! here.

use super::hosts::HostName;
use super::ids::{AccountId, PeeringId, RegionId, SubnetId, TableId, VpcId};
use super::name::Name;
use super::prefixes::Disjoint;
use ipnet::Ipv4Net;
use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;

/// A virtual private cloud.
#[derive(Debug, Clone)]
pub struct Vpc {
    /// Unique among VPCs.
    pub name: Name,
    /// Free text.
    pub label: Option<String>,
    /// The owner (S2).
    pub account: AccountId,
    /// Where it is.
    pub region: RegionId,
    /// Primary and secondary CIDRs, host bits zero, not overlapping. The immutable local route covers them (S8).
    pub cidrs: Vec<Ipv4Net>,
    /// The same, in order of address.
    pub(super) own: Disjoint<()>,
    /// In declaration order.
    pub subnets: Vec<SubnetId>,
    pub(super) subnet_names: BTreeMap<Name, SubnetId>,
    pub(super) subnet_places: Disjoint<SubnetId>,
    /// In declaration order.
    pub tables: Vec<TableId>,
    pub(super) table_names: BTreeMap<Name, TableId>,
    /// The peerings it is an end of, in declaration order, dead ones included.
    pub peerings: Vec<PeeringId>,
}

impl Vpc {
    /// Whether `address` lies inside one of the VPC's own CIDRs.
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        // Most VPCs have only one, and this is asked for every packet.
        self.cidrs.first().is_some_and(|primary| primary.contains(&address)) || self.own.holding(address).is_some()
    }

    /// The own CIDR that shares addresses with `cidr`, if one does.
    pub fn overlapping(&self, cidr: Ipv4Net) -> Option<Ipv4Net> {
        self.own.overlapping(cidr).map(|(own, ())| own)
    }

    /// The own CIDR that contains all of `cidr`, if one does.
    pub fn holding(&self, cidr: Ipv4Net) -> Option<Ipv4Net> {
        self.overlapping(cidr).filter(|own| own.contains(&cidr))
    }
}

/// A subnet of a VPC. Its network, first (router) and broadcast addresses are reserved (S35a).
#[derive(Debug, Clone)]
pub struct Subnet {
    /// Unique in its VPC.
    pub name: Name,
    /// The VPC it belongs to.
    pub vpc: VpcId,
    /// Inside one of the VPC's CIDRs.
    pub cidr: Ipv4Net,
    /// The route table its hosts' packets are looked up in (S5).
    pub table: TableId,
    /// No address below this one is free.
    pub(super) free_from: Ipv4Addr,
}

impl Subnet {
    /// The address the VPC router answers from: the first usable one (S35a).
    pub fn router(&self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.cidr.network()).saturating_add(1))
    }
    /// Whether no host may have `address`: network, router, broadcast.
    pub fn reserves(&self, address: Ipv4Addr) -> bool {
        address == self.cidr.network() || address == self.router() || address == self.cidr.broadcast()
    }
}

/// Where a route sends a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NextHop {
    /// Over a peering connection.
    Peering(PeeringId),
    /// Nowhere, on purpose.
    Blackhole,
}

/// One entry of a route table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Destination, host bits zero.
    pub to: Ipv4Net,
    /// Next hop.
    pub via: NextHop,
    /// A disabled route is kept but not in the FIB (S8).
    pub disabled: bool,
}

/// What the user wrote: routes by destination. One next hop per destination (S8: no ECMP).
#[derive(Debug, Clone)]
pub struct RouteTable {
    /// Unique among the VPC's tables; a subnet's own table bears the subnet's name.
    pub name: Name,
    /// The VPC it belongs to.
    pub vpc: VpcId,
    /// Custom routes in order of destination. The local route is implied by the VPC's CIDRs.
    pub routes: BTreeMap<Ipv4Net, Route>,
    /// Whether the scenario lists routes in it, perhaps none: then a further one is added to that list.
    pub is_listed: bool,
    /// Counts edits, so that a FIB knows when it is stale.
    pub revision: u64,
    /// The destinations of the last edits, oldest first.
    pub(super) edited: VecDeque<Ipv4Net>,
}

impl RouteTable {
    /// How many edits are remembered.
    const EDITED_MAX: usize = 1_000;

    pub(super) fn new(name: Name, vpc: VpcId) -> RouteTable {
        RouteTable { name, vpc, routes: BTreeMap::new(), is_listed: false, revision: 0, edited: VecDeque::new() }
    }

    /// Writes a route, in place of any route to the same destination.
    pub(super) fn put(&mut self, route: Route) {
        self.routes.insert(route.to, route);
        self.note_edit(route.to);
    }

    /// Removes the route to `to`, if there is one.
    pub(super) fn remove(&mut self, to: &Ipv4Net) {
        if self.routes.remove(to).is_some() {
            self.note_edit(*to);
        }
    }

    fn note_edit(&mut self, to: Ipv4Net) {
        if self.edited.len() == RouteTable::EDITED_MAX {
            self.edited.pop_front();
        }
        self.edited.push_back(to);
        self.revision += 1;
    }

    /// The destinations edited since `revision`, perhaps with duplicates; `None` if not all of these edits are
    /// remembered.
    pub fn edited_since(&self, revision: u64) -> Option<impl Iterator<Item = Ipv4Net>> {
        let count = usize::try_from(self.revision.checked_sub(revision)?).ok()?;
        let forgotten = self.edited.len().checked_sub(count)?;
        Some(self.edited.range(forgotten..).copied())
    }
}

/// Something with an address: a CVM, a database, a load balancer (S9).
#[derive(Debug, Clone)]
pub struct Host {
    /// Unique in its VPC.
    pub name: HostName,
    /// The VPC it belongs to.
    pub vpc: VpcId,
    /// Its subnet.
    pub subnet: SubnetId,
    /// Its only address.
    pub address: Ipv4Addr,
    /// Whether it runs: a host that is down sends and accepts nothing.
    pub up: bool,
    /// Whether its packets must bear its own address (S3, end code 3).
    pub source_check: bool,
}
