//! Weeks in which nothing happens: a request that expires after seven idle days needs as many events as one that
//! expires at once.

use crate::dice::name;
use crate::{empty_plan, send};
use vpcsim::engine::{Options, Simulation};
use vpcsim::model::*;
use vpcsim::units::{BitRate, SimTime};

const WEEK: u64 = 604_800_000_000_000;

/// Two VPCs of two accounts in two regions, with routes to each other once `p` exists.
pub fn strangers() -> Network {
    let mut network = Network::new(Rules::guide());
    for (owner, region, cidr) in [("ann", "beijing", "10.0.0.0/16"), ("bob", "guangzhou", "10.1.0.0/16")] {
        let (account, region) = (network.account_named(&name(owner)), network.declare_region(&name(region)));
        let cidr: ipnet::Ipv4Net = cidr.parse().expect("a CIDR");
        let vpc = network.add_vpc(name(owner), None, account, region, cidr).expect("a new VPC");
        let table = network.add_table(vpc, name("T")).expect("a new table");
        let subnet = ipnet::Ipv4Net::new(cidr.network(), 24).expect("a length");
        let subnet = network.add_subnet(vpc, name("S"), subnet, table).expect("the first subnet");
        network.add_host(HostSpec { name: name("h"), subnet, address: None, source_check: true }).expect("room");
    }
    network
}

fn request() -> Change {
    let bandwidth = Some(BitRate::from_mbps(1000));
    Change::CreatePeering(Box::new(PeeringSpec { bandwidth, ..PeeringSpec::new(name("p"), VpcId(0), VpcId(1)) }))
}

pub fn step(step: Step) -> Change {
    Change::Step { peering: name("p"), step }
}

/// A route from each side to the other.
pub fn routes() -> impl Iterator<Item = Change> {
    [(0, "10.1.0.0/16"), (1, "10.0.0.0/16")].into_iter().map(|(table, to)| {
        let to = to.parse().expect("a CIDR");
        Change::AddRoute { table: TableId(table), to, via: Via::Peering(name("p")), disabled: false }
    })
}

/// A hundred rounds of request and expiry: seven hundred days, and one event a week.
#[test]
fn idle_weeks_are_single_events() {
    let mut simulation = Simulation::new(strangers(), &empty_plan(0), Options::default());
    simulation.apply(None, &request(), SimTime::ZERO).expect("allowed");
    for week in 1..=100 {
        let end = SimTime::from_nanos(week * WEEK);
        assert_eq!(simulation.network().next_due(), Some(end));
        // At the limit it has expired (S19), and enabling starts a new week from that instant.
        let late = simulation.apply(None, &step(Step::Accept), end).expect_err("too late");
        assert_eq!(late.name(), "InvalidState");
        simulation.apply(Some(AccountId(0)), &step(Step::Enable), end).expect("the initiator may");
    }
    assert_eq!(simulation.happened().len(), 100);
}

/// An accept in the last nanosecond is in time, the next nanosecond is too late.
#[test]
fn a_request_lives_seven_days_to_the_nanosecond() {
    for (at, accepted) in [(WEEK - 1, true), (WEEK, false), (WEEK + 1, false)] {
        let mut simulation = Simulation::new(strangers(), &empty_plan(0), Options::default());
        simulation.apply(None, &request(), SimTime::ZERO).expect("allowed");
        let answer = simulation.apply(Some(AccountId(1)), &step(Step::Accept), SimTime::from_nanos(at));
        assert_eq!(answer.is_ok(), accepted, "at {at}");
    }
}

/// A peering made after many idle weeks has a full bucket and forwards to the nanosecond like one made at the start.
#[test]
fn a_peering_made_late_forwards_like_one_made_early() {
    let carried = |start: u64| {
        let time = |n: u64| SimTime::from_nanos(start + n);
        let mut simulation = Simulation::new(strangers(), &empty_plan(0), Options::default());
        simulation.apply(None, &request(), time(0)).expect("allowed");
        simulation.apply(None, &step(Step::Accept), time(0)).expect("allowed");
        for route in routes() {
            simulation.apply(None, &route, time(0)).expect("allowed");
        }
        // 10 ms of 1 Gbps are 1 250 000 bytes of burst: 833 packets at once, the others every 12 us.
        for _ in 0..1000 {
            send(&mut simulation, HostId(0), HostId(1), 1500, time(0));
        }
        simulation.advance(time(1_000_000_000));
        let book = simulation.link_book(LinkId(0));
        let last = book.whole.delay.max().map(|d| d.as_nanos());
        (book.whole.carried.packets, last, book.longest_queue.as_u64())
    };
    let early = carried(0);
    assert_eq!(early, (1000, Some(18_400_000 + 167 * 12_000 - 4_000), 167 * 1500));
    assert_eq!(carried(52 * WEEK + 1), early);
}
