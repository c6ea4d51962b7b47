//! The networks and plans whose cost is measured, by name: what `vpcsim bench`, the benches and some tests run. Each is
//! built through the control plane, as a scenario file would be. Nothing here measures.

mod capped;
mod cloud;
mod copies;
mod spread;

pub use cloud::{Cloud, Transport, UNCAPPED, entry, plan};

use crate::model::Network;
use crate::model::plan::Plan;
use crate::units::SimDuration;

/// A network and what happens in it, without an end: the caller decides how far to advance.
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// Its name.
    pub name: &'static str,
    /// What it is, in one line.
    pub what: &'static str,
    /// Packets emitted in a minute of virtual time, answers included, once traffic flows.
    pub packets_per_minute: u64,
    /// How long it is, if it has a fixed length.
    pub length: Option<SimDuration>,
    build: fn() -> (Network, Plan),
}

const MINUTE: SimDuration = SimDuration::from_secs(60);
const DAY: SimDuration = SimDuration::from_secs(86_400);

/// Measured packet by packet by default: about a second of wall time.
const PACKETS: u64 = 10_000_000;
/// The shortest default: a sender's first look-up and its last packet, kept on the way, cost the same however long it
/// sends.
const SHORTEST: SimDuration = SimDuration::from_millis(200);
/// Measured as runs by default, unless the workload has a fixed length.
const PACKETS_AS_RUNS: u64 = 200_000_000;

impl Workload {
    /// Builds the network and the plan.
    pub fn build(&self) -> (Network, Plan) {
        (self.build)()
    }

    /// The virtual time in which about `packets` packets are emitted, rounded up to 1 ns.
    pub fn span_of(&self, packets: u64) -> SimDuration {
        let nanos = u128::from(MINUTE.as_nanos()) * u128::from(packets);
        let nanos = nanos.div_ceil(u128::from(self.packets_per_minute));
        SimDuration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How long to measure it packet by packet: part of a day for a workload that is a day.
    pub fn span_of_packets(&self) -> SimDuration {
        self.span_of(PACKETS).max(SHORTEST)
    }

    /// How long to measure it as runs: the whole day for a workload that is a day.
    pub fn span_of_runs(&self) -> SimDuration {
        self.length.unwrap_or(self.span_of(PACKETS_AS_RUNS))
    }
}

/// The workload called `name`.
pub fn find(name: &str) -> Option<&'static Workload> {
    ALL.iter().find(|workload| workload.name == name)
}

/// What is measured by default: from one flow to ten thousand.
pub const USUAL: [&str; 4] = ["pair", "hub", "mesh-1k", "mesh-10k"];

/// Every workload, the usual ones first.
pub const ALL: [Workload; 23] = [
    Workload {
        name: "pair",
        what: "one flow of 1500-byte packets at 1.2 Gbps into a cap of 1 Gbps, each at a random place in its slot",
        packets_per_minute: 6_000_000,
        length: None,
        build: capped::pair,
    },
    Workload {
        name: "hub",
        what: "a VPC peered with ten others, 220 hosts, each sends a small packet a millisecond to one host",
        packets_per_minute: 220 * 60_000,
        length: None,
        build: spread::hub,
    },
    Workload {
        name: "mesh-1k",
        what: "ten VPCs, all peered, 1,000 hosts, traffic as in hub",
        packets_per_minute: 1_000 * 60_000,
        length: None,
        build: || spread::mesh(1_000),
    },
    Workload {
        name: "mesh-10k",
        what: "ten VPCs, all peered, 10,000 hosts, traffic as in hub",
        packets_per_minute: 10_000 * 60_000,
        length: None,
        build: || spread::mesh(10_000),
    },
    Workload {
        name: "bill-day",
        what: "the guide's bill for a whole day: 20 Mbps out and 30 Mbps in over a cap of 30 Mbps",
        packets_per_minute: 250_000,
        length: Some(DAY),
        build: capped::bill_day,
    },
    Workload {
        name: "saturated-day",
        what: "a day of pair",
        packets_per_minute: 6_000_000,
        length: Some(DAY),
        build: capped::pair,
    },
    Workload {
        name: "saturated-day-even",
        what: "a day of pair, its packets evenly spaced, so that a pattern repeats",
        packets_per_minute: 6_000_000,
        length: Some(DAY),
        build: capped::pair_even,
    },
    Workload {
        name: "bill-day-pinged",
        what: "bill-day with a ping an hour in both directions",
        packets_per_minute: 250_000,
        length: Some(DAY),
        build: capped::bill_day_pinged,
    },
    Workload {
        name: "saturated-day-pinged",
        what: "saturated-day-even with a ping a second in the same direction",
        packets_per_minute: 6_000_120,
        length: Some(DAY),
        build: capped::pair_even_pinged,
    },
    Workload {
        name: "shared-50",
        what: "fifty flows, together as much as pair's, share its cap",
        packets_per_minute: 6_000_000,
        length: None,
        build: capped::shared,
    },
    Workload {
        name: "busy-one",
        what: "one busy VPC: 1,000 hosts send to one peer, nobody else sends",
        packets_per_minute: 1_000 * 60_000,
        length: None,
        build: spread::busy_one,
    },
    Workload {
        name: "pings",
        what: "ten VPCs, all peered, 1,000 hosts, each pings one host every 10 ms and is answered",
        packets_per_minute: 1_000 * 2 * 6_000,
        length: None,
        build: spread::pings,
    },
    Workload {
        name: "pings-far",
        what: "pings every millisecond over peerings of 20 ms",
        packets_per_minute: 1_000 * 2 * 60_000,
        length: None,
        build: spread::pings_far,
    },
    Workload {
        name: "mixed",
        what: "ten VPCs, all peered, over half of the links more than fits, and a ping a second over each",
        packets_per_minute: 90 * 60_120,
        length: None,
        build: spread::mixed,
    },
    Workload {
        name: "tcp-copy",
        what: "ten endless copies by TCP share a cap of 1 Gbps with 50 ms of queue, round trip 36.8 ms",
        packets_per_minute: 7_300_000,
        length: Some(MINUTE),
        build: copies::copy,
    },
    Workload {
        name: "tcp-incast",
        what: "219 hosts send 1 MB each to one by TCP, all at once, over a cap of 1 Gbps; then nothing",
        packets_per_minute: 400_000,
        length: Some(MINUTE),
        build: copies::incast,
    },
    Workload {
        name: "tcp-mesh",
        what: "82 VPCs, all peered, 8,192 hosts, each sends 1 MiB to a host of another VPC by TCP",
        packets_per_minute: 9_000_000,
        length: Some(MINUTE),
        build: copies::mesh,
    },
    Workload {
        name: "tcp-mixed",
        what: "datagrams at half of tcp-copy's cap, two copies for the other half, a ping a second",
        packets_per_minute: 6_100_000,
        length: Some(MINUTE),
        build: copies::mixed,
    },
    Workload {
        name: "tcp-1m",
        what: "a million connections of 100 kB each, at random in some ten seconds, between two thousand hosts",
        packets_per_minute: 110_000_000,
        length: Some(MINUTE),
        build: copies::million,
    },
    sources("sources-1k", "1,000 hosts in pairs of VPCs, traffic as in hub", 1_000, || spread::sources(1_000)),
    sources("sources-10k", "10,000 hosts in pairs of VPCs, traffic as in hub", 10_000, || spread::sources(10_000)),
    sources("sources-100k", "100,000 hosts in pairs of VPCs, traffic as in hub", 100_000, || spread::sources(100_000)),
    sources("sources-1m", "1,000,000 hosts in pairs of VPCs, traffic as in hub", 1_000_000, || {
        spread::sources(1_000_000)
    }),
];

const fn sources(name: &'static str, what: &'static str, hosts: u64, build: fn() -> (Network, Plan)) -> Workload {
    Workload { name, what, packets_per_minute: hosts * 60_000, length: None, build }
}
