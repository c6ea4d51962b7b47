//! What observers are told: the steps of packets, in the single order of the run (time, then sender in declaration
//! order, then sequence, then kind, then step). Observers change no result, declare their interest, and slow down
//! nothing else.

use crate::dataplane::link::Link;
use crate::dataplane::packet::{Packet, PacketId, PacketKind};
use crate::model::{DropReason, LinkId, TrafficId, Verdict, VpcId};
use crate::units::{ByteSize, SimTime};
use crate::wire::ipv4::HEAD;
use crate::wire::payload;
use bytes::Bytes;
use std::collections::BTreeSet;

/// Where a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a VPC.
    Vpc(VpcId),
    /// On a link.
    Link(LinkId),
}

/// What a packet does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A host, or a visible router, sends it.
    Emitted,
    /// It reaches a link. The queue is that at the link's bucket just after, itself included if it waits.
    Offered {
        /// Bytes that wait.
        waiting: ByteSize,
        /// Packets that wait.
        packets: u64,
        /// Whole tokens in the bucket just before, including those reserved for packets that wait; none without a
        /// bucket.
        tokens: Option<ByteSize>,
    },
    /// It leaves the bucket for the wire.
    Departed,
    /// It leaves the far end of the link.
    Arrived,
    /// It ends, in a VPC or on a link.
    Ended(Verdict),
}

impl Step {
    /// What a packet of `length` bytes met on `link`, which has just decided its `fate`: when it departs, or why not.
    /// Asked only for observers.
    pub(super) fn offered(link: &mut Link, now: SimTime, length: u16, fate: Result<SimTime, DropReason>) -> Step {
        // Who departs at once has been charged; who waits has a reservation, which is not a charge yet.
        let charged = ByteSize::from_bytes(if fate == Ok(now) { length.into() } else { 0 });
        let tokens = link.tokens_at(now).map(|left| left + charged);
        Step::Offered { waiting: link.waiting(), packets: link.waiting_packets(), tokens }
    }

    fn rank(self) -> u8 {
        match self {
            Step::Emitted => 0,
            Step::Offered { .. } => 1,
            Step::Departed => 2,
            Step::Arrived => 3,
            Step::Ended(_) => 4,
        }
    }
}

/// One step of one packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When.
    pub time: SimTime,
    /// What it does.
    pub step: Step,
    /// Where.
    pub place: Place,
    /// Which packet.
    pub id: PacketId,
    /// What it was to its source.
    pub kind: PacketKind,
    /// When it was emitted.
    pub emitted: SimTime,
    /// Its IPv4 total length.
    pub wire_length: u16,
    /// Its first bytes, from the IPv4 header on.
    pub head: [u8; HEAD],
    /// IPv4 and transport header together: where synthetic payload begins.
    pub header_length: u8,
    /// The bytes after `head` that are not synthetic: those of a replayed or injected packet, what an ICMP error
    /// quotes, the options of a segment.
    pub tail: Option<Bytes>,
}

impl Record {
    pub(super) fn of(time: SimTime, packet: &Packet, tail: Option<Bytes>, place: Place, step: Step) -> Record {
        let Packet { id, kind, emitted, wire_length, head, header_length, .. } = *packet;
        Record { time, step, place, id, kind, emitted, wire_length, head, header_length, tail }
    }

    /// Appends the packet's first bytes, at most `most`, to `into`: the head, the tail, and synthetic payload, or zeros
    /// where a capture was snapped.
    pub fn bytes(&self, most: usize, into: &mut Vec<u8>) {
        let (from, length) = (into.len(), usize::from(self.wire_length).min(most));
        into.extend_from_slice(&self.head[..length.min(HEAD)]);
        let left = |into: &Vec<u8>| length - (into.len() - from);
        if let Some(tail) = &self.tail {
            into.extend_from_slice(&tail[..tail.len().min(left(into))]);
        }
        let header = usize::from(self.header_length).min(length);
        let is_synthetic = self.tail.is_none() || self.kind == PacketKind::Segment;
        let made = if is_synthetic { (length - left(into)).max(header) } else { length };
        into.resize(from + made, 0);
        payload::append(made - header, length - header, into);
    }

    /// How the packet ended, if it did.
    pub fn verdict(&self) -> Option<Verdict> {
        match self.step {
            Step::Ended(verdict) => Some(verdict),
            Step::Emitted | Step::Offered { .. } | Step::Departed | Step::Arrived => None,
        }
    }

    /// The sort key of the run's single order.
    pub(super) fn key(&self) -> (SimTime, PacketId, PacketKind, u8) {
        (self.time, self.id, self.kind, self.step.rank())
    }
}

/// Which steps an observer wants to be told of: those in these VPCs or on these links, drops in these VPCs, and those
/// of these entries' packets. Packets outside every interest are carried as if there were no observers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interest {
    /// Every step of every packet.
    pub everything: bool,
    /// Steps on these links.
    pub links: BTreeSet<LinkId>,
    /// Steps in these VPCs.
    pub vpcs: BTreeSet<VpcId>,
    /// Drops in these VPCs.
    pub drops: BTreeSet<VpcId>,
    /// Every step of these traffic entries' packets.
    pub traffic: BTreeSet<TrafficId>,
}

impl Interest {
    /// Every step of every packet.
    pub fn everything() -> Interest {
        Interest { everything: true, ..Interest::default() }
    }

    /// Whether nothing is of interest.
    pub fn is_none(&self) -> bool {
        *self == Interest::default()
    }

    /// Whether a step at `place` is of interest, for a packet of this traffic entry if it has one.
    pub fn holds(&self, place: Place, step: Step, traffic: Option<TrafficId>) -> bool {
        let is_drop = || match (place, step) {
            (Place::Vpc(vpc), Step::Ended(Err(_))) => self.drops.contains(&vpc),
            _ => false,
        };
        self.holds_all(place) || traffic.is_some_and(|id| self.traffic.contains(&id)) || is_drop()
    }

    /// Whether every step at `place` is of interest.
    pub(super) fn holds_all(&self, place: Place) -> bool {
        let is_place = match place {
            Place::Vpc(vpc) => self.vpcs.contains(&vpc),
            Place::Link(link) => self.links.contains(&link),
        };
        self.everything || is_place
    }

    /// Adds the interest of another.
    pub(super) fn join(&mut self, other: &Interest) {
        self.everything |= other.everything;
        self.links.extend(&other.links);
        self.vpcs.extend(&other.vpcs);
        self.drops.extend(&other.drops);
        self.traffic.extend(&other.traffic);
    }
}

/// A watcher of packets.
pub trait Observer: Send {
    /// What it wants to be told of; asked once, when it is attached.
    fn interest(&self) -> Interest {
        Interest::everything()
    }
    /// Takes the next records of interest, in order.
    fn record(&mut self, records: &[Record]);
}

impl<F: FnMut(&[Record]) + Send> Observer for F {
    fn record(&mut self, records: &[Record]) {
        self(records);
    }
}
