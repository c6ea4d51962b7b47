//! Reading a simulation many times while it goes: how far each traffic entry got, what VPCs dropped, how long queues
//! were, what connections are like. Only sums that are there anyway: no packet is looked at, and no distribution.

use super::super::books::{Counts, TrafficCounts};
use super::super::cell::Watched;
use super::super::drops::Drops;
use super::Simulation;
use crate::model::{LinkId, TrafficId, VpcId};
use crate::units::ByteSize;
use std::collections::BTreeMap;

/// How far a traffic entry got.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Emitted.
    pub sent: Counts,
    /// Accepted by the host they were meant for.
    pub delivered: Counts,
    /// Dropped.
    pub drops: Drops,
    /// Echo replies that came back, and those that were dropped.
    pub answered: u64,
    pub reply_drops: Drops,
    /// Of TCP: payload bytes taken in order for the first time, segments sent again, timeouts.
    pub payload: u64,
    pub retransmissions: u64,
    pub timeouts: u64,
}

impl Progress {
    fn add(&mut self, counts: &TrafficCounts) {
        self.sent.add(counts.sent);
        self.delivered.add(counts.delivered);
        self.drops.merge(&counts.drops);
        self.answered += counts.ping.answered;
        self.reply_drops.merge(&counts.ping.drops);
        self.payload += counts.tcp.payload;
        self.retransmissions += counts.tcp.retransmissions;
        self.timeouts += counts.tcp.timeouts;
    }
}

impl Simulation {
    /// How far each traffic entry got, by entry.
    pub fn progress(&self) -> Vec<Progress> {
        let mut all = vec![Progress::default(); self.shared.edges.len()];
        for (id, book) in self.partition.cells.iter().flat_map(|cell| cell.contents.booking.traffic.each()) {
            all[id.index()].add(&book.whole);
        }
        all
    }

    /// What the routers of each VPC dropped, by VPC.
    pub fn router_drops(&self) -> Vec<Drops> {
        let mut all = vec![Drops::default(); self.partition.cells.len()];
        for (vpc, cell) in self.partition.cells.iter().enumerate() {
            all[vpc].add_sites(&cell.contents.booking.vpc.drops);
            for lane in &cell.contents.lanes {
                let far: VpcId = lane.link.far;
                all[far.index()].add_sites(&lane.booking.book.far.drops);
            }
        }
        all
    }

    /// The most bytes that waited at a link's bucket so far, or since [`Simulation::watch_queues`].
    pub fn watched_queue(&self, link: LinkId) -> ByteSize {
        self.lane(link).link.longest_queue()
    }

    /// Has [`Simulation::watched_queue`] of every link tell of the time from now on, beginning with what waits. The
    /// books keep the longest of all.
    pub fn watch_queues(&mut self) {
        let now = self.now;
        let lanes = self.partition.cells.iter_mut().flat_map(|cell| &mut cell.contents.lanes);
        lanes.for_each(|lane| lane.link.watch_queue(now));
    }

    /// Of each entry with open connections, the first of them: its number, from 0, and what it is like now.
    pub fn first_open(&self) -> BTreeMap<TrafficId, (u64, Watched)> {
        let mut first: BTreeMap<TrafficId, (u64, Watched)> = BTreeMap::new();
        for (entry, number, seen) in self.connections().flat_map(|all| all.seen_at(self.now)) {
            let known = first.entry(entry).or_insert((number, seen));
            if number < known.0 {
                *known = (number, seen);
            }
        }
        first
    }
}
