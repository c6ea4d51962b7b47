//! However time is sliced, the records and books are the same: in one call or in a thousand, also at the very instants
//! of events, with endpoints that answer each packet with two, with packets injected and the network changed in
//! between.

use crate::dice::Dice;
use crate::engine_vs_reference::cases;
use crate::reference::Reference;
use crate::story::{Told, describe, engine, listen};
use crate::tally::Tally;
use crate::traffic;
use crate::world::World;
use bytes::Bytes;
use proptest::prelude::*;
use std::net::Ipv4Addr;
use vpcsim::engine::{Endpoint, Hears, Options, Outbox, Received, Run, Simulation};
use vpcsim::model::{Change, HostId};
use vpcsim::units::{SimDuration, SimTime};
use vpcsim::wire::ipv4::{self, Addressing};

/// A thousand random instants, and up to 300 at which something happens, each followed by one a nanosecond later.
fn cuts(world: &World, seed: u64) -> Vec<SimTime> {
    let senders = traffic::senders(&world.network, &world.plan);
    let mut twin = Reference::new(&world.network, &world.plan, &senders);
    twin.run();
    let mut dice = Dice::new(seed);
    let end = world.plan.duration.as_nanos();
    let mut cuts: Vec<u64> = (0..1000).map(|_| dice.below(end)).collect();
    for _ in 0..300.min(twin.instants.len()) {
        let at = dice.pick(&twin.instants);
        cuts.extend([at, at + 1]);
    }
    cuts.sort_unstable();
    cuts.into_iter().filter(|t| *t < end).map(SimTime::from_nanos).chain([world.plan.duration]).collect()
}

fn sliced(world: &World, cuts: &[SimTime]) -> (Vec<Told>, Tally) {
    let mut run = Run::new(world.network.clone(), world.plan.clone(), Options::default());
    let records = listen(&mut run.simulation);
    for cut in cuts {
        run.advance(*cut);
    }
    (records.take(), Tally::of(&run.simulation, world.plan.traffic.len()))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(80) })]

    #[test]
    fn slices_change_nothing(seed: u64) {
        let world = World::new(seed);
        let whole = engine(&world);
        let parts = sliced(&world, &cuts(&world, seed));
        prop_assert!(whole == parts, "seed {seed}\n{}", first_difference(&world, &whole, &parts));
    }

    #[test]
    fn slices_change_nothing_for_connections(seed: u64) {
        let world = World::of_connections(seed);
        let whole = engine(&world);
        let parts = sliced(&world, &cuts(&world, seed));
        prop_assert!(whole == parts, "seed {seed}\n{}", first_difference(&world, &whole, &parts));
    }

    #[test]
    fn slices_change_nothing_for_endpoints(seed: u64) {
        let world = World::new(seed);
        let steps = steps(&world, seed);
        let whole = with_endpoints(&world, &steps, &[world.plan.duration]);
        let parts = with_endpoints(&world, &steps, &cuts(&world, seed));
        prop_assert!(whole == parts, "seed {seed}\n{}", first_difference(&world, &whole, &parts));
    }
}

fn first_difference(world: &World, whole: &(Vec<Told>, Tally), parts: &(Vec<Told>, Tally)) -> String {
    let at = whole.0.iter().zip(&parts.0).position(|(a, b)| a != b).unwrap_or(whole.0.len().min(parts.0.len()));
    let books = if whole.1 == parts.1 { String::new() } else { format!("whole {:?}\nparts {:?}", whole.1, parts.1) };
    format!("{}\nwhole {:?}\nparts {:?}\n{books}", describe(world), whole.0.get(at), parts.0.get(at))
}

/// External actions while time passes.
enum Step {
    Apply(Change),
    Inject(HostId, Bytes),
}

/// The timeline, a packet at each of its instants, and a packet and a change at instants at which something happens.
fn steps(world: &World, seed: u64) -> Vec<(SimTime, Step)> {
    let mut dice = Dice::new(seed ^ 0x51ce);
    let senders = traffic::senders(&world.network, &world.plan);
    let mut twin = Reference::new(&world.network, &world.plan, &senders);
    twin.run();
    let mut steps = Vec::new();
    let hosts = world.network.hosts().len() as u64;
    let mut inject = |time: SimTime, dice: &mut Dice| {
        let (from, to) = (HostId(dice.below(hosts) as u32), HostId(dice.below(hosts) as u32));
        let address = |host| world.network.host(host).address;
        let step = Step::Inject(from, datagram(address(from), address(to), 4));
        steps.push((time, step));
    };
    for action in &world.plan.timeline {
        inject(action.time, &mut dice);
    }
    for _ in 0..20.min(twin.instants.len()) {
        let time = SimTime::from_nanos(dice.pick(&twin.instants));
        inject(time, &mut dice);
    }
    steps.extend(world.plan.timeline.iter().map(|a| (a.time, Step::Apply(a.change.clone()))));
    for _ in 0..10.min(twin.instants.len()) {
        let host = HostId(dice.below(hosts) as u32);
        let time = SimTime::from_nanos(dice.pick(&twin.instants));
        steps.push((time, Step::Apply(Change::SetHost { host, up: dice.chance(70), lasts: None })));
    }
    steps.retain(|(time, _)| *time < world.plan.duration);
    steps.sort_by_key(|(time, _)| *time);
    steps
}

fn with_endpoints(world: &World, steps: &[(SimTime, Step)], cuts: &[SimTime]) -> (Vec<Told>, Tally) {
    let mut simulation = Simulation::new(world.network.clone(), &world.plan, Options::default());
    let records = listen(&mut simulation);
    for (host, owner) in world.network.hosts().step_by(2) {
        let peer = HostId((host.0 + 1) % world.network.hosts().len() as u32);
        let peer = world.network.host(peer).address;
        let doubler = Doubler { own: owner.address, peer, next: SimTime::ZERO, left: 3 };
        simulation.attach(host, Hears::Rest, Box::new(doubler)).expect("the only one there");
    }
    let mut steps = steps.iter().peekable();
    for cut in cuts {
        while let Some((time, step)) = steps.next_if(|(time, _)| time < cut) {
            match step {
                Step::Apply(change) => drop(simulation.apply(None, change, *time)),
                Step::Inject(host, bytes) => {
                    simulation.inject(*host, bytes.clone(), *time).expect("steps are in order");
                }
            }
        }
        simulation.advance(*cut);
        simulation.check_books().expect("balanced books");
    }
    (records.take(), Tally::of(&simulation, world.plan.traffic.len()))
}

/// A UDP packet whose first payload byte says how many more times it may be doubled.
fn datagram(source: Ipv4Addr, destination: Ipv4Addr, budget: u8) -> Bytes {
    let head = ipv4::udp_head(Addressing { source, destination, ttl: 64 }, (7, 7), 60, 0);
    let mut bytes = [0; 60];
    bytes[..head.len()].copy_from_slice(&head);
    bytes[28] = budget;
    Bytes::copy_from_slice(&bytes)
}

/// Answers each packet with two until its budget is spent; also sends some unprompted.
struct Doubler {
    own: Ipv4Addr,
    peer: Ipv4Addr,
    next: SimTime,
    left: u8,
}

impl Endpoint for Doubler {
    fn next_wake(&self) -> SimTime {
        if self.left == 0 { SimTime::NEVER } else { self.next }
    }
    fn on_wake(&mut self, now: SimTime, out: &mut Outbox) {
        out.send(datagram(self.own, self.peer, 3));
        self.left -= 1;
        self.next = now + SimDuration::from_micros(120);
    }
    fn on_packet(&mut self, now: SimTime, packet: &Received, out: &mut Outbox) {
        let packet = packet.bytes();
        let is_ours = packet.len() == 60 && packet[9] == 17 && packet[20..22] == [0, 7] && packet[28] > 0;
        if is_ours {
            let source = Ipv4Addr::new(packet[12], packet[13], packet[14], packet[15]);
            for _ in 0..2 {
                out.send(datagram(self.own, source, packet[28] - 1));
            }
            // Changes the instant at which to wake.
            self.next = self.next.max(now + SimDuration::from_micros(12));
        }
    }
}
