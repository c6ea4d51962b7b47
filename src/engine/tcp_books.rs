//! The counts of TCP connections, per traffic entry: what they carried, how long they took, what limited them, why they
//! were given up. Sums only, like the other books; only `booking.rs` writes to them.

use super::delay::DelayRecorder;
use super::drops::Drops;
use crate::dataplane::packet::SourceId;
use crate::model::DropReason;
use crate::units::{BitRate, ByteSize, SimDuration, SimTime, Span};
use std::collections::BTreeMap;

/// What limits a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// The window that the other side advertises.
    ReceiveWindow,
    /// Its congestion window, while nothing waits on the way.
    CongestionWindow,
    /// It has nothing more to send.
    Sender,
    /// Something on the way: packets wait there.
    Cap,
    /// Nothing came back for a whole timeout, and has not since.
    Timeout,
}

impl Limited {
    /// All of them, with their names in reports.
    pub const ALL: [(Limited, &'static str); 5] = [
        (Limited::ReceiveWindow, "receive_window"),
        (Limited::CongestionWindow, "congestion_window"),
        (Limited::Sender, "sender"),
        (Limited::Cap, "cap"),
        (Limited::Timeout, "timeout"),
    ];
}

/// How long each of [`Limited::ALL`] limited senders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitedFor([u64; Limited::ALL.len()]);

impl LimitedFor {
    /// Adds a span.
    pub fn add(&mut self, limited: Limited, span: SimDuration) {
        self.0[limited as usize] += span.as_nanos();
    }

    /// How long this limited them.
    pub fn of(&self, limited: Limited) -> SimDuration {
        SimDuration::from_nanos(self.0[limited as usize])
    }

    /// All spans together.
    pub fn total(&self) -> SimDuration {
        SimDuration::from_nanos(self.0.iter().sum())
    }
}

/// Congestion windows at the end of connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastWindows {
    count: u64,
    sum: u64,
}

impl LastWindows {
    /// Adds the window of a connection, in bytes.
    pub fn add(&mut self, window: u64) {
        (self.count, self.sum) = (self.count + 1, self.sum + window);
    }

    /// Their mean, in bytes.
    pub fn mean(&self) -> Option<u64> {
        self.sum.checked_div(self.count)
    }
}

/// Parts per billion.
const PARTS: u128 = 1_000_000_000;

/// A connection among those of its entry: the source of the end that opens, and its port.
pub(super) type Opener = (SourceId, u16);

/// The source of the end that opens, given that of one of the two: it is declared just before the one that answers.
pub(super) fn opener(source: SourceId, answers: bool) -> SourceId {
    SourceId(source.0 - u32::from(answers))
}

/// What happened to a connection that is compared with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    Opened,
    /// So many bytes of payload arrived.
    Took(u64),
    /// All of it has.
    Completed,
}

/// The payload that one connection took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    payload: u64,
    first: Option<SimTime>,
    last: Option<SimTime>,
    completed: Option<SimTime>,
}

impl Progress {
    pub(super) fn add(&mut self, now: SimTime, what: Compared) {
        match what {
            Compared::Opened => self.first = self.first.into_iter().chain([now]).min(),
            Compared::Took(bytes) => (self.payload, self.last) = (self.payload + bytes, self.last.max(Some(now))),
            Compared::Completed => self.completed = self.completed.max(Some(now)),
        }
    }

    fn merge(&mut self, other: &Progress) {
        self.payload += other.payload;
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.max(other.last);
        self.completed = self.completed.max(other.completed);
    }

    fn goodput(&self, window: Span, ends: bool) -> BitRate {
        let until = self.last.filter(|_| ends).unwrap_or(window.until);
        rate(self.payload, until.since(self.first.unwrap_or(window.from)))
    }
}

/// The outcome of TCP connections.
#[derive(Debug, Clone, Default)]
pub struct TcpCounts {
    /// Connections that were begun.
    pub opened: u64,
    /// When the first of them was, and when payload last arrived; `None` if that did not happen.
    pub first: Option<SimTime>,
    pub last: Option<SimTime>,
    /// Connections that were given up: nothing came back, the other side refused, or all ports were in use.
    pub given_up: u64,
    pub without_port: u64,
    /// The others of those, by the source of the end that opens; and of each source the last loss.
    pub(super) gave_up: BTreeMap<SourceId, u64>,
    pub(super) losses: BTreeMap<SourceId, (SimTime, DropReason)>,
    /// Payload bytes that were taken in order for the first time.
    pub payload: u64,
    /// The same by connection, if they are compared.
    pub(super) compared: BTreeMap<Opener, Progress>,
    /// What the answering ends sent and was dropped.
    pub answers_dropped: Drops,
    /// From the first SYN to the last byte, of connections that completed.
    pub completion: DelayRecorder,
    /// Segments sent again, and timeouts.
    pub retransmissions: u64,
    pub timeouts: u64,
    /// From a segment to what acknowledged it.
    pub round_trip: DelayRecorder,
    /// What limited the senders that open, from when they were open.
    pub limited: LimitedFor,
    /// The congestion windows at their end, or at the end of the run.
    pub windows: LastWindows,
}

impl TcpCounts {
    /// Payload bits over time, in this window: from the first SYN, if it was sent in it, to the last byte, if the
    /// connections end; `None` if no connection was begun before its end.
    pub fn goodput(&self, window: Span, ends: bool) -> Option<BitRate> {
        let last = self.last.or(Some(window.until).filter(|_| self.first.is_some()))?;
        let until = if ends { last } else { window.until };
        Some(rate(self.payload, until.since(self.first.unwrap_or(window.from))))
    }

    /// How many of the connections that are compared were open in a window.
    pub fn open_in(&self, window: Span) -> usize {
        let is_open = |progress: &&Progress| {
            progress.first.is_some_and(|first| first < window.until)
                && progress.completed.is_none_or(|completed| completed >= window.from)
        };
        self.compared.values().filter(is_open).count()
    }

    /// Jain's index of the goodput of `open` connections, in parts per billion: 1 if all have the same, 1/n if one has
    /// all; `None` if nothing was taken.
    pub fn fairness(&self, window: Span, ends: bool, open: usize) -> Option<u64> {
        let rates = || self.compared.values().map(|progress| u128::from(progress.goodput(window, ends).as_bps()));
        let total: u128 = rates().sum();
        // In units of which all have less than 2⁴⁸ together, so that nothing overflows.
        let unit = (u128::BITS - total.leading_zeros()).saturating_sub(48);
        let (sum, squares) = rates()
            .map(|rate| rate >> unit)
            .fold((0u128, 0u128), |(sum, squares), rate| (sum + rate, squares + rate * rate));
        let all = squares * open.max(self.compared.len()) as u128;
        (all > 0).then(|| (sum * sum * PARTS / all) as u64)
    }

    /// Connections that were given up, by the reason of their last loss; none for those that lost nothing.
    pub fn given_up_by(&self) -> BTreeMap<Option<DropReason>, u64> {
        let mut by = BTreeMap::new();
        for (source, count) in &self.gave_up {
            *by.entry(self.losses.get(source).map(|(_, reason)| *reason)).or_default() += count;
        }
        by
    }

    /// Adds what connections that are still open were limited by, and their windows.
    pub(super) fn add_open(&mut self, limited: &LimitedFor, windows: &LastWindows) {
        for (mine, theirs) in self.limited.0.iter_mut().zip(limited.0) {
            *mine += theirs;
        }
        self.windows.count += windows.count;
        self.windows.sum += windows.sum;
    }

    /// All of it happened so much later.
    pub(super) fn put_off(&mut self, by: SimDuration) {
        self.last = self.last.map(|last| last + by);
        self.losses.values_mut().for_each(|(time, _)| *time += by);
    }

    pub(super) fn merge(&mut self, other: &TcpCounts) {
        self.opened += other.opened;
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.max(other.last);
        self.given_up += other.given_up;
        self.without_port += other.without_port;
        for (source, count) in &other.gave_up {
            *self.gave_up.entry(*source).or_default() += count;
        }
        for (source, loss) in &other.losses {
            self.losses.entry(*source).and_modify(|known| *known = (*known).max(*loss)).or_insert(*loss);
        }
        self.payload += other.payload;
        for (which, progress) in &other.compared {
            self.compared.entry(*which).or_default().merge(progress);
        }
        self.answers_dropped.merge(&other.answers_dropped);
        self.completion.merge(&other.completion);
        self.retransmissions += other.retransmissions;
        self.timeouts += other.timeouts;
        self.round_trip.merge(&other.round_trip);
        self.add_open(&other.limited, &other.windows);
    }
}

fn rate(bytes: u64, span: SimDuration) -> BitRate {
    match span {
        SimDuration::ZERO => BitRate::default(),
        span => BitRate::average(ByteSize::from_bytes(bytes), span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fairness_is_jains_index() {
        let second = Span::new(SimTime::ZERO, SimTime::from_nanos(1_000_000_000));
        let of = |payloads: &[u64]| {
            let mut counts = TcpCounts::default();
            for (port, payload) in payloads.iter().enumerate() {
                let progress = counts.compared.entry((SourceId(0), port as u16)).or_default();
                progress.add(SimTime::ZERO, Compared::Opened);
                progress.add(SimTime::ZERO, Compared::Took(*payload));
            }
            counts.fairness(second, false, counts.open_in(second))
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[5, 5, 5]), Some(1_000_000_000));
        assert_eq!(of(&[1 << 50, 0, 0, 0]), Some(250_000_000));
        assert_eq!(of(&[1_000, 3_000]), Some(800_000_000));
    }
}
