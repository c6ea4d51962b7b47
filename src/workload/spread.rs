//! Many hosts that each send a little to one other, chosen by the seed, over peerings without limits: the cost of
//! look-ups, events and sheer number.

use super::cloud::{Cloud, Transport, UNCAPPED, entry, plan};
use crate::model::plan::{Destination, Pace, PacketSize, Pattern, Pick, Plan, Traffic};
use crate::model::{Network, QueueLimit};
use crate::units::{BitRate, ByteSize, SimDuration};

/// IPv4 length of the packets: 28 bytes of headers and 64 of payload.
const SMALL: u16 = 92;
/// IPv4 length of an echo request as `ping` sends it.
const ECHO: u16 = 84;
/// Hosts in each VPC of [`sources`].
const HOSTS: u32 = 100;

/// One VPC peered with ten others, 20 hosts in each of the eleven; each host sends to a host of a VPC peered with its
/// own: 220,000 packets a second.
pub(super) fn hub() -> (Network, Plan) {
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

/// Ten VPCs, each peered with all others, `hosts` hosts in all; each host sends a thousand packets a second.
pub(super) fn mesh(hosts: u32) -> (Network, Plan) {
    meshed(hosts, UNCAPPED, every_millisecond)
}

/// The mesh of 1,000 hosts in which every packet is an echo request or reply, so that every VPC reacts.
pub(super) fn pings() -> (Network, Plan) {
    meshed(1_000, UNCAPPED, |cloud, from, peers| pinging(cloud, from, peers, 10))
}

/// The same over peerings of 20 ms and ten times as often: windows as long as that hold enough work for several
/// threads.
pub(super) fn pings_far() -> (Network, Plan) {
    let far = Transport { delay: SimDuration::from_millis(20), ..UNCAPPED };
    meshed(1_000, far, |cloud, from, peers| pinging(cloud, from, peers, 1))
}

fn pinging(cloud: &Cloud, from: usize, peers: &[usize], millis: u64) -> Traffic {
    Traffic {
        pattern: Pattern::Ping { interval: SimDuration::from_millis(millis) },
        size: PacketSize::Fixed(ECHO),
        ..every_millisecond(cloud, from, peers)
    }
}

/// Ten VPCs in two regions, each peered with all others: across regions, capped. From each VPC to each other go 12
/// Mbps, more than a cap lets through, and a ping a second.
pub(super) fn mixed() -> (Network, Plan) {
    let mut cloud = Cloud::new(9);
    let vpcs: Vec<usize> = (0..10).map(|v| cloud.vpc(["guangzhou", "beijing"][v % 2], 1)).collect();
    let capped = Transport {
        bandwidth: Some(BitRate::from_mbps(10)),
        burst: Some(ByteSize::from_bytes(1_500)),
        queue: QueueLimit::Packets(100),
        delay: SimDuration::from_millis(20),
    };
    let mut traffic = Vec::new();
    for (at, &a) in vpcs.iter().enumerate() {
        for &b in &vpcs[at + 1..] {
            cloud.peer(a, b, if a % 2 == b % 2 { UNCAPPED } else { capped });
            for (from, to) in [(a, b), (b, a)] {
                let bulk = Traffic {
                    from: cloud.hosts(from).into(),
                    to: Destination::in_order(cloud.hosts(to)),
                    pattern: Pattern::Constant(Pace::Rate(BitRate::from_mbps(12))),
                    size: PacketSize::Fixed(1_500),
                    ..entry(&format!("bulk-{from}-{to}"))
                };
                let pattern = Pattern::Ping { interval: SimDuration::from_secs(1) };
                let ping = entry(&format!("ping-{from}-{to}"));
                let ping = Traffic { name: ping.name, pattern, size: PacketSize::Fixed(ECHO), ..bulk.clone() };
                traffic.extend([bulk, ping]);
            }
        }
    }
    (cloud.network, plan(traffic))
}

fn meshed(hosts: u32, transport: Transport, traffic: fn(&Cloud, usize, &[usize]) -> Traffic) -> (Network, Plan) {
    let mut cloud = Cloud::new(9);
    let vpcs: Vec<usize> = (0..10).map(|_| cloud.vpc("guangzhou", hosts / 10)).collect();
    for (at, &a) in vpcs.iter().enumerate() {
        for &b in &vpcs[at + 1..] {
            cloud.peer(a, b, transport);
        }
    }
    let traffic = vpcs.iter().map(|&v| {
        let peers: Vec<usize> = vpcs.iter().copied().filter(|p| *p != v).collect();
        traffic(&cloud, v, &peers)
    });
    let traffic = traffic.collect();
    (cloud.network, plan(traffic))
}

/// One VPC sends, one receives: a second core has nothing to do.
pub(super) fn busy_one() -> (Network, Plan) {
    let mut cloud = Cloud::new(1);
    let [busy, peer] = [1_000, HOSTS].map(|hosts| cloud.vpc("guangzhou", hosts));
    cloud.peer(busy, peer, UNCAPPED);
    let traffic = every_millisecond(&cloud, busy, &[peer]);
    (cloud.network, plan(vec![traffic]))
}

/// Pairs of VPCs with [`HOSTS`] hosts each, `hosts` in all: sizes differ only in the number of pairs, not in who sends
/// how much to whom.
pub(super) fn sources(hosts: u32) -> (Network, Plan) {
    let mut cloud = Cloud::new(1);
    let mut traffic = Vec::new();
    for _ in 0..hosts / HOSTS / 2 {
        let [a, b] = [HOSTS; 2].map(|hosts| cloud.vpc("guangzhou", hosts));
        cloud.peer(a, b, UNCAPPED);
        traffic.extend([(a, b), (b, a)].map(|(from, to)| every_millisecond(&cloud, from, &[to])));
    }
    (cloud.network, plan(traffic))
}

/// Each host of VPC `from` sends to one host, chosen by the seed, of the VPCs `peers`.
fn every_millisecond(cloud: &Cloud, from: usize, peers: &[usize]) -> Traffic {
    Traffic {
        from: cloud.hosts(from).into(),
        to: Destination::Hosts {
            hosts: peers.iter().flat_map(|p| cloud.hosts(*p)).copied().collect(),
            pick: Pick::Random,
        },
        pattern: Pattern::Constant(Pace::Interval(SimDuration::from_millis(1))),
        size: PacketSize::Fixed(SMALL),
        ..entry(&format!("from-{from}"))
    }
}
