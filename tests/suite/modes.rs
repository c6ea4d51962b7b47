//! However a run is computed, the bytes are the same: as runs or packet by packet, on one thread or several, in one
//! advance or in many. The worlds are those of the suite and others that aim at runs: several senders at, just below
//! and just above a cap, boundaries of minutes and windows among them, changes in between. There are no observers here,
//! because observing means looking at packets.

use crate::dice::{Dice, name};
use crate::engine_vs_reference::cases;
use crate::traffic;
use crate::world::World;
use proptest::prelude::*;
use std::num::NonZeroUsize;
use std::sync::Arc;
use vpcsim::engine::{Effort, Mode, Options, Road, Run};
use vpcsim::model::plan::{Action, Destination, Pace, PacketSize, Pattern, Pick, Plan, Traffic};
use vpcsim::model::{Change, LinkId, QueueLimit, RateSeries};
use vpcsim::report::{self, Snapshot};
use vpcsim::units::{BitRate, ByteSize, SimDuration, SimTime};
use vpcsim::workload::{Cloud, Transport, UNCAPPED, entry, plan};

/// One way to compute a run.
#[derive(Debug, Clone, Copy)]
struct Way {
    mode: Mode,
    workers: usize,
    slices: u64,
}

const PLAIN: Way = Way { mode: Mode::Packets, workers: 1, slices: 1 };
const OTHERS: [Way; 5] = [
    Way { mode: Mode::Runs, workers: 1, slices: 1 },
    Way { mode: Mode::Runs, workers: 1, slices: 37 },
    Way { mode: Mode::Runs, workers: 2, slices: 1 },
    Way { mode: Mode::Runs, workers: 3, slices: 5 },
    Way { mode: Mode::Packets, workers: 3, slices: 1 },
];

/// Everything a report could say, and what was metered.
fn computed(world: &World, way: Way) -> (String, Effort) {
    let workers = NonZeroUsize::new(way.workers).expect("not zero");
    let options = Options { mode: way.mode, workers, interval: None, watch: None };
    let mut run = Run::new(world.network.clone(), world.plan.clone(), options);
    // Uneven slices, so that they do not fall onto the same instants again and again.
    let mut dice = Dice::new(way.slices);
    let end = world.plan.duration.as_nanos();
    let mut cuts: Vec<u64> = (1..way.slices).map(|_| dice.below(end)).collect();
    cuts.sort_unstable();
    for cut in cuts.into_iter().chain([end]) {
        run.advance(SimTime::from_nanos(cut));
        run.simulation.check_books().expect("the books balance");
    }
    run.finish().expect("the books balance");
    let mut said = report::json(&Snapshot::of(&run, "world", Vec::new(), None));
    for link in (0..run.simulation.network().peerings().len() as u32 * 2).map(LinkId) {
        said += &format!("{link:?} {:?}\n", run.simulation.meter(link).minutes());
        said += &format!(
            "{:?}\n",
            run.simulation
                .link_book(link)
                .windows
                .segments()
                .map(|(w, c)| (w, c.offered, c.carried, &c.drops, c.delay.min(), c.delay.max(), c.delay.len()))
                .collect::<Vec<_>>()
        );
    }
    (said, run.simulation.effort())
}

fn differing(world: &World) -> Option<String> {
    let (plain, _) = computed(world, PLAIN);
    let difference = |way: Way| {
        let (said, _) = computed(world, way);
        let (found, wanted) = said.lines().zip(plain.lines()).find(|(a, b)| a != b)?;
        Some(format!("{way:?}\nfound    {found}\nexpected {wanted}"))
    };
    OTHERS.into_iter().find_map(difference)
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(60) })]

    #[test]
    fn any_world_comes_out_the_same(seed: u64) {
        let found = differing(&World::new(seed));
        prop_assert!(found.is_none(), "seed {seed}\n{}", found.unwrap_or_default());
    }

    #[test]
    fn worlds_of_echoes_come_out_the_same(seed: u64) {
        let found = differing(&World::of_echoes(seed));
        prop_assert!(found.is_none(), "seed {seed}\n{}", found.unwrap_or_default());
    }

    #[test]
    fn connections_come_out_the_same(seed: u64) {
        let found = differing(&World::of_connections(seed));
        prop_assert!(found.is_none(), "seed {seed}\n{}", found.unwrap_or_default());
    }

    #[test]
    fn worlds_of_runs_come_out_the_same(seed: u64) {
        let found = differing(&World::of_runs(seed));
        prop_assert!(found.is_none(), "seed {seed}\n{}", found.unwrap_or_default());
    }
}

/// If the generator never let packets pass in closed form, wait, or switch between the two, the comparison would be
/// hollow.
#[test]
fn the_worlds_go_every_way() {
    let (mut closed, mut looped, mut both, mut parallel, mut repeated) = (0, 0, 0, 0, 0);
    for seed in 0..60 {
        let world = World::of_runs(seed);
        let (_, effort) = computed(&world, OTHERS[2]);
        let waits = computed(&world, PLAIN).0.contains("shaper_queue_full");
        closed += u32::from((effort.of(Road::Closed) + effort.of(Road::Proven)) * 2 > effort.packets());
        looped += u32::from(effort.of(Road::Looped) * 2 > effort.packets());
        both += u32::from(waits && (effort.of(Road::Closed) + effort.of(Road::Proven)) * 10 > effort.packets());
        parallel += u32::from(effort.threads > 1);
        repeated += u32::from(effort.of(Road::Repeated) > 0);
    }
    assert!(closed > 10 && looped > 10 && both > 5, "{closed} closed, {looped} looped, {both} both");
    assert!(repeated > 5, "only in {repeated} worlds a pattern repeated");
    assert!(parallel > 5 || cfg!(not(feature = "threads")), "only {parallel} worlds kept two threads busy");
}

/// If echoes were never known beforehand, or never after they were events, or never events, the comparison would be
/// hollow.
#[test]
fn the_worlds_know_echoes_beforehand_and_forget_them() {
    let (mut known, mut proven, mut both, mut never) = (0, 0, 0, 0);
    for seed in 0..60 {
        let world = World::of_echoes(seed);
        let (_, effort) = computed(&world, OTHERS[0]);
        let (_, plain) = computed(&world, PLAIN);
        let (events, all) = (effort.of(Road::Events), plain.of(Road::Events));
        known += u32::from(events == 0 && all > 0);
        proven += u32::from(events == 0 && effort.of(Road::Proven) > 0);
        both += u32::from(events > all / 10 && events < all / 10 * 9);
        never += u32::from(events == all && all > 0);
    }
    assert!(
        known > 1 && proven > 1 && both > 10 && never > 1,
        "{known} known, {proven} proven, {both} both, {never} never"
    );
}

/// A driver cuts its slices by the estimate of their work: if a nanosecond seemed to be much, it would stand still.
#[test]
fn a_nanosecond_is_little_work() {
    for seed in 0..60 {
        let world = World::of_echoes(seed);
        let mut run = Run::new(world.network.clone(), world.plan.clone(), Options::default());
        let senders = traffic::senders(&world.network, &world.plan).len() as u64;
        let step = world.plan.duration.as_nanos() / 100;
        for cut in (1..100).map(|n| n * step) {
            run.advance(SimTime::from_nanos(cut));
            let work = run.work(SimTime::from_nanos(cut + 1));
            assert!(work <= 100 * senders, "seed {seed}: {work} for {senders} senders at {cut} ns");
        }
    }
}

/// Echoes cross VPCs in windows full enough for several threads to synchronise between them.
#[test]
fn threads_that_meet_change_nothing() {
    let mut cloud = Cloud::new(3);
    let vpcs = [(); 4].map(|()| cloud.vpc("beijing", 100));
    for (at, &a) in vpcs.iter().enumerate() {
        for &b in &vpcs[at + 1..] {
            cloud.peer(a, b, Transport { delay: SimDuration::from_millis(50), ..UNCAPPED });
        }
    }
    let ping = |(at, &vpc): (usize, &usize)| Traffic {
        from: cloud.hosts(vpc).into(),
        to: Destination::Hosts {
            hosts: vpcs.iter().filter(|v| **v != vpc).flat_map(|v| cloud.hosts(*v)).copied().collect(),
            pick: Pick::Random,
        },
        pattern: Pattern::Ping { interval: SimDuration::from_millis(1) },
        // Of two sizes, so that they are not known beforehand.
        size: PacketSize::Mix([(84, 1), (85, 1)].into()),
        ..entry(&format!("ping-{at}"))
    };
    let traffic = vpcs.iter().enumerate().map(ping).collect();
    let plan = Plan { duration: SimTime::from_nanos(300_000_000), ..plan(traffic) };
    let world = World { network: cloud.network, plan };
    let (plain, _) = computed(&world, PLAIN);
    for workers in [2, 3] {
        let (said, effort) = computed(&world, Way { mode: Mode::Runs, workers, slices: 3 });
        assert!(effort.threads > 1 || cfg!(not(feature = "threads")), "{effort:?}");
        assert!(effort.of(Road::Events) > 100_000, "{effort:?}");
        assert_eq!(said, plain, "{workers} workers");
    }
}

/// Senders in step, some of whose packets of one instant are carried before the rest may pass in closed form: when the
/// bucket is charged later, for a change of the cap, each packet must be charged exactly once.
#[test]
fn packets_of_one_instant_are_charged_once() {
    // The loop stops to check in the middle of an instant, after 8,192 packets.
    for step in 40..60u64 {
        let turn = 3_650_000_000 + step * 4_000_003;
        let mut cloud = Cloud::new(1);
        let [a, b] = ["beijing", "guangzhou"].map(|region| cloud.vpc(region, 3));
        let queue = QueueLimit::Bytes(ByteSize::from_bytes(4_501));
        let (bandwidth, burst) = (Some(BitRate::from_mbps(10)), Some(ByteSize::from_bytes(400_000)));
        cloud.peer(a, b, Transport { bandwidth, burst, queue, delay: SimDuration::from_millis(1) });
        let rates = vec![(SimTime::ZERO, BitRate::from_mbps(20)), (SimTime::from_nanos(turn), BitRate::default())];
        let even = Pattern::Constant(Pace::Rate(BitRate::from_bps(2_500_000)));
        let patterns = [(even, 0..2, 0), (Pattern::Series(Arc::new(RateSeries::of_steps(rates))), 2..3, 7)];
        let traffic = patterns.map(|(pattern, from, phase)| Traffic {
            from: cloud.hosts(a)[from].into(),
            to: Destination::in_order(cloud.hosts(b)),
            pattern,
            phase: Some(SimDuration::from_nanos(phase)),
            ..entry(&format!("t{phase}"))
        });
        let bandwidth = BitRate::from_mbps(1);
        let change = Change::ChangeBandwidth { peering: name("P0-1"), bandwidth };
        let time = SimTime::from_nanos(turn + 600_000_000);
        let timeline = vec![Action { time, text: String::new(), by: None, change, refused: None }];
        let plan = Plan { duration: SimTime::from_nanos(8_000_000_000), timeline, ..plan(traffic.to_vec()) };
        let world = World { network: cloud.network, plan };
        assert_eq!(differing(&world), None, "the rate turns at {turn}");
    }
}

/// Senders in step at a policer, one of which falls silent: the pattern of the others is found in the middle of an
/// instant. Packets due at the very instant at which the senders stop, the cap changes or the run ends are not part of
/// it.
#[test]
fn a_pattern_ends_before_the_instant_at_which_it_is_over() {
    // All at once, 800 kbps each, at 0, 15 ms, 30 ms and so on.
    let beat = |n: u64| SimTime::from_nanos(n * 15_000_000);
    let mut repeated = 0;
    for over in 0..3 {
        let mut cloud = Cloud::new(1);
        let [a, b] = ["beijing", "guangzhou"].map(|region| cloud.vpc(region, 3));
        let (bandwidth, burst) = (Some(BitRate::from_mbps(1)), Some(ByteSize::from_bytes(1_500)));
        let queue = QueueLimit::Time(SimDuration::ZERO);
        cloud.peer(a, b, Transport { bandwidth, burst, queue, delay: SimDuration::from_millis(1) });
        let traffic = Traffic {
            from: cloud.hosts(a).into(),
            to: Destination::in_order(cloud.hosts(b)),
            pattern: Pattern::Constant(Pace::Interval(beat(1).since(SimTime::ZERO))),
            phase: Some(SimDuration::ZERO),
            stop: beat(if over == 0 { 2_000 } else { 4_000 }),
            ..entry("in-step")
        };
        let action = |time, change| Action { time, text: String::new(), by: None, change, refused: None };
        let mut timeline =
            vec![action(beat(1_000), Change::SetHost { host: cloud.hosts(a)[2], up: false, lasts: None })];
        if over == 1 {
            let bandwidth = BitRate::from_mbps(2);
            timeline.push(action(beat(2_000), Change::ChangeBandwidth { peering: name("P0-1"), bandwidth }));
        }
        let plan = Plan { duration: beat(2_500), timeline, ..plan(vec![traffic]) };
        let world = World { network: cloud.network, plan };
        assert_eq!(differing(&world), None, "{over}: senders stop, the cap changes, the run ends");
        repeated += computed(&world, OTHERS[0]).1.of(Road::Repeated);
    }
    assert!(repeated > 10_000, "only {repeated} packets came as patterns");
}
