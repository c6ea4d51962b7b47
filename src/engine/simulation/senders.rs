//! Setting a simulation up: one sender per traffic entry and source host, and which cells something reacts to. Moves nothing.

use super::super::flow::{Flow, Seat};
use super::super::random::Stream;
use super::super::shared::{MeantFor, SourceInfo};
use super::Simulation;
use crate::dataplane::packet::SourceId;
use crate::model::plan::{Destination, Pattern, Plan, Subject, Traffic};
use crate::model::{HostId, Name, PeeringId, TrafficId, VpcId};
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
        let receivers = Receivers::new(entry);
        for (number, &host) in entry.from.iter().enumerate() {
            let (address, meant_for) = match (&entry.to, receivers.of(self.shared.seed, entry, number, host)) {
                (Destination::Address(address), _) => (*address, MeantFor::Anyone),
                (_, chosen) => (self.network.host(chosen).address, MeantFor::Host(chosen)),
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

    /// Cells that send what somebody answers, and their peers, run in windows together; where routers are visible or programs sit on
    /// hosts, all do. A reply is answered by nobody, so that it goes no further. Whoever joined stays.
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
            cell.join_windows(self.now);
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

/// Who receives what an entry's flows send.
struct Receivers<'a> {
    hosts: &'a [HostId],
    /// Where each host stands among them, in order of hosts; empty unless the seed chooses.
    places: Vec<(HostId, usize)>,
}

impl<'a> Receivers<'a> {
    fn new(entry: &'a Traffic) -> Receivers<'a> {
        let (hosts, chosen): (&[HostId], bool) = match &entry.to {
            Destination::Address(_) => (&[], false),
            Destination::Hosts(hosts) => (hosts, false),
            Destination::AnyOf(hosts) => (hosts, true),
        };
        let mut places: Vec<(HostId, usize)> =
            if chosen { hosts.iter().copied().zip(0..).collect() } else { Vec::new() };
        places.sort_unstable();
        Receivers { hosts, places }
    }

    /// The receiver of flow `number` from host `from`; chosen by the seed, never itself if there is another.
    fn of(&self, seed: u64, entry: &Traffic, number: usize, from: HostId) -> HostId {
        if self.hosts.is_empty() {
            return from;
        }
        if self.places.is_empty() {
            return self.hosts[number % self.hosts.len()];
        }
        let own = self.places.partition_point(|(host, _)| *host < from);
        let own: Vec<usize> =
            self.places[own..].iter().take_while(|(host, _)| *host == from).map(|(_, at)| *at).collect();
        let others = self.hosts.len() - own.len();
        let stream = Stream::new(seed, "receiver", entry.name.as_str(), number as u64);
        if others == 0 {
            return self.hosts[stream.below(0, self.hosts.len() as u64) as usize];
        }
        // The n-th of the others: every own place at or before it moves it one further.
        let mut at = stream.below(0, others as u64) as usize;
        for own in own {
            at += usize::from(own <= at);
        }
        self.hosts[at]
    }
}

/// What per-packet decisions know a sender by: stable, whatever else is declared. Names hold no NUL.
pub(super) fn sender_key(kind: &str, name: &str, number: &[u8]) -> u64 {
    xxh3_64(&[kind.as_bytes(), b"\0", name.as_bytes(), b"\0", number].concat())
}

pub(super) fn traffic_windows(plan: &Plan) -> Vec<Vec<(SimTime, SimTime)>> {
    let mut windows = vec![Vec::new(); plan.traffic.len()];
    for expectation in &plan.expectations {
        if let Subject::Traffic(id) = expectation.subject
            && !windows[id.index()].contains(&expectation.between)
        {
            windows[id.index()].push(expectation.between);
        }
    }
    windows
}

/// By the name a peering is made with and direction.
pub(super) fn link_windows(plan: &Plan) -> BTreeMap<(Name, bool), Vec<(SimTime, SimTime)>> {
    let mut windows: BTreeMap<(Name, bool), Vec<(SimTime, SimTime)>> = BTreeMap::new();
    for expectation in &plan.expectations {
        let Subject::Link { peering, from_requester } = &expectation.subject else { continue };
        let windows = windows.entry((peering.clone(), *from_requester)).or_default();
        if !windows.contains(&expectation.between) {
            windows.push(expectation.between);
        }
    }
    windows
}
