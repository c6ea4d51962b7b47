//! Shares of a saturated cap, and how much it carries: what a user compares with the cap on the invoice.

use crate::dice::{name, net};
use std::sync::Arc;
use vpcsim::engine::{Options, Simulation};
use vpcsim::model::plan::{Destination, Pace, PacketSize, Pattern, Plan, Traffic};
use vpcsim::model::*;
use vpcsim::units::{BitRate, ByteSize, SimDuration, SimTime};

/// Two VPCs, `flows` hosts in one and one host in the other, and a cap between them.
pub struct Bottleneck {
    pub network: Network,
    pub from: Vec<HostId>,
    pub to: HostId,
    pub link: LinkId,
}

impl Bottleneck {
    /// If `cap` is `None`, a regional peering at its ceiling of 5 Gbps.
    pub fn new(flows: usize, cap: Option<BitRate>, burst: Option<u64>) -> Bottleneck {
        let mut network = Network::new(Rules::guide());
        let account = network.account_named(&name("me"));
        let mut make = |label: &str, region: &str, cidr: &str| {
            let region = network.declare_region(&name(region));
            let vpc = network.add_vpc(name(label), None, account, region, net(cidr)).expect("a VPC");
            let table = network.add_table(vpc, name("A")).expect("a table");
            let subnet = network.add_subnet(vpc, name("A"), net(cidr), table).expect("a subnet");
            (vpc, table, subnet)
        };
        let (near, table, here) = make("near", "beijing", "10.0.0.0/16");
        let far_region = if cap.is_some() { "guangzhou" } else { "beijing" };
        let (far, _, there) = make("far", far_region, "10.1.0.0/16");
        let spec = PeeringSpec {
            bandwidth: cap,
            burst: burst.map(ByteSize::from_bytes),
            ..PeeringSpec::new(name("P"), near, far)
        };
        let peering = network.add_peering(spec, SimTime::ZERO);
        let peering = peering.expect("a peering");
        let route = RouteSpec { to: net("10.1.0.0/16"), via: NextHop::Peering(peering), disabled: false };
        network.add_route(table, route).expect("a route");
        let mut host = |subnet, label: String| {
            let spec = HostSpec { name: name(&label), subnet, address: None, source_check: true };
            network.add_host(spec).expect("a host")
        };
        let from = (0..flows).map(|f| host(here, format!("h{f}"))).collect();
        let to = host(there, "sink".into());
        Bottleneck { network, from, to, link: LinkId::new(peering, Direction::Out) }
    }

    /// One constant entry per sender, random phases.
    pub fn plan(&self, seed: u64, pace: Pace, size: PacketSize, duration: SimTime) -> Plan {
        let entry = |(number, from): (usize, &HostId)| Traffic {
            name: name(&format!("t{number}")),
            label: None,
            from: [*from].into(),
            to: Destination::in_order([self.to]),
            pattern: Pattern::Constant(pace),
            size: size.clone(),
            source: None,
            source_port: 4000,
            destination_port: 5000,
            ttl: (64, 64),
            start: SimTime::ZERO,
            stop: duration,
            phase: None,
            count: None,
        };
        Plan {
            name: "bottleneck".into(),
            question: None,
            start: Rules::guide().start(),
            duration,
            seed,
            traffic: self.from.iter().enumerate().map(entry).collect(),
            timeline: Vec::new(),
            expectations: Vec::new(),
            reach: Vec::new(),
            lesson: None,
            billing: Default::default(),
        }
    }
}

/// What two equal flows deliver through one cap in 5 s.
fn shares(seed: u64, offered: u64, cap: u64, pattern: fn(Pace) -> Pattern) -> Vec<u64> {
    let net = Bottleneck::new(2, Some(BitRate::from_mbps(cap)), None);
    let duration = SimTime::from_nanos(5_000_000_000);
    let pace = Pace::Rate(BitRate::from_mbps(offered));
    let mut plan = net.plan(seed, pace, PacketSize::Fixed(1500), duration);
    for entry in &mut plan.traffic {
        entry.pattern = pattern(pace);
    }
    let mut simulation = Simulation::new(net.network, &plan, Options::default());
    simulation.advance(duration);
    (0..2).map(|t| simulation.traffic_books().of(TrafficId(t)).whole.delivered.packets).collect()
}

fn assert_fair(pattern: fn(Pace) -> Pattern, seeds: u64) {
    let mut unfair = Vec::new();
    for (offered, cap) in [(80, 100), (100, 100), (60, 100), (50, 80), (97, 100), (200, 100), (75, 100)] {
        for seed in 1..=seeds {
            let got = shares(seed, offered, cap, pattern);
            let apart = got[0].abs_diff(got[1]) as f64 / (got[0] + got[1]) as f64;
            if apart > 0.02 {
                unfair.push(format!("2 x {offered} Mbps into {cap} Mbps, seed {seed}: {got:?}"));
            }
        }
    }
    assert!(unfair.is_empty(), "{}", unfair.join("\n"));
}

#[test]
fn equal_constant_flows_get_equal_shares_of_a_full_cap() {
    assert_fair(Pattern::Constant, 3);
}

#[test]
fn equal_random_flows_get_equal_shares_of_a_full_cap() {
    assert_fair(Pattern::Poisson, 2);
}

/// By `t`, at most the burst and the cap's bits since the start have left, and at least that minus one packet.
#[test]
fn a_full_cap_carries_its_rate_and_its_burst_to_the_packet() {
    let mix: Arc<[(u16, u32)]> = Arc::new([(1499, 1), (64, 2), (577, 1)]);
    let gbps = BitRate::from_mbps(5000);
    let cases = [(Some(300), 1500), (Some(333), 1499), (Some(700), 1500), (Some(1000), 1500), (None, 8500)];
    for (mbps, length) in cases {
        for size in [PacketSize::Fixed(length), PacketSize::Mix(mix.clone())] {
            let cap = mbps.map(BitRate::from_mbps);
            let rate = cap.unwrap_or(gbps).as_bps();
            let net = Bottleneck::new(1, cap, Some(8500));
            let delay = net.network.peering(net.link.peering()).delay;
            let packets = 40_000u64;
            let seconds_nanos = packets * u64::from(size.max()) * 8_000_000_000 / rate / 3;
            let duration = SimTime::from_nanos(seconds_nanos) + delay;
            let pace = Pace::Rate(BitRate::from_bps(rate + rate / 5));
            let mut plan = net.plan(1, pace, size.clone(), duration);
            plan.traffic[0].phase = Some(SimDuration::ZERO);
            let link = net.link;
            let mut simulation = Simulation::new(net.network, &plan, Options::default());
            simulation.advance(duration);
            let carried = u128::from(simulation.link_book(link).whole.carried.bytes);
            let allowed = 8500 + u128::from(rate) * u128::from(seconds_nanos) / 8_000_000_000;
            let short =
                allowed.checked_sub(carried).unwrap_or_else(|| panic!("{carried} B at {rate} bps: {allowed} allowed"));
            assert!(short <= u128::from(size.max()), "{carried} B of {allowed} B at {rate} bps in {seconds_nanos} ns");
        }
    }
}
