//! Handmade graphs for the tests of the drawings.

use crate::diagnose::graph::*;
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime};
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;

/// A VPC with a subnet and hosts.
pub fn vpc(number: usize, name: &str, region: &str) -> GraphVpc {
    let host = |name: &str, count: u64| HostGroup {
        first: if count > 1 { format!("{name}-1") } else { name.into() },
        last: if count > 1 { format!("{name}-{count}") } else { name.into() },
        count,
        down: 0,
    };
    let subnet = |at: usize| GraphSubnet {
        name: format!("subnet-{at}"),
        cidr: format!("10.{}.{at}.0/24", number % 256),
        table: format!("subnet-{at}"),
        hosts: vec![host("web", 1_000), host("db", 1)],
    };
    GraphVpc {
        name: name.into(),
        label: None,
        region: region.into(),
        account: "owner".into(),
        cidrs: vec![format!("10.{}.0.0/16", number % 256)],
        subnets: (0..1 + number % 3).map(subnet).collect(),
        dropped_by: vec![],
    }
}

/// An active peering across regions between two VPCs of `vpcs`.
pub fn peering(name: &str, vpcs: &[GraphVpc], ends: [usize; 2]) -> GraphPeering {
    GraphPeering {
        name: name.into(),
        label: None,
        requester: vpcs[ends[0]].name.clone(),
        accepter: vpcs[ends[1]].name.clone(),
        ends,
        state: "ACTIVE",
        active: true,
        gone: false,
        cross_region: true,
        bandwidth: Some(BitRate::from_mbps(100)),
        cap: Some(BitRate::from_mbps(100)),
        delay: SimDuration::from_micros(18_400),
        mtu: 1_500,
        down: false,
        nodes: 3,
        nodes_up: 3,
        loss: Share::ZERO,
        load: None,
    }
}

/// What a run measured towards a VPC, with drops if `lossy`.
pub fn load(to: &str, mbps: u64, lossy: bool) -> EdgeLoad {
    EdgeLoad {
        to: to.into(),
        offered_packets: mbps * 1_000,
        offered: ByteSize::from_bytes(mbps * 1_500_000),
        carried_packets: mbps * 900,
        carried: ByteSize::from_bytes(mbps * 1_350_000),
        mean: BitRate::from_mbps(mbps),
        busiest: Some(BitRate::from_mbps(mbps * 2)),
        loss: if lossy { Share::of(1, 10) } else { Share::ZERO },
        dropped_by: if lossy { vec![("shaper_queue_full".into(), mbps * 100)] } else { vec![] },
        in_flight: 7,
    }
}

/// VPCs by the numbers of their regions, and peerings by their ends.
pub fn graph(regions: &[usize], edges: &[[usize; 2]]) -> Graph {
    let vpcs: Vec<GraphVpc> = regions
        .iter()
        .enumerate()
        .map(|(at, region)| vpc(at, &format!("vpc-{at}"), &format!("region-{region}")))
        .collect();
    let mut named: Vec<GraphRegion> = Vec::new();
    for (at, vpc) in vpcs.iter().enumerate() {
        match named.iter_mut().find(|region| region.name == vpc.region) {
            Some(region) => region.vpcs.push(at),
            None => named.push(GraphRegion { name: vpc.region.clone(), vpcs: vec![at] }),
        }
    }
    let peerings = edges.iter().enumerate().map(|(at, ends)| peering(&format!("peer-{at}"), &vpcs, *ends)).collect();
    Graph {
        format: FORMAT,
        version: VERSION,
        scenario: "a sample".into(),
        at: SimTime::ZERO,
        partial: false,
        regions: named,
        vpcs,
        peerings,
    }
}

/// The two VPCs of the quick start.
pub fn pair() -> Graph {
    let mut graph = graph(&[0, 1], &[[0, 1]]);
    for (vpc, name) in graph.vpcs.iter_mut().zip(["VPC1", "VPC2"]) {
        vpc.name = name.into();
    }
    graph.peerings = vec![peering("PeerConn", &graph.vpcs, [0, 1])];
    graph
}

/// Texts as a stranger's file may hold them: markup of every language drawn here, line ends, marks that turn the
/// direction of text, letters of many scripts.
pub const HOSTILE: &str = "\"]--><script>&amp;'`#35;%%{init}%%\\\"\\n\n\u{1b}[2J\u{202e}🧑\u{200d}🚀 سلام 日本; end";

/// A generated network of this many VPCs: a hub, a chain, a mesh or chance, with regions, names, labels, states and
/// loads of many kinds.
pub fn generated(seed: u64, count: usize) -> Graph {
    let mut dice = SplitMix64::seed_from_u64(seed * 1_000 + count as u64);
    let mut below = |n: usize| (dice.next_u64() % n.max(1) as u64) as usize;
    let kinds = 1 + below(count.min(7));
    let regions: Vec<usize> = (0..count).map(|_| below(kinds)).collect();
    let edges: Vec<[usize; 2]> = match below(4) {
        0 => (1..count).map(|at| [0, at]).collect(),
        1 => (1..count).map(|at| [at - 1, at]).collect(),
        2 => (0..count.min(10)).flat_map(|a| (a + 1..count.min(10)).map(move |b| [a, b])).collect(),
        _ => (0..count * 2).map(|_| [below(count), below(count)]).filter(|[a, b]| a != b).collect(),
    };
    let mut graph = graph(&regions, &edges);
    for vpc in &mut graph.vpcs {
        vpc.name += &"-long".repeat(below(4) * below(3));
        vpc.label = (below(3) == 0).then(|| HOSTILE.into());
        vpc.dropped_by = (below(4) == 0).then_some(("no_route".into(), 1_234_567)).into_iter().collect();
    }
    for (at, ends) in edges.iter().enumerate() {
        let one = peering(&format!("peer-{at}{}", "-long".repeat(below(4) * below(4))), &graph.vpcs, *ends);
        let load = [load(&one.accepter, 1 + below(150) as u64, below(3) == 0), load(&one.requester, 7, false)];
        let active = below(5) > 0;
        graph.peerings[at] = GraphPeering {
            label: (below(4) == 0).then(|| HOSTILE.into()),
            state: if active { "ACTIVE" } else { "PENDING" },
            active,
            down: below(6) == 0,
            load: (below(2) == 0).then_some(load),
            ..one
        };
    }
    graph
}
