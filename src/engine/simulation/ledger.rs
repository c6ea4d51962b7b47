//! Reading a simulation: the books of links, VPCs and traffic entries over all cells, sums of them that are cheap
//! enough to be read many times, and whether the books balance. Changes nothing that a result depends on.

use super::super::books::{Counts, LinkBook, TrafficBook, TrafficCounts, VpcBook};
use super::super::cell::{Connections, Lane, Watched};
use super::super::drops::Drops;
use super::super::intervals::Intervals;
use super::super::meter::Meter;
use super::super::options::Which;
use super::super::tcp_books::{LastWindows, LimitedFor};
use super::super::windows::Edges;
use super::Simulation;
use crate::model::{LinkId, TrafficId, VpcId};
use crate::units::ByteSize;
use std::collections::BTreeMap;
use thiserror::Error;

/// Packets by how they ended, over the whole simulation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Emitted by hosts and visible routers.
    pub emitted: u64,
    /// Accepted by a host.
    pub delivered: u64,
    /// Dropped, for any reason.
    pub dropped: u64,
    /// On the way.
    pub in_flight: u64,
}

/// What waits at a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Bytes.
    pub waiting: ByteSize,
    /// Packets.
    pub packets: u64,
    /// Whole tokens in the bucket; none without a bucket.
    pub tokens: Option<ByteSize>,
}

/// The books do not balance: a bug in this crate, never the user's fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the books of {place} do not balance: {entered} packets in, {left} accounted for")]
pub struct Unbalanced {
    /// A VPC, a link, or the whole.
    pub place: String,
    /// Packets that came in.
    pub entered: u64,
    /// Packets that left, ended or are still there.
    pub left: u64,
}

/// How far a traffic entry got.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Emitted.
    pub sent: Counts,
    /// Accepted by the host they were meant for.
    pub delivered: Counts,
    /// Dropped.
    pub drops: Drops,
    /// Echo replies that came back, and those that were dropped.
    pub answered: u64,
    pub reply_drops: Drops,
    /// Of TCP: payload bytes taken in order for the first time, segments sent again, timeouts.
    pub payload: u64,
    pub retransmissions: u64,
    pub timeouts: u64,
}

impl Progress {
    fn add(&mut self, counts: &TrafficCounts) {
        self.sent.add(counts.sent);
        self.delivered.add(counts.delivered);
        self.drops.merge(&counts.drops);
        self.answered += counts.ping.answered;
        self.reply_drops.merge(&counts.ping.drops);
        self.payload += counts.tcp.payload;
        self.retransmissions += counts.tcp.retransmissions;
        self.timeouts += counts.tcp.timeouts;
    }
}

/// The books of traffic entries, each in parts: the VPCs that send an entry and those where answers end keep one.
#[derive(Debug)]
pub struct TrafficLedger<'a> {
    edges: &'a [Edges],
    /// By entry.
    parts: Vec<Vec<&'a TrafficBook>>,
    /// By entry: of connections that are still open, what limits them until now, and their windows.
    open: BTreeMap<TrafficId, (LimitedFor, LastWindows)>,
}

impl TrafficLedger<'_> {
    /// An entry's book, with all its parts.
    pub fn of(&self, id: TrafficId) -> TrafficBook {
        let mut whole = TrafficBook::new(self.edges[id.index()].clone());
        self.parts[id.index()].iter().for_each(|part| whole.merge(part));
        if let Some((limited, windows)) = self.open.get(&id) {
            whole.whole.tcp.add_open(limited, windows);
        }
        whole
    }
}

impl Simulation {
    pub(super) fn lane(&self, link: LinkId) -> &Lane {
        let home = self.network.ends(link).0;
        &self.partition.cell(home).contents.lanes[self.shared.lanes[link.index()] as usize]
    }

    /// A link's book.
    pub fn link_book(&self, link: LinkId) -> &LinkBook {
        &self.lane(link).booking.book
    }

    /// A link's series, if kept.
    pub fn intervals(&self, link: LinkId) -> Option<&Intervals> {
        self.lane(link).booking.intervals.as_ref()
    }

    /// A link's meter; its last caps are noted by [`Simulation::close`].
    pub fn meter(&self, link: LinkId) -> &Meter {
        &self.lane(link).booking.meter
    }

    /// What waits at a link's bucket now. The bucket is charged first for what passed in closed form: else it would
    /// seem fuller than it is, and reading it would move its clock past packets that it still has to be charged for.
    pub fn queue(&mut self, link: LinkId) -> Queue {
        let (now, home) = (self.now, self.network.ends(link).0);
        let at = self.shared.lanes[link.index()] as usize;
        let cell = &mut self.partition.cells[home.index()];
        cell.charge(at, now);
        let link = &mut cell.contents.lanes[at].link;
        Queue { waiting: link.waiting_at(now), packets: link.waiting_packets(), tokens: link.tokens_at(now) }
    }

    /// Packets on a link: waiting or on the wire.
    pub fn on_link(&self, link: LinkId) -> u64 {
        self.lane(link).in_flight()
    }

    /// The books of all traffic entries. It looks at every VPC: for many entries, ask once.
    pub fn traffic_books(&self) -> TrafficLedger<'_> {
        let mut parts = vec![Vec::new(); self.shared.edges.len()];
        for (id, book) in self.partition.cells.iter().flat_map(|cell| cell.contents.booking.traffic.each()) {
            parts[id.index()].push(book);
        }
        let mut open: BTreeMap<TrafficId, (LimitedFor, LastWindows)> = BTreeMap::new();
        for (id, limited, span, window) in self.connections().flat_map(|all| all.open_at(self.now)) {
            let (sum, windows) = open.entry(id).or_default();
            sum.add(limited, span);
            windows.add(window);
        }
        TrafficLedger { edges: &self.shared.edges, parts, open }
    }

    fn connections(&self) -> impl Iterator<Item = &Connections> {
        self.partition.cells.iter().map(|cell| &cell.contents.connections)
    }

    /// The TCP connection that is watched, if one is.
    pub fn watch(&self) -> Option<Which> {
        self.options.watch
    }

    /// What the TCP connection that is watched was like at the end of each interval; empty before it opened.
    pub fn watched(&self) -> Vec<Watched> {
        self.connections().map(|all| all.watched(self.now)).find(|rows| !rows.is_empty()).unwrap_or_default()
    }

    /// How far each traffic entry got, by entry.
    pub fn progress(&self) -> Vec<Progress> {
        let mut all = vec![Progress::default(); self.shared.edges.len()];
        for (id, book) in self.partition.cells.iter().flat_map(|cell| cell.contents.booking.traffic.each()) {
            all[id.index()].add(&book.whole);
        }
        all
    }

    /// What the routers of each VPC dropped, by VPC.
    pub fn router_drops(&self) -> Vec<Drops> {
        let mut all = vec![Drops::default(); self.partition.cells.len()];
        for (vpc, cell) in self.partition.cells.iter().enumerate() {
            all[vpc].add_sites(&cell.contents.booking.vpc.drops);
            for lane in &cell.contents.lanes {
                let far = lane.link.far;
                all[far.index()].add_sites(&lane.booking.book.far.drops);
            }
        }
        all
    }

    /// The most bytes that waited at a link's bucket so far, or since [`Simulation::restart_queue_peaks`].
    pub fn queue_peak(&self, link: LinkId) -> ByteSize {
        self.lane(link).link.queue_peak()
    }

    /// Has [`Simulation::queue_peak`] of every link tell of the time from now on, beginning with what waits. The
    /// books keep the longest of all.
    pub fn restart_queue_peaks(&mut self) {
        let now = self.now;
        let lanes = self.partition.cells.iter_mut().flat_map(|cell| &mut cell.contents.lanes);
        for lane in lanes {
            // A series asks later what waited now; then it would be gone.
            if let Some(intervals) = &mut lane.booking.intervals {
                intervals.close(now, &mut lane.link);
            }
            lane.link.restart_queue_peak(now);
        }
    }

    /// Of each entry with open connections, the first of them: its number, from 0, and what it is like now.
    pub fn first_open(&self) -> BTreeMap<TrafficId, (u64, Watched)> {
        let mut first: BTreeMap<TrafficId, (u64, Watched)> = BTreeMap::new();
        for (entry, number, seen) in self.connections().flat_map(|all| all.seen_at(self.now)) {
            let known = first.entry(entry).or_insert((number, seen));
            if number < known.0 {
                *known = (number, seen);
            }
        }
        first
    }

    /// A VPC's book: what its own cell and the cells that send to it judged.
    pub fn vpc_book(&self, vpc: VpcId) -> VpcBook {
        let mut book = self.partition.cells[vpc.index()].contents.booking.vpc.clone();
        for (id, peering) in self.network.peerings_of(vpc) {
            book.merge(&self.link_book(LinkId::new(id, peering.direction_from(vpc).reversed())).far);
        }
        book
    }

    pub(super) fn links(&self) -> impl Iterator<Item = LinkId> + use<> {
        (0..self.network.peerings().len() as u32 * 2).map(LinkId)
    }

    /// Everything that was emitted, and its outcome.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for cell in &self.partition.cells {
            totals.emitted += cell.contents.booking.vpc.emitted;
            totals.delivered += cell.contents.booking.vpc.delivered;
            totals.dropped += cell.contents.booking.vpc.drops.total();
            totals.in_flight += cell.local_in_flight();
            for lane in &cell.contents.lanes {
                totals.delivered += lane.booking.book.far.delivered;
                totals.dropped += lane.booking.book.far.drops.total() + lane.booking.book.whole.drops.total();
                totals.in_flight += lane.in_flight();
            }
        }
        totals
    }

    /// Checks that every packet is accounted for: per link, per VPC, and in total.
    ///
    /// # Errors
    /// The first book that does not balance.
    pub fn check_books(&self) -> Result<(), Unbalanced> {
        let mut entered = vec![0; self.partition.cells.len()];
        let mut left = vec![0; self.partition.cells.len()];
        for link in self.links() {
            let counts = &self.link_book(link).whole;
            let (near, far) = self.network.ends(link);
            left[near.index()] += counts.offered.packets;
            entered[far.index()] += counts.carried.packets;
            let accounted = counts.carried.packets + counts.drops.total() + self.on_link(link);
            let name =
                || format!("link {} from {}", self.network.peering(link.peering()).name, self.network.vpc(near).name);
            balance(name, counts.offered.packets, accounted)?;
        }
        for (vpc, owner) in self.network.vpcs() {
            let book = self.vpc_book(vpc);
            let here = book.delivered + book.drops.total() + self.partition.cells[vpc.index()].local_in_flight();
            let name = || format!("VPC {}", owner.name);
            balance(name, book.emitted + entered[vpc.index()], here + left[vpc.index()])?;
        }
        let totals = self.totals();
        balance(|| "the run".into(), totals.emitted, totals.delivered + totals.dropped + totals.in_flight)
    }
}

fn balance(place: impl Fn() -> String, entered: u64, left: u64) -> Result<(), Unbalanced> {
    if entered == left { Ok(()) } else { Err(Unbalanced { place: place(), entered, left }) }
}
