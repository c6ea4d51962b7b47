//! The options for *how* a run is computed, and the figures on how it was. Nothing here changes the results: reports,
//! samples and books are the same bytes for every choice.

use super::road::Road;
use crate::model::{PeeringId, TrafficId};
use crate::units::SimDuration;
use std::num::NonZeroUsize;

/// How a simulation is computed, and what it measures besides the books.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Keep a series per link.
    pub interval: Option<SimDuration>,
    /// Keep a series of this TCP connection, with the same interval.
    pub watch: Option<Which>,
    /// Whether stretches of traffic may be computed as a whole.
    pub mode: Mode,
    /// The number of threads that advance VPCs; the caller decides, since only it knows the machine. A build without
    /// the feature `threads` uses one.
    pub workers: NonZeroUsize,
}

impl Default for Options {
    /// Mode [`Mode::Runs`], one thread, no series.
    fn default() -> Options {
        Options { interval: None, watch: None, mode: Mode::Runs, workers: NonZeroUsize::MIN }
    }
}

/// One of the TCP connections of a traffic entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Which {
    /// The entry.
    pub traffic: TrafficId,
    /// From 0, first those that open first of each pair of hosts, then those that open next.
    pub number: u64,
}

/// Whether every packet is made and carried, or stretches of equal packets are computed at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Equal packets that are not watched pass as runs wherever that gives the same bytes.
    #[default]
    Runs,
    /// Every packet is made, headers included, and carried on its own.
    Packets,
}

/// How a simulation's packets were carried so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Packets by road, in the order of [`Road::ALL`].
    by_road: [u64; Road::COUNT],
    /// The most threads that carried VPCs at once.
    pub threads: usize,
    /// How many of all packets the busiest VPC carried: it limits the speed, whatever the number of threads.
    pub busiest: u64,
    /// Who waits for whom, if anybody does.
    pub meetings: Option<Meetings>,
}

/// VPCs that exchange packets to which something reacts: none may run ahead of another by more than the shortest delay
/// between two of them, so they meet that often while such packets are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meetings {
    /// How many VPCs.
    pub vpcs: usize,
    /// How often, in simulated time.
    pub every: SimDuration,
    /// The peering with that delay.
    pub over: PeeringId,
}

impl Effort {
    /// Packets that were carried on a road.
    pub fn of(&self, road: Road) -> u64 {
        self.by_road[road as usize]
    }

    /// Packets, however they were carried.
    pub fn packets(&self) -> u64 {
        self.by_road.iter().sum()
    }

    /// Adds `count` packets carried on a road.
    pub(super) fn add(&mut self, road: Road, count: u64) {
        self.by_road[road as usize] += count;
    }

    /// Adds the effort of one VPC.
    pub(super) fn merge(&mut self, other: Effort) {
        self.busiest = self.busiest.max(other.packets());
        Road::ALL.into_iter().for_each(|road| self.add(road, other.of(road)));
    }
}
