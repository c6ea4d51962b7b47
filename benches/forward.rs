//! One packet through both routers, without remembered paths: leave the source's VPC, enter the peer's. Delivered,
//! dropped without a route, and refused as transit.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ipnet::Ipv4Net;
use std::hint::black_box;
use std::net::Ipv4Addr;
use vpcsim::dataplane::fib::Fib;
use vpcsim::dataplane::packet::{Packet, PacketId, PacketKind, SourceId, TailId};
use vpcsim::dataplane::router::{self, Sender, View};
use vpcsim::model::{DropReason, HostId, Network, NextHop, RouteSpec, TableId, Verdict};
use vpcsim::units::SimTime;
use vpcsim::wire::ipv4::{self, Addressing};
use vpcsim::workload::{Cloud, UNCAPPED};

/// Three VPCs in a row; the first also routes the third's range through the second.
fn row() -> (Network, HostId, Ipv4Addr, Ipv4Addr) {
    let mut cloud = Cloud::new(2);
    let [a, b, c] = [0; 3].map(|_| cloud.vpc("guangzhou", 10));
    cloud.peer(a, b, UNCAPPED);
    cloud.peer(b, c, UNCAPPED);
    let via = NextHop::Peering(cloud.network.find_peering("P0-1").expect("it was just made"));
    let to = Ipv4Net::new_assert(Ipv4Addr::new(10, 2, 0, 0), 16);
    cloud.network.add_route(cloud.table(a), RouteSpec { to, via, disabled: false }).expect("the route is valid");
    let address = |vpc| cloud.network.host(cloud.hosts(vpc)[3]).address;
    let (near, far) = (address(b), address(c));
    let from = cloud.hosts(a)[0];
    (cloud.network, from, near, far)
}

fn packet(network: &Network, from: HostId, destination: Ipv4Addr) -> Packet {
    let to = Addressing { source: network.host(from).address, destination, ttl: 64 };
    Packet {
        head: ipv4::udp_head(to, (49_152, 9), 92, 0),
        emitted: SimTime::ZERO,
        id: PacketId::new(SourceId(0), 0),
        tail: TailId::NONE,
        wire_length: 92,
        header_length: 28,
        kind: PacketKind::Original,
    }
}

/// The journey of a packet, without time.
fn journey(view: View<'_>, from: HostId, packet: &mut Packet) -> Verdict {
    router::path(view, Sender::Host(from), packet).enter
}

fn forward(c: &mut Criterion) {
    let (network, from, near, far) = row();
    let fibs: Vec<Fib> = (0..network.tables().len()).map(|t| Fib::compile(&network, TableId(t as u32))).collect();
    let view = View { network: &network, fibs: &fibs, epoch: 0 };
    let mut group = c.benchmark_group("forward");
    group.throughput(Throughput::Elements(1));
    let cases = [
        ("delivered", near, None),
        ("no_route", Ipv4Addr::new(192, 0, 2, 1), Some(DropReason::NoRoute)),
        ("transit", far, Some(DropReason::TransitNotAllowed)),
    ];
    for (name, destination, end) in cases {
        let mut packet = packet(&network, from, destination);
        assert_eq!(journey(view, from, &mut packet).err(), end, "{name} ends as it should");
        group.bench_function(name, |b| b.iter(|| journey(view, from, black_box(&mut packet))));
    }
    group.finish();
}

criterion_group!(benches, forward);
criterion_main!(benches);
