//! The FIB against a linear scan of what the user wrote: the longest enabled prefix that contains the address, the
//! VPC's own CIDRs included. Tables overlap on purpose, look-ups target the edges of every prefix, and tables are
//! edited in between: a FIB that follows edits must equal one compiled after them.

mod kept;

use ipnet::Ipv4Net;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use vpcsim::dataplane::fib::{Fib, FibEntry};
use vpcsim::model::{Change, Network, NextHop, PeeringId, Refusal, RouteSpec, Step, TableId, Via};
use vpcsim::units::SimTime;
use vpcsim::workload::{Cloud, UNCAPPED};

const TABLE: TableId = TableId(0);

/// One VPC, 10.0.0.0/16, with two peerings as distinct next hops.
fn network() -> Network {
    let mut cloud = Cloud::new(2);
    let [a, b, c] = [1, 0, 0].map(|hosts| cloud.vpc("guangzhou", hosts));
    cloud.peer(a, b, UNCAPPED);
    cloud.peer(a, c, UNCAPPED);
    cloud.network
}

/// The dull twin: of every route of the table and every CIDR of the VPC, the longest that contains the address.
fn scan(network: &Network, address: Ipv4Addr) -> Option<(Ipv4Net, FibEntry)> {
    let table = network.table(TABLE);
    let custom = table.routes.values().filter(|r| !r.disabled).map(|r| (r.to, FibEntry::Via(r.via)));
    let local = network.vpc(table.vpc).cidrs.iter().map(|cidr| (*cidr, FibEntry::Local));
    let holding = custom.chain(local).filter(|(to, _)| holds(*to, address));
    holding.max_by_key(|(to, _)| to.prefix_len())
}

fn holds(to: Ipv4Net, address: Ipv4Addr) -> bool {
    let (network, length) = (u64::from(u32::from(to.network())), u32::from(to.prefix_len()));
    let size = 1u64 << (32 - length);
    (network..network + size).contains(&u64::from(u32::from(address)))
}

/// Whether the scan finds a disabled route that contains the address.
fn scan_disabled(network: &Network, address: Ipv4Addr) -> bool {
    network.table(TABLE).routes.values().any(|r| r.disabled && holds(r.to, address))
}

/// First and last address of every prefix used so far, one address beyond each, and the ends of the address space.
fn targets(seen: &BTreeSet<Ipv4Net>) -> BTreeSet<Ipv4Addr> {
    let edges = seen.iter().flat_map(|to| {
        let (first, last) = (u32::from(to.network()), u32::from(to.broadcast()));
        let middle = first + (last - first) / 2;
        [
            first.wrapping_sub(1),
            first,
            first.saturating_add(1),
            middle,
            last.saturating_sub(1),
            last,
            last.wrapping_add(1),
        ]
    });
    edges.chain([0, u32::MAX]).map(Ipv4Addr::from).collect()
}

#[derive(Debug, Clone, Copy)]
enum Edit {
    Add(Ipv4Net, u32, bool),
    /// The sibling, half or double of an existing route's prefix, chosen by index.
    Sibling(usize, u32),
    Half(usize, u32),
    Double(usize, u32),
    Remove(usize),
    Disable(usize, bool),
    AddCidr(Ipv4Net),
    /// Also deletes all routes over it (S21).
    DeletePeering(u32),
}

fn prefixes() -> impl Strategy<Value = Ipv4Net> {
    // Near the VPC's own range, so that routes contain it, and everywhere else; all lengths, with the extremes more
    // often.
    let base = prop_oneof![3 => 0x0A00_0000..=0x0A03_FFFFu32, 2 => any::<u32>(), 1 => Just(0), 1 => Just(u32::MAX)];
    let length = prop_oneof![1 => Just(0u8), 2 => Just(32), 1 => Just(31), 1 => Just(1), 8 => 0..=32u8];
    (base, length).prop_map(|(base, length)| Ipv4Net::new_assert(Ipv4Addr::from(base), length).trunc())
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let place = || any::<prop::sample::Index>().prop_map(|i| i.index(1 << 16));
    let edit = prop_oneof![
        4 => (prefixes(), 0..3u32, any::<bool>()).prop_map(|(to, via, disabled)| Edit::Add(to, via, disabled)),
        3 => (place(), 0..3u32).prop_map(|(at, via)| Edit::Sibling(at, via)),
        4 => (place(), 0..3u32).prop_map(|(at, via)| Edit::Half(at, via)),
        4 => (place(), 0..3u32).prop_map(|(at, via)| Edit::Double(at, via)),
        3 => place().prop_map(Edit::Remove),
        3 => (place(), any::<bool>()).prop_map(|(at, disabled)| Edit::Disable(at, disabled)),
        1 => prefixes().prop_map(Edit::AddCidr),
        1 => (0..2u32).prop_map(Edit::DeletePeering),
    ];
    prop::collection::vec(edit, 1..40)
}

fn next_hop(via: u32) -> NextHop {
    if via == 2 { NextHop::Blackhole } else { NextHop::Peering(PeeringId(via)) }
}

/// The same prefix with its last bit flipped.
fn sibling(to: Ipv4Net) -> Option<Ipv4Net> {
    let bit = 1u32.checked_shl(32 - u32::from(to.prefix_len()))?;
    Some(Ipv4Net::new_assert(Ipv4Addr::from(u32::from(to.network()) ^ bit), to.prefix_len()))
}

/// The control-plane change for an edit; `None` if there is no such route to edit.
fn change(network: &Network, edit: Edit) -> Option<Change> {
    let existing: Vec<Ipv4Net> = network.table(TABLE).routes.keys().copied().collect();
    let at = |place: usize| existing.get(place % existing.len().max(1)).copied();
    let via = |via| match next_hop(via) {
        NextHop::Peering(id) => Via::Peering(network.peering(id).name.clone()),
        NextHop::Blackhole => Via::Blackhole,
    };
    let add = |to, to_via, disabled| Change::AddRoute { table: TABLE, to, via: via(to_via), disabled };
    Some(match edit {
        Edit::Add(to, via, disabled) => add(to, via, disabled),
        Edit::Sibling(place, via) => add(sibling(at(place)?)?, via, false),
        Edit::Half(place, via) => {
            let to = at(place)?;
            add(Ipv4Net::new(to.broadcast(), to.prefix_len() + 1).ok()?.trunc(), via, false)
        }
        Edit::Double(place, via) => add(at(place)?.supernet()?, via, false),
        Edit::Remove(place) => Change::RemoveRoute { table: TABLE, to: at(place)? },
        Edit::Disable(place, disabled) => Change::DisableRoute { table: TABLE, to: at(place)?, disabled },
        Edit::DeletePeering(id) => {
            Change::Step { peering: network.peering(PeeringId(id)).name.clone(), step: Step::Delete }
        }
        Edit::AddCidr(_) => return None,
    })
}

/// Applies one edit and returns whether the table or the VPC's ranges changed.
fn edit(network: &mut Network, edit: Edit) -> Result<bool, Refusal> {
    if let Edit::AddCidr(cidr) = edit {
        let vpc = network.table(TABLE).vpc;
        return network.add_cidr(vpc, cidr).map(|()| true);
    }
    let before = network.table(TABLE).routes.len();
    match change(network, edit) {
        Some(change @ Change::Step { .. }) => {
            network.apply(None, &change, SimTime::ZERO).map(|_| network.table(TABLE).routes.len() < before)
        }
        Some(change) => network.apply(None, &change, SimTime::ZERO).map(|_| true),
        None => Ok(false),
    }
}

fn check(edits: &[Edit]) -> Result<(), TestCaseError> {
    let mut network = network();
    let mut fib = Fib::compile(&network, TABLE);
    let mut rarely = Fib::compile(&network, TABLE);
    let mut seen: BTreeSet<Ipv4Net> = ["0.0.0.0/0", "10.0.0.0/16"].map(|p| p.parse().expect("it is a prefix")).into();
    for (number, &one) in edits.iter().enumerate() {
        let changed = edit(&mut network, one).unwrap_or(false);
        prop_assert_eq!(fib.is_stale(&network, TABLE), changed, "stale after {:?}", one);
        fib.update(&network, TABLE);
        prop_assert!(!fib.is_stale(&network, TABLE), "stale after following {one:?}");
        if number % 7 == 6 {
            rarely.update(&network, TABLE);
        }
        let afresh = Fib::compile(&network, TABLE);
        seen.extend(network.table(TABLE).routes.keys());
        seen.extend(&network.vpc(network.table(TABLE).vpc).cidrs);
        for address in targets(&seen) {
            let story = || format!("{address} after {one:?} in {:#?}", network.table(TABLE).routes);
            prop_assert_eq!(fib.lookup(address), scan(&network, address), "{}", story());
            prop_assert_eq!(afresh.lookup(address), scan(&network, address), "afresh: {}", story());
            for fib in [&fib, &afresh] {
                prop_assert_eq!(fib.has_disabled(address), scan_disabled(&network, address), "disabled: {}", story());
            }
            if number % 7 == 6 {
                prop_assert_eq!(rarely.lookup(address), scan(&network, address), "rarely: {}", story());
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(kept::cases(300, "tests/regressions/fib.txt"))]

    #[test]
    fn finds_what_a_linear_scan_finds(edits in edits()) {
        check(&edits)?;
    }
}

/// Every length at once around one address, each with its sibling: the longest wins, and the next longest after each
/// removal.
#[test]
fn thirty_two_nested_prefixes_unwind_one_by_one() {
    let mut network = network();
    let address: Ipv4Addr = "172.16.85.170".parse().expect("it is an address");
    let prefix = |length| Ipv4Net::new_assert(address, length).trunc();
    for length in 0..=32u8 {
        let via = next_hop(u32::from(length) % 2);
        network.add_route(TABLE, RouteSpec { to: prefix(length), via, disabled: false }).expect("it is new");
        if let Some(to) = sibling(prefix(length)).filter(|to| *to != "0.0.0.0/1".parse().expect("it is a prefix")) {
            let _ = network.add_route(TABLE, RouteSpec { to, via: NextHop::Blackhole, disabled: false });
        }
    }
    for length in (0..=32u8).rev() {
        let found = Fib::compile(&network, TABLE).lookup(address);
        let entry = FibEntry::Via(next_hop(u32::from(length) % 2));
        assert_eq!(found, Some((prefix(length), entry)), "/{length} is the longest left");
        network
            .apply(None, &Change::RemoveRoute { table: TABLE, to: prefix(length) }, SimTime::ZERO)
            .expect("it exists");
    }
    assert_eq!(Fib::compile(&network, TABLE).lookup(address), None);
}

/// More edits than a table remembers: a FIB that missed them is still right.
#[test]
fn what_was_edited_too_long_ago_is_compiled_anew() {
    let mut network = network();
    let mut fib = Fib::compile(&network, TABLE);
    let prefix = |n: u32| Ipv4Net::new_assert(Ipv4Addr::from(0xC000_0000 + (n << 8)), 24);
    let add = |network: &mut Network, n| {
        let route = RouteSpec { to: prefix(n), via: NextHop::Blackhole, disabled: n % 3 == 0 };
        network.add_route(TABLE, route).expect("it is new");
    };
    let before = network.table(TABLE).revision;
    (0..5_000).for_each(|n| add(&mut network, n));
    assert!(network.table(TABLE).edited_since(before).is_none(), "5,000 edits are remembered: this tests nothing");
    for slept in [5_000, 5_001, 5_900] {
        (network.table(TABLE).routes.len() as u32 - 2..slept).for_each(|n| add(&mut network, n));
        fib.update(&network, TABLE);
        for n in 0..slept {
            let address = Ipv4Addr::from(u32::from(prefix(n).network()) + 9);
            assert_eq!(fib.lookup(address), scan_one(&network, prefix(n)), "{address}");
            assert_eq!(fib.has_disabled(address), n % 3 == 0, "{address}");
        }
    }
}

/// The result for one route whose addresses no other route contains.
fn scan_one(network: &Network, to: Ipv4Net) -> Option<(Ipv4Net, FibEntry)> {
    network.table(TABLE).routes.get(&to).filter(|r| !r.disabled).map(|r| (to, FibEntry::Via(r.via)))
}
