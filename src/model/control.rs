//! The control plane: one operation per thing a user can create, each checked against the rules before anything changes.
//! Loading a file and editing a running network go through the same operations. Time-driven edits are in [`super::change`].

use super::ids::*;
use super::name::Name;
use super::network::Network;
use super::peering::{Peering, PeeringState, QueueLimit};
use super::refusal::Refusal;
use super::rules::OverlapPolicy;
use super::vpc::{Host, NextHop, Route, RouteTable, Subnet, Vpc};
use crate::units::{BitRate, ByteSize, Share, SimDuration};
use ipnet::Ipv4Net;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// Bucket and queue together stay below this, so that the exact token arithmetic fits 64 bits (see `dataplane::shaper`).
pub const BUFFER_MAX: ByteSize = ByteSize::from_bytes(500_000_000);

/// Something accepted that a user should know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// S8: a route reaches outside the peer's CIDRs (vendor: CidrNotInPeerVpc).
    RouteOutsidePeer { to: Ipv4Net, peering: Name, peer: Name },
    /// S25a: a route to a peering that is not active.
    RouteToInactive { to: Ipv4Net, peering: Name, state: PeeringState },
    /// S31: not one of the console's values.
    UnusualBandwidth { bandwidth: BitRate },
}

impl Notice {
    /// The sentence for a person.
    pub fn message(&self) -> String {
        match self {
            Notice::RouteOutsidePeer { to, peering, peer } => format!(
                "route to {to} reaches outside the CIDRs of `{peer}`, the VPC behind `{peering}`; what lies outside is dropped there (S3)"
            ),
            Notice::RouteToInactive { to, peering, state } => {
                format!(
                    "route to {to} goes over `{peering}`, which is {state}; its packets are dropped until it is ACTIVE (S25a)"
                )
            }
            Notice::UnusualBandwidth { bandwidth } => {
                format!(
                    "the console offers 10, 20, 50, 100, 200, 500 and 1000 Mbps, not {bandwidth}; accepted all the same (S31)"
                )
            }
        }
    }
}

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

/// A route to make.
#[derive(Debug, Clone, Copy)]
pub struct RouteSpec {
    /// Destination.
    pub to: Ipv4Net,
    /// Next hop.
    pub via: NextHop,
    /// Kept, but out of force.
    pub disabled: bool,
}

/// A peering connection to make (S16).
#[derive(Debug, Clone)]
pub struct PeeringSpec {
    /// Unique.
    pub name: Name,
    /// Free text.
    pub label: Option<String>,
    /// The asking VPC.
    pub requester: VpcId,
    /// The asked VPC.
    pub accepter: VpcId,
    /// Its state; unset is ACTIVE within an account (S17), PENDING between two (S18).
    pub state: Option<PeeringState>,
    /// The cap, per direction; set exactly when cross-region.
    pub bandwidth: Option<BitRate>,
    /// Bucket size; unset follows the cap.
    pub burst: Option<ByteSize>,
    /// What may wait.
    pub queue: QueueLimit,
    /// One way; unset takes the regions' delay.
    pub delay: Option<SimDuration>,
    /// Largest packet; unset takes the rule set's.
    pub mtu: Option<u16>,
    /// A ticket raised the highest cap (S30).
    pub ticket: bool,
    /// Injected loss on the way.
    pub loss: Share,
}

impl Network {
    /// What was accepted with a remark since the last call.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// The account called `name`, made if it is new.
    pub fn account_named(&mut self, name: &Name) -> AccountId {
        let at = self.accounts.iter().position(|a| a == name).unwrap_or_else(|| {
            self.accounts.push(name.clone());
            self.accounts.len() - 1
        });
        AccountId(at as u32)
    }

    /// The region called `name`, made if it is new (S50).
    pub fn declare_region(&mut self, name: &Name) -> RegionId {
        self.regions.declare(name.as_str())
    }

    /// States the one-way delay between two regions.
    ///
    /// # Errors
    /// [`Refusal::DelayTooSmall`] below 1 µs (S35b).
    pub fn set_region_delay(&mut self, a: RegionId, b: RegionId, delay: SimDuration) -> Result<(), Refusal> {
        check_delay(delay)?;
        self.regions.set_delay(a, b, delay);
        Ok(())
    }

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
        self.vpcs.push(Vpc { name, label, account, region, cidrs: vec![cidr], subnets: Vec::new() });
        Ok(VpcId(self.vpcs.len() as u32 - 1))
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
        for peering in self.peerings.iter().filter(|p| p.state.counts()) {
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

    /// Makes a peering connection, refusing what S6, S11, S13, S23 and S29–S33 refuse.
    ///
    /// # Errors
    /// One refusal per rule; nothing is created then.
    pub fn add_peering(&mut self, spec: PeeringSpec) -> Result<PeeringId, Refusal> {
        if self.find_peering(spec.name.as_str()).is_some_and(|p| self.peering(p).state != PeeringState::Deleted) {
            return Err(duplicate("peering", &spec.name));
        }
        let (near, far) = (self.vpc(spec.requester), self.vpc(spec.accepter));
        if spec.requester == spec.accepter {
            return Err(Refusal::PeeredWithItself { vpc: near.name.to_string() });
        }
        let cross_region = near.region != far.region;
        let same_account = near.account == far.account;
        let state = spec.state.unwrap_or(if same_account { PeeringState::Active } else { PeeringState::Pending });
        let mtu = spec.mtu.unwrap_or(if cross_region { self.rules.mtu_cross_region } else { self.rules.mtu_regional });
        let peering = Peering {
            delay: self.peering_delay(&spec, cross_region)?,
            name: spec.name,
            label: spec.label,
            requester: spec.requester,
            accepter: spec.accepter,
            state,
            cross_region,
            bandwidth: spec.bandwidth,
            burst: spec.burst,
            queue: spec.queue,
            mtu,
            ticket: spec.ticket,
            down: false,
            loss: spec.loss,
        };
        self.check_bandwidth(&peering, peering.bandwidth)?;
        self.check_buffers(&peering)?;
        if state.counts() {
            self.check_new_pair(&peering, PeeringState::counts)?;
        }
        if let Some(bandwidth) = peering.bandwidth {
            self.note_bandwidth(bandwidth);
        }
        self.peerings.push(peering);
        Ok(PeeringId(self.peerings.len() as u32 - 1))
    }

    fn peering_delay(&self, spec: &PeeringSpec, cross_region: bool) -> Result<SimDuration, Refusal> {
        let (a, b) = (self.vpc(spec.requester).region, self.vpc(spec.accepter).region);
        let delay = match spec.delay {
            Some(delay) => delay,
            None if !cross_region => self.rules.local_delay,
            None => self.regions.delay(a, b).ok_or_else(|| Refusal::DelayUnknown {
                a: self.regions.name(a).into(),
                b: self.regions.name(b).into(),
            })?,
        };
        check_delay(delay)?;
        Ok(delay)
    }

    /// Uniqueness (S6), overlap (S11, S13) and quota (S23) of a peering against those whose state `counts`.
    pub(super) fn check_new_pair(&self, new: &Peering, counts: fn(PeeringState) -> bool) -> Result<(), Refusal> {
        let (a, b) = (new.requester, new.accepter);
        if let Some(old) = self.peerings.iter().find(|p| p.state.counts() && p.peer_of(a) == Some(b)) {
            return Err(Refusal::AlreadyPeered {
                a: self.vpc(a).name.to_string(),
                b: self.vpc(b).name.to_string(),
                existing: old.name.to_string(),
            });
        }
        self.check_ends(a, &self.vpc(a).cidrs, b)?;
        self.check_other_peers(a, b, &self.vpc(b).cidrs, new.cross_region, counts)?;
        self.check_other_peers(b, a, &self.vpc(a).cidrs, new.cross_region, counts)?;
        self.check_quota(a, new.state)?;
        self.check_quota(b, new.state)
    }

    /// S11: `cidrs` of `vpc` against all of `other`'s.
    fn check_ends(&self, vpc: VpcId, cidrs: &[Ipv4Net], other: VpcId) -> Result<(), Refusal> {
        match first_overlap(cidrs, &self.vpc(other).cidrs) {
            None => Ok(()),
            Some((cidr, other_cidr)) => Err(Refusal::EndsOverlap {
                vpc: self.vpc(vpc).name.to_string(),
                cidr,
                other: self.vpc(other).name.to_string(),
                other_cidr,
            }),
        }
    }

    /// S13 at `hub`: `cidrs` of its peer against its other peers.
    fn check_other_peers(
        &self,
        hub: VpcId,
        peer: VpcId,
        cidrs: &[Ipv4Net],
        cross_region: bool,
        counts: fn(PeeringState) -> bool,
    ) -> Result<(), Refusal> {
        for other_peering in self.peerings.iter().filter(|p| counts(p.state)) {
            let Some(other) = other_peering.peer_of(hub).filter(|o| *o != peer) else {
                continue;
            };
            let allowed = match self.rules.overlap {
                OverlapPolicy::Aws => true,
                OverlapPolicy::Strict2024 => false,
                OverlapPolicy::Guide => !cross_region && !other_peering.cross_region,
            };
            if allowed {
                continue;
            }
            if let Some((cidr, other_cidr)) = first_overlap(cidrs, &self.vpc(other).cidrs) {
                return Err(Refusal::PeersOverlap {
                    hub: self.vpc(hub).name.to_string(),
                    peer: self.vpc(peer).name.to_string(),
                    cidr,
                    other: self.vpc(other).name.to_string(),
                    other_cidr,
                });
            }
        }
        Ok(())
    }

    fn check_quota(&self, vpc: VpcId, new: PeeringState) -> Result<(), Refusal> {
        let of_vpc = || self.peerings.iter().filter(|p| p.peer_of(vpc).is_some());
        let total = of_vpc().filter(|p| p.state.counts()).count() as u32;
        let active = of_vpc().filter(|p| p.state == PeeringState::Active).count() as u32;
        let exceeded = |count, quota, what| {
            let vpc = self.vpc(vpc).name.to_string();
            Err(Refusal::QuotaExceeded { vpc, count, quota, what })
        };
        if total >= self.rules.quota_total {
            return exceeded(total, self.rules.quota_total, "active or pending");
        }
        if new == PeeringState::Active && active >= self.rules.quota_active {
            return exceeded(active, self.rules.quota_active, "active");
        }
        Ok(())
    }

    /// S27, S29–S31: what `bandwidth` a peering may have.
    pub(super) fn check_bandwidth(&self, peering: &Peering, bandwidth: Option<BitRate>) -> Result<(), Refusal> {
        let max = self.rules.bandwidth_max;
        match bandwidth {
            None if peering.cross_region => Err(Refusal::BandwidthMissing),
            None => Ok(()),
            Some(_) if !peering.cross_region => Err(Refusal::BandwidthNotSettable),
            Some(bandwidth) if bandwidth.as_bps() == 0 || bandwidth.as_bps() % 1_000_000 != 0 => {
                Err(Refusal::BandwidthNotWhole { bandwidth })
            }
            Some(bandwidth) if bandwidth > max && !peering.ticket => Err(Refusal::BandwidthTooHigh { bandwidth, max }),
            Some(_) => Ok(()),
        }
    }

    /// S33: the bucket holds the largest packet; bucket and queue stay exactly countable.
    pub(super) fn check_buffers(&self, peering: &Peering) -> Result<(), Refusal> {
        let Some(shaping) = peering.shaping(&self.rules) else {
            return Ok(());
        };
        if shaping.burst.as_u64() < u64::from(peering.mtu) {
            let (burst, mtu) = (shaping.burst, peering.mtu);
            return Err(Refusal::BurstTooSmall { burst, mtu });
        }
        let waiting = match shaping.queue {
            QueueLimit::Time(t) => shaping.rate.bytes_in(t),
            QueueLimit::Bytes(b) => b,
            QueueLimit::Packets(p) => ByteSize::from_bytes(u64::from(p) * u64::from(peering.mtu)),
        };
        for (what, size) in [("a burst", shaping.burst), ("a queue", waiting)] {
            if size > BUFFER_MAX {
                return Err(Refusal::BufferTooLarge { what, size, max: BUFFER_MAX });
            }
        }
        Ok(())
    }

    pub(super) fn note_bandwidth(&mut self, bandwidth: BitRate) {
        const MENU: [u64; 7] = [10, 20, 50, 100, 200, 500, 1000];
        let mbps = bandwidth.as_bps() / 1_000_000;
        if !MENU.contains(&mbps) && bandwidth <= self.rules.bandwidth_max {
            self.notices.push(Notice::UnusualBandwidth { bandwidth });
        }
    }

    /// Adds a custom route to a table (S5, S8, S25a).
    ///
    /// # Errors
    /// Host bits, inside the own VPC, a second next hop, a peering of other VPCs; outside the peer in strict mode.
    pub fn add_route(&mut self, table: TableId, spec: RouteSpec) -> Result<(), Refusal> {
        check_host_bits(spec.to)?;
        let vpc = self.vpc(self.table(table).vpc);
        if let Some(&cidr) = vpc.cidrs.iter().find(|c| c.contains(&spec.to)) {
            let (to, vpc) = (spec.to, vpc.name.to_string());
            return Err(Refusal::RouteInsideVpc { to, vpc, cidr });
        }
        if self.table(table).routes.contains_key(&spec.to) {
            let table = self.table_name(table);
            return Err(Refusal::Ecmp { table, to: spec.to });
        }
        if let NextHop::Peering(peering) = spec.via {
            self.check_next_hop(self.table(table).vpc, spec.to, peering)?;
        }
        let RouteSpec { to, via, disabled } = spec;
        let table = &mut self.tables[table.index()];
        table.routes.insert(to, Route { to, via, disabled });
        table.revision += 1;
        Ok(())
    }

    fn check_next_hop(&mut self, vpc: VpcId, to: Ipv4Net, id: PeeringId) -> Result<(), Refusal> {
        let peering = self.peering(id);
        let (name, state) = (peering.name.clone(), peering.state);
        let Some(peer) = peering.peer_of(vpc).map(|p| self.vpc(p)) else {
            let vpc = self.vpc(vpc).name.to_string();
            return Err(Refusal::ForeignPeering { peering: name.to_string(), vpc });
        };
        let peer_name = peer.name.clone();
        if !peer.cidrs.iter().any(|c| c.contains(&to)) {
            if self.rules.strict_routes {
                let (peering, peer) = (name.to_string(), peer_name.to_string());
                return Err(Refusal::RouteOutsidePeer { to, peering, peer });
            }
            let (peering, peer) = (name.clone(), peer_name);
            self.notices.push(Notice::RouteOutsidePeer { to, peering, peer });
        }
        if state != PeeringState::Active {
            self.notices.push(Notice::RouteToInactive { to, peering: name, state });
        }
        Ok(())
    }
}

fn duplicate(kind: &'static str, name: &Name) -> Refusal {
    let name = name.to_string();
    Refusal::DuplicateName { kind, name }
}

fn check_host_bits(cidr: Ipv4Net) -> Result<(), Refusal> {
    if cidr.trunc() == cidr { Ok(()) } else { Err(Refusal::HostBits { cidr }) }
}

fn check_delay(delay: SimDuration) -> Result<(), Refusal> {
    if delay < SimDuration::from_micros(1) { Err(Refusal::DelayTooSmall { delay }) } else { Ok(()) }
}

fn overlaps(a: Ipv4Net, b: Ipv4Net) -> bool {
    a.contains(&b) || b.contains(&a)
}

fn first_overlap(a: &[Ipv4Net], b: &[Ipv4Net]) -> Option<(Ipv4Net, Ipv4Net)> {
    a.iter().find_map(|x| b.iter().find(|y| overlaps(*x, **y)).map(|y| (*x, *y)))
}
