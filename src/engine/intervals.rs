//! The interval series of a link (`--interval`): packets offered, carried and dropped, the longest queue, the tokens
//! left. Not the 5-minute samples of a bill.

use crate::dataplane::link::Link;
use crate::units::{ByteSize, SimDuration, SimTime};

/// One interval of one link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Row {
    /// Packets that reached the shaper.
    pub offered: u64,
    /// Their bytes.
    pub offered_bytes: u64,
    /// Packets that left the far end.
    pub carried: u64,
    /// Their bytes.
    pub carried_bytes: u64,
    /// Packets dropped on the link.
    pub dropped: u64,
    /// The most bytes waiting at any instant.
    pub longest_queue: ByteSize,
    /// Tokens at the interval's end.
    pub tokens: Option<ByteSize>,
}

/// Row `k` covers `[k · interval, (k + 1) · interval)`.
#[derive(Debug, Clone)]
pub struct Intervals {
    interval: u64,
    rows: Vec<Row>,
    closed: usize,
    carried_over: ByteSize,
}

impl Intervals {
    /// An empty series.
    pub fn new(interval: SimDuration) -> Intervals {
        Intervals {
            interval: interval.as_nanos().max(1),
            rows: Vec::new(),
            closed: 0,
            carried_over: ByteSize::default(),
        }
    }

    /// The row that holds `time`.
    pub fn at(&mut self, time: SimTime) -> &mut Row {
        let index = (time.as_nanos() / self.interval) as usize;
        if index >= self.rows.len() {
            self.rows.resize(index + 1, Row::default());
        }
        &mut self.rows[index]
    }

    /// Closes every interval that ends at or before `now`: notes the tokens at its end, and what is still waiting then.
    pub fn close(&mut self, now: SimTime, link: &mut Link) {
        while (self.closed as u64 + 1) * self.interval <= now.as_nanos() {
            let end = SimTime::from_nanos((self.closed as u64 + 1) * self.interval);
            self.close_one(SimTime::from_nanos(end.as_nanos() - 1), end, link);
        }
    }

    /// Closes the last, possibly shorter, interval at the end of the run.
    pub fn finish(&mut self, now: SimTime, link: &mut Link) {
        self.close(now, link);
        if now.as_nanos() > self.closed as u64 * self.interval {
            self.close_one(SimTime::from_nanos(now.as_nanos() - 1), now, link);
        }
    }

    fn close_one(&mut self, last: SimTime, end: SimTime, link: &mut Link) {
        let carried_over = std::mem::replace(&mut self.carried_over, link.waiting_at(end));
        let tokens = link.tokens_at(end);
        let row = self.at(last);
        row.longest_queue = row.longest_queue.max(carried_over);
        row.tokens = tokens;
        self.closed += 1;
    }

    /// The rows so far.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}
