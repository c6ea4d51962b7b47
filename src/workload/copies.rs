//! TCP connections: what a data segment and its acknowledgment cost, alone and among other traffic.

use super::cloud::{Cloud, Transport, UNCAPPED, entry, plan};
use crate::model::plan::{
    Arrivals, Destination, Pace, PacketSize, Pattern, Pick, Plan, Traffic, TransferSize, Transfers,
};
use crate::model::{Network, QueueLimit};
use crate::tcp::Settings;
use crate::units::{BitRate, SimDuration};
use std::sync::Arc;

/// 1 Gbps, a round trip of 36.8 ms, a queue of 50 ms.
const CAPPED: Transport = Transport {
    bandwidth: Some(BitRate::from_mbps(1_000)),
    burst: None,
    queue: QueueLimit::Time(SimDuration::from_millis(50)),
    delay: SimDuration::from_micros(18_400),
};

fn transfers(connections: u32, size: TransferSize) -> Pattern {
    Pattern::Tcp(Arc::new(Transfers {
        settings: Settings::default(),
        mss: Some(1_460),
        timestamps: false,
        size,
        response: 0,
        connections,
        interval: SimDuration::from_secs(1),
        arrivals: Arrivals::Spaced,
    }))
}

/// Two VPCs with so many hosts each, and a capped peering between them.
fn pair(hosts: u32) -> (Cloud, [usize; 2]) {
    let mut cloud = Cloud::new(1);
    let vpcs = [cloud.vpc("guangzhou", hosts), cloud.vpc("beijing", hosts)];
    cloud.peer(vpcs[0], vpcs[1], CAPPED);
    (cloud, vpcs)
}

fn between(cloud: &Cloud, name: &str, (from, to): (usize, usize), pattern: Pattern) -> Traffic {
    let (hosts, pick) = (cloud.hosts(to).into(), Pick::Every);
    Traffic { from: cloud.hosts(from).into(), to: Destination::Hosts { hosts, pick }, pattern, ..entry(name) }
}

/// Ten endless copies between two hosts.
pub(super) fn copy() -> (Network, Plan) {
    let (cloud, [a, b]) = pair(1);
    let copies = between(&cloud, "copy", (a, b), transfers(10, TransferSize::Endless));
    (cloud.network, plan(vec![copies]))
}

/// 219 hosts send 1 MB each to one at the same time.
pub(super) fn incast() -> (Network, Plan) {
    let (cloud, [a, b]) = pair(219);
    let all = between(&cloud, "incast", (a, b), transfers(1, TransferSize::Fixed(1_000_000)));
    let to = Destination::in_order([cloud.hosts(b)[0]]);
    (cloud.network, plan(vec![Traffic { to, ..all }]))
}

/// 82 VPCs, all peered, with 8,192 hosts; each sends 1 MiB to one in another VPC.
pub(super) fn mesh() -> (Network, Plan) {
    const HOSTS: u32 = 8_192;
    const VPCS: u32 = 82;
    let mut cloud = Cloud::new(VPCS);
    let hosts = |vpc: u32| HOSTS / VPCS + u32::from(vpc < HOSTS % VPCS);
    let vpcs: Vec<usize> = (0..VPCS).map(|vpc| cloud.vpc("guangzhou", hosts(vpc))).collect();
    for (at, &a) in vpcs.iter().enumerate() {
        vpcs[at + 1..].iter().for_each(|&b| cloud.peer(a, b, UNCAPPED));
    }
    let traffic = vpcs.iter().map(|&from| {
        let others = vpcs.iter().filter(|to| **to != from).flat_map(|to| cloud.hosts(*to)).copied();
        let to = Destination::Hosts { hosts: others.collect(), pick: Pick::Random };
        let one = between(&cloud, &format!("from-{from}"), (from, from), transfers(1, TransferSize::Fixed(1 << 20)));
        Traffic { to, ..one }
    });
    let traffic = traffic.collect();
    (cloud.network, plan(traffic))
}

/// Datagrams at half of the cap, two copies for the other half, and a ping a second.
pub(super) fn mixed() -> (Network, Plan) {
    let (cloud, [a, b]) = pair(1);
    let half = Pattern::Constant(Pace::Rate(BitRate::from_mbps(500)));
    let second = SimDuration::from_secs(1);
    let traffic = vec![
        between(&cloud, "datagrams", (a, b), half),
        between(&cloud, "copy", (a, b), transfers(2, TransferSize::Endless)),
        Traffic { size: PacketSize::Fixed(84), ..between(&cloud, "ping", (a, b), Pattern::Ping { interval: second }) },
    ];
    (cloud.network, plan(traffic))
}

/// A thousand hosts each send 100 kB to each of a thousand others: a million connections, each at a random instant,
/// most of them within ten seconds.
pub(super) fn million() -> (Network, Plan) {
    let mut cloud = Cloud::new(1);
    let [a, b] = [cloud.vpc("guangzhou", 1_000), cloud.vpc("guangzhou", 1_000)];
    cloud.peer(a, b, UNCAPPED);
    let mut pattern = transfers(1, TransferSize::Fixed(100_000));
    if let Pattern::Tcp(transfers) = &mut pattern {
        let transfers = Arc::make_mut(transfers);
        (transfers.arrivals, transfers.interval) = (Arrivals::Poisson, SimDuration::from_secs(5));
    }
    let all = between(&cloud, "all", (a, b), pattern);
    (cloud.network, plan(vec![all]))
}
