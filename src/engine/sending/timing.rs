//! The interface of a pattern, and its starting values. Knows no pattern (those are in `patterns/`) and no packets.

use super::super::random::Stream;
use super::jitter::Jitter;
use super::slots::{Ahead, Slot};
use crate::model::plan::Traffic;
use crate::units::{BitRate, NANOS_PER_SECOND, SimTime};

/// The starting values of a flow's schedule.
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

    /// Where in a slot of `span` nanoseconds a sender keeps to: at its beginning if the entry sets a phase, else
    /// anywhere.
    pub(super) fn place_in(&self, span: u64) -> u64 {
        if self.entry.phase.is_some() { 0 } else { self.stream("place").below(0, span) }
    }

    /// Packets are sent anywhere in their slots, unless the entry sets a phase.
    pub(super) fn jitter(&self) -> Jitter {
        match self.entry.phase {
            Some(_) => Jitter::NONE,
            None => Jitter::drawn_from(self.stream("place")),
        }
    }
}

/// When the packets of one flow are sent, in nanoseconds. A schedule's position is the packet that is due; the [`Slot`]
/// of a packet depends on its size.
pub(super) trait Timing {
    /// When the packet that is due, number `sequence`, is sent; `u64::MAX` if never. Called once for each packet, in
    /// order.
    fn due(&mut self, sequence: u64, slot: Slot) -> u64;

    /// Moves on past the packet that is due.
    fn pass(&mut self, slot: Slot);

    /// Packets per second, approximately, if all have this slot: at its densest, without silences.
    fn density(&self, slot: Slot) -> u64;

    /// About how many packets are sent in the time span, the first of them, number `sequence`, at its beginning.
    fn about(&self, _sequence: u64, slot: Slot, (from, until): (SimTime, SimTime)) -> u64 {
        let span = u128::from(until.since(from).as_nanos());
        let packets = u128::from(self.density(slot)) * span / u128::from(NANOS_PER_SECOND);
        u64::try_from(packets).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// The schedule itself, if it is predictable.
    fn predictable(&self) -> Option<&dyn Predictable> {
        None
    }

    /// [`Timing::predictable`], mutable.
    fn predictable_mut(&mut self) -> Option<&mut dyn Predictable> {
        None
    }
}

/// A schedule that is known in advance: any number of equal packets can be counted and skipped at once.
pub(super) trait Predictable: Timing {
    /// When the first slot of all begins.
    fn first(&self) -> SimTime;

    /// How many of the packets ahead are sent before `t`, in nanoseconds.
    fn count_before(&self, t: u64, ahead: Ahead) -> u64;

    /// Moves on past `count` packets.
    fn skip(&mut self, slot: Slot, count: u64);

    /// Goes back to the first packet of all.
    fn restart(&mut self);

    /// The highest rate of packets of `length` bytes at `t`, in bits per second rounded up, and until when that holds,
    /// regardless of the schedule's position.
    fn rate_at(&self, t: SimTime, slot: Slot, length: u16) -> (BitRate, SimTime);

    /// Where in their slots packets are sent.
    fn jitter(&self) -> Jitter;

    /// The remainder carried to the next packet, if equal packets are evenly spaced: two schedules that are due at the
    /// same instant with the same remainder continue equally.
    fn carried(&self) -> Option<u64>;
}
