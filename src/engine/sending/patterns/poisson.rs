//! Exponential gaps before the packets, with the pace's gap as their mean. Each instant depends on the previous one, so
//! packets are drawn one by one.

use super::super::super::random::Stream;
use super::super::slots::{Slot, divisor};
use super::super::timing::{Start, Timing};
use crate::model::plan::Pace;
use crate::units::NANOS_PER_SECOND;

/// A packet's mean gap is its slot.
#[derive(Debug, Clone)]
pub(in crate::engine::sending) struct Poisson {
    /// When the packet that is due is sent.
    due: u64,
    /// The divisor of slots.
    divisor: u64,
    gaps: Stream,
}

impl Poisson {
    pub(in crate::engine::sending) fn new(pace: Pace, start: &Start<'_>) -> Poisson {
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
        let packets =
            u128::from(NANOS_PER_SECOND) * u128::from(self.divisor) / u128::from(slot.span(self.divisor).max(1));
        u64::try_from(packets).unwrap_or(u64::MAX)
    }
}
