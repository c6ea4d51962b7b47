//! The books balance at every slice, series add up to the books, and malformed packets are counted as such. The twin
//! checks the books' values.

use crate::dice::{name, net};
use crate::engine_vs_reference::cases;
use crate::world::World;
use bytes::Bytes;
use proptest::prelude::*;
use vpcsim::engine::{Options, Run, Simulation};
use vpcsim::model::plan::Plan;
use vpcsim::model::{DropReason, HostId, HostSpec, LinkId, Network, Rules};
use vpcsim::units::{SimDuration, SimTime};
use vpcsim::wire::ipv4::{self, Addressing};

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(100) })]

    #[test]
    fn they_balance_at_every_slice_and_series_add_up(seed: u64) {
        let world = World::new(seed);
        let interval = SimDuration::from_nanos(world.plan.duration.as_nanos() / 7 + 1);
        let options = Options { interval: Some(interval), ..Options::default() };
        let mut run = Run::new(world.network.clone(), world.plan.clone(), options);
        for slice in 1..=100 {
            run.advance(SimTime::from_nanos(world.plan.duration.as_nanos() * slice / 100));
            let balanced = run.simulation.check_books();
            prop_assert!(balanced.is_ok(), "seed {seed}, slice {slice}: {balanced:?}");
        }
        run.finish().expect("balanced books");
        for link in (0..world.network.peerings().len() as u32 * 2).map(LinkId) {
            let book = run.simulation.link_book(link);
            let rows = run.simulation.intervals(link).expect("a series was asked for").rows();
            let sum = |field: fn(&vpcsim::engine::Row) -> u64| rows.iter().map(field).sum::<u64>();
            let (offered, carried) = (book.whole.offered, book.whole.carried);
            prop_assert_eq!((sum(|r| r.offered), sum(|r| r.offered_bytes)), (offered.packets, offered.bytes));
            prop_assert_eq!((sum(|r| r.carried), sum(|r| r.carried_bytes)), (carried.packets, carried.bytes));
            prop_assert_eq!(sum(|r| r.dropped), book.whole.drops.total());
            prop_assert_eq!(rows.iter().map(|r| r.longest_queue).max().unwrap_or_default(), book.longest_queue);
        }
    }
}

/// Two hosts in one subnet.
fn pair() -> (Network, HostId, HostId) {
    let mut network = Network::new(Rules::guide());
    let account = network.account_named(&name("me"));
    let region = network.declare_region(&name("beijing"));
    let vpc = network.add_vpc(name("V"), None, account, region, net("10.0.0.0/16")).expect("a VPC");
    let table = network.add_table(vpc, name("A")).expect("a table");
    let subnet = network.add_subnet(vpc, name("A"), net("10.0.0.0/24"), table).expect("a subnet");
    let mut host = |label| {
        let spec = HostSpec { name: name(label), subnet, address: None, source_check: true };
        network.add_host(spec).expect("a host")
    };
    let (a, b) = (host("a"), host("b"));
    (network, a, b)
}

fn idle() -> Plan {
    Plan {
        name: "idle".into(),
        question: None,
        start: Rules::guide().start(),
        duration: SimTime::from_nanos(1_000_000_000),
        seed: 1,
        traffic: Vec::new(),
        timeline: Vec::new(),
        expectations: Vec::new(),
        reach: Vec::new(),
        lesson: None,
        billing: Default::default(),
    }
}

#[test]
fn foul_packets_are_counted_for_what_they_are() {
    let (network, a, b) = pair();
    let (source, destination) = (network.host(a).address, network.host(b).address);
    let head = ipv4::udp_head(Addressing { source, destination, ttl: 64 }, (1, 2), 40, 0);
    let (mut version, mut checksum, mut ihl, mut total) = (head, head, head, head);
    version[0] = 0x65;
    checksum[10] ^= 1;
    ihl[0] = 0x44;
    total[2] = 1; // claims 256 more bytes than there are
    let foul_length: [&[u8]; 6] = [&[], &head[..19], &head[..39], &version, &ihl, &total];
    let mut simulation = Simulation::new(network, &idle(), Options::default());
    let vpc = simulation.network().host(a).vpc;
    for (at, bytes) in foul_length.into_iter().chain([checksum.as_slice(), head.as_slice()]).enumerate() {
        let now = SimTime::from_nanos(at as u64);
        simulation.inject(a, Bytes::copy_from_slice(bytes), now).expect("not in the past");
    }
    simulation.advance(SimTime::from_nanos(1_000_000_000));
    let book = simulation.vpc_book(vpc);
    assert_eq!((book.drops.of(DropReason::BadLength), book.drops.of(DropReason::BadChecksum)), (6, 1));
    assert_eq!((book.emitted, book.delivered, book.drops.total()), (8, 1, 7));
    simulation.check_books().expect("balanced books");
    assert!(simulation.inject(a, Bytes::new(), SimTime::ZERO).is_err(), "the past is past");
}
