//! Route tables: one look-up by the number of routes, to random destinations and to the same few repeatedly; building a
//! FIB; following an edit. The largest table has the size and the prefix lengths of an Internet table of 2014, spread
//! at random.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ipnet::Ipv4Net;
use std::hint::black_box;
use std::net::Ipv4Addr;
use vpcsim::dataplane::fib::Fib;
use vpcsim::model::{Change, Network, NextHop, RouteSpec, TableId};
use vpcsim::units::SimTime;
use vpcsim::workload::Cloud;

/// The minimum number of destinations per measured pass; twice the routes, if that is more, so that a large table does
/// not fit into caches.
const DESTINATIONS: usize = 4_096;

/// The number of Internet prefixes in May 2014.
const INTERNET: u32 = 512_000;

/// The percentage of prefixes of each length in such a table.
const LENGTHS: [(u8, u32); 8] = [(24, 53), (22, 12), (23, 10), (21, 8), (20, 7), (19, 5), (18, 2), (16, 3)];

/// A table with its network, and the addresses inside its prefixes.
struct Filled {
    network: Network,
    table: TableId,
    inside: Vec<Ipv4Addr>,
}

/// `routes` prefixes of lengths 12 to 28 outside the VPC's own range.
fn spread(routes: u32) -> Filled {
    // Below 11.0.0.0, spread evenly over the upper half of the address space.
    fill(routes, |n| {
        Ipv4Net::new_assert(Ipv4Addr::from(0x8000_0000 | n.wrapping_mul(0x9E37_79B1) >> 1), 12 + (n % 17) as u8)
    })
}

/// The Internet's prefix lengths, anywhere from 11.0.0.0 to 223.255.255.255; duplicates are drawn again.
fn internet(routes: u32) -> Filled {
    let mut state = 1;
    fill(routes, |_| {
        let (mut left, base) = (next(&mut state) % 100, 0x0B00_0000 + next(&mut state) % 0xD500_0000);
        let drawn = LENGTHS.iter().find(|(_, weight)| left.checked_sub(*weight).inspect(|rest| left = *rest).is_none());
        Ipv4Net::new_assert(Ipv4Addr::from(base), drawn.map_or(24, |(length, _)| *length))
    })
}

fn next(state: &mut u64) -> u32 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 32) as u32
}

fn fill(routes: u32, mut prefix: impl FnMut(u32) -> Ipv4Net) -> Filled {
    let mut cloud = Cloud::new(1);
    let vpc = cloud.vpc("guangzhou", 1);
    let table = cloud.table(vpc);
    let mut inside = Vec::new();
    while (inside.len() as u32) < routes {
        let to = prefix(inside.len() as u32).trunc();
        let route = RouteSpec { to, via: NextHop::Blackhole, disabled: false };
        if cloud.network.add_route(table, route).is_ok() {
            inside.push(to.network());
        }
    }
    Filled { network: cloud.network, table, inside }
}

fn look_up(c: &mut Criterion) {
    let mut group = c.benchmark_group("fib");
    group.sample_size(20);
    for (routes, fill) in
        [(3, spread as fn(u32) -> Filled), (12, spread), (100, spread), (1_000, spread), (INTERNET, internet)]
    {
        let Filled { network, table, inside } = fill(routes);
        let fib = Fib::compile(&network, table);
        let count = DESTINATIONS.max(2 * routes as usize);
        group.throughput(Throughput::Elements(count as u64));
        let mut state = 1;
        let random: Vec<Ipv4Addr> = (0..count).map(|_| inside[next(&mut state) as usize % inside.len()]).collect();
        let repeated: Vec<Ipv4Addr> = (0..count).map(|n| inside[n / 1_024 % inside.len()]).collect();
        for (kind, destinations) in [("random", random), ("repeated", repeated)] {
            group.bench_function(format!("{kind}/{routes}"), |b| {
                b.iter(|| destinations.iter().filter(|d| fib.lookup(black_box(**d)).is_some()).count());
            });
        }
    }
    group.finish();
}

/// Building a FIB, and following one route that is disabled and enabled again.
fn change(c: &mut Criterion) {
    let mut group = c.benchmark_group("fib change");
    group.sample_size(10);
    for (routes, fill) in [(1_000, spread as fn(u32) -> Filled), (INTERNET, internet)] {
        let Filled { mut network, table, .. } = fill(routes);
        group.bench_function(format!("compile/{routes}"), |b| {
            b.iter_batched(|| (), |()| Fib::compile(&network, table), BatchSize::LargeInput);
        });
        let all: Vec<Ipv4Net> = network.table(table).routes.keys().copied().collect();
        let (mut fib, mut state) = (Fib::compile(&network, table), 1);
        group.bench_function(format!("two edits/{routes}"), |b| {
            b.iter(|| {
                let to = all[next(&mut state) as usize % all.len()];
                for disabled in [true, false] {
                    let change = Change::DisableRoute { table, to, disabled };
                    network.apply(None, &change, SimTime::ZERO).expect("the route is there");
                    fib.update(&network, table);
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, look_up, change);
criterion_main!(benches);
