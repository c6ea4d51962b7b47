//! S21 with worked numbers: what a deletion at an instant of departures and arrivals takes off the link, and the
//! peering that the pair makes afterwards.

use crate::dice::name;
use crate::idle::{routes, step, strangers};
use crate::{empty_plan, send};
use vpcsim::engine::{Options, Simulation};
use vpcsim::model::DropReason;
use vpcsim::model::*;
use vpcsim::units::{BitRate, ByteSize, SimDuration, SimTime};

fn ms(n: u64) -> SimTime {
    SimTime::from_nanos(n * 1_000_000)
}

/// 12 Mbps carry a 1500-byte packet in a millisecond; two packets fit into the bucket, fifty into the queue; the delay
/// is 10 ms.
fn request() -> Change {
    Change::CreatePeering(Box::new(PeeringSpec {
        bandwidth: Some(BitRate::from_mbps(12)),
        burst: Some(ByteSize::from_bytes(3000)),
        delay: Some(SimDuration::from_millis(10)),
        ..PeeringSpec::new(name("p"), VpcId(0), VpcId(1))
    }))
}

fn do_all(simulation: &mut Simulation, changes: impl IntoIterator<Item = Change>, now: SimTime) {
    for change in changes {
        simulation.apply(None, &change, now).expect("allowed");
    }
}

fn drops(simulation: &Simulation, link: u32, reason: DropReason) -> u64 {
    let book = simulation.link_book(LinkId(link));
    book.whole.drops.iter().filter(|(r, _)| *r == reason).map(|(_, n)| n).sum()
}

#[test]
fn deletion_takes_what_waits_and_what_flies_at_that_instant() {
    let mut simulation = Simulation::new(strangers(), &empty_plan(0), Options::default());
    do_all(&mut simulation, [request(), step(Step::Accept)].into_iter().chain(routes()), ms(0));
    for _ in 0..100 {
        send(&mut simulation, HostId(0), HostId(1), 1500, ms(0));
    }
    simulation.advance(ms(20));
    assert_eq!(drops(&simulation, 0, DropReason::ShaperQueueFull), 48);
    do_all(&mut simulation, [step(Step::Delete)], ms(20));
    // Carried: the two that left at once, and those that left at 1..=9 ms. The packet that would arrive at 20 ms (left
    // at 10 ms) is too late, and so is the one that would depart at 20 ms: 10 on the wire, 31 of the fifty that waited.
    let counts = |s: &Simulation, link| (s.link_book(LinkId(link)).whole.carried.packets, s.on_link(LinkId(link)));
    assert_eq!(counts(&simulation, 0), (11, 0));
    assert_eq!(drops(&simulation, 0, DropReason::PeeringDeleted), 10 + 31);
    assert!(simulation.network().tables().all(|(_, t)| t.routes.is_empty()));
    simulation.check_books().expect("balanced books");

    // The whole sequence again (S21), at the same instant: a packet between deletion and the new routes finds no route.
    send(&mut simulation, HostId(0), HostId(1), 1500, ms(20));
    simulation.advance(ms(21));
    let drops = simulation.vpc_book(VpcId(0)).drops;
    assert_eq!((drops.total(), drops.of(DropReason::NoRoute)), (1, 1));
    do_all(&mut simulation, [request()].into_iter().chain(routes()), ms(21));
    send(&mut simulation, HostId(0), HostId(1), 1500, ms(21));
    simulation.advance(ms(22));
    assert_eq!(simulation.vpc_book(VpcId(0)).drops.total(), 2, "still to be accepted");
    do_all(&mut simulation, [step(Step::Accept)], ms(22));
    // The new peering has its own full bucket: two leave at once, the third a millisecond later and arrives at 33 ms,
    // exactly when the books are read.
    for _ in 0..3 {
        send(&mut simulation, HostId(0), HostId(1), 1500, ms(22));
    }
    simulation.advance(ms(33));
    assert_eq!((counts(&simulation, 0), counts(&simulation, 2)), ((11, 0), (2, 1)));
    simulation.check_books().expect("balanced books");
}

/// S43: isolation empties the link too and keeps the routes; after restoring, the routes are there and the bucket has
/// gone on filling.
#[test]
fn isolation_keeps_routes_and_restoring_finds_them() {
    let mut simulation = Simulation::new(strangers(), &empty_plan(0), Options::default());
    do_all(&mut simulation, [request(), step(Step::Accept)].into_iter().chain(routes()), ms(0));
    for _ in 0..10 {
        send(&mut simulation, HostId(0), HostId(1), 1500, ms(0));
    }
    simulation.advance(ms(4));
    do_all(&mut simulation, [step(Step::Isolate)], ms(4));
    // Left at 0, 0, 1, 2 and 3 ms, none arrived before 10 ms; five waited.
    assert_eq!(drops(&simulation, 0, DropReason::PeeringIsolated), 10);
    do_all(&mut simulation, [step(Step::Restore)], ms(5));
    // Nothing took the tokens of 3 ms to 5 ms: two packets' worth.
    for _ in 0..3 {
        send(&mut simulation, HostId(0), HostId(1), 1500, ms(5));
    }
    simulation.advance(ms(16));
    assert_eq!(simulation.link_book(LinkId(0)).whole.carried.packets, 2);
    simulation.advance(SimTime::from_nanos(16_000_001));
    assert_eq!(simulation.link_book(LinkId(0)).whole.carried.packets, 3);
}
