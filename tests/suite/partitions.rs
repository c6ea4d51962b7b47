//! A run in two partitions gives the same bytes as in one: each carries some of the VPCs on its own thread, they
//! exchange mail and agree on instants, and one takes in what the other recorded.

use crate::dice::Dice;
use crate::engine_vs_reference::cases;
use crate::story::{Told, listen};
use crate::world::World;
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use vpcsim::engine::{Exchange, Mail, Options, Run, Simulation};
use vpcsim::model::{LinkId, VpcId};
use vpcsim::report::{self, Snapshot};
use vpcsim::units::{SimDuration, SimTime};

/// One of two partitions: the VPCs it holds, and its ends of the channels to the other.
struct Half {
    holds: Vec<bool>,
    mail: (Sender<Vec<Mail>>, Receiver<Vec<Mail>>),
    next: (Sender<SimTime>, Receiver<SimTime>),
}

impl Exchange for Half {
    fn holds(&self, vpc: VpcId) -> bool {
        self.holds[vpc.index()]
    }
    fn swap(&mut self, mail: Vec<Mail>) -> Vec<Mail> {
        self.mail.0.send(mail).expect("the other half is there");
        self.mail.1.recv().expect("the other half is there")
    }
    fn least(&mut self, next: SimTime) -> SimTime {
        self.next.0.send(next).expect("the other half is there");
        next.min(self.next.1.recv().expect("the other half is there"))
    }
}

/// The halves of a network: `first` says what the first one holds.
fn halves(first: &[bool]) -> [Half; 2] {
    let ((mail_to_b, mail_from_a), (mail_to_a, mail_from_b)) = (channel(), channel());
    let ((next_to_b, next_from_a), (next_to_a, next_from_b)) = (channel(), channel());
    let others = first.iter().map(|held| !held).collect();
    [
        Half { holds: first.to_vec(), mail: (mail_to_b, mail_from_b), next: (next_to_b, next_from_b) },
        Half { holds: others, mail: (mail_to_a, mail_from_a), next: (next_to_a, next_from_a) },
    ]
}

fn options() -> Options {
    Options { interval: Some(SimDuration::from_millis(100)), ..Options::default() }
}

/// Runs one half, or the whole, to the end; returns what an observer was told if one is wanted.
fn play(world: &World, exchange: Option<Half>, is_observed: bool) -> (Run, Vec<Told>) {
    let mut simulation = match exchange {
        Some(half) => Simulation::part(world.network.clone(), &world.plan, options(), Box::new(half)),
        None => Simulation::new(world.network.clone(), &world.plan, options()),
    };
    let records = is_observed.then(|| listen(&mut simulation));
    let mut run = Run { plan: Arc::new(world.plan.clone()), simulation, outcomes: Vec::new() };
    run.advance(world.plan.duration);
    (run, records.map(|records| records.take()).unwrap_or_default())
}

/// Sorted, so that the order does not depend on which observer was told.
fn sorted(told: impl IntoIterator<Item = Told>) -> Vec<String> {
    let mut told: Vec<String> = told.into_iter().map(|told| format!("{told:?}")).collect();
    told.sort_unstable();
    told
}

/// Everything a report could say, the interval series, and what was metered.
fn said(mut run: Run) -> String {
    run.finish().expect("the books balance");
    let mut said = report::json(&Snapshot::of(&run, "world", Vec::new(), options().interval));
    for link in (0..run.simulation.network().peerings().len() as u32 * 2).map(LinkId) {
        said += &format!("{link:?} {:?}\n", run.simulation.meter(link).minutes());
        said += &format!("{:?}\n", run.simulation.intervals(link).map(|intervals| intervals.rows().to_vec()));
    }
    said
}

/// What two partitions say otherwise than one, if anything.
fn differing(world: &World, seed: u64) -> Option<String> {
    let mut dice = Dice::new(seed ^ 0x9a27);
    let first: Vec<bool> = world.network.vpcs().map(|_| dice.chance(50)).collect();
    let is_observed = dice.chance(30);
    let [a, b] = halves(&first);
    let ((mut one, mut told), (other, others)) = std::thread::scope(|threads| {
        let other = threads.spawn(|| {
            let (run, told) = play(world, Some(b), is_observed);
            (run.simulation, told)
        });
        (play(world, Some(a), is_observed), other.join().expect("the other half plays to its end"))
    });
    one.simulation.take(other);
    told.extend(others);
    let (whole, all) = play(world, None, is_observed);
    if sorted(told) != sorted(all) {
        return Some(format!("{first:?}: observers are told otherwise"));
    }
    let (found, expected) = (said(one), said(whole));
    let difference = found.lines().zip(expected.lines()).find(|(a, b)| a != b);
    (found != expected).then(|| format!("{first:?}\n{difference:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(60) })]

    #[test]
    fn two_partitions_say_what_one_says(seed: u64) {
        let found = differing(&World::new(seed), seed);
        prop_assert!(found.is_none(), "seed {seed}: {}", found.unwrap_or_default());
    }

    #[test]
    fn two_partitions_say_what_one_says_of_connections(seed: u64) {
        let found = differing(&World::of_connections(seed), seed);
        prop_assert!(found.is_none(), "seed {seed}: {}", found.unwrap_or_default());
    }
}

/// Worlds without mail between the halves would prove nothing.
#[test]
fn the_worlds_have_mail_between_the_halves() {
    let connected = |seed: &u64| World::of_connections(*seed).network.vpcs().len() > 1;
    assert!((0..60).filter(connected).count() > 30);
    let answered = |seed: &u64| {
        let world = World::new(*seed);
        world.network.vpcs().len() > 1 && world.plan.traffic.iter().any(|entry| entry.is_ping())
    };
    assert!((0..60).filter(answered).count() > 20);
}
