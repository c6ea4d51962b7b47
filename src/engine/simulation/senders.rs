//! Sets up a simulation: one sender per flow of a traffic entry, and the windows of the expectations. Carries nothing.

use super::super::cell::{End, Openings};
use super::super::partition::Partition;
use super::super::random::Stream;
use super::super::sending::{Flow, Seat};
use super::super::shared::{MeantFor, Shared, SourceInfo};
use super::super::windows::{Edges, edges};
use crate::model::plan::{Arrivals, Metric, Pattern, Plan, Receiver, Subject, Traffic, Transfers};
use crate::model::{Change, HostId, Name, Namesakes, Network, ReplayFlow, TrafficId, VpcId};
use crate::units::{SimDuration, SimTime};
use crate::wire::ipv4::{Addressing, TTL};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Gives every flow of every traffic entry its sender; returns about how many packets per second they send.
pub(super) fn seat(network: &Network, plan: &Plan, shared: &mut Shared, partition: &mut Partition) -> u64 {
    let mut density = 0u64;
    let mut ends = Ends::default();
    for (index, entry) in plan.traffic.iter().enumerate() {
        let traffic = TrafficId(index as u32);
        if let Pattern::Tcp(transfers) = &entry.pattern {
            let compares = plan.expectations.iter().any(|expectation| {
                let asks = expectation.checks.iter().any(|check| check.metric == Metric::Fairness);
                asks && expectation.subject == Subject::Traffic(traffic)
            });
            ends.seat(network, (traffic, entry, transfers), compares, shared, partition);
            continue;
        }
        for (number, (host, address, meant_for)) in destinations(network, entry, shared.seed).enumerate() {
            let owner = network.host(host);
            let key = sender_key("traffic", entry.name.as_str(), &(number as u64).to_le_bytes());
            let is_ping = entry.is_ping();
            let source = shared.add_source(SourceInfo {
                key,
                traffic: Some(traffic),
                from: host,
                meant_for,
                is_ping,
                answers: false,
            });
            let source_address = entry.source.unwrap_or(owner.address);
            let addressing = Addressing { source: source_address, destination: address, ttl: TTL };
            let seat = Seat { source, traffic, number: number as u32, host, addressing };
            let Some(flow) = Flow::new(entry, seat, shared.seed) else { continue };
            density = density.saturating_add(flow.density());
            partition.add_flow(owner.vpc, flow, network.rules.routers_visible);
        }
    }
    density
}

/// Seats the ends of connections.
#[derive(Default)]
struct Ends {
    /// By VPC: how many there are.
    seated: BTreeMap<VpcId, u32>,
}

impl Ends {
    /// Seats both ends of each connection that is open at the same time.
    fn seat(
        &mut self,
        network: &Network,
        (traffic, entry, transfers): (TrafficId, &Traffic, &Arc<Transfers>),
        compares: bool,
        shared: &mut Shared,
        partition: &mut Partition,
    ) {
        let parallel = u64::from(transfers.connections);
        let pairs = flows(entry, shared.seed).filter_map(|(from, to)| match to {
            Receiver::Host(to) => Some([from, to]),
            Receiver::Address(_) => None, // refused when it was read: nobody is known to listen there
        });
        let pairs: Vec<[HostId; 2]> = pairs.collect();
        for flow in 0..pairs.len() as u64 * parallel {
            let hosts = pairs[(flow / parallel) as usize];
            let [from, to] = hosts;
            let [near, far] = hosts.map(|host| self.count(network.host(host).vpc));
            let info = |kind, from, meant_for, answers| SourceInfo {
                key: sender_key(kind, entry.name.as_str(), &flow.to_le_bytes()),
                traffic: Some(traffic),
                from,
                meant_for,
                is_ping: false,
                answers,
            };
            // The one that answers comes just after the one that opens: `opener` and `end_told` rely on it.
            let asks = shared.add_source(info("traffic", from, MeantFor::End(to, far), false));
            let answers = shared.add_source(info("answers", to, MeantFor::End(from, near), true));
            let opens = openings(entry, transfers, shared.seed, (flow, pairs.len() as u64 * parallel));
            let [a, b] = hosts.map(|host| network.host(host).address);
            let there = Addressing { source: entry.source.unwrap_or(a), destination: b, ttl: entry.ttl.0 };
            let back = Addressing { source: b, destination: a, ttl: TTL };
            let service = entry.destination_port;
            let near = End::new((asks, from, traffic), there, service, transfers.clone(), Some(opens));
            let far = End::new((answers, to, traffic), back, service, transfers.clone(), None);
            for (host, mut end) in [(from, near), (to, far)] {
                end.compares = compares;
                partition.add_end(network.host(host).vpc, end);
            }
        }
    }

    /// The index of the next end in a VPC.
    fn count(&mut self, vpc: VpcId) -> u32 {
        let count = self.seated.entry(vpc).or_default();
        *count += 1;
        *count - 1
    }
}

/// What a flow of an entry is to open: the first connection at the start, unless the entry gives a phase; with gaps at
/// random, the first comes after one of them.
fn openings(entry: &Traffic, transfers: &Transfers, seed: u64, (flow, flows): (u64, u64)) -> Openings {
    let stream = |purpose| Stream::new(seed, purpose, entry.name.as_str(), flow);
    let gaps = stream("place");
    let first = match (entry.phase, transfers.arrivals) {
        (Some(phase), _) => phase,
        (None, Arrivals::Spaced) => SimDuration::ZERO,
        (None, Arrivals::Poisson) => SimDuration::from_nanos(gaps.exponential(0, (transfers.interval.as_nanos(), 1))),
    };
    let (first_port, parallel) = (entry.source_port, u64::from(transfers.connections));
    Openings {
        next: entry.start + first,
        left: entry.count.unwrap_or(1),
        stop: entry.stop,
        gaps,
        sizes: stream("size"),
        opened: 0,
        flow,
        flows,
        ports: (first_port, first_port + (flow % parallel) as u16),
    }
}

/// For each flow of an entry: the sending host, the destination address, and which host it is meant for.
fn destinations<'a>(
    network: &'a Network,
    entry: &'a Traffic,
    seed: u64,
) -> Box<dyn Iterator<Item = (HostId, Ipv4Addr, MeantFor)> + 'a> {
    if let Pattern::Replay(replay) = &entry.pattern {
        let of_flow = |(number, flow): (usize, &ReplayFlow)| {
            (flow.from, Ipv4Addr::UNSPECIFIED, MeantFor::Frames(replay.clone(), number as u32))
        };
        return Box::new(replay.flows.iter().enumerate().map(of_flow));
    }
    Box::new(flows(entry, seed).map(|(host, receiver)| match receiver {
        Receiver::Address(address) => (host, address, MeantFor::Anyone),
        Receiver::Host(to) => (host, network.host(to).address, MeantFor::Host(to)),
    }))
}

/// The flows of an entry by number, with receivers chosen by the seed where there is a choice; none for a replay.
pub fn flows(entry: &Traffic, seed: u64) -> impl Iterator<Item = (HostId, Receiver)> {
    entry.flows(move |number, hosts| {
        Stream::new(seed, "receiver", entry.name.as_str(), number as u64).below(0, hosts as u64) as usize
    })
}

/// The key of a sender in per-packet decisions: stable, whatever else is declared. Names hold no NUL.
pub(super) fn sender_key(kind: &str, name: &str, number: &[u8]) -> u64 {
    xxh3_64(&[kind.as_bytes(), b"\0", name.as_bytes(), b"\0", number].concat())
}

/// By traffic entry: the edges of the windows of its expectations. Windows over the whole run are left out: every book
/// counts those anyway.
pub(super) fn traffic_edges(plan: &Plan) -> Vec<Edges> {
    let mut windows = vec![Vec::new(); plan.traffic.len()];
    for expectation in plan.expectations.iter().filter(|e| !plan.is_whole(e.between)) {
        if let Subject::Traffic(id) = expectation.subject {
            windows[id.index()].push((expectation.between.from, expectation.between.until));
        }
    }
    windows.into_iter().map(|windows| edges(windows.into_iter())).collect()
}

/// The same for links, by the name a peering is made with and the VPC that the link leaves. Names a peering may get
/// later are included: an additional edge changes nothing.
pub(super) struct LinkEdges {
    names: Namesakes,
    /// By the representative name of a group.
    edges: BTreeMap<(Name, VpcId), Edges>,
}

impl LinkEdges {
    pub(super) fn of(plan: &Plan) -> LinkEdges {
        let mut names = Namesakes::default();
        for action in &plan.timeline {
            if let Change::Rename { peering, name } = &action.change {
                names.join(peering, name);
            }
        }
        let mut windows: BTreeMap<(Name, VpcId), Vec<(SimTime, SimTime)>> = BTreeMap::new();
        for expectation in plan.expectations.iter().filter(|e| !plan.is_whole(e.between)) {
            if let Subject::Link { peering, from } = &expectation.subject {
                windows
                    .entry((names.group(peering).clone(), *from))
                    .or_default()
                    .push((expectation.between.from, expectation.between.until));
            }
        }
        let edges = windows.into_iter().map(|(link, windows)| (link, edges(windows.into_iter()))).collect();
        LinkEdges { names, edges }
    }

    /// The edges of a link that leaves `near` of a peering made with `first_name`.
    pub(super) fn find(&self, first_name: &Name, near: VpcId) -> Edges {
        self.edges.get(&(self.names.group(first_name).clone(), near)).cloned().unwrap_or_default()
    }
}
