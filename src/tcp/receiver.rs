//! The receiving half of a connection: what arrived, in order and beyond gaps, and when that is acknowledged
//! (RFC 9293, 2018, 5681 §4.2). Keeps no payload, sends nothing.

use super::ahead::Ahead;
use super::segment::{BLOCKS, Blocks, Segment};
use super::{Arrived, Settings};
use crate::units::SimTime;
use std::collections::VecDeque;

/// The receiving half.
#[derive(Debug, Clone, PartialEq)]
pub struct Receiver {
    /// The next number expected.
    next: u64,
    /// What arrived beyond it, once something did.
    beyond: Option<Box<Beyond>>,
    /// When what is pending is acknowledged at the latest.
    due: SimTime,
    /// When the last segment was sent that came.
    pub(super) caused: SimTime,
    /// Bytes in order that no acknowledgment was sent for.
    pending: u32,
    /// The longest segment so far: more than that is acknowledged at once.
    pub(super) longest: u32,
    /// A mark came, and nothing yet that says that the window was reduced for it (RFC 3168 §6.1.3).
    is_marked: bool,
}

/// Ranges with gaps between them.
#[derive(Debug, Default, Clone, PartialEq)]
struct Beyond {
    /// In order.
    ranges: VecDeque<(u64, u64)>,
    /// A number in each of those that changed last, the latest first.
    latest: [u64; BLOCKS],
}

impl Receiver {
    /// A receiver that expects the other side's SYN.
    pub fn new() -> Receiver {
        Receiver {
            next: 0,
            beyond: None,
            due: SimTime::NEVER,
            caused: SimTime::ZERO,
            pending: 0,
            longest: 0,
            is_marked: false,
        }
    }

    /// The other side's SYN came, which was sent at `sent`.
    pub fn open(&mut self, sent: SimTime) {
        (self.next, self.caused) = (1, sent);
    }

    /// The next number expected.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// When an acknowledgment is due.
    pub fn next_wake(&self) -> SimTime {
        self.due
    }

    /// Whether acknowledgments tell of a mark.
    pub fn is_marked(&self) -> bool {
        self.is_marked
    }

    /// Takes a segment's data; whether it is acknowledged at once.
    pub fn take(&mut self, segment: &Segment, arrived: Arrived, settings: &Settings) -> bool {
        let (start, end) = (segment.sequence, segment.end());
        self.caused = arrived.sent;
        self.is_marked = arrived.is_marked || (self.is_marked && !segment.flags.cwr);
        if end <= self.next || start > self.next + u64::from(settings.window) {
            return true; // it was here before, or comes from outside of the window
        }
        if start > self.next {
            self.beyond.get_or_insert_default().keep(start, end, self.next);
            return true;
        }
        self.longest = self.longest.max(segment.length);
        let is_due = self.extend((end - self.next) as u32, arrived.now, settings);
        let had_gaps = self.beyond.as_mut().is_some_and(|beyond| beyond.join(&mut self.next));
        had_gaps || segment.flags.fin || is_due
    }

    /// So many numbers more arrived in order; whether that is acknowledged at once.
    #[inline]
    pub(super) fn extend(&mut self, length: u32, now: SimTime, settings: &Settings) -> bool {
        self.pending += length;
        self.next += u64::from(length);
        let is_due = self.pending > self.longest;
        if !is_due && self.due == SimTime::NEVER {
            self.due = now + settings.delayed_ack;
        }
        is_due
    }

    /// Whether something arrived beyond a gap.
    pub(super) fn has_gaps(&self) -> bool {
        self.beyond.as_ref().is_some_and(|beyond| !beyond.ranges.is_empty())
    }

    /// The ranges beyond the acknowledgment, those that changed last first.
    pub fn blocks(&self) -> Blocks {
        match &self.beyond {
            Some(beyond) if self.has_gaps() => Blocks::new(self.next, beyond.latest()),
            _ => Blocks::default(),
        }
    }

    /// Whether it is as `before` was, only so far ahead.
    pub(super) fn recurs(&self, before: &Receiver, by: Ahead) -> bool {
        let (mut then, mut now) = (before.clone(), self.clone());
        then.go_ahead(by);
        [&mut then, &mut now].into_iter().for_each(Receiver::forget);
        then == now
    }

    /// Everything moves that it has to do with.
    pub(super) fn go_ahead(&mut self, by: Ahead) {
        self.next += by.bytes;
        (self.due, self.caused) = (by.later(self.due), by.later(self.caused));
        if let Some(Beyond { ranges, latest }) = self.beyond.as_deref_mut() {
            ranges.iter_mut().for_each(|range| *range = (range.0 + by.bytes, range.1 + by.bytes));
            latest.iter_mut().filter(|number| **number > 0).for_each(|number| *number += by.bytes);
        }
    }

    /// Forgets what no longer counts.
    fn forget(&mut self) {
        let next = self.next;
        self.beyond = self.beyond.take().filter(|beyond| !beyond.ranges.is_empty());
        let latest = self.beyond.iter_mut().flat_map(|beyond| &mut beyond.latest);
        latest.filter(|number| **number <= next).for_each(|number| *number = 0);
    }

    /// An acknowledgment is sent; answers when the segment that caused it was sent.
    pub fn acknowledge(&mut self) -> SimTime {
        (self.pending, self.due) = (0, SimTime::NEVER);
        self.caused
    }
}

impl Beyond {
    /// Keeps what arrived beyond a gap behind `next`.
    fn keep(&mut self, start: u64, end: u64, next: u64) {
        let first = self.ranges.partition_point(|range| range.1 < start);
        let after = self.ranges.partition_point(|range| range.0 <= end);
        let joined = self.ranges.range(first..after).fold((start, end), |a, b| (a.0.min(b.0), a.1.max(b.1)));
        if first == after {
            self.ranges.insert(first, joined);
        } else {
            self.ranges[first] = joined;
            self.ranges.drain(first + 1..after);
        }
        // Other numbers of the same range are told with it.
        let mut latest = [0; BLOCKS];
        let others = self.latest.into_iter().filter(|n| !(joined.0..joined.1).contains(n) && *n > next);
        latest.iter_mut().zip([start].into_iter().chain(others)).for_each(|(place, number)| *place = number);
        self.latest = latest;
    }

    /// Moves `next` over what adjoins it; whether there was anything.
    fn join(&mut self, next: &mut u64) -> bool {
        let had_gaps = !self.ranges.is_empty();
        while let Some(&(_, end)) = self.ranges.front().filter(|(start, _)| *start <= *next) {
            self.ranges.pop_front();
            *next = end.max(*next);
        }
        had_gaps
    }

    fn latest(&self) -> impl Iterator<Item = (u64, u64)> {
        self.latest.iter().filter_map(|number| {
            let at = self.ranges.partition_point(|range| range.1 <= *number);
            self.ranges.get(at).copied().filter(|range| range.0 <= *number)
        })
    }
}
