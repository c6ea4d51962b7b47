//! Two VPCs and a capped peering across regions between them: what a shaper costs. There is no other limit.

use super::cloud::{Cloud, Transport, entry, plan};
use crate::model::plan::{Destination, Pace, PacketSize, Pattern, Plan, Traffic};
use crate::model::{Name, Network, QueueLimit};
use crate::units::{BitRate, ByteSize, SimDuration};

/// IPv4 length of the packets.
const LENGTH: u16 = 1_500;

/// 1 Gbps, 20 ms, one packet of burst, a queue of 1,000 packets.
const SATURATED: Transport = Transport {
    bandwidth: Some(BitRate::from_mbps(1_000)),
    burst: Some(ByteSize::from_bytes(LENGTH as u64)),
    queue: QueueLimit::Packets(1_000),
    delay: SimDuration::from_millis(20),
};

/// One flow at 1.2 Gbps: 100,000 packets a second, a sixth of them dropped once the queue is full.
pub(super) fn pair() -> (Network, Plan) {
    saturated(1, None)
}

/// The same, evenly spaced: twelve packets come while ten depart, and this repeats every 120 us.
pub(super) fn pair_even() -> (Network, Plan) {
    saturated(1, Some(SimDuration::ZERO))
}

/// The same with a ping a second in the same direction.
pub(super) fn pair_even_pinged() -> (Network, Plan) {
    pinged(pair_even(), SimDuration::from_secs(1))
}

/// [`bill_day`] with a ping an hour in both directions.
pub(super) fn bill_day_pinged() -> (Network, Plan) {
    pinged(bill_day(), SimDuration::from_secs(3_600))
}

/// The same network and traffic, and each sender pings its first receiver too.
fn pinged((network, plan): (Network, Plan), interval: SimDuration) -> (Network, Plan) {
    let ping = |entry: &Traffic| Traffic {
        name: Name::new(&format!("{}-ping", entry.name)).expect("a valid name"),
        pattern: Pattern::Ping { interval },
        size: PacketSize::Fixed(84),
        phase: None,
        ..entry.clone()
    };
    let pings: Vec<Traffic> = plan.traffic.iter().map(ping).collect();
    let traffic = plan.traffic.iter().cloned().chain(pings).collect();
    (network, Plan { traffic, ..plan })
}

/// Fifty flows, together 1.2 Gbps.
pub(super) fn shared() -> (Network, Plan) {
    saturated(50, None)
}

fn saturated(flows: u32, phase: Option<SimDuration>) -> (Network, Plan) {
    let mut cloud = Cloud::new(1);
    let a = cloud.vpc("guangzhou", flows);
    let b = cloud.vpc("beijing", flows);
    cloud.peer(a, b, SATURATED);
    let each = BitRate::from_bps(1_200_000_000 / u64::from(flows));
    let traffic = Traffic { phase, ..at_rate(&cloud, "pair", (a, b), each) };
    (cloud.network, plan(vec![traffic]))
}

/// The guide's bill (S47) as if its busiest five minutes lasted all day: 20 Mbps out, the cap in.
pub(super) fn bill_day() -> (Network, Plan) {
    let mut cloud = Cloud::new(1);
    let shanghai = cloud.vpc("shanghai", 1);
    let guangzhou = cloud.vpc("guangzhou", 1);
    let bandwidth = Some(BitRate::from_mbps(30));
    let delay = SimDuration::from_micros(15_500);
    cloud.peer(shanghai, guangzhou, Transport { bandwidth, burst: None, queue: QueueLimit::DEFAULT, delay });
    let out = at_rate(&cloud, "out", (shanghai, guangzhou), BitRate::from_mbps(20));
    let back = at_rate(&cloud, "in", (guangzhou, shanghai), BitRate::from_mbps(30));
    (cloud.network, plan(vec![out, back]))
}

/// Each host of the first VPC sends to one of the second, at `rate`.
fn at_rate(cloud: &Cloud, name: &str, (from, to): (usize, usize), rate: BitRate) -> Traffic {
    Traffic {
        from: cloud.hosts(from).into(),
        to: Destination::in_order(cloud.hosts(to)),
        pattern: Pattern::Constant(Pace::Rate(rate)),
        size: PacketSize::Fixed(LENGTH),
        ..entry(name)
    }
}
