//! One packet in each slot of a rate that changes in steps. A slot is measured in bits, not in time: so a packet is
//! never sent during silence, and a rising rate takes effect inside the slot.

use super::super::cursor::Cursor;
use super::super::jitter::Jitter;
use super::super::slots::{Ahead, Slot, count};
use super::super::timing::{Predictable, Start, Timing};
use crate::model::RateSeries;
use crate::units::{BitRate, NANOS_PER_SECOND, SimTime};
use std::sync::Arc;

/// Follows measured steps, or those of a daily curve.
#[derive(Debug, Clone)]
pub(in crate::engine::sending) struct Stepped {
    /// Points to where the slot of the next packet begins.
    cursor: Cursor,
    first: SimTime,
    jitter: Jitter,
}

impl Stepped {
    pub(in crate::engine::sending) fn new(series: Arc<RateSeries>, start: &Start<'_>) -> Stepped {
        Stepped { cursor: Cursor::new(series, start.first()), first: start.first(), jitter: start.jitter() }
    }
}

impl Timing for Stepped {
    fn due(&mut self, sequence: u64, slot: Slot) -> u64 {
        self.cursor.ahead(self.jitter.of(sequence, slot.whole))
    }

    fn pass(&mut self, slot: Slot) {
        self.cursor.pass(slot.whole);
    }

    fn density(&self, slot: Slot) -> u64 {
        let packets = u128::from(self.cursor.peak().as_bps()) * u128::from(NANOS_PER_SECOND);
        u64::try_from(packets / u128::from(slot.whole.max(1))).unwrap_or(u64::MAX)
    }
    fn predictable(&self) -> Option<&dyn Predictable> {
        Some(self)
    }

    fn predictable_mut(&mut self) -> Option<&mut dyn Predictable> {
        Some(self)
    }
}

impl Predictable for Stepped {
    fn first(&self) -> SimTime {
        self.first
    }

    fn count_before(&self, t: u64, Ahead { sequence, left, slot }: Ahead) -> u64 {
        let (room, span) = (self.cursor.until(t), u128::from(slot.whole));
        let begun = count(room, span).min(left);
        let Some(last) = begun.checked_sub(1) else { return 0 };
        let goes_at = u128::from(last) * span + u128::from(self.jitter.of(sequence + last, slot.whole));
        begun - u64::from(goes_at >= room)
    }

    fn skip(&mut self, slot: Slot, count: u64) {
        self.cursor.pass_many(slot.whole, count);
    }

    fn restart(&mut self) {
        self.cursor = self.cursor.restarted(self.first);
    }

    fn rate_at(&self, t: SimTime, _slot: Slot, _length: u16) -> (BitRate, SimTime) {
        self.cursor.rate_at(t)
    }

    fn jitter(&self) -> Jitter {
        self.jitter
    }

    fn carried(&self) -> Option<u64> {
        None
    }
}
