//! Setting a simulation up: one sender per flow of a traffic entry, and which cells something reacts to. Moves nothing.

use super::super::flow::{Flow, Seat};
use super::super::random::Stream;
use super::super::shared::{MeantFor, SourceInfo};
use super::super::windows::{Edges, edges};
use super::Simulation;
use crate::dataplane::packet::SourceId;
use crate::model::plan::{Pattern, Plan, Receiver, Subject, Traffic};
use crate::model::{Direction, HostId, Name, PeeringId, TrafficId, VpcId};
use crate::units::SimTime;
use crate::wire::ipv4::Addressing;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use xxhash_rust::xxh3::xxh3_64;

impl Simulation {
    pub(super) fn add_traffic(&mut self, id: TrafficId, entry: &Traffic) {
        if let Pattern::Replay(replay) = &entry.pattern {
            for (number, flow) in replay.flows.iter().enumerate() {
                let meant_for = MeantFor::Frames(replay.clone(), number as u32);
                self.add_flow(id, entry, number as u32, flow.from, Ipv4Addr::UNSPECIFIED, meant_for);
            }
        }
        for (number, (host, receiver)) in flows(entry, self.shared.seed).enumerate() {
            let (address, meant_for) = match receiver {
                Receiver::Address(address) => (address, MeantFor::Anyone),
                Receiver::Host(to) => (self.network.host(to).address, MeantFor::Host(to)),
            };
            self.add_flow(id, entry, number as u32, host, address, meant_for);
        }
    }

    fn add_flow(
        &mut self,
        traffic: TrafficId,
        entry: &Traffic,
        number: u32,
        host: HostId,
        destination: Ipv4Addr,
        meant_for: MeantFor,
    ) {
        let is_ping = entry.is_ping();
        let key = sender_key("traffic", entry.name.as_str(), &u64::from(number).to_le_bytes());
        let source = self.add_source(SourceInfo { key, traffic: Some(traffic), from: host, meant_for, is_ping });
        let owner = self.network.host(host);
        let addressing = Addressing { source: entry.source.unwrap_or(owner.address), destination, ttl: entry.ttl.0 };
        let seat = Seat { source, traffic, number, host, addressing };
        let flow = Flow::new(entry, seat, self.shared.seed);
        let senders = &mut self.senders[traffic.index()];
        if senders.last() != Some(&owner.vpc) {
            senders.push(owner.vpc);
        }
        self.is_answered[owner.vpc.index()] |= flow.is_answered();
        self.cells[owner.vpc.index()].add_flow(flow);
    }

    pub(super) fn add_source(&mut self, info: SourceInfo) -> SourceId {
        assert!(self.shared.sources.len() < SourceId::MAX, "a run has at most {} senders", SourceId::MAX);
        self.shared.sources.push(info);
        SourceId(self.shared.sources.len() as u32 - 1)
    }

    /// Cells that send what somebody answers, and their peers, run in windows together; where routers are visible or
    /// programs sit on hosts, all do. A reply is answered by nobody, so that it goes no further. Whoever joined stays.
    pub(super) fn join_windows(&mut self) {
        let all = self.network.rules.routers_visible || !self.shared.endpoint_hosts.is_empty();
        for at in 0..self.cells.len() {
            if all || self.is_answered[at] {
                self.join(VpcId(at as u32));
            }
        }
        let count = self.network.peerings().len() as u32;
        (0..count).for_each(|id| self.join_ends(PeeringId(id)));
    }

    /// Has the ends of a peering run in windows together if one sends what somebody answers.
    pub(super) fn join_ends(&mut self, id: PeeringId) {
        let peering = self.network.peering(id);
        let ends = [peering.requester, peering.accepter];
        if ends.iter().any(|end| self.is_answered[end.index()]) {
            ends.into_iter().for_each(|end| self.join(end));
        }
        self.narrow_window(id);
    }

    fn join(&mut self, vpc: VpcId) {
        let cell = &mut self.cells[vpc.index()];
        if cell.is_alone() {
            cell.join_windows(self.now, self.network.rules.local_delay);
            self.joined += 1;
            self.alone.retain(|alone| *alone != vpc);
            let peerings: Vec<PeeringId> = self.network.peerings_of(vpc).map(|(id, _)| id).collect();
            peerings.into_iter().for_each(|id| self.narrow_window(id));
        }
    }

    /// Windows are no longer than a way between two cells that run in them.
    fn narrow_window(&mut self, id: PeeringId) {
        let peering = self.network.peering(id);
        let ends = [peering.requester, peering.accepter];
        if ends.iter().all(|end| !self.cells[end.index()].is_alone()) {
            self.window = self.window.min(peering.delay);
        }
    }
}

/// The flows of an entry by number, the seed choosing where it is to; none of a replay.
pub fn flows(entry: &Traffic, seed: u64) -> impl Iterator<Item = (HostId, Receiver)> {
    entry.flows(move |number, hosts| {
        Stream::new(seed, "receiver", entry.name.as_str(), number as u64).below(0, hosts as u64) as usize
    })
}

/// What per-packet decisions know a sender by: stable, whatever else is declared. Names hold no NUL.
pub(super) fn sender_key(kind: &str, name: &str, number: &[u8]) -> u64 {
    xxh3_64(&[kind.as_bytes(), b"\0", name.as_bytes(), b"\0", number].concat())
}

/// By traffic entry: the edges of the windows that are asked for. Over the whole run every book counts anyway.
pub(super) fn traffic_edges(plan: &Plan) -> Vec<Edges> {
    let mut windows = vec![Vec::new(); plan.traffic.len()];
    for expectation in plan.expectations.iter().filter(|e| !plan.is_whole(e.between)) {
        if let Subject::Traffic(id) = expectation.subject {
            windows[id.index()].push((expectation.between.from, expectation.between.until));
        }
    }
    windows.into_iter().map(|windows| edges(windows.into_iter())).collect()
}

/// The same of links: by the name a peering is made with, and the direction.
pub(super) fn link_edges(plan: &Plan) -> BTreeMap<(Name, Direction), Edges> {
    let mut windows: BTreeMap<(Name, Direction), Vec<(SimTime, SimTime)>> = BTreeMap::new();
    for expectation in plan.expectations.iter().filter(|e| !plan.is_whole(e.between)) {
        if let Subject::Link { peering, direction } = &expectation.subject {
            windows
                .entry((peering.clone(), *direction))
                .or_default()
                .push((expectation.between.from, expectation.between.until));
        }
    }
    windows.into_iter().map(|(link, windows)| (link, edges(windows.into_iter()))).collect()
}
