//! What a pattern has to say, and what it begins with. Knows no pattern (those are in `patterns/`) and no packets.

use super::super::random::Stream;
use super::jitter::Jitter;
use super::slots::{Ahead, Slot};
use crate::model::plan::Traffic;
use crate::units::{BitRate, NANOS_PER_SECOND, SimTime};

/// What the schedule of one flow begins with.
pub(super) struct Start<'a> {
    pub entry: &'a Traffic,
    /// The flow's number in its entry.
    pub number: u32,
    pub seed: u64,
}

impl Start<'_> {
    /// When the first slot begins.
    pub(super) fn first(&self) -> SimTime {
        self.entry.start + self.entry.phase.unwrap_or_default()
    }

    /// The flow's random numbers for one purpose.
    pub(super) fn stream(&self, purpose: &str) -> Stream {
        Stream::new(self.seed, purpose, self.entry.name.as_str(), u64::from(self.number))
    }

    /// Packets go anywhere in their slots, unless the entry sets a phase.
    pub(super) fn jitter(&self) -> Jitter {
        match self.entry.phase {
            Some(_) => Jitter::NONE,
            None => Jitter::drawn_from(self.stream("place")),
        }
    }
}

/// When the packets of one flow go, in nanoseconds. A schedule stands at the packet that is due; what a packet has for
/// itself there, its [`Slot`], depends on its size.
pub(super) trait Timing {
    /// When the packet it stands at goes, which is number `sequence`; `u64::MAX` if never. Asked once for each packet,
    /// in order.
    fn due(&mut self, sequence: u64, slot: Slot) -> u64;

    /// Moves on past the packet it stands at.
    fn pass(&mut self, slot: Slot);

    /// Packets a second, about, if all have this slot: at its densest, without silences.
    fn density(&self, slot: Slot) -> u64;

    /// About how many packets go in the span of time, the first of them, number `sequence`, at its beginning.
    fn about(&self, _sequence: u64, slot: Slot, (from, until): (SimTime, SimTime)) -> u64 {
        let span = u128::from(until.since(from).as_nanos());
        let packets = u128::from(self.density(slot)) * span / u128::from(NANOS_PER_SECOND);
        u64::try_from(packets).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Itself, if it can say its future.
    fn predictable(&self) -> Option<&dyn Predictable> {
        None
    }

    /// The same, to move it.
    fn predictable_mut(&mut self) -> Option<&mut dyn Predictable> {
        None
    }
}

/// A schedule that can say its future: any number of equal packets can be counted and passed over at once.
pub(super) trait Predictable: Timing {
    /// When the first slot of all begins.
    fn first(&self) -> SimTime;

    /// How many of the packets ahead go before `t`, in nanoseconds.
    fn count_before(&self, t: u64, ahead: Ahead) -> u64;

    /// Moves on past `count` packets.
    fn skip(&mut self, slot: Slot, count: u64);

    /// Goes back to the first packet of all.
    fn restart(&mut self);

    /// The rate of packets of `length` bytes at `t` at most, in bits per second rounded up, and until when that holds,
    /// wherever the schedule stands.
    fn rate_at(&self, t: SimTime, slot: Slot, length: u16) -> (BitRate, SimTime);

    /// Where in their slots packets go.
    fn jitter(&self) -> Jitter;

    /// What it carries to the next packet besides its instant, if equal packets are evenly spaced: two that are due at
    /// one instant and carry the same go on alike.
    fn carried(&self) -> Option<u64>;
}
