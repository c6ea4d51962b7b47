//! The packet record: 64 bytes, of which 40 are real header bytes. Further bytes are in a side table ([`Tails`]) or are
//! synthetic payload ([`crate::wire::payload`]). Not a buffer: a packet never grows.

use crate::tcp::segment::Blocks;
use crate::units::SimTime;
use crate::wire::ipv4::{HEAD, IPV4_HEADER, UDP_HEADER};
use crate::wire::payload;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

/// A packet's sender and its number there: 24 bits of source, 40 bits of sequence (a day at 1 Gbps exceeds 2³²).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketId(u64);

/// Index of a sender among all senders of a run, in declaration order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

impl SourceId {
    /// How many senders a run can have.
    pub const MAX: usize = 1 << 24;
}

impl PacketId {
    /// The `sequence`-th packet of `source`.
    pub const fn new(source: SourceId, sequence: u64) -> PacketId {
        PacketId((source.0 as u64) << 40 | (sequence & ((1 << 40) - 1)))
    }
    /// Its sender.
    pub const fn source(self) -> SourceId {
        SourceId((self.0 >> 40) as u32)
    }
    /// Its number at its sender, from 0.
    pub const fn sequence(self) -> u64 {
        self.0 & ((1 << 40) - 1)
    }
    /// All 64 bits, for hashing.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for PacketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.source().0, self.sequence())
    }
}

/// How a packet relates to the source whose id it bears. Each id has at most one packet of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum PacketKind {
    /// Sent by the source itself.
    Original,
    /// The echo reply to an original.
    Reply,
    /// An ICMP error about an original.
    ErrorAboutOriginal,
    /// An ICMP error about a reply.
    ErrorAboutReply,
    /// A TCP segment, sent by the source itself.
    Segment,
}

impl PacketKind {
    /// Whether the source itself sent it.
    pub const fn is_of_source(self) -> bool {
        matches!(self, PacketKind::Original | PacketKind::Segment)
    }
    /// Whether it is an ICMP error of a visible router.
    pub const fn is_error(self) -> bool {
        matches!(self, PacketKind::ErrorAboutOriginal | PacketKind::ErrorAboutReply)
    }
}

/// One packet on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// The first bytes from the IPv4 header on; zero beyond the wire length.
    pub head: [u8; HEAD],
    /// When its host (or router) emitted it.
    pub emitted: SimTime,
    /// Its sender and number.
    pub id: PacketId,
    /// Where the bytes after `head` are stored; none if they are synthetic.
    pub tail: TailId,
    /// IPv4 total length.
    pub wire_length: u16,
    /// IPv4 and transport header together: where synthetic payload begins.
    pub header_length: u8,
    /// Its relation to its source.
    pub kind: PacketKind,
}

const _: () = assert!(size_of::<Packet>() == 64);

impl Packet {
    /// An original with this head and synthetic bytes after it; the caller sets sender and time.
    pub const fn of(head: [u8; HEAD], wire_length: u16) -> Packet {
        Packet {
            head,
            emitted: SimTime::ZERO,
            id: PacketId::new(SourceId(0), 0),
            tail: TailId::NONE,
            wire_length,
            header_length: (IPV4_HEADER + UDP_HEADER) as u8,
            kind: PacketKind::Original,
        }
    }
    /// Source address in the header.
    pub fn source(&self) -> Ipv4Addr {
        self.address(12)
    }
    /// Destination address in the header.
    pub fn destination(&self) -> Ipv4Addr {
        self.address(16)
    }
    fn address(&self, at: usize) -> Ipv4Addr {
        Ipv4Addr::new(self.head[at], self.head[at + 1], self.head[at + 2], self.head[at + 3])
    }
    /// Whether there is payload behind its headers.
    pub fn has_payload(&self) -> bool {
        self.wire_length > u16::from(self.header_length)
    }
    /// Time to live in the header.
    pub fn ttl(&self) -> u8 {
        self.head[8]
    }
    /// The IPv4 header and the next 8 bytes, as an ICMP error quotes them (options are cut: RFC 792 asks for the header
    /// only).
    pub fn quote(&self) -> [u8; IPV4_HEADER + 8] {
        let mut quoted = [0; IPV4_HEADER + 8];
        quoted.copy_from_slice(&self.head[..IPV4_HEADER + 8]);
        quoted
    }

    /// All bytes of the packet: the head, then `tail`, its bytes in the side table, or synthetic payload (zeros where a
    /// capture was snapped).
    pub fn bytes(&self, tail: Option<&Bytes>) -> Bytes {
        let length = usize::from(self.wire_length);
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(&self.head[..length.min(HEAD)]);
        match tail {
            Some(tail) => bytes.extend_from_slice(&tail[..tail.len().min(length - bytes.len())]),
            None => {
                let header = usize::from(self.header_length).min(length);
                bytes.resize(bytes.len().max(header), 0);
                payload::append(bytes.len() - header, length - header, &mut bytes);
            }
        }
        bytes.resize(length, 0);
        bytes.into()
    }
}

/// Index into [`Tails`]; 0 means none. The lowest bit says in which of the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TailId(u32);

impl TailId {
    /// No side entry: the payload is synthetic.
    pub const NONE: TailId = TailId(0);
}

/// What belongs to a packet beside its head.
#[derive(Debug, Clone)]
pub enum Tail {
    /// The bytes after the head, if they are not synthetic (replayed, quoted, injected).
    Bytes(Bytes),
    /// What a TCP acknowledgment tells beyond its header.
    Told(Told),
    /// The same of a segment that observers may look at, and its options.
    Shown(Box<(Told, Bytes)>),
}

/// What a TCP acknowledgment tells beyond its header: what arrived beyond gaps, which is in its options, and when the
/// segment that caused it was sent, which only the model knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Ranges beyond the acknowledgment.
    pub blocks: Blocks,
    /// As in [`crate::tcp::segment::Segment`].
    pub caused: SimTime,
}

/// The side tables of tails. Entries are reused.
#[derive(Debug, Default)]
pub struct Tails {
    bytes: Side<Bytes>,
    told: Side<Told>,
    /// The options of those segments in `told` that observers may look at.
    options: BTreeMap<u32, Bytes>,
}

#[derive(Debug, Default)]
struct Side<T> {
    entries: Vec<T>,
    free: Vec<u32>,
}

impl<T: Default> Side<T> {
    fn put(&mut self, entry: T) -> u32 {
        match self.free.pop() {
            Some(at) => {
                self.entries[at as usize] = entry;
                at
            }
            None => {
                self.entries.push(entry);
                self.entries.len() as u32 - 1
            }
        }
    }

    fn take(&mut self, at: u32) -> T {
        self.free.push(at);
        std::mem::take(&mut self.entries[at as usize])
    }
}

impl Tails {
    /// Stores `bytes`. An empty tail may go without an entry only if the packet ends within its head.
    pub fn put(&mut self, bytes: Bytes) -> TailId {
        TailId(2 + (self.bytes.put(bytes) << 1))
    }
    /// Stores what an acknowledgment tells.
    pub fn tell(&mut self, told: Told) -> TailId {
        TailId(3 + (self.told.put(told) << 1))
    }
    /// Stores any tail.
    pub fn keep(&mut self, tail: Tail) -> TailId {
        match tail {
            Tail::Bytes(bytes) => self.put(bytes),
            Tail::Told(told) => self.tell(told),
            Tail::Shown(shown) => self.show(shown.0, shown.1),
        }
    }
    /// Stores what a segment tells, and its options.
    pub fn show(&mut self, told: Told, options: Bytes) -> TailId {
        let at = self.told.put(told);
        self.options.insert(at, options);
        TailId(3 + (at << 1))
    }
    /// The bytes after the head that are not synthetic: those of an entry, or the options of a segment.
    pub fn shown(&self, id: TailId) -> Option<&Bytes> {
        let at = id.0.checked_sub(2)?;
        if at & 1 > 0 { self.options.get(&(at >> 1)) } else { self.get(id) }
    }
    /// The bytes of an entry.
    pub fn get(&self, id: TailId) -> Option<&Bytes> {
        let at = id.0.checked_sub(2).filter(|at| at & 1 == 0)? >> 1;
        self.bytes.entries.get(at as usize)
    }
    /// What an acknowledgment tells.
    pub fn told(&self, id: TailId) -> Option<Told> {
        let at = id.0.checked_sub(2).filter(|at| at & 1 > 0)? >> 1;
        self.told.entries.get(at as usize).copied()
    }
    /// The same, to be changed.
    pub fn told_mut(&mut self, id: TailId) -> Option<&mut Told> {
        let at = id.0.checked_sub(2).filter(|at| at & 1 > 0)? >> 1;
        self.told.entries.get_mut(at as usize)
    }
    /// Frees an entry and returns it.
    #[inline]
    pub fn take(&mut self, id: TailId) -> Option<Tail> {
        let at = id.0.checked_sub(2)?;
        Some(match at & 1 {
            0 => Tail::Bytes(self.bytes.take(at >> 1)),
            _ if self.options.is_empty() => Tail::Told(self.told.take(at >> 1)),
            _ => self.take_shown(at >> 1),
        })
    }

    #[cold]
    fn take_shown(&mut self, at: u32) -> Tail {
        let told = self.told.take(at);
        match self.options.remove(&at) {
            Some(options) => Tail::Shown(Box::new((told, options))),
            None => Tail::Told(told),
        }
    }
}
