//! Wake-ups of senders, programs and connections, in order. Wakes nobody: `dispatch.rs` does.

use crate::dataplane::packet::SourceId;
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// Who wakes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waker {
    /// A sender of the plan, by its index.
    Flow(u32),
    /// A program on a host, by its index.
    Endpoint(u32),
    /// An end of connections, by its index: it opens one.
    End(u32),
    /// A connection, by its place.
    Connection(u32),
    /// Whoever injected a packet.
    Outside,
}

/// A wake-up in the order of wake-ups: by time, then by sender in declaration order. One number, since it is compared
/// often: 64 bits of time, 32 of the sender, 32 of the waker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wake(u128);

impl Wake {
    const OUTSIDE: u32 = u32::MAX;
    /// Indices of programs, of ends and of connections have these bits; those of senders, at most twice
    /// [`SourceId::MAX`], do not.
    const ENDPOINT: u32 = 1 << 31;
    const END: u32 = 1 << 30;
    const CONNECTION: u32 = 1 << 29;

    fn new(time: SimTime, SourceId(source): SourceId, waker: Waker) -> Wake {
        let waker = match waker {
            Waker::Flow(index) => index,
            Waker::Endpoint(index) => index | Wake::ENDPOINT,
            Waker::End(index) => index | Wake::END,
            Waker::Connection(index) => index | Wake::CONNECTION,
            Waker::Outside => Wake::OUTSIDE,
        };
        Wake(u128::from(time.as_nanos()) << 64 | u128::from(source) << 32 | u128::from(waker))
    }

    fn time(self) -> SimTime {
        SimTime::from_nanos((self.0 >> 64) as u64)
    }

    fn source(self) -> SourceId {
        SourceId((self.0 >> 32) as u32)
    }

    fn waker(self) -> Waker {
        match self.0 as u32 {
            Wake::OUTSIDE => Waker::Outside,
            index if index & Wake::ENDPOINT > 0 => Waker::Endpoint(index & !Wake::ENDPOINT),
            index if index & Wake::END > 0 => Waker::End(index & !Wake::END),
            index if index & Wake::CONNECTION > 0 => Waker::Connection(index & !Wake::CONNECTION),
            index => Waker::Flow(index),
        }
    }

    /// The same sender's wake-up at another time.
    fn at(self, time: SimTime) -> Wake {
        Wake(u128::from(time.as_nanos()) << 64 | u128::from(self.0 as u64))
    }
}

/// The wake-ups of a cell.
#[derive(Default)]
pub(super) struct Wakes(BinaryHeap<Reverse<Wake>>);

impl Wakes {
    /// Schedules a wake-up at `time`.
    #[inline]
    pub(super) fn schedule(&mut self, time: SimTime, source: SourceId, waker: Waker) {
        if time < SimTime::NEVER {
            self.0.push(Reverse(Wake::new(time, source, waker)));
        }
    }

    /// Forgets those of connections.
    pub(super) fn forget_connections(&mut self) {
        self.0.retain(|Reverse(wake)| !matches!(wake.waker(), Waker::Connection(_)));
    }

    /// When the next one is due.
    #[inline]
    pub(super) fn next(&self) -> SimTime {
        self.0.peek().map_or(SimTime::NEVER, |Reverse(wake)| wake.time())
    }

    /// Takes the next one; that of a sender of the plan stays until [`Wakes::reschedule_first`].
    pub(super) fn take(&mut self) -> Option<(SourceId, Waker)> {
        let first = self.0.peek_mut()?;
        let (source, waker) = (first.0.source(), first.0.waker());
        if !matches!(waker, Waker::Flow(_)) {
            PeekMut::pop(first);
        }
        Some((source, waker))
    }

    /// Replaces the earliest wake-up with the same sender's next one: cheaper than removing and inserting.
    pub(super) fn reschedule_first(&mut self, next: SimTime) {
        let Some(mut first) = self.0.peek_mut() else { return };
        if next < SimTime::NEVER {
            first.0 = first.0.at(next);
        } else {
            PeekMut::pop(first);
        }
    }
}
