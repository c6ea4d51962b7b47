//! What observers are told: the steps of packets, in the one order of the run (time, then sender in declaration order,
//! then sequence, then kind, then step). Observers change nothing, say what interests them, and slow nothing else.

use crate::dataplane::packet::{Packet, PacketId, PacketKind};
use crate::model::{LinkId, TrafficId, Verdict, VpcId};
use crate::units::{ByteSize, SimTime};
use crate::wire::ipv4::HEAD;
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
    /// It reaches a link; so much waits there in front of its bucket then, itself included if it waits.
    Offered {
        /// Bytes.
        waiting: ByteSize,
    },
    /// It leaves the bucket for the wire.
    Departed,
    /// It leaves the far end of the link.
    Arrived,
    /// It ends, in a VPC or on a link.
    Ended(Verdict),
}

impl Step {
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

impl Record {
    pub(super) fn of(time: SimTime, packet: &Packet, place: Place, step: Step) -> Record {
        let Packet { id, kind, emitted, wire_length, head, .. } = *packet;
        Record { time, step, place, id, kind, emitted, wire_length, head }
    }

    /// How the packet ended, if it did.
    pub fn verdict(&self) -> Option<Verdict> {
        match self.step {
            Step::Ended(verdict) => Some(verdict),
            Step::Emitted | Step::Offered { .. } | Step::Departed | Step::Arrived => None,
        }
    }

    /// The one order.
    pub(super) fn key(&self) -> (SimTime, PacketId, PacketKind, u8) {
        (self.time, self.id, self.kind, self.step.rank())
    }
}

/// Which steps an observer wants to be told of: those in or on one of these places, and those of these entries'
/// packets. What nobody is interested in is carried as if nobody looked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interest {
    /// Every step of every packet.
    pub everything: bool,
    /// Steps on these links.
    pub links: BTreeSet<LinkId>,
    /// Steps in these VPCs.
    pub vpcs: BTreeSet<VpcId>,
    /// Every step of these traffic entries' packets.
    pub traffic: BTreeSet<TrafficId>,
}

impl Interest {
    /// Every step of every packet.
    pub fn everything() -> Interest {
        Interest { everything: true, ..Interest::default() }
    }

    /// Whether nothing interests anybody.
    pub fn is_none(&self) -> bool {
        *self == Interest::default()
    }

    /// Whether a step of a packet of this entry, if it is of one, at `place` is of interest.
    pub fn holds(&self, place: Place, traffic: Option<TrafficId>) -> bool {
        let is_place = match place {
            Place::Vpc(vpc) => self.vpcs.contains(&vpc),
            Place::Link(link) => self.links.contains(&link),
        };
        self.everything || is_place || traffic.is_some_and(|id| self.traffic.contains(&id))
    }

    /// What either is interested in.
    pub(super) fn join(&mut self, other: &Interest) {
        self.everything |= other.everything;
        self.links.extend(&other.links);
        self.vpcs.extend(&other.vpcs);
        self.traffic.extend(&other.traffic);
    }
}

/// Somebody who watches packets.
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
