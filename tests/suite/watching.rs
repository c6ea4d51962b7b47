//! Observers are told what interests them, and nothing else: the same steps as somebody who is told everything, at the
//! same instants. What nobody is interested in is carried as if nobody looked.

use crate::dice::Dice;
use crate::engine_vs_reference::cases;
use crate::story::{Records, Told};
use crate::tally::Tally;
use crate::world::World;
use proptest::prelude::*;
use std::collections::BTreeSet;
use vpcsim::engine::{Interest, Observer, Options, Place, Record, Road, Run, Simulation};
use vpcsim::model::plan::{Destination, Plan, Traffic};
use vpcsim::model::{Direction, LinkId, PeeringId, TrafficId, VpcId};
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
        traffic: chosen(world.plan.traffic.len()).into_iter().map(TrafficId).collect(),
    }
}

/// What an observer with these interests is told, and the books; it may come late.
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
        let (world, mut dice) = (World::new(seed), Dice::new(seed ^ 0x1d7e));
        let (interest, late) = (some(&world, &mut dice), dice.chance(30));
        let (everything, books) = told(&world, Interest::everything(), late);
        let entry_of = entries(&world);
        let of_interest = |r: &Told| interest.holds(r.place, entry_of[r.id.source().0 as usize]);
        let expected: Vec<Told> = everything.into_iter().filter(of_interest).collect();
        let (found, same_books) = told(&world, interest.clone(), late);
        let at = found.iter().zip(&expected).find(|(a, b)| a != b);
        prop_assert!(found == expected, "seed {seed}, {interest:?}\n{at:?}\n{} {}", found.len(), expected.len());
        prop_assert!(books == same_books, "seed {seed}");
    }
}

/// By sender: the entry it belongs to.
fn entries(world: &World) -> Vec<Option<TrafficId>> {
    let senders = crate::traffic::senders(&world.network, &world.plan);
    senders.iter().map(|sender| Some(TrafficId(sender.traffic as u32))).collect()
}

/// Two pairs of VPCs, one of them watched.
#[test]
fn watching_one_link_slows_that_link_alone() {
    let mut cloud = Cloud::new(1);
    let pairs = [(); 2].map(|()| {
        let ends = [cloud.vpc("beijing", 1), cloud.vpc("beijing", 1)];
        cloud.peer(ends[0], ends[1], Transport { delay: SimDuration::from_millis(1), ..UNCAPPED });
        ends.map(|vpc| cloud.hosts(vpc)[0])
    });
    let sent = |name: &str, [from, to]: [_; 2]| Traffic {
        from: [from].into(),
        to: Destination::in_order([to]),
        ..entry(name)
    };
    let traffic = vec![sent("watched", pairs[0]), sent("other", pairs[1])];
    let plan = Plan { duration: SimTime::from_nanos(1_000_000_000), ..plan(traffic) };
    let mut simulation = Simulation::new(cloud.network, &plan, Options::default());
    let watched = LinkId::new(PeeringId(0), Direction::Out);
    let links = BTreeSet::from([watched]);
    let records = listen_for(&mut simulation, Interest { links, ..Interest::default() });
    simulation.advance(plan.duration);
    let (each, effort) = (simulation.traffic_book(TrafficId(0)).whole.sent.packets, simulation.effort());
    assert_eq!((effort.of(Road::Looped), effort.of(Road::Closed)), (each, each));
    let told = records.take();
    assert!(told.len() as u64 > 2 * each && told.iter().all(|r| r.place == Place::Link(watched)));
}
