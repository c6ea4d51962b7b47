//! The network: arenas of valid things and look-ups by name and address. Only the control plane changes it.

use super::account::Account;
use super::counted::Counted;
use super::faults::Faults;
use super::hosts::HostIndex;
use super::ids::*;
use super::name::Name;
use super::notice::Notice;
use super::peering::Peering;
use super::region::Regions;
use super::rules::Rules;
use super::vpc::{Host, RouteTable, Subnet, Vpc};
use crate::units::SimTime;
use ipnet::Ipv4Net;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// Everything that exists. Made by [`Network::new`] and the operations of [`super::control`].
#[derive(Debug, Clone)]
pub struct Network {
    /// The rule set in force.
    pub rules: Rules,
    pub(super) regions: Regions,
    pub(super) accounts: Vec<Account>,
    pub(super) vpcs: Vec<Vpc>,
    pub(super) subnets: Vec<Subnet>,
    pub(super) tables: Vec<RouteTable>,
    pub(super) hosts: Vec<Host>,
    pub(super) peerings: Vec<Peering>,
    pub(super) account_names: BTreeMap<Name, AccountId>,
    pub(super) vpc_names: BTreeMap<Name, VpcId>,
    /// By VPC.
    pub(super) host_index: Vec<HostIndex>,
    pub(super) peering_names: BTreeMap<Name, Bearers>,
    /// By VPC.
    pub(super) counted: Vec<Counted>,
    /// By peering: every route ever made over it; some may since be gone or lead elsewhere.
    pub(super) routes_over: Vec<Vec<(TableId, Ipv4Net)>>,
    /// What falls due by itself, in order of time; `scheduled` has each peering's entry here, by peering.
    pub(super) due: BTreeSet<(SimTime, PeeringId)>,
    pub(super) scheduled: Vec<Option<SimTime>>,
    /// Accounts in arrears whose peerings are not isolated yet, by the end of their grace period.
    pub(super) debtors: BTreeSet<(SimTime, AccountId)>,
    pub(super) touched: Touched,
    pub(super) notices: Vec<Notice>,
    pub(super) faults: Faults,
}

/// Which peerings bear, or ever bore, a name.
#[derive(Debug, Clone, Default)]
pub(super) struct Bearers {
    /// The one that is not gone; there is at most one.
    pub alive: Option<PeeringId>,
    /// The youngest of those that are gone.
    pub gone: Option<PeeringId>,
    /// All that ever bore it, each with the instant at which it began to, in order.
    pub ever: Vec<(SimTime, PeeringId)>,
}

/// What changed, for users of data derived from the network; a thing that changed more than once may be listed
/// repeatedly.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    /// Peerings whose state or transport changed.
    pub peerings: Vec<PeeringId>,
    /// Route tables that were edited, and those of VPCs that got a CIDR.
    pub tables: Vec<TableId>,
}

impl Network {
    /// An empty network under `rules`, with their regions.
    pub fn new(rules: Rules) -> Network {
        Network {
            regions: Regions::of(&rules),
            rules,
            accounts: Vec::new(),
            vpcs: Vec::new(),
            subnets: Vec::new(),
            tables: Vec::new(),
            hosts: Vec::new(),
            peerings: Vec::new(),
            account_names: BTreeMap::new(),
            vpc_names: BTreeMap::new(),
            host_index: Vec::new(),
            peering_names: BTreeMap::new(),
            counted: Vec::new(),
            routes_over: Vec::new(),
            due: BTreeSet::new(),
            scheduled: Vec::new(),
            debtors: BTreeSet::new(),
            touched: Touched::default(),
            notices: Vec::new(),
            faults: Faults::default(),
        }
    }

    /// Regions and delays.
    pub fn regions(&self) -> &Regions {
        &self.regions
    }
    /// One account.
    pub fn account(&self, id: AccountId) -> &Account {
        &self.accounts[id.index()]
    }
    /// All accounts.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = &Account> + Clone {
        self.accounts.iter()
    }
    /// The account called `name`.
    pub fn find_account(&self, name: &str) -> Option<AccountId> {
        self.account_names.get(name).copied()
    }
    /// One VPC.
    pub fn vpc(&self, id: VpcId) -> &Vpc {
        &self.vpcs[id.index()]
    }
    /// One subnet.
    pub fn subnet(&self, id: SubnetId) -> &Subnet {
        &self.subnets[id.index()]
    }
    /// One route table.
    pub fn table(&self, id: TableId) -> &RouteTable {
        &self.tables[id.index()]
    }
    /// One host.
    pub fn host(&self, id: HostId) -> &Host {
        &self.hosts[id.index()]
    }
    /// One peering connection.
    pub fn peering(&self, id: PeeringId) -> &Peering {
        &self.peerings[id.index()]
    }
    /// All VPCs in declaration order.
    pub fn vpcs(&self) -> impl ExactSizeIterator<Item = (VpcId, &Vpc)> {
        self.vpcs.iter().enumerate().map(|(i, v)| (VpcId(i as u32), v))
    }
    /// All subnets.
    pub fn subnets(&self) -> impl ExactSizeIterator<Item = (SubnetId, &Subnet)> {
        self.subnets.iter().enumerate().map(|(i, s)| (SubnetId(i as u32), s))
    }
    /// All route tables.
    pub fn tables(&self) -> impl ExactSizeIterator<Item = (TableId, &RouteTable)> {
        self.tables.iter().enumerate().map(|(i, t)| (TableId(i as u32), t))
    }
    /// All hosts in declaration order.
    pub fn hosts(&self) -> impl ExactSizeIterator<Item = (HostId, &Host)> {
        self.hosts.iter().enumerate().map(|(i, h)| (HostId(i as u32), h))
    }
    /// All peering connections in declaration order, dead ones included.
    pub fn peerings(&self) -> impl ExactSizeIterator<Item = (PeeringId, &Peering)> {
        self.peerings.iter().enumerate().map(|(i, p)| (PeeringId(i as u32), p))
    }

    /// The peerings that `vpc` is an end of, in declaration order, dead ones included.
    pub fn peerings_of(&self, vpc: VpcId) -> impl Iterator<Item = (PeeringId, &Peering)> {
        self.vpc(vpc).peerings.iter().map(|id| (*id, self.peering(*id)))
    }

    /// The VPC called `name`.
    pub fn find_vpc(&self, name: &str) -> Option<VpcId> {
        self.vpc_names.get(name).copied()
    }
    /// The peering called `name`: the one that is not gone, of which there is at most one; otherwise the youngest of
    /// those gone. A rename can give an old peering the name of a younger one that is gone.
    pub fn find_peering(&self, name: &str) -> Option<PeeringId> {
        let bearers = self.peering_names.get(name)?;
        bearers.alive.or(bearers.gone)
    }
    /// All peerings that ever bore `name`, each with the instant at which it began to, in order of time; one that takes
    /// the name again is listed again.
    pub fn bearers(&self, name: &str) -> &[(SimTime, PeeringId)] {
        self.peering_names.get(name).map_or(&[], |bearers| &bearers.ever)
    }
    /// The subnet called `name` in `vpc`.
    pub fn find_subnet(&self, vpc: VpcId, name: &str) -> Option<SubnetId> {
        self.vpc(vpc).subnet_names.get(name).copied()
    }
    /// The route table called `name` in `vpc`; a subnet's own table bears the subnet's name.
    pub fn find_table(&self, vpc: VpcId, name: &str) -> Option<TableId> {
        self.vpc(vpc).table_names.get(name).copied()
    }
    /// The host called `name` in `vpc`.
    pub fn find_host(&self, vpc: VpcId, name: &str) -> Option<HostId> {
        self.host_index[vpc.index()].named(name)
    }
    /// The names of the hosts of `vpc`; for numbered ones the base, without the number. A name that is both appears
    /// twice.
    pub fn host_bases(&self, vpc: VpcId) -> impl Iterator<Item = &Name> {
        self.host_index[vpc.index()].bases()
    }
    /// The hosts of `vpc` whose names begin with `head`, perhaps with others and with duplicates: a first selection
    /// among many.
    pub fn hosts_beginning(&self, vpc: VpcId, head: &str) -> impl Iterator<Item = HostId> {
        self.host_index[vpc.index()].beginning(head)
    }
    /// The host of `vpc` that owns `address`.
    pub fn host_at(&self, vpc: VpcId, address: Ipv4Addr) -> Option<HostId> {
        self.host_index[vpc.index()].at(address)
    }
    /// The subnet of `vpc` that contains `address`.
    pub fn subnet_at(&self, vpc: VpcId, address: Ipv4Addr) -> Option<SubnetId> {
        self.vpc(vpc).subnet_places.holding(address).map(|(_, subnet)| subnet)
    }
    /// The peerings of `vpc` that count, by peer.
    pub(super) fn counted_of(&self, vpc: VpcId) -> impl Iterator<Item = (VpcId, PeeringId)> {
        self.counted[vpc.index()].by_peer.iter().map(|(peer, id)| (*peer, *id))
    }

    /// The VPCs that own `address` and are peers of `vpc` over peerings that count.
    pub fn peers_owning(&self, vpc: VpcId, address: Ipv4Addr) -> impl Iterator<Item = VpcId> {
        let counted = &self.counted[vpc.index()];
        let both = [false, true].into_iter().flat_map(move |cross| counted.behind(cross).meeting(address.into()));
        both.filter_map(move |(_, id)| self.peering(id).peer_of(vpc))
    }
    /// The remarks on accepted operations since the last call.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }
    /// What changed since the last call.
    pub fn take_touched(&mut self) -> Touched {
        std::mem::take(&mut self.touched)
    }
    /// `VPC1/web`.
    pub fn host_name(&self, id: HostId) -> String {
        let host = self.host(id);
        format!("{}/{}", self.vpc(host.vpc).name, host.name)
    }
    /// `VPC1/A`.
    pub fn subnet_name(&self, id: SubnetId) -> String {
        let subnet = self.subnet(id);
        format!("{}/{}", self.vpc(subnet.vpc).name, subnet.name)
    }
    /// `VPC1/A`.
    pub fn table_name(&self, id: TableId) -> String {
        let table = self.table(id);
        format!("{}/{}", self.vpc(table.vpc).name, table.name)
    }
    /// The VPCs a link leaves and enters.
    pub fn ends(&self, link: LinkId) -> (VpcId, VpcId) {
        let peering = self.peering(link.peering());
        (peering.near(link), peering.far(link))
    }
}
