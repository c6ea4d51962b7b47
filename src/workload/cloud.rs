//! A network under construction: VPCs full of hosts, peered through the control plane's own operations, and plans and
//! traffic entries with a scenario file's defaults. The other files choose what to build with it; nothing here can be
//! refused.

use crate::model::plan::{Destination, Pace, PacketSize, Pattern, Plan, Traffic};
use crate::model::{
    HostId, HostSpec, Name, Network, NextHop, PeeringSpec, QueueLimit, RouteSpec, Rules, SubnetId, TableId, VpcId,
};
use crate::units::{BitRate, ByteSize, SimDuration, SimTime};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// An entry with the defaults of a scenario file; the caller sets pattern, size and ends.
pub fn entry(name: &str) -> Traffic {
    Traffic {
        name: named(name),
        label: None,
        from: [].into(),
        to: Destination::in_order([]),
        pattern: Pattern::Constant(Pace::Interval(SimDuration::from_millis(1))),
        size: PacketSize::Fixed(1_500),
        source: None,
        source_port: 49_152,
        destination_port: 9,
        ttl: (64, 64),
        start: SimTime::ZERO,
        stop: SimTime::NEVER,
        phase: None,
        count: None,
    }
}

/// A plan without an end: the caller decides how far to advance.
pub fn plan(traffic: Vec<Traffic>) -> Plan {
    Plan {
        name: "workload".into(),
        question: None,
        start: Rules::guide().start(),
        duration: SimTime::NEVER,
        seed: 1,
        traffic,
        timeline: Vec::new(),
        expectations: Vec::new(),
        reach: Vec::new(),
        lesson: None,
        billing: Default::default(),
    }
}

/// A peering's transport.
#[derive(Debug, Clone, Copy)]
pub struct Transport {
    /// The cap; `None` within a region.
    pub bandwidth: Option<BitRate>,
    /// Bucket size; `None` follows the cap.
    pub burst: Option<ByteSize>,
    /// The limit of what may wait.
    pub queue: QueueLimit,
    /// One-way delay.
    pub delay: SimDuration,
}

/// Within a region: 1 ms, no limit.
pub const UNCAPPED: Transport =
    Transport { bandwidth: None, burst: None, queue: QueueLimit::DEFAULT, delay: SimDuration::from_millis(1) };

/// A network under construction: VPC `n` is 10.`n mod 256`.0.0/16 with one subnet over all of it. VPCs with the same
/// range may coexist as long as they are not peered with each other or, across regions, with the same third VPC
/// (S11–S13).
#[derive(Debug)]
pub struct Cloud {
    /// What has been built so far.
    pub network: Network,
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    vpc: VpcId,
    table: TableId,
    cidr: Ipv4Net,
    hosts: Vec<HostId>,
}

impl Cloud {
    /// An empty cloud in which a VPC may have `quota` peerings; those within a region are not limited.
    pub fn new(quota: u32) -> Cloud {
        let rules = Rules { quota_total: quota, quota_active: quota, regional_ceiling: None, ..Rules::guide() };
        Cloud { network: Network::new(rules), members: Vec::new() }
    }

    /// Adds a VPC with `hosts` hosts and returns its number.
    pub fn vpc(&mut self, region: &str, hosts: u32) -> usize {
        let number = self.members.len();
        let cidr = Ipv4Net::new_assert(Ipv4Addr::new(10, number as u8, 0, 0), 16);
        let account = self.network.account_named(&named("measured"));
        let region = self.network.declare_region(&named(region));
        let name = named(&format!("V{number}"));
        let vpc = self.network.add_vpc(name, None, account, region, cidr).expect("the workload is valid");
        let table = self.network.add_table(vpc, named("A")).expect("the workload is valid");
        let subnet = self.network.add_subnet(vpc, named("A"), cidr, table).expect("the workload is valid");
        let hosts = (0..hosts).map(|h| self.host(subnet, h)).collect();
        self.members.push(Member { vpc, table, cidr, hosts });
        number
    }

    fn host(&mut self, subnet: SubnetId, number: u32) -> HostId {
        let name = named(&format!("h{number}"));
        let spec = HostSpec { name, subnet, address: None, source_check: true };
        self.network.add_host(spec).expect("the workload is valid")
    }

    /// Peers VPCs `a` and `b`, each with a route to the whole range of the other.
    pub fn peer(&mut self, a: usize, b: usize, transport: Transport) {
        let Transport { bandwidth, burst, queue, delay } = transport;
        let (requester, accepter) = (self.members[a].vpc, self.members[b].vpc);
        let plain = PeeringSpec::new(named(&format!("P{a}-{b}")), requester, accepter);
        let spec = PeeringSpec { bandwidth, burst, queue, delay: Some(delay), ..plain };
        let via = NextHop::Peering(self.network.add_peering(spec, SimTime::ZERO).expect("the workload is valid"));
        for (at, to) in [(a, b), (b, a)] {
            let route = RouteSpec { to: self.members[to].cidr, via, disabled: false };
            self.network.add_route(self.members[at].table, route).expect("the workload is valid");
        }
    }

    /// The hosts of VPC `number`.
    pub fn hosts(&self, number: usize) -> &[HostId] {
        &self.members[number].hosts
    }
    /// The route table of VPC `number`.
    pub fn table(&self, number: usize) -> TableId {
        self.members[number].table
    }
}

fn named(text: &str) -> Name {
    Name::new(text).expect("the workload's names are valid")
}
