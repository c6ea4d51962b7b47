//! One look-up in a route table: by the number of routes, to random destinations and to the same few again.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ipnet::Ipv4Net;
use std::hint::black_box;
use std::net::Ipv4Addr;
use vpcsim::dataplane::fib::Fib;
use vpcsim::model::{NextHop, RouteSpec};
use vpcsim::workload::Cloud;

/// Destinations per measured pass.
const DESTINATIONS: usize = 4_096;

/// A table of `routes` prefixes of lengths 12 to 28 outside the VPC's own, and the addresses inside them.
fn table(routes: u32) -> (Fib, Vec<Ipv4Addr>) {
    let mut cloud = Cloud::new(1);
    let vpc = cloud.vpc("guangzhou", 1);
    let mut inside = Vec::new();
    while (inside.len() as u32) < routes {
        let n = inside.len() as u32;
        let length = 12 + (n % 17) as u8;
        // Below 11.0.0.0, spread evenly over the upper half of the address space.
        let base = 0x8000_0000 | n.wrapping_mul(0x9E37_79B1) >> 1;
        let to = Ipv4Net::new_assert(Ipv4Addr::from(base), length).trunc();
        let route = RouteSpec { to, via: NextHop::Blackhole, disabled: false };
        cloud.network.add_route(cloud.table(vpc), route).expect("spread prefixes differ");
        inside.push(to.network());
    }
    (Fib::compile(&cloud.network, cloud.table(vpc)), inside)
}

fn fib(c: &mut Criterion) {
    let mut group = c.benchmark_group("fib");
    group.throughput(Throughput::Elements(DESTINATIONS as u64));
    for routes in [3, 12, 100, 1_000] {
        let (fib, inside) = table(routes);
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        let random: Vec<Ipv4Addr> = (0..DESTINATIONS).map(|_| inside[next() as usize % inside.len()]).collect();
        let repeated: Vec<Ipv4Addr> = (0..DESTINATIONS).map(|n| inside[n / 1_024 % inside.len()]).collect();
        for (kind, destinations) in [("random", random), ("repeated", repeated)] {
            group.bench_function(format!("{kind}/{routes}"), |b| {
                b.iter(|| destinations.iter().filter(|d| fib.lookup(black_box(**d)).is_some()).count());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, fib);
criterion_main!(benches);
