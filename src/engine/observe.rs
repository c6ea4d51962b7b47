//! What observers are told: one record for each packet's end, in the one order of the run (time, then sender in
//! declaration order, then sequence, then kind). Observers change nothing and cost nothing when there are none.

use crate::dataplane::packet::{Packet, PacketId, PacketKind};
use crate::model::{LinkId, Verdict, VpcId};
use crate::units::SimTime;

/// Where a packet ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a VPC.
    Vpc(VpcId),
    /// On a link.
    Link(LinkId),
}

/// The end of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// When.
    pub time: SimTime,
    /// Which packet.
    pub id: PacketId,
    /// What it was to its source.
    pub kind: PacketKind,
    /// When it was emitted.
    pub emitted: SimTime,
    /// Its IPv4 total length.
    pub wire_length: u16,
    /// Where it ended.
    pub place: Place,
    /// How it ended.
    pub verdict: Verdict,
}

impl Record {
    pub(super) fn of(time: SimTime, packet: &Packet, place: Place, verdict: Verdict) -> Record {
        let Packet { id, kind, emitted, wire_length, .. } = *packet;
        Record { time, id, kind, emitted, wire_length, place, verdict }
    }

    /// The one order.
    pub(super) fn key(&self) -> (SimTime, PacketId, PacketKind) {
        (self.time, self.id, self.kind)
    }
}

/// Somebody who watches packets end.
pub trait Observer {
    /// Takes the next records, in order.
    fn record(&mut self, records: &[Record]);
}

impl<F: FnMut(&[Record])> Observer for F {
    fn record(&mut self, records: &[Record]) {
        self(records);
    }
}
