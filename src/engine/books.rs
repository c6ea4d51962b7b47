//! The books: what was emitted, delivered, dropped and why; per VPC, per link, per traffic entry. Sums only, so that
//! the order of merging does not matter. Each cell keeps its own; a link's books are kept by the cell it leaves. Only
//! `booking.rs` writes to them.

use super::delay::DelayRecorder;
use super::drops::Drops;
use super::recent::Recent;
use super::sites::{DropSites, Example};
use super::tcp_books::TcpCounts;
use super::windows::{Edges, Sum, Windows};
use crate::model::{DropReason, TrafficId};
use crate::units::{BitRate, ByteSize, SimTime};
use crate::wire::icmp::ErrorKind;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// Packets and bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many packets.
    pub packets: u64,
    /// Their IPv4 total lengths, summed.
    pub bytes: u64,
}

impl Counts {
    /// `packets` packets of `length` bytes.
    pub fn of(packets: u64, length: u16) -> Counts {
        Counts { packets, bytes: packets * u64::from(length) }
    }
    /// Adds to the counts.
    pub fn add(&mut self, other: Counts) {
        self.packets += other.packets;
        self.bytes += other.bytes;
    }
}

/// What happened inside a VPC (drops on links are in the links' books).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VpcBook {
    /// Emitted by its hosts and its router.
    pub emitted: u64,
    /// Accepted by its hosts.
    pub delivered: u64,
    /// Dropped by its router.
    pub drops: DropSites,
}

impl VpcBook {
    pub(super) fn merge(&mut self, other: &VpcBook) {
        self.emitted += other.emitted;
        self.delivered += other.delivered;
        self.drops.merge(&other.drops);
    }
}

/// What happened on a link, over the whole run or in a window.
#[derive(Debug, Clone, Default)]
pub struct LinkCounts {
    /// Reached the shaper.
    pub offered: Counts,
    /// Left the far end.
    pub carried: Counts,
    /// Dropped on the link.
    pub drops: Drops,
    /// Emission to far end, of carried packets.
    pub delay: DelayRecorder,
}

impl Sum for LinkCounts {
    fn merge(&mut self, other: &LinkCounts) {
        self.offered.add(other.offered);
        self.carried.add(other.carried);
        self.drops.merge(&other.drops);
        self.delay.merge(&other.delay);
    }
}

/// A link's book.
#[derive(Debug, Clone, Default)]
pub struct LinkBook {
    /// The whole run.
    pub whole: LinkCounts,
    /// The windows that expectations ask for, by when packets were offered, dropped or carried.
    pub windows: Windows<LinkCounts>,
    /// The most bytes that ever waited.
    pub longest_queue: ByteSize,
    /// The cap behind which they waited.
    pub longest_queue_cap: Option<BitRate>,
    /// One dropped packet for each drop reason that occurred.
    pub examples: BTreeMap<DropReason, Example>,
    /// What the far VPC did with carried packets, as far as this side judged it.
    pub(super) far: VpcBook,
}

impl LinkBook {
    /// An empty book whose windows have these edges.
    pub(super) fn new(edges: Edges) -> LinkBook {
        LinkBook { windows: Windows::new(edges), ..LinkBook::default() }
    }

    /// Counts something that happened at `time`.
    #[inline(always)] // Called for every packet, and small without windows.
    pub(super) fn each(&mut self, time: SimTime, mut f: impl FnMut(&mut LinkCounts)) {
        f(&mut self.whole);
        self.windows.with(time, f);
    }
}

/// The outcome of one traffic entry's packets, of all or of those sent in a window.
#[derive(Debug, Clone, Default)]
pub struct TrafficCounts {
    /// Emitted.
    pub sent: Counts,
    /// Accepted by the host they were meant for.
    pub delivered: Counts,
    /// Accepted by another host.
    pub misdelivered: u64,
    /// Dropped.
    pub drops: Drops,
    /// One-way delay of delivered packets.
    pub delay: DelayRecorder,
    /// Echo replies to this entry's packets.
    pub ping: PingCounts,
    /// TCP connections.
    pub tcp: TcpCounts,
    /// ICMP errors that reached a sender, by kind and router.
    pub icmp_errors: BTreeMap<(ErrorKind, Ipv4Addr), u64>,
}

/// The outcome of echo replies.
#[derive(Debug, Clone, Default)]
pub struct PingCounts {
    /// Came back to the host that asked.
    pub answered: u64,
    /// Reached another host.
    pub misdelivered: u64,
    /// Dropped.
    pub drops: Drops,
    /// Time from request sent to reply received.
    pub round_trip: DelayRecorder,
}

impl Sum for TrafficCounts {
    fn merge(&mut self, other: &TrafficCounts) {
        self.sent.add(other.sent);
        self.delivered.add(other.delivered);
        self.misdelivered += other.misdelivered;
        self.drops.merge(&other.drops);
        self.delay.merge(&other.delay);
        self.ping.answered += other.ping.answered;
        self.ping.misdelivered += other.ping.misdelivered;
        self.ping.drops.merge(&other.ping.drops);
        self.ping.round_trip.merge(&other.ping.round_trip);
        self.tcp.merge(&other.tcp);
        for (key, n) in &other.icmp_errors {
            *self.icmp_errors.entry(*key).or_default() += n;
        }
    }
}

/// A traffic entry's book.
#[derive(Debug, Clone, Default)]
pub struct TrafficBook {
    /// The whole run.
    pub whole: TrafficCounts,
    /// The windows that expectations ask for, by when packets were sent.
    pub windows: Windows<TrafficCounts>,
}

impl TrafficBook {
    /// An empty book whose windows have these edges.
    pub(super) fn new(edges: Edges) -> TrafficBook {
        TrafficBook { whole: TrafficCounts::default(), windows: Windows::new(edges) }
    }

    /// Counts something about a packet sent at `sent`.
    #[inline(always)] // As that of a link.
    pub(super) fn each(&mut self, sent: SimTime, mut f: impl FnMut(&mut TrafficCounts)) {
        f(&mut self.whole);
        self.windows.with(sent, f);
    }

    pub(super) fn merge(&mut self, other: &TrafficBook) {
        self.whole.merge(&other.whole);
        self.windows.merge(&other.windows);
    }
}

/// The traffic books one cell keeps: for its own flows, and for flows of other cells that end here.
#[derive(Debug, Default)]
pub(super) struct TrafficBooks {
    books: Vec<TrafficBook>,
    by_entry: BTreeMap<TrafficId, usize>,
    /// The places asked for lately.
    recent: Recent<TrafficId, usize>,
}

impl TrafficBooks {
    /// The entry's book; `edges` holds the edges of all entries.
    #[inline]
    pub(super) fn of(&mut self, id: TrafficId, edges: &[Edges]) -> &mut TrafficBook {
        let place = self.place(id, edges);
        &mut self.books[place]
    }

    /// The place of the entry's book, for [`TrafficBooks::at`].
    #[inline]
    pub(super) fn place(&mut self, id: TrafficId, edges: &[Edges]) -> usize {
        self.recent.get(id, id.index() as u64).unwrap_or_else(|| self.find(id, edges))
    }

    #[inline(never)]
    fn find(&mut self, id: TrafficId, edges: &[Edges]) -> usize {
        let books = &mut self.books;
        let at = *self.by_entry.entry(id).or_insert_with(|| {
            books.push(TrafficBook::new(edges[id.index()].clone()));
            books.len() - 1
        });
        self.recent.learn(id, id.index() as u64, at);
        at
    }

    #[inline]
    pub(super) fn at(&mut self, place: usize) -> &mut TrafficBook {
        &mut self.books[place]
    }

    pub(super) fn each(&self) -> impl Iterator<Item = (TrafficId, &TrafficBook)> {
        self.by_entry.iter().map(|(id, at)| (*id, &self.books[*at]))
    }
}
