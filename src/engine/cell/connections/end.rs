//! One end of the connections of a pair of hosts: what it opens and when, which of them are open, which closed lately.
//! Knows no segment.

use crate::dataplane::packet::{Packet, PacketId, SourceId};
use crate::dataplane::router::{self, Exit, Path, Sender, View};
use crate::engine::booking::Booking;
use crate::engine::random::Stream;
use crate::engine::shared::Scope;
use crate::engine::tcp_books::opener;
use crate::model::plan::{Arrivals, TransferSize, Transfers};
use crate::model::{HostId, TrafficId};
use crate::tcp::segment::FlagByte;
use crate::units::{SimDuration, SimTime};
use crate::wire::ipv4::{Addressing, HEAD, IPV4_HEADER};
use crate::wire::tcp::{Heads, TCP_HEADER, TIMESTAMPS_LENGTH, Template, scale};
use std::collections::VecDeque;
use std::sync::Arc;

/// One end of the connections of a pair of hosts.
pub(in crate::engine) struct End {
    pub source: SourceId,
    pub host: HostId,
    pub traffic: TrafficId,
    pub transfers: Arc<Transfers>,
    /// Of the end that opens: what it is still to open.
    pub opens: Option<Openings>,
    /// Whether the entry's connections are compared: then what each takes is booked.
    pub compares: bool,
    pub(super) template: Template,
    /// By how many bits windows are scaled, and the segment size in its SYNs.
    pub(super) scale: u8,
    pub(super) announced: u16,
    /// The port at which the end that is opened listens.
    pub(super) service: u16,
    /// Whether its endless connections were stopped.
    has_stopped: bool,
    /// Packets it sent so far.
    sequence: u64,
    /// The place of its entry's book, once something was booked.
    book: Option<u32>,
    /// The connections that are open: by the port of the end that opens, in order, their places.
    live: Vec<(u16, u32)>,
    /// Those that completed less than [`TIME_WAIT`] ago.
    closed: VecDeque<Closed>,
    /// The path found last, with the epoch and the length of packet for which it holds.
    path: Option<(u64, u16, Path)>,
    /// The way found last, with the epoch for which it holds.
    way: Option<(u64, Option<Way>)>,
    /// The heads made last where every packet is made, between the ports 0.
    pub(super) made: Option<Box<(Kind, Heads)>>,
}

/// Where an end's segments go that are no longer than `longest` bytes of IPv4, if the other end hears them.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::cell) struct Way {
    pub lane: u32,
    /// The other end: its host, and its index there.
    pub host: HostId,
    pub end: u32,
    longest: u16,
}

/// What the heads of some segments have in common, whatever their connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine::cell) struct Kind {
    /// Payload in bytes.
    pub length: u16,
    pub flags: FlagByte,
    pub is_again: bool,
}

/// The connections that an end is still to open.
pub(in crate::engine) struct Openings {
    pub next: SimTime,
    pub left: u64,
    pub stop: SimTime,
    /// Random numbers: for gaps, and for sizes.
    pub gaps: Stream,
    pub sizes: Stream,
    pub opened: u64,
    /// Which flow of the entry it is, of how many.
    pub flow: u64,
    pub flows: u64,
    /// The first port of the entry, and that of this end's first connection.
    pub ports: (u16, u16),
}

/// A connection to be opened.
pub(super) struct Opening {
    pub port: u16,
    /// Which it is of its entry's.
    pub number: u64,
    /// Payload bytes; `None` if they never end.
    pub size: Option<u64>,
}

/// A connection that completed: what it answers to whoever sends its last segment once more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closed {
    port: u16,
    until: SimTime,
    /// The numbers of that answer.
    pub sequence: u64,
    pub acknowledged: u64,
}

/// A connection that is not open yet is expected to send a segment so often.
const BUSY: SimDuration = SimDuration::from_micros(10);

/// How long a completed connection answers (RFC 9293 §3.6.1; a minute, as Linux).
const TIME_WAIT: SimDuration = SimDuration::from_secs(60);

impl Openings {
    /// Takes the next opening if it is due.
    fn take(&mut self, now: SimTime, transfers: &Transfers) -> Option<Opening> {
        if self.left == 0 || self.next > now || now >= self.stop {
            return None;
        }
        let (first, own) = self.ports;
        let count = u64::from(u16::MAX - first) + 1;
        let step = self.opened * u64::from(transfers.connections);
        let port = first + ((u64::from(own - first) + step) % count) as u16;
        let number = self.flow + self.opened * self.flows;
        let size = match &transfers.size {
            TransferSize::Endless => None,
            TransferSize::Fixed(bytes) => Some(*bytes),
            TransferSize::Mix(weights) => Some(drawn(weights, self.sizes, self.opened)),
        };
        (self.left, self.opened) = (self.left - 1, self.opened + 1);
        let interval = transfers.interval;
        self.next = now
            + match transfers.arrivals {
                Arrivals::Spaced => interval,
                Arrivals::Poisson => {
                    SimDuration::from_nanos(self.gaps.exponential(self.opened, (interval.as_nanos(), 1)))
                }
            };
        Some(Opening { port, number, size })
    }
}

/// The size at `index` of a stream of sizes with weights.
fn drawn(weights: &[(u64, u32)], stream: Stream, index: u64) -> u64 {
    let total = weights.iter().map(|(_, weight)| u64::from(*weight)).sum();
    let mut drawn = stream.below(index, total);
    for (size, weight) in weights {
        match drawn.checked_sub((*weight).into()) {
            Some(rest) => drawn = rest,
            None => return *size,
        }
    }
    0
}

impl End {
    pub(in crate::engine) fn new(
        (source, host, traffic): (SourceId, HostId, TrafficId),
        addressing: Addressing,
        service: u16,
        transfers: Arc<Transfers>,
        opens: Option<Openings>,
    ) -> End {
        let scale = scale(transfers.settings.window);
        End {
            source,
            host,
            traffic,
            template: Template::new(addressing),
            scale,
            announced: 0,
            service,
            transfers,
            opens,
            compares: false,
            has_stopped: false,
            sequence: 0,
            book: None,
            live: Vec::new(),
            closed: VecDeque::new(),
            path: None,
            way: None,
            made: None,
        }
    }

    /// Whether it is the one that opens, whose segments the entry counts.
    pub(in crate::engine::cell) fn is_opener(&self) -> bool {
        self.opens.is_some()
    }

    /// The place of its entry's book in its cell.
    #[inline]
    pub(in crate::engine::cell) fn book(&mut self, booking: &mut Booking, scope: &Scope<'_>) -> usize {
        *self.book.get_or_insert_with(|| booking.traffic.place(self.traffic, &scope.shared.edges) as u32) as usize
    }

    /// The id of its next packet.
    pub(in crate::engine::cell) fn next_id(&mut self) -> PacketId {
        self.sequence += 1;
        PacketId::new(self.source, self.sequence - 1)
    }

    /// How many packets it has sent: the number of the next.
    pub(in crate::engine::cell) fn sent(&self) -> u64 {
        self.sequence
    }

    /// Skips so many packets.
    pub(in crate::engine::cell) fn skip(&mut self, packets: u64) {
        self.sequence += packets;
    }

    /// The place of its entry's book, if something was booked.
    pub(in crate::engine::cell) fn booked(&self) -> Option<usize> {
        self.book.map(|book| book as usize)
    }

    /// When it next opens a connection, or stops those that do not end by themselves.
    pub(in crate::engine::cell) fn next_opening(&self) -> SimTime {
        let Some(opens) = &self.opens else { return SimTime::NEVER };
        match opens.left > 0 && opens.next < opens.stop {
            true => opens.next,
            false if self.transfers.size.ends() || self.has_stopped => SimTime::NEVER,
            false => opens.stop,
        }
    }

    /// About how many segments the connections send that open before `until`.
    pub(super) fn about_before(&self, until: SimTime) -> u64 {
        let Some(opens) = self.opens.as_ref().filter(|opens| opens.next < until.min(opens.stop)) else { return 0 };
        let span = until.min(opens.stop).since(opens.next);
        let count = opens.left.min(span.as_nanos() / self.transfers.interval.as_nanos().max(1) + 1);
        let mss = u64::from(self.transfers.mss.unwrap_or(self.transfers.settings.mss)).max(1);
        let bytes = match &self.transfers.size {
            TransferSize::Endless => u64::MAX,
            TransferSize::Fixed(bytes) => *bytes,
            TransferSize::Mix(weights) => weights.iter().map(|(bytes, _)| *bytes).max().unwrap_or(0),
        };
        let most = span.as_nanos() / BUSY.as_nanos();
        count.saturating_mul((bytes.saturating_add(self.transfers.response) / mss + 1).min(most.max(1)))
    }

    /// The places of the connections that are to stop now, since they do not end by themselves.
    pub(super) fn stopping(&mut self, now: SimTime) -> Vec<u32> {
        let is_over = self.opens.as_ref().is_some_and(|opens| opens.stop <= now);
        if !is_over || self.transfers.size.ends() || std::mem::replace(&mut self.has_stopped, true) {
            return Vec::new();
        }
        self.live.iter().map(|(_, place)| *place).collect()
    }

    /// The next connection, if it is to be opened now.
    pub(super) fn take_opening(&mut self, now: SimTime) -> Option<Opening> {
        self.opens.as_mut()?.take(now, &self.transfers)
    }

    /// The end that opens, of the two: it was declared first.
    pub(super) fn opener(&self) -> SourceId {
        opener(self.source, self.opens.is_none())
    }

    /// Its own port and the other end's, of the connection whose opener has `port`.
    pub(super) fn ports(&self, port: u16) -> (u16, u16) {
        if self.opens.is_some() { (port, self.service) } else { (self.service, port) }
    }

    /// The place of the connection of a port.
    pub(super) fn at(&self, port: u16) -> Option<u32> {
        match self.live[..] {
            [(only, place)] => (only == port).then_some(place),
            _ => self.find(port).ok().map(|at| self.live[at].1),
        }
    }

    fn find(&self, port: u16) -> Result<usize, usize> {
        self.live.binary_search_by_key(&port, |(port, _)| *port)
    }

    /// Notes the place of a connection that opened.
    pub(super) fn opened(&mut self, port: u16, place: u32) {
        if let Err(at) = self.find(port) {
            self.live.insert(at, (port, place));
        }
    }

    /// Forgets a connection; one that completed answers for a while with these numbers.
    pub(super) fn forget(&mut self, now: SimTime, port: u16, answer: Option<(u64, u64)>) {
        if let Ok(at) = self.find(port) {
            self.live.remove(at);
        }
        while self.closed.front().is_some_and(|closed| closed.until <= now) {
            self.closed.pop_front();
        }
        if let Some((sequence, acknowledged)) = answer {
            self.closed.push_back(Closed { port, until: now + TIME_WAIT, sequence, acknowledged });
        }
    }

    /// The connection of a port that completed a while ago.
    pub(super) fn closed(&self, now: SimTime, port: u16) -> Option<Closed> {
        self.closed.iter().rev().find(|closed| closed.port == port && closed.until > now).copied()
    }

    /// Finds the longest payload of its segments: as the entry says, or as the path takes it.
    pub(super) fn find_mss(&mut self, view: View<'_>) -> u32 {
        let mss = self.transfers.mss.unwrap_or_else(|| {
            let header = self.header_length();
            let mtu = match router::next_hop_mtu(view, Sender::Host(self.host), &self.probe(header)) {
                0 => view.network.rules.mtu_cross_region,
                mtu => mtu,
            };
            u32::from(mtu.saturating_sub(header).max(1))
        });
        self.announced = mss.min(u32::from(u16::MAX)) as u16;
        mss
    }

    /// IPv4 and TCP header of a segment with data.
    pub(in crate::engine::cell) fn header_length(&self) -> u16 {
        (IPV4_HEADER + TCP_HEADER + if self.transfers.timestamps { TIMESTAMPS_LENGTH } else { 0 }) as u16
    }

    /// The way of its next segment, a packet of `length` bytes, if only the other end looks at that.
    #[inline]
    pub(in crate::engine::cell) fn way(&mut self, scope: &Scope<'_>, length: u16) -> Option<Way> {
        if !scope.shared.overlooks_segments(scope.view) {
            return None;
        }
        if self.way.is_none_or(|(epoch, _)| epoch != scope.view.epoch) {
            self.find_way(scope);
        }
        let (_, way) = self.way.as_ref()?;
        way.filter(|way| length <= way.longest)
    }

    #[inline(never)]
    fn find_way(&mut self, &Scope { view, shared, .. }: &Scope<'_>) {
        let known = self.header_length().checked_add(self.announced).filter(|_| self.announced > 0);
        self.way = None;
        let Some(longest) = known else { return };
        let mut probe = self.probe(longest);
        let path = router::path(view, Sender::Host(self.host), &mut probe);
        let way = match (path.leave, path.enter) {
            (Ok(Exit::Over(link)), Ok(host)) if view.network.host(self.host).up => {
                let lane = shared.lanes[link.index()];
                shared.other_end(self.source, host).map(|end| Way { lane, host, end, longest })
            }
            _ => None,
        };
        self.way = Some((view.epoch, way));
    }

    /// A packet that only asks for its way.
    fn probe(&self, length: u16) -> Packet {
        Packet { header_length: self.header_length() as u8, ..Packet::of(self.template.probe(), length) }
    }

    /// The way of one of its packets, as [`router::path`] tells it; `None` where routers edit packets.
    pub(in crate::engine::cell) fn path(&mut self, view: View<'_>, packet: &Packet) -> Option<Path> {
        match self.path {
            Some((epoch, length, path)) if epoch == view.epoch && length == packet.wire_length => Some(path),
            _ if view.network.rules.routers_visible => None,
            _ => {
                let path = router::path(view, Sender::Host(self.host), &mut packet.clone());
                self.path = Some((view.epoch, packet.wire_length, path));
                Some(path)
            }
        }
    }
}

const _: () = assert!(IPV4_HEADER + TCP_HEADER == HEAD);
