//! What packets of one flow have in common, and what tells them apart: the form they share with those of their size,
//! and whose turn it is. Makes no heads.

use super::slots::Slot;
use crate::dataplane::packet::{Packet, PacketId, PacketKind, SourceId, TailId};
use crate::dataplane::router::Path;
use crate::units::SimTime;
use crate::wire::ipv4::{HEAD, IPV4_HEADER, UDP_HEADER};

/// A prepared head of one size, and the path its packets take.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Form {
    /// What the routers said about it, and in which epoch.
    pub path: Option<(u64, Path)>,
    pub length: u16,
    pub(super) head: [u8; HEAD],
    /// What a packet of this size has for itself.
    pub(super) slot: Slot,
}

/// A packet that is not made yet: when it goes, its number, its form.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::engine) struct Turn {
    pub at: SimTime,
    pub sequence: u64,
    pub form: u32,
}

/// A record of these bytes; sender and time are the caller's.
pub(in crate::engine) fn record(head: [u8; HEAD], wire_length: u16) -> Packet {
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
