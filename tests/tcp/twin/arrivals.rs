//! The receiving half of a twin: a list of the ranges that came, in the order in which they came, and when an
//! acknowledgment is due (RFC 9293, 2018, 5681 §4.2). Sends nothing.

use super::machine::{Nanos, Settings};
use vpcsim::tcp::segment::{BLOCKS, Blocks, Segment};

/// The receiving half.
#[derive(Debug, Default)]
pub struct Arrivals {
    /// Everything that was taken, each range once for each time that it came.
    came: Vec<(u64, u64)>,
    /// Numbers of those ranges that acknowledgments tell, the latest first. A range that fell off the end of this list
    /// is not told again before something joins it, even when there is room: so does Linux.
    told: Vec<u64>,
    /// When an acknowledgment is due.
    pub due: Option<Nanos>,
    /// When the last segment was sent that came.
    pub caused: Nanos,
    /// Bytes in order since the last acknowledgment, and the longest segment so far.
    pending: u64,
    longest: u32,
    /// Whether acknowledgments tell of a mark (RFC 3168 §6.1.3).
    pub marked: bool,
}

impl Arrivals {
    /// The other side's SYN came.
    pub fn open(&mut self, sent: Nanos) {
        self.came.push((0, 1));
        self.caused = sent;
    }

    /// The range that `start..end` is a part of when everything is joined that touches.
    fn joined(&self, (mut start, mut end): (u64, u64)) -> (u64, u64) {
        loop {
            let before = (start, end);
            for (from, to) in &self.came {
                if *from <= end && start <= *to {
                    (start, end) = (start.min(*from), end.max(*to));
                }
            }
            if (start, end) == before {
                return before;
            }
        }
    }

    /// The next number expected.
    pub fn next(&self) -> u64 {
        if self.came.is_empty() { 0 } else { self.joined((0, 0)).1 }
    }

    fn has_gaps(&self) -> bool {
        let next = self.next();
        self.came.iter().any(|range| range.1 > next)
    }

    /// Takes a segment that has a length; whether it is acknowledged at once.
    pub fn take(&mut self, segment: &Segment, (now, sent): (Nanos, Nanos), marked: bool, settings: &Settings) -> bool {
        self.caused = sent;
        if segment.flags.cwr {
            self.marked = false;
        }
        self.marked |= marked;
        let (start, end, next) = (segment.sequence, segment.end(), self.next());
        if end <= next || start > next + u64::from(settings.window) {
            return true;
        }
        let had_gaps = self.has_gaps();
        self.came.push((start, end));
        if start > next {
            self.tell(start);
            return true;
        }
        self.longest = self.longest.max(segment.length);
        self.pending += end - next;
        // A second segment, a gap that becomes smaller, and the end are acknowledged at once.
        let at_once = self.pending > u64::from(self.longest) || had_gaps || segment.flags.fin;
        if !at_once && self.due.is_none() {
            self.due = Some(now + settings.delayed_ack.as_nanos());
        }
        at_once
    }

    /// The range with the number `at` is told first from now on.
    fn tell(&mut self, at: u64) {
        let (next, whole) = (self.next(), self.joined((at, at)));
        self.told.retain(|number| *number > next && !(whole.0 <= *number && *number < whole.1));
        self.told.insert(0, at);
        self.told.truncate(BLOCKS);
    }

    /// What an acknowledgment tells beyond what is in order.
    pub fn blocks(&self) -> Blocks {
        let next = self.next();
        Blocks::new(next, self.told.iter().filter(|at| **at > next).map(|at| self.joined((*at, *at))))
    }

    /// An acknowledgment is sent.
    pub fn acknowledged(&mut self) {
        (self.pending, self.due) = (0, None);
    }
}
