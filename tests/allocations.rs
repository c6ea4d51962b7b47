//! No allocation per packet: a counting allocator observes the engine after a warm-up.

#[path = "../benches/counting/mod.rs"]
mod counting;

use std::sync::Arc;
use vpcsim::engine::{Options, Simulation};
use vpcsim::model::plan::{
    Arrivals, Destination, Pace, PacketSize, Pattern, Pick, Plan, Traffic, TransferSize, Transfers,
};
use vpcsim::model::{QueueLimit, RateSeries};
use vpcsim::tcp::Settings;
use vpcsim::units::{BitRate, SimDuration, SimTime};
use vpcsim::workload::{self, Cloud, Transport};

/// 7:4:1 of 40, 576 and 1500 bytes, the simple Internet mix.
fn imix() -> PacketSize {
    PacketSize::Mix([(40, 7), (576, 4), (1_500, 1)].into())
}

/// Constant and imix traffic in both directions over one capped cross-region link, together above its cap: packets wait
/// and are dropped.
fn shaped(patterns: &[(&str, Pattern, PacketSize)]) -> Simulation {
    let mut cloud = Cloud::new(1);
    let [a, b] = ["guangzhou", "beijing"].map(|region| cloud.vpc(region, 4));
    let bandwidth = Some(BitRate::from_mbps(300));
    let queue = QueueLimit::Time(SimDuration::from_millis(50));
    cloud.peer(a, b, Transport { bandwidth, burst: None, queue, delay: SimDuration::from_millis(16) });
    let mut traffic = Vec::new();
    for (from, to) in [(a, b), (b, a)] {
        for (name, pattern, size) in patterns {
            traffic.push(Traffic {
                from: cloud.hosts(from).into(),
                to: Destination::Hosts { hosts: cloud.hosts(to).into(), pick: Pick::Random },
                pattern: pattern.clone(),
                size: size.clone(),
                ..workload::entry(&format!("{name}-{from}"))
            });
        }
    }
    let plan: Plan = workload::plan(traffic);
    Simulation::new(cloud.network, &plan, Options::default())
}

/// Advances in slices of 10 ms and returns (packets emitted, allocations) after some seconds of warm-up.
fn allocations(simulation: &mut Simulation, warm: u64, seconds: u64) -> (u64, u64) {
    let slice = SimDuration::from_millis(10);
    let mut until = SimTime::ZERO;
    let mut advance = |simulation: &mut Simulation, seconds: u64| {
        for _ in 0..seconds * 100 {
            until += slice;
            simulation.advance(until);
        }
    };
    advance(simulation, warm);
    let (packets, before) = (simulation.totals().emitted, counting::allocations());
    advance(simulation, seconds);
    let allocated = counting::allocations() - before;
    simulation.check_books().expect("the books balance");
    (simulation.totals().emitted - packets, allocated)
}

/// A rate that changes every millisecond and is zero in every third.
fn steps() -> Arc<RateSeries> {
    let rate = |n: u64| BitRate::from_mbps([10, 0, 33][(n % 3) as usize]);
    let steps = (0..10_000).map(|n| (SimTime::from_nanos(n * 1_000_000), rate(n)));
    Arc::new(RateSeries::of_steps(steps.collect()))
}

#[test]
fn steady_traffic_over_a_shaped_link_allocates_nothing() {
    let pace = |mbps| Pace::Rate(BitRate::from_mbps(mbps));
    let patterns = [
        ("constant", Pattern::Constant(pace(50)), PacketSize::Fixed(1_500)),
        ("imix", Pattern::Constant(pace(40)), imix()),
        ("poisson", Pattern::Poisson(pace(10)), imix()),
        ("series", Pattern::Series(steps()), imix()),
    ];
    let (packets, allocated) = allocations(&mut shaped(&patterns), 1, 2);
    assert!(packets >= 100_000, "only {packets} packets");
    assert_eq!(allocated, 0, "allocations over {packets} packets");
}

/// Echo requests cross cells as mail: mailboxes and timers are reused as well.
/// Of two sizes, so that they are events and not known beforehand.
#[test]
fn pings_allocate_nothing() {
    let patterns = [(
        "ping",
        Pattern::Ping { interval: SimDuration::from_micros(100) },
        PacketSize::Mix([(84, 1), (85, 1)].into()),
    )];
    let (packets, allocated) = allocations(&mut shaped(&patterns), 1, 2);
    assert!(packets >= 100_000, "only {packets} packets");
    assert_eq!(allocated, 0, "allocations over {packets} packets");
}

/// Connections that fill a cap, lose packets in it and repair that: what was needed for that once is used again.
#[test]
fn connections_allocate_nothing() {
    let transfers = Transfers {
        settings: Settings::default(),
        mss: None,
        timestamps: false,
        size: TransferSize::Endless,
        response: 0,
        connections: 2,
        interval: SimDuration::from_secs(1),
        arrivals: Arrivals::Spaced,
    };
    let patterns = [("copy", Pattern::Tcp(Arc::new(transfers)), PacketSize::Fixed(1_500))];
    let mut simulation = shaped(&patterns);
    let (packets, allocated) = allocations(&mut simulation, 50, 5);
    assert!(packets >= 100_000, "only {packets} packets");
    assert!(simulation.totals().dropped > 100, "nothing was lost");
    assert_eq!(allocated, 0, "allocations over {packets} packets");
}
