//! One packet in each slot of a pace.

use super::super::jitter::Jitter;
use super::super::slots::{Ahead, Slot, Slots};
use super::super::timing::{Predictable, Start, Timing};
use crate::model::plan::Pace;
use crate::units::{BitRate, SimDuration, SimTime};

/// One packet in each slot.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::sending) struct Constant {
    slots: Slots,
    first: SimTime,
    jitter: Jitter,
}

impl Constant {
    pub(in crate::engine::sending) fn new(pace: Pace, start: &Start<'_>) -> Constant {
        Constant::from(pace, start.first(), start.jitter())
    }

    /// The same, `by` later.
    pub(in crate::engine::sending) fn delayed(&self, by: SimDuration) -> Constant {
        Constant { slots: self.slots.delayed(by.as_nanos()), first: self.first + by, jitter: self.jitter }
    }

    /// The first slot begins at `first`.
    pub(in crate::engine::sending) fn from(pace: Pace, first: SimTime, jitter: Jitter) -> Constant {
        Constant { slots: Slots::new(pace, first.as_nanos()), first, jitter }
    }
}

impl Timing for Constant {
    #[inline]
    fn due(&mut self, sequence: u64, slot: Slot) -> u64 {
        self.slots.begin().saturating_add(self.jitter.of(sequence, slot.whole))
    }

    #[inline]
    fn pass(&mut self, slot: Slot) {
        self.slots.pass(slot);
    }

    fn density(&self, slot: Slot) -> u64 {
        self.slots.density(slot)
    }
    fn predictable(&self) -> Option<&dyn Predictable> {
        Some(self)
    }

    fn predictable_mut(&mut self) -> Option<&mut dyn Predictable> {
        Some(self)
    }
}

impl Predictable for Constant {
    fn first(&self) -> SimTime {
        self.first
    }

    fn count_before(&self, t: u64, ahead: Ahead) -> u64 {
        self.slots.count_before(t, ahead, self.jitter)
    }

    fn skip(&mut self, slot: Slot, count: u64) {
        self.slots = self.slots.after(slot, count);
    }

    fn restart(&mut self) {
        self.slots = self.slots.restarted(self.first.as_nanos());
    }

    fn rate_at(&self, _t: SimTime, slot: Slot, length: u16) -> (BitRate, SimTime) {
        (self.slots.rate(slot, length), SimTime::NEVER)
    }

    fn jitter(&self) -> Jitter {
        self.jitter
    }

    fn carried(&self) -> Option<u64> {
        self.jitter.is_none().then_some(self.slots.rest())
    }
}
