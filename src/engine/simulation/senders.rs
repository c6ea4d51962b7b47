//! Setting a simulation up: one sender per traffic entry and source host, and which cells something reacts to. Moves nothing.

use super::super::flow::{Flow, Seat};
use super::super::random::Stream;
use super::super::shared::{MeantFor, SourceInfo};
use super::Simulation;
use crate::dataplane::packet::SourceId;
use crate::model::plan::{Destination, Pattern, Plan, Subject, Traffic};
use crate::model::{HostId, Name, TrafficId};
use crate::units::SimTime;
use crate::wire::ipv4::Addressing;
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
        for (number, &host) in entry.from.iter().enumerate() {
            let (address, meant_for) = self.destination(entry, number, host);
            self.add_flow(id, entry, number as u32, host, address, meant_for);
        }
    }

    fn destination(&self, entry: &Traffic, number: usize, from: HostId) -> (Ipv4Addr, MeantFor) {
        let chosen = match &entry.to {
            Destination::Address(address) => return (*address, MeantFor::Anyone),
            Destination::Hosts(hosts) => hosts[number % hosts.len()],
            Destination::AnyOf(hosts) => {
                let others: Vec<HostId> = hosts.iter().copied().filter(|h| *h != from).collect();
                let hosts = if others.is_empty() { hosts } else { &others };
                let mut stream = Stream::new(self.shared.seed, "receiver", entry.name.as_str(), number as u64);
                hosts[stream.below(hosts.len() as u64) as usize]
            }
        };
        (self.network.host(chosen).address, MeantFor::Host(chosen))
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
        let is_ping = matches!(entry.pattern, Pattern::Ping { .. });
        let key = sender_key("traffic", entry.name.as_str(), &u64::from(number).to_le_bytes());
        let source = self.add_source(SourceInfo { key, traffic: Some(traffic), from: host, meant_for, is_ping });
        let owner = self.network.host(host);
        let addressing = Addressing { source: entry.source.unwrap_or(owner.address), destination, ttl: entry.ttl.0 };
        let seat = Seat { source, traffic, number, host, addressing };
        self.reactive[owner.vpc.index()] |= is_ping || matches!(entry.pattern, Pattern::Replay(_));
        self.cells[owner.vpc.index()].add_flow(Flow::new(entry, seat, self.shared.seed));
    }

    pub(super) fn add_source(&mut self, info: SourceInfo) -> SourceId {
        assert!(self.shared.sources.len() < SourceId::MAX, "a run has at most {} senders", SourceId::MAX);
        self.shared.sources.push(info);
        SourceId(self.shared.sources.len() as u32 - 1)
    }

    /// What one VPC's packets set off, its peers may send on: being reactive spreads over peerings, whatever their state is now.
    pub(super) fn spread_reactive(&mut self) {
        if self.network.rules.routers_visible || !self.shared.endpoint_hosts.is_empty() {
            self.reactive.fill(true);
            return;
        }
        loop {
            let before = self.reactive.iter().filter(|r| **r).count();
            for (_, peering) in self.network.peerings() {
                let (a, b) = (peering.requester.index(), peering.accepter.index());
                let either = self.reactive[a] || self.reactive[b];
                (self.reactive[a], self.reactive[b]) = (either, either);
            }
            if before == self.reactive.iter().filter(|r| **r).count() {
                return;
            }
        }
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

pub(super) fn link_windows(plan: &Plan) -> Vec<(Name, bool, (SimTime, SimTime))> {
    let mut windows = Vec::new();
    for expectation in &plan.expectations {
        let Subject::Link { peering, from_requester } = &expectation.subject else { continue };
        let window = (peering.clone(), *from_requester, expectation.between);
        if !windows.contains(&window) {
            windows.push(window);
        }
    }
    windows
}
