//! Making VPCs, subnets, route tables and hosts, and adding CIDRs. Peerings and routes have files of their own.

use crate::model::counted::Counted;
use crate::model::hosts::{HostIndex, HostName};
use crate::model::ids::*;
use crate::model::name::Name;
use crate::model::network::Network;
use crate::model::prefixes::Disjoint;
use crate::model::refusal::Refusal;
use crate::model::state::PeeringState;
use crate::model::vpc::{Host, RouteTable, Subnet, Vpc};
use ipnet::Ipv4Net;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::ops::Range;

/// A host to make.
#[derive(Debug, Clone)]
pub struct HostSpec {
    /// Unique in its VPC.
    pub name: Name,
    /// Where it lives.
    pub subnet: SubnetId,
    /// Its address; the next free one if unset.
    pub address: Option<Ipv4Addr>,
    /// Whether packets with a foreign source address are refused.
    pub source_check: bool,
}

impl Network {
    /// Makes a VPC with its primary CIDR.
    ///
    /// # Errors
    /// A name already taken, host bits.
    pub fn add_vpc(
        &mut self,
        name: Name,
        label: Option<String>,
        account: AccountId,
        region: RegionId,
        cidr: Ipv4Net,
    ) -> Result<VpcId, Refusal> {
        if self.find_vpc(name.as_str()).is_some() {
            return Err(Refusal::duplicate("VPC", &name));
        }
        Refusal::check_host_bits(cidr)?;
        let id = VpcId(self.vpcs.len() as u32);
        self.vpc_names.insert(name.clone(), id);
        let mut own = Disjoint::default();
        own.insert(cidr, ());
        self.vpcs.push(Vpc {
            name,
            label,
            account,
            region,
            cidrs: vec![cidr],
            own,
            subnets: Vec::new(),
            subnet_names: BTreeMap::new(),
            subnet_places: Disjoint::default(),
            tables: Vec::new(),
            table_names: BTreeMap::new(),
            peerings: Vec::new(),
        });
        self.accounts[account.index()].vpcs.push(id);
        self.host_index.push(HostIndex::default());
        self.counted.push(Counted::default());
        Ok(id)
    }

    /// Adds a secondary CIDR; re-checks S8, S11 and S13 (S25a).
    ///
    /// # Errors
    /// Host bits; overlap with an own CIDR, with a peer, or between peers; a custom route that would lie inside.
    pub fn add_cidr(&mut self, vpc: VpcId, cidr: Ipv4Net) -> Result<(), Refusal> {
        Refusal::check_host_bits(cidr)?;
        let owner = self.vpc(vpc);
        if let Some(other) = owner.overlapping(cidr) {
            let vpc = owner.name.to_string();
            return Err(Refusal::CidrOverlap { vpc, cidr, other });
        }
        for table in owner.tables.iter().map(|t| self.table(*t)) {
            // Prefixes are ordered by address, then by length, so this is the first route inside, if there is one.
            if let Some((to, _)) = table.routes.range(cidr..).next().filter(|(to, _)| cidr.contains(*to)) {
                let vpc = owner.name.to_string();
                return Err(Refusal::RouteInsideVpc { to: *to, vpc, cidr });
            }
        }
        for (peer, id) in self.counted_of(vpc) {
            self.check_ends(vpc, &[cidr], peer)?;
            self.check_other_peers(peer, vpc, &[cidr], self.peering(id).cross_region, PeeringState::counts)?;
        }
        self.count_cidr(vpc, cidr);
        let owner = &mut self.vpcs[vpc.index()];
        owner.cidrs.push(cidr);
        owner.own.insert(cidr, ());
        self.touched.tables.extend(&owner.tables);
        Ok(())
    }

    /// Makes a route table in `vpc`.
    ///
    /// # Errors
    /// A name already taken.
    pub fn add_table(&mut self, vpc: VpcId, name: Name) -> Result<TableId, Refusal> {
        if self.find_table(vpc, name.as_str()).is_some() {
            return Err(Refusal::duplicate("route table", &name));
        }
        let id = TableId(self.tables.len() as u32);
        let owner = &mut self.vpcs[vpc.index()];
        owner.table_names.insert(name.clone(), id);
        owner.tables.push(id);
        self.tables.push(RouteTable::new(name, vpc));
        Ok(id)
    }

    /// Makes a subnet in `vpc` whose packets are looked up in `table`.
    ///
    /// # Errors
    /// A name already taken, host bits, outside the VPC, overlap with another subnet, no room for a host.
    pub fn add_subnet(&mut self, vpc: VpcId, name: Name, cidr: Ipv4Net, table: TableId) -> Result<SubnetId, Refusal> {
        if self.find_subnet(vpc, name.as_str()).is_some() {
            return Err(Refusal::duplicate("subnet", &name));
        }
        Refusal::check_host_bits(cidr)?;
        let owner = self.vpc(vpc);
        if owner.holding(cidr).is_none() {
            let (vpc, cidrs) = (owner.name.to_string(), some(&owner.cidrs));
            return Err(Refusal::SubnetOutsideVpc { vpc, cidr, cidrs });
        }
        if cidr.prefix_len() > 29 {
            return Err(Refusal::SubnetTooSmall { cidr });
        }
        if let Some((other_cidr, sister)) = owner.subnet_places.overlapping(cidr) {
            let other = self.subnet(sister).name.to_string();
            return Err(Refusal::SubnetOverlap { cidr, other, other_cidr });
        }
        let id = SubnetId(self.subnets.len() as u32);
        let owner = &mut self.vpcs[vpc.index()];
        owner.subnet_names.insert(name.clone(), id);
        owner.subnet_places.insert(cidr, id);
        owner.subnets.push(id);
        self.subnets.push(Subnet { name, vpc, cidr, table, free_from: cidr.network() });
        Ok(id)
    }

    /// Makes a host.
    ///
    /// # Errors
    /// A name or address already taken, an address outside the subnet or reserved, a full subnet.
    pub fn add_host(&mut self, spec: HostSpec) -> Result<HostId, Refusal> {
        if self.find_host(self.subnet(spec.subnet).vpc, spec.name.as_str()).is_some() {
            return Err(Refusal::duplicate("host", &spec.name));
        }
        self.place_host(spec.subnet, spec.name.into(), spec.address, spec.source_check)
    }

    /// Makes `count` hosts, named by the given name with a number from 1, at successive addresses from the given one
    /// on, or at the next free ones.
    ///
    /// # Errors
    /// As for a single host. The hosts before the refused one then remain.
    pub fn add_hosts(&mut self, spec: &HostSpec, count: u32) -> Result<Range<u32>, Refusal> {
        let vpc = self.subnet(spec.subnet).vpc;
        let clash = self.host_index[vpc.index()].clash(&spec.name, count);
        let first = self.hosts.len() as u32;
        for number in 1..=count {
            let name = HostName::numbered(&spec.name, number)?;
            if clash == Some(number) {
                return Err(Refusal::DuplicateName { kind: "host", name: name.to_string() });
            }
            let later = |first| Ipv4Addr::from(u32::from(first).saturating_add(number - 1));
            self.place_host(spec.subnet, name, spec.address.map(later), spec.source_check)?;
        }
        Ok(first..self.hosts.len() as u32)
    }

    /// Makes a host whose name is free.
    fn place_host(
        &mut self,
        id: SubnetId,
        name: HostName,
        address: Option<Ipv4Addr>,
        source_check: bool,
    ) -> Result<HostId, Refusal> {
        let subnet = self.subnet(id);
        let (vpc, cidr) = (subnet.vpc, subnet.cidr);
        let subnet_name = || subnet.name.to_string();
        let address = match address {
            Some(address) if !cidr.contains(&address) => {
                return Err(Refusal::HostOutsideSubnet { address, subnet: subnet_name(), cidr });
            }
            Some(address) if subnet.reserves(address) => {
                return Err(Refusal::AddressReserved { address, subnet: subnet_name(), cidr });
            }
            Some(address) => address,
            None => match self.free_address(id) {
                Some(address) => address,
                None => {
                    let subnet = self.subnet(id).name.to_string();
                    return Err(Refusal::SubnetFull { host: name.to_string(), subnet, cidr });
                }
            },
        };
        if let Some(other) = self.host_at(vpc, address) {
            let other = self.host_name(other);
            return Err(Refusal::AddressTaken { address, other });
        }
        let host = HostId(self.hosts.len() as u32);
        self.host_index[vpc.index()].insert(&name, address, host);
        self.hosts.push(Host { name, vpc, subnet: id, address, up: true, source_check });
        Ok(host)
    }

    /// The address after that of the last host made, if it is free and in the subnet; otherwise the first free one.
    fn free_address(&mut self, id: SubnetId) -> Option<Ipv4Addr> {
        let subnet = self.subnet(id);
        let (vpc, cidr, last) = (subnet.vpc, subnet.cidr, u32::from(subnet.cidr.broadcast()));
        let is_free = |a: u32| !subnet.reserves(a.into()) && self.host_at(vpc, a.into()).is_none();
        let next = self.hosts.last().filter(|h| cidr.contains(&h.address)).map(|h| u32::from(h.address) + 1);
        if let Some(next) = next.filter(|a| *a <= last && is_free(*a)) {
            return Some(next.into());
        }
        let mut first = u32::from(subnet.free_from);
        while first < last && !is_free(first) {
            first += 1;
        }
        self.subnets[id.index()].free_from = first.into();
        (first < last).then(|| first.into())
    }
}

/// The first few of a VPC's CIDRs, for a message.
fn some(cidrs: &[Ipv4Net]) -> String {
    const NAMED: usize = 8;
    let named: Vec<String> = cidrs.iter().take(NAMED).map(Ipv4Net::to_string).collect();
    let named = named.join(", ");
    if cidrs.len() > NAMED { format!("{named} and {} more", cidrs.len() - NAMED) } else { named }
}
