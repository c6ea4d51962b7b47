//! Exponential gaps in front of the packets, the pace's own in the mean. Each instant follows from the one before, so
//! that packets are drawn one by one.

use super::super::random::Stream;
use super::slots::{Slot, divisor};
use super::timing::{Start, Timing};
use crate::model::plan::Pace;
use crate::units::NANOS_PER_SECOND;

/// A packet's mean gap is its slot.
#[derive(Debug, Clone)]
pub(super) struct Poisson {
    /// When the packet it stands at goes.
    due: u64,
    /// Of slots.
    divisor: u64,
    gaps: Stream,
}

impl Poisson {
    pub(super) fn new(pace: Pace, start: &Start<'_>) -> Poisson {
        Poisson { due: start.first().as_nanos(), divisor: divisor(pace), gaps: start.stream("gap") }
    }
}

impl Timing for Poisson {
    fn due(&mut self, sequence: u64, slot: Slot) -> u64 {
        let gap = self.gaps.exponential(sequence, (slot.span(self.divisor), self.divisor));
        self.due = self.due.saturating_add(gap);
        self.due
    }

    fn pass(&mut self, _slot: Slot) {}

    fn density(&self, slot: Slot) -> u64 {
        NANOS_PER_SECOND.saturating_mul(self.divisor) / slot.span(self.divisor).max(1)
    }
}
