//! The networks and plans that are measured, each built in one function through the control plane, as a scenario file would be.
//! Nothing here measures, and nothing depends on a bench harness.

#![allow(dead_code)] // each bench uses its own share

use ipnet::Ipv4Net;
use std::net::Ipv4Addr;
use vpcsim::model::plan::{Destination, Pace, PacketSize, Pattern, Plan, Traffic};
use vpcsim::model::{
    HostId, HostSpec, Name, Network, NextHop, PeeringSpec, QueueLimit, RouteSpec, Rules, SubnetId, TableId, VpcId,
};
use vpcsim::units::{BitRate, ByteSize, SimDuration, SimTime};

/// Makes a network and what happens in it.
pub type Workload = fn() -> (Network, Plan);

/// Every workload by name, from small to large.
pub const ALL: [(&str, Workload); 4] =
    [("pair", pair), ("hub", hub), ("mesh-1k", || mesh(1_000)), ("mesh-10k", || mesh(10_000))];

/// IPv4 length of the packets that many small flows send: 64 bytes of payload behind 28 of headers.
const SMALL: u16 = 92;

/// One flow of 1500-byte packets at 1.2 Gbps into a cross-region link of 1 Gbps, 20 ms, one packet of burst, 1,000 may wait:
/// 100,000 packets a second, a sixth of them dropped once the queue is full.
pub fn pair() -> (Network, Plan) {
    let mut cloud = Cloud::new(1);
    let a = cloud.vpc("guangzhou", 1);
    let b = cloud.vpc("beijing", 1);
    let capped = Transport {
        bandwidth: Some(BitRate::from_mbps(1_000)),
        burst: Some(ByteSize::from_bytes(1_500)),
        queue: QueueLimit::Packets(1_000),
        delay: SimDuration::from_millis(20),
    };
    cloud.peer(a, b, capped);
    let traffic = Traffic {
        from: cloud.hosts(a).to_vec(),
        to: Destination::Hosts(cloud.hosts(b).to_vec()),
        pattern: Pattern::Constant(Pace::Rate(BitRate::from_mbps(1_200))),
        size: PacketSize::Fixed(1_500),
        ..entry("pair")
    };
    (cloud.network, plan(vec![traffic]))
}

/// One VPC peered with ten others, 20 hosts in each of the eleven, each to one fixed random host of a VPC peered with its own:
/// 220,000 packets a second.
pub fn hub() -> (Network, Plan) {
    let mut cloud = Cloud::new(10);
    let vpcs: Vec<usize> = (0..11).map(|_| cloud.vpc("guangzhou", 20)).collect();
    for &spoke in &vpcs[1..] {
        cloud.peer(vpcs[0], spoke, UNCAPPED);
    }
    let traffic = vpcs.iter().map(|&v| {
        let peers = if v == vpcs[0] { &vpcs[1..] } else { &vpcs[..1] };
        every_millisecond(&cloud, v, peers)
    });
    let traffic = traffic.collect();
    (cloud.network, plan(traffic))
}

/// Ten VPCs, each peered with all others, `hosts` hosts in all, traffic as in [`hub`]: a thousand packets a second from each host.
pub fn mesh(hosts: u32) -> (Network, Plan) {
    let mut cloud = Cloud::new(9);
    let vpcs: Vec<usize> = (0..10).map(|_| cloud.vpc("guangzhou", hosts / 10)).collect();
    for (at, &a) in vpcs.iter().enumerate() {
        for &b in &vpcs[at + 1..] {
            cloud.peer(a, b, UNCAPPED);
        }
    }
    let traffic = vpcs.iter().map(|&v| {
        let peers: Vec<usize> = vpcs.iter().copied().filter(|p| *p != v).collect();
        every_millisecond(&cloud, v, &peers)
    });
    let traffic = traffic.collect();
    (cloud.network, plan(traffic))
}

/// Each host of VPC `from` to one host, chosen by the seed, of the VPCs `peers`.
fn every_millisecond(cloud: &Cloud, from: usize, peers: &[usize]) -> Traffic {
    Traffic {
        from: cloud.hosts(from).to_vec(),
        to: Destination::AnyOf(peers.iter().flat_map(|p| cloud.hosts(*p)).copied().collect()),
        pattern: Pattern::Constant(Pace::Interval(SimDuration::from_millis(1))),
        size: PacketSize::Fixed(SMALL),
        ..entry(&format!("from-{from}"))
    }
}

/// An entry with the defaults of a scenario file; pattern, size and ends are the caller's.
pub fn entry(name: &str) -> Traffic {
    Traffic {
        name: named(name),
        label: None,
        from: Vec::new(),
        to: Destination::Hosts(Vec::new()),
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

/// A plan without an end: whoever measures decides how far to advance.
pub fn plan(traffic: Vec<Traffic>) -> Plan {
    Plan {
        name: "workload".into(),
        question: None,
        start: vpcsim::model::plan::default_start(),
        duration: SimTime::NEVER,
        seed: 1,
        traffic,
        timeline: Vec::new(),
        expectations: Vec::new(),
        billing: Default::default(),
    }
}

/// A peering's transport.
#[derive(Clone, Copy)]
pub struct Transport {
    /// The cap; unset within a region.
    pub bandwidth: Option<BitRate>,
    /// Bucket size; unset follows the cap.
    pub burst: Option<ByteSize>,
    /// What may wait.
    pub queue: QueueLimit,
    /// One way.
    pub delay: SimDuration,
}

/// Within a region, 1 ms, nothing limits.
pub const UNCAPPED: Transport =
    Transport { bandwidth: None, burst: None, queue: QueueLimit::DEFAULT, delay: SimDuration::from_millis(1) };

/// A network under construction: VPC `n` is 10.`n`.0.0/16 with one subnet over all of it.
pub struct Cloud {
    /// What was built so far.
    pub network: Network,
    members: Vec<Member>,
}

struct Member {
    vpc: VpcId,
    table: TableId,
    cidr: Ipv4Net,
    hosts: Vec<HostId>,
}

impl Cloud {
    /// An empty cloud in which a VPC may have `quota` peerings; regional ones are not limited.
    pub fn new(quota: u32) -> Cloud {
        let rules = Rules { quota_total: quota, quota_active: quota, regional_ceiling: None, ..Rules::guide() };
        Cloud { network: Network::new(rules), members: Vec::new() }
    }

    /// Adds a VPC with `hosts` hosts and answers its number.
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

    /// Peers VPCs `a` and `b`, with a route to the whole of the other on each side.
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
