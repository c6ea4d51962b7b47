//! Alternates between one packet in each slot of a pace and silence. Slots are measured in sending time, which stands
//! still during silence.

use super::super::jitter::Jitter;
use super::super::slots::{Ahead, Slot, Slots};
use super::super::timing::{Predictable, Start, Timing};
use crate::model::plan::Pace;
use crate::units::{BitRate, SimDuration, SimTime};

/// Sending and silence in turn. Sending time is 0 at `first`.
#[derive(Debug, Clone)]
pub(in crate::engine::sending) struct OnOff {
    slots: Slots,
    first: SimTime,
    jitter: Jitter,
    /// In nanoseconds, like `off`; not 0.
    on: u64,
    off: u64,
}

impl OnOff {
    pub(in crate::engine::sending) fn new(
        pace: Pace,
        (on, off): (SimDuration, SimDuration),
        start: &Start<'_>,
    ) -> OnOff {
        OnOff {
            slots: Slots::new(pace, 0),
            first: start.first(),
            jitter: start.jitter(),
            on: on.as_nanos().max(1),
            off: off.as_nanos(),
        }
    }

    /// How much sending time has passed at `t`.
    fn sending_time(&self, t: u64) -> u64 {
        let since = t.saturating_sub(self.first.as_nanos());
        let (cycles, within) = (since / (self.on + self.off), since % (self.on + self.off));
        cycles.saturating_mul(self.on).saturating_add(within.min(self.on))
    }
}

impl Timing for OnOff {
    fn due(&mut self, sequence: u64, slot: Slot) -> u64 {
        let sending = self.slots.begin().saturating_add(self.jitter.of(sequence, slot.whole));
        let (cycles, within) = (sending / self.on, sending % self.on);
        self.first.as_nanos().saturating_add(cycles.saturating_mul(self.on + self.off)).saturating_add(within)
    }

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

impl Predictable for OnOff {
    fn first(&self) -> SimTime {
        self.first
    }

    fn count_before(&self, t: u64, ahead: Ahead) -> u64 {
        self.slots.count_before(self.sending_time(t), ahead, self.jitter)
    }

    fn skip(&mut self, slot: Slot, count: u64) {
        self.slots = self.slots.after(slot, count);
    }

    fn restart(&mut self) {
        self.slots = self.slots.restarted(0);
    }

    /// The rate without silences.
    fn rate_at(&self, _t: SimTime, slot: Slot, length: u16) -> (BitRate, SimTime) {
        (self.slots.rate(slot, length), SimTime::NEVER)
    }

    fn jitter(&self) -> Jitter {
        self.jitter
    }

    fn carried(&self) -> Option<u64> {
        None
    }
}
