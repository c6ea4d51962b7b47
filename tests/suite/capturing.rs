//! Captures of generated worlds, read by a dull reader: by how packets ended they are the books; every checksum is
//! right; what a packet's bytes are at one place they are at the next; stamps do not decrease; and however the run is
//! computed, the file is the same.

use crate::engine_vs_reference::cases;
use crate::pcapng::{self, File, Packet};
use crate::world::World;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use vpcsim::engine::{Options, Pass, Run};
use vpcsim::model::plan::Pattern;
use vpcsim::model::{LinkId, network_at};
use vpcsim::recording::capture::{Capture, Point, Wanted};
use vpcsim::units::SimTime;

/// The capture of a world, as a run in `slices` on `workers`, and the books by verdict.
fn captured(world: &World, wanted: &Wanted, slices: u64, workers: usize) -> (Vec<u8>, BTreeMap<String, u64>) {
    let workers = NonZeroUsize::new(workers).expect("not zero");
    let mut run = Run::new(world.network.clone(), world.plan.clone(), Options { workers, ..Options::default() });
    let capture = Capture::begin(&world.network, &world.plan, wanted, Vec::new()).expect("memory takes all");
    capture.begin(&mut run);
    let end = world.plan.duration.as_nanos();
    (1..=slices).for_each(|slice| run.advance(SimTime::from_nanos(end / slices * slice)));
    run.advance(world.plan.duration);
    run.finish().expect("the books balance");
    capture.close(&run);
    (capture.into_writer().expect("it is closed"), verdicts(&run))
}

fn verdicts(run: &Run) -> BTreeMap<String, u64> {
    let mut verdicts = BTreeMap::new();
    let mut add = |verdict: &str, count| *verdicts.entry(verdict.to_owned()).or_default() += count;
    let simulation = &run.simulation;
    add("delivered", simulation.totals().delivered);
    for (vpc, _) in simulation.network().vpcs() {
        simulation.vpc_book(vpc).drops.iter().for_each(|(reason, _, dropped)| add(reason.code(), dropped.packets));
    }
    for link in (0..simulation.network().peerings().len() as u32 * 2).map(LinkId) {
        simulation.link_book(link).whole.drops.iter().for_each(|(reason, count)| add(reason.code(), count));
    }
    verdicts.retain(|_, count| *count > 0);
    verdicts
}

/// Everything in every VPC.
fn everywhere(world: &World) -> Wanted {
    Wanted { points: world.network.vpcs().map(|(vpc, _)| Point::Vpc(vpc)).collect(), ..Wanted::default() }
}

/// What routers and links do not change: all but the mark, the TTL and the checksum of IPv4.
fn lasting(packet: &Packet) -> Vec<u8> {
    let mut bytes = packet.bytes.clone();
    [1, 8, 10, 11].into_iter().for_each(|at| bytes[at] = 0);
    bytes
}

fn faults(world: &World, file: &File) -> Option<String> {
    let mut known: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    // A replay whose capture was snapped has a checksum of bytes that nobody knows.
    let is_snapped = world.plan.traffic.iter().any(|entry| matches!(entry.pattern, Pattern::Replay(_)));
    let mut last = 0;
    for packet in &file.packets {
        if packet.stamp < last {
            return Some(format!("back in time: {packet:?}"));
        }
        last = packet.stamp;
        if let Some(wrong) = pcapng::wrong(&packet.bytes).filter(|wrong| !is_snapped || !wrong.contains("protocol")) {
            return Some(format!("{wrong}: {packet:?}"));
        }
        if packet.comment.is_some() != packet.verdict.as_ref().is_some_and(|verdict| verdict != "delivered") {
            return Some(format!("a comment is for what is dropped: {packet:?}"));
        }
        let (before, now) = (known.entry(packet.id).or_insert_with(|| lasting(packet)), lasting(packet));
        if *before != now {
            return Some(format!("another packet of the same id: {packet:?}"));
        }
    }
    let counted: u64 = file.statistics.iter().map(|of| of.written).sum();
    let names = file.names.values().flatten().count();
    let hosts = world.network.hosts().len();
    let is_whole = counted == file.packets.len() as u64 && names == hosts;
    (!is_whole).then(|| format!("{counted} packets by the statistics, {names} names of {hosts} hosts"))
}

fn differing(world: &World) -> Option<String> {
    let (bytes, books) = captured(world, &everywhere(world), 1, 1);
    let file = pcapng::read(&bytes);
    if file.verdicts() != books {
        return Some(format!("captured {:?}\nbooked   {books:?}", file.verdicts()));
    }
    if captured(world, &everywhere(world), 13, 3).0 != bytes {
        return Some("other bytes in other slices".to_owned());
    }
    // Without hosts nothing is seen to be delivered, and everything dropped is.
    let usual = pcapng::read(&captured(world, &Wanted::default(), 1, 1).0);
    let dropped: BTreeMap<_, _> = books.into_iter().filter(|(verdict, _)| verdict != "delivered").collect();
    if usual.verdicts() != dropped {
        return Some(format!("captured {:?}\nbooked   {dropped:?}", usual.verdicts()));
    }
    faults(world, &file)
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(40) })]

    #[test]
    fn captures_are_the_books_packet_by_packet(seed: u64) {
        let found = differing(&World::new(seed));
        prop_assert!(found.is_none(), "seed {seed}, {}", found.unwrap_or_default());
    }

    #[test]
    fn captures_of_connections_are_too(seed: u64) {
        let found = differing(&World::of_connections(seed));
        prop_assert!(found.is_none(), "seed {seed}, {}", found.unwrap_or_default());
    }

    /// What a part of the places saw is a part of what all of them saw.
    #[test]
    fn whoever_looks_at_less_sees_the_same_of_it(seed: u64) {
        let world = World::new(seed);
        let all = pcapng::read(&captured(&world, &everywhere(&world), 1, 1).0);
        let network = network_at(world.network.clone(), &world.plan, world.plan.duration);
        let some = network.hosts().map(|(host, _)| Point::Host(host));
        let some = some.chain(network.peerings().map(|(peering, _)| Point::Peering(peering)));
        for point in some.step_by(3) {
            let wanted = Wanted { points: vec![point], ..Wanted::default() };
            let part = pcapng::read(&captured(&world, &wanted, 1, 1).0);
            for interface in part.interfaces.iter().map(|interface| interface.name.as_str()) {
                let seen: Vec<_> = part.at(interface).collect();
                let is_part = |packet: &&Packet| !interface.ends_with("@router") || seen.contains(packet);
                let others: Vec<_> = all.at(interface).filter(is_part).collect();
                prop_assert_eq!(&seen, &others, "seed {} at {} of {:?}", seed, interface, point);
            }
            let has_router = part.interfaces.iter().any(|interface| interface.name.ends_with("@router"));
            prop_assert!(has_router, "seed {seed}: a router is always there");
        }
    }
}
