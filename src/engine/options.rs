//! What a run may choose about *how* it is computed, and what it tells about that afterwards. Nothing here changes what
//! comes out: reports, samples and books are the same bytes for every choice.

use super::road::Road;
use crate::units::SimDuration;
use std::num::NonZeroUsize;

/// How a simulation is computed, and what it measures beside the books.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Keep a series per link.
    pub interval: Option<SimDuration>,
    /// Whether stretches of traffic may be computed as a whole.
    pub mode: Mode,
    /// How many threads carry VPCs forward; the caller decides, since only it knows the machine. A
    /// build without the feature `threads` has one.
    pub workers: NonZeroUsize,
}

impl Default for Options {
    /// Runs, on one thread, no series.
    fn default() -> Options {
        Options { interval: None, mode: Mode::Runs, workers: NonZeroUsize::MIN }
    }
}

/// Whether every packet is made and carried, or stretches of equal packets at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Equal packets that nobody looks at pass as runs wherever that gives the same bytes.
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
    /// How many of all packets the busiest VPC carried: no number of threads is faster than it.
    pub busiest: u64,
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

    /// So many more were carried on a road.
    pub(super) fn add(&mut self, road: Road, count: u64) {
        self.by_road[road as usize] += count;
    }

    /// Adds one VPC's.
    pub(super) fn merge(&mut self, other: Effort) {
        self.busiest = self.busiest.max(other.packets());
        Road::ALL.into_iter().for_each(|road| self.add(road, other.of(road)));
    }
}
