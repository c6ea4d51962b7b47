//! Making VPCs, subnets, route tables and hosts, and adding CIDRs. Peerings and routes have files of their own.

use super::{check_host_bits, duplicate, overlaps};
use crate::model::ids::*;
use crate::model::name::Name;
use crate::model::network::Network;
use crate::model::peering::PeeringState;
use crate::model::refusal::Refusal;
use crate::model::vpc::{Host, RouteTable, Subnet, Vpc};
use ipnet::Ipv4Net;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// A host to make.
#[derive(Debug, Clone)]
pub struct HostSpec {
    /// Unique in its VPC.
    pub name: Name,
    /// Where it lives.
    pub subnet: SubnetId,
    /// Its address; the next free one if unset.
    pub address: Option<Ipv4Addr>,
    /// Refuse packets that bear a foreign source.
    pub source_check: bool,
}

impl Network {
    /// Makes a VPC with its primary CIDR.
    ///
    /// # Errors
    /// A name taken, host bits.
    pub fn add_vpc(
        &mut self,
        name: Name,
        label: Option<String>,
        account: AccountId,
        region: RegionId,
        cidr: Ipv4Net,
    ) -> Result<VpcId, Refusal> {
        if self.find_vpc(name.as_str()).is_some() {
            return Err(duplicate("VPC", &name));
        }
        check_host_bits(cidr)?;
        let id = VpcId(self.vpcs.len() as u32);
        self.vpc_names.insert(name.clone(), id);
        self.vpcs.push(Vpc {
            name,
            label,
            account,
            region,
            cidrs: vec![cidr],
            subnets: Vec::new(),
            peerings: Vec::new(),
        });
        Ok(id)
    }

    /// Adds a secondary CIDR; re-checks S8, S11 and S13 (S25a).
    ///
    /// # Errors
    /// Host bits, overlap with own CIDRs, with a peer, between peers; a custom route that would fall inside.
    pub fn add_cidr(&mut self, vpc: VpcId, cidr: Ipv4Net) -> Result<(), Refusal> {
        check_host_bits(cidr)?;
        let owner = self.vpc(vpc);
        if let Some(&other) = owner.cidrs.iter().find(|c| overlaps(**c, cidr)) {
            let vpc = owner.name.to_string();
            return Err(Refusal::CidrOverlap { vpc, cidr, other });
        }
        for table in self.tables.iter().filter(|t| t.vpc == vpc) {
            if let Some(to) = table.routes.keys().find(|to| cidr.contains(*to)) {
                let vpc = owner.name.to_string();
                return Err(Refusal::RouteInsideVpc { to: *to, vpc, cidr });
            }
        }
        for (_, peering) in self.peerings_of(vpc).filter(|(_, p)| p.state.counts()) {
            if let Some(peer) = peering.peer_of(vpc) {
                self.check_ends(vpc, &[cidr], peer)?;
                self.check_other_peers(peer, vpc, &[cidr], peering.cross_region, PeeringState::counts)?;
            }
        }
        self.vpcs[vpc.index()].cidrs.push(cidr);
        Ok(())
    }

    /// Makes a route table in `vpc`.
    ///
    /// # Errors
    /// A name taken.
    pub fn add_table(&mut self, vpc: VpcId, name: Name) -> Result<TableId, Refusal> {
        if self.find_table(vpc, name.as_str()).is_some() {
            return Err(duplicate("route table", &name));
        }
        self.tables.push(RouteTable { name, vpc, routes: BTreeMap::new(), revision: 0 });
        Ok(TableId(self.tables.len() as u32 - 1))
    }

    /// Makes a subnet in `vpc` whose packets are looked up in `table`.
    ///
    /// # Errors
    /// A name taken, host bits, outside the VPC, overlap with a sister, no room for a host.
    pub fn add_subnet(&mut self, vpc: VpcId, name: Name, cidr: Ipv4Net, table: TableId) -> Result<SubnetId, Refusal> {
        if self.find_subnet(vpc, name.as_str()).is_some() {
            return Err(duplicate("subnet", &name));
        }
        check_host_bits(cidr)?;
        let owner = self.vpc(vpc);
        if !owner.cidrs.iter().any(|c| c.contains(&cidr)) {
            let cidrs: Vec<String> = owner.cidrs.iter().map(Ipv4Net::to_string).collect();
            let (vpc, cidrs) = (owner.name.to_string(), cidrs.join(", "));
            return Err(Refusal::SubnetOutsideVpc { vpc, cidr, cidrs });
        }
        if cidr.prefix_len() > 29 {
            return Err(Refusal::SubnetTooSmall { cidr });
        }
        let sisters = owner.subnets.iter().map(|s| self.subnet(*s));
        for sister in sisters {
            if overlaps(sister.cidr, cidr) {
                let (other, other_cidr) = (sister.name.to_string(), sister.cidr);
                return Err(Refusal::SubnetOverlap { cidr, other, other_cidr });
            }
        }
        self.subnets.push(Subnet { name, vpc, cidr, table });
        let id = SubnetId(self.subnets.len() as u32 - 1);
        self.vpcs[vpc.index()].subnets.push(id);
        Ok(id)
    }

    /// Makes a host.
    ///
    /// # Errors
    /// A name or address taken, an address outside the subnet or reserved, a subnet that is full.
    pub fn add_host(&mut self, spec: HostSpec) -> Result<HostId, Refusal> {
        let subnet = self.subnet(spec.subnet).clone();
        let vpc = subnet.vpc;
        if self.host_names.contains_key(&(vpc, spec.name.clone())) {
            return Err(duplicate("host", &spec.name));
        }
        let (name, cidr) = (subnet.name.to_string(), subnet.cidr);
        let address = match spec.address {
            Some(address) if !cidr.contains(&address) => {
                return Err(Refusal::HostOutsideSubnet { address, subnet: name, cidr });
            }
            Some(address) if subnet.reserves(address) => {
                return Err(Refusal::AddressReserved { address, subnet: name, cidr });
            }
            Some(address) => address,
            None => self.free_address(&subnet).ok_or(Refusal::SubnetFull {
                host: spec.name.to_string(),
                subnet: name,
                cidr,
            })?,
        };
        if let Some(other) = self.host_at(vpc, address) {
            let other = self.host_name(other);
            return Err(Refusal::AddressTaken { address, other });
        }
        let id = HostId(self.hosts.len() as u32);
        self.host_names.insert((vpc, spec.name.clone()), id);
        self.addresses.insert((vpc, address), id);
        self.hosts.push(Host {
            name: spec.name,
            vpc,
            subnet: spec.subnet,
            address,
            up: true,
            source_check: spec.source_check,
        });
        Ok(id)
    }

    /// The address after the subnet's last made host, or the first free one.
    fn free_address(&self, subnet: &Subnet) -> Option<Ipv4Addr> {
        let free = |a: &Ipv4Addr| !subnet.reserves(*a) && self.host_at(subnet.vpc, *a).is_none();
        let last = self.hosts.last().map(|h| h.address).filter(|a| subnet.cidr.contains(a));
        let after = last.map(|a| Ipv4Addr::from(u32::from(a) + 1)).filter(|a| subnet.cidr.contains(a));
        after.filter(free).or_else(|| subnet.cidr.hosts().find(free))
    }
}
