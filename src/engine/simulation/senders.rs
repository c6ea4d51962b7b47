//! Sets up a simulation: one sender per flow of a traffic entry, and the windows of the expectations. Carries nothing.

use super::super::partition::Partition;
use super::super::random::Stream;
use super::super::sending::{Flow, Seat};
use super::super::shared::{MeantFor, Shared, SourceInfo};
use super::super::windows::{Edges, edges};
use crate::model::plan::{Pattern, Plan, Receiver, Subject, Traffic};
use crate::model::{Change, HostId, Name, Namesakes, Network, ReplayFlow, TrafficId, VpcId};
use crate::units::SimTime;
use crate::wire::ipv4::{Addressing, TTL};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use xxhash_rust::xxh3::xxh3_64;

/// Gives every flow of every traffic entry its sender; returns about how many packets per second they send.
pub(super) fn seat(network: &Network, plan: &Plan, shared: &mut Shared, partition: &mut Partition) -> u64 {
    let mut density = 0u64;
    for (index, entry) in plan.traffic.iter().enumerate() {
        let traffic = TrafficId(index as u32);
        for (number, (host, address, meant_for)) in destinations(network, entry, shared.seed).enumerate() {
            let owner = network.host(host);
            let key = sender_key("traffic", entry.name.as_str(), &(number as u64).to_le_bytes());
            let is_ping = entry.is_ping();
            let source = shared.add_source(SourceInfo { key, traffic: Some(traffic), from: host, meant_for, is_ping });
            let source_address = entry.source.unwrap_or(owner.address);
            let addressing = Addressing { source: source_address, destination: address, ttl: TTL };
            let flow = Flow::new(entry, Seat { source, traffic, number: number as u32, host, addressing }, shared.seed);
            density = density.saturating_add(flow.density());
            partition.add_flow(owner.vpc, flow, network.rules.routers_visible);
        }
    }
    density
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
