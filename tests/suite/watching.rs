//! Observers are told what interests them and nothing else: the same steps at the same instants as an observer of
//! everything. Other packets are carried as if there were no observer.

use crate::dice::Dice;
use crate::engine_vs_reference::cases;
use crate::story::{Records, Told};
use crate::tally::Tally;
use crate::world::World;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use vpcsim::engine::{Interest, Observer, Options, Place, Queue, Record, Road, Run, Simulation, Step};
use vpcsim::model::plan::{Destination, Pace, Pattern, Plan, Traffic};
use vpcsim::model::{Change, Direction, LinkId, PeeringId, TrafficId, VpcId};
use vpcsim::report::{self, Snapshot};
use vpcsim::units::{SimDuration, SimTime};
use vpcsim::workload::{Cloud, Transport, UNCAPPED, entry, plan};

/// An observer with interests of its own.
struct Curious(Interest, Records);

impl Observer for Curious {
    fn interest(&self) -> Interest {
        self.0.clone()
    }
    fn record(&mut self, records: &[Record]) {
        self.1.add(records);
    }
}

fn listen_for(simulation: &mut Simulation, interest: Interest) -> Records {
    let records = Records::default();
    simulation.observe(Box::new(Curious(interest, records.clone())));
    records
}

/// Some links, VPCs and entries, often none.
fn some(world: &World, dice: &mut Dice) -> Interest {
    let mut chosen = |count: usize| -> BTreeSet<u32> { (0..count as u32).filter(|_| dice.chance(25)).collect() };
    Interest {
        everything: false,
        links: chosen(world.network.peerings().len() * 2).into_iter().map(LinkId).collect(),
        vpcs: chosen(world.network.vpcs().len()).into_iter().map(VpcId).collect(),
        drops: chosen(world.network.vpcs().len()).into_iter().map(VpcId).collect(),
        traffic: chosen(world.plan.traffic.len()).into_iter().map(TrafficId).collect(),
    }
}

/// What an observer with these interests is told, and the books; the observer may be added late.
fn told(world: &World, interest: Interest, late: bool) -> (Vec<Told>, Tally) {
    let mut run = Run::new(world.network.clone(), world.plan.clone(), Options::default());
    if late {
        run.advance(SimTime::from_nanos(world.plan.duration.as_nanos() / 2));
    }
    let records = listen_for(&mut run.simulation, interest);
    run.advance(world.plan.duration);
    (records.take(), Tally::of(&run.simulation, world.plan.traffic.len()))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(60) })]

    #[test]
    fn one_is_told_what_interests_one(seed: u64) {
        let found = told_otherwise(&World::new(seed), seed);
        prop_assert!(found.is_none(), "seed {seed}, {}", found.unwrap_or_default());
    }

    /// By what is meant, not by [`Interest::holds`].
    #[test]
    fn who_asks_for_drops_in_some_vpcs_is_told_of_those_alone(seed: u64, late: bool) {
        let world = World::new(seed);
        let drops = some(&world, &mut Dice::new(seed ^ 0xd709)).drops;
        let (everything, books) = told(&world, Interest::everything(), late);
        let is_meant = |told: &Told| match (told.place, told.step) {
            (Place::Vpc(vpc), Step::Ended(verdict)) => verdict.is_err() && drops.contains(&vpc),
            _ => false,
        };
        let expected: Vec<Told> = everything.into_iter().filter(is_meant).collect();
        let (found, same_books) = told(&world, Interest { drops: drops.clone(), ..Interest::default() }, late);
        let is_same = found == expected && books == same_books;
        prop_assert!(is_same, "seed {seed}, {drops:?}: {} {}", found.len(), expected.len());
    }

    #[test]
    fn a_look_at_the_buckets_is_exact_and_changes_nothing(seed: u64) {
        let found = seen_otherwise(&World::of_runs(seed), seed);
        prop_assert!(found.is_none(), "seed {seed}, {}", found.unwrap_or_default());
    }

    #[test]
    fn one_is_told_what_interests_one_of_connections(seed: u64) {
        let found = told_otherwise(&World::of_connections(seed), seed);
        prop_assert!(found.is_none(), "seed {seed}, {}", found.unwrap_or_default());
    }

    #[test]
    fn whether_somebody_watches_connections_or_not_they_come_out_the_same(seed: u64) {
        let world = World::of_connections(seed);
        let (watched, alone) = (reported(&world, true), reported(&world, false));
        let difference = watched.lines().zip(alone.lines()).find(|(a, b)| a != b);
        prop_assert!(watched == alone, "seed {seed}, {difference:?}");
    }
}

/// How far a run goes with so many packets: watched one by one, more would take long.
fn end_of_first(packets: u64, world: &World) -> SimTime {
    let emitted = |end: &u64| {
        let mut run = Run::new(world.network.clone(), world.plan.clone(), Options::default());
        run.advance(SimTime::from_nanos(*end));
        run.simulation.totals().emitted
    };
    let halves = std::iter::successors(Some(world.plan.duration.as_nanos()), |end| Some(end / 2));
    SimTime::from_nanos(halves.take_while(|end| *end > 1).find(|end| emitted(end) <= packets).unwrap_or(1))
}

/// What waits at each link now and then, and the books; the run may be watched, or never looked at.
fn looked_at(world: &World, is_watched: bool, looks: &[SimTime]) -> (Vec<Vec<Queue>>, Tally) {
    let mut run = Run::new(world.network.clone(), world.plan.clone(), Options::default());
    let _records = is_watched.then(|| crate::story::listen(&mut run.simulation));
    let mut seen = Vec::new();
    for at in looks {
        run.advance(*at);
        let links = (0..run.simulation.network().peerings().len() as u32 * 2).map(LinkId);
        seen.push(links.map(|link| run.simulation.queue(link)).collect());
    }
    run.advance(if is_watched { run.simulation.now() } else { world.plan.duration });
    (seen, Tally::of(&run.simulation, world.plan.traffic.len()))
}

/// What is wrong with looks at the buckets of a run that nobody watches, if anything.
fn seen_otherwise(world: &World, seed: u64) -> Option<String> {
    let mut dice = Dice::new(seed ^ 0x100c);
    let end = end_of_first(20_000, world).as_nanos();
    let mut looks: Vec<SimTime> = (0..dice.below(12)).map(|_| SimTime::from_nanos(dice.below(end))).collect();
    looks.sort_unstable();
    let (found, books) = looked_at(world, false, &looks);
    if books != looked_at(world, false, &[]).1 {
        return Some("a look changed the books".into());
    }
    let expected = looked_at(world, true, &looks).0;
    let at = found.iter().zip(&expected).position(|(a, b)| a != b)?;
    Some(format!("at {}: {:?}\npacket by packet {:?}", looks[at], found[at], expected[at]))
}

/// What an observer with some interests is told otherwise than one of everything, if anything.
fn told_otherwise(world: &World, seed: u64) -> Option<String> {
    let mut dice = Dice::new(seed ^ 0x1d7e);
    let (interest, late) = (some(world, &mut dice), dice.chance(30));
    let (everything, books) = told(world, Interest::everything(), late);
    let entry_of = entries(world);
    let of_interest = |r: &Told| interest.holds(r.place, r.step, entry_of[r.id.source().0 as usize]);
    let expected: Vec<Told> = everything.into_iter().filter(of_interest).collect();
    let (found, same_books) = told(world, interest.clone(), late);
    let at = found.iter().zip(&expected).find(|(a, b)| a != b);
    let is_same = found == expected && books == same_books;
    (!is_same).then(|| format!("{interest:?}\n{at:?}\n{} {}", found.len(), expected.len()))
}

/// The report, with an observer of everything or without one.
fn reported(world: &World, is_watched: bool) -> String {
    let mut run = Run::new(world.network.clone(), world.plan.clone(), Options::default());
    let _records = is_watched.then(|| crate::story::listen(&mut run.simulation));
    run.advance(world.plan.duration);
    run.finish().expect("the books balance");
    report::json(&Snapshot::of(&run, "world", Vec::new(), None))
}

/// The traffic entry of each sender.
fn entries(world: &World) -> Vec<Option<TrafficId>> {
    let senders = crate::traffic::senders(&world.network, &world.plan);
    senders.iter().map(|sender| Some(TrafficId(sender.traffic as u32))).collect()
}

/// A simulation of two pairs of VPCs, one sending every `gaps[0]`, the other every `gaps[1]`, for a second.
fn two_pairs(gaps: [SimDuration; 2]) -> (Simulation, SimTime) {
    let mut cloud = Cloud::new(1);
    let sent = [("watched", gaps[0]), ("other", gaps[1])].map(|(name, gap)| {
        let ends = [cloud.vpc("beijing", 1), cloud.vpc("beijing", 1)];
        cloud.peer(ends[0], ends[1], Transport { delay: SimDuration::from_millis(1), ..UNCAPPED });
        let [from, to] = ends.map(|vpc| cloud.hosts(vpc)[0]);
        let pattern = Pattern::Constant(Pace::Interval(gap));
        Traffic { from: [from].into(), to: Destination::in_order([to]), pattern, ..entry(name) }
    });
    let plan = Plan { duration: SimTime::from_nanos(1_000_000_000), ..plan(sent.into()) };
    (Simulation::new(cloud.network, &plan, Options::default()), plan.duration)
}

#[test]
fn watching_one_link_slows_that_link_alone() {
    let (mut simulation, end) = two_pairs([SimDuration::from_millis(1); 2]);
    let watched = LinkId::new(PeeringId(0), Direction::Out);
    let links = BTreeSet::from([watched]);
    let records = listen_for(&mut simulation, Interest { links, ..Interest::default() });
    simulation.advance(end);
    let (each, effort) = (simulation.traffic_books().of(TrafficId(0)).whole.sent.packets, simulation.effort());
    assert_eq!((effort.of(Road::Looped), effort.of(Road::Closed)), (each, each));
    let told = records.take();
    assert!(told.len() as u64 > 2 * each && told.iter().all(|r| r.place == Place::Link(watched)));
}

#[test]
fn watching_for_drops_slows_nothing_that_arrives() {
    let (mut simulation, end) = two_pairs([SimDuration::from_millis(1); 2]);
    let drops = simulation.network().vpcs().map(|(id, _)| id).collect();
    let records = listen_for(&mut simulation, Interest { drops, ..Interest::default() });
    simulation.advance(end);
    assert_eq!((simulation.effort().of(Road::Looped), records.take().len()), (0, 0));
}

/// How often an observer of the first of two pairs is called, and the most records in one call.
fn tellings(gaps: [SimDuration; 2]) -> (usize, usize) {
    struct Counting(Arc<Mutex<Vec<usize>>>);
    impl Observer for Counting {
        fn interest(&self) -> Interest {
            Interest { traffic: BTreeSet::from([TrafficId(0)]), ..Interest::default() }
        }
        fn record(&mut self, records: &[Record]) {
            self.0.lock().expect("nobody panicked").push(records.len());
        }
    }
    let (mut simulation, end) = two_pairs(gaps);
    let told = Arc::default();
    simulation.observe(Box::new(Counting(Arc::clone(&told))));
    simulation.advance(end);
    let told = told.lock().expect("nobody panicked");
    (told.len(), told.iter().copied().max().unwrap_or(0))
}

#[test]
fn an_observer_is_told_as_often_as_its_own_records_need() {
    let (quiet, dense) = (SimDuration::from_millis(1), SimDuration::from_nanos(4_000));
    let (often, most) = tellings([dense, quiet]);
    assert!(often > 1 && most < 1 << 19, "{often} times, {most} records at once");
    // The 10 million packets a second of the other pair are counted, not observed.
    let (often, _) = tellings([quiet, SimDuration::from_nanos(100)]);
    assert!(often < 12, "{often} times");
}

/// Whether another observer watches or not, a change's drops are told to the observers present at that time.
#[test]
fn an_observer_is_not_told_what_happened_before_it_came() {
    let told = |is_other_there: bool| {
        let (mut simulation, _) = two_pairs([SimDuration::from_micros(100); 2]);
        let other = is_other_there.then(|| crate::story::listen(&mut simulation));
        let name = simulation.network().peering(PeeringId(0)).name.clone();
        let noon = SimTime::from_nanos(500_000_000);
        simulation
            .apply(None, &Change::SetLink { peering: name, up: false, lasts: None }, noon)
            .expect("it can be cut");
        let records = listen_for(&mut simulation, Interest::everything());
        simulation.advance(noon + SimDuration::from_millis(5));
        let lost = |records: Vec<Told>| records.iter().filter(|r| matches!(r.step, Step::Ended(Err(_)))).count();
        (lost(records.take()), other.map(|other| lost(other.take())))
    };
    let (alone, (beside, others)) = (told(false).0, told(true));
    assert_eq!(alone, beside);
    assert!(others.is_some_and(|others| others > beside), "{others:?} {beside}");
}
