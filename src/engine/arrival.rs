//! Packets as events: at the far end of their path, where something may react to them. Defines the single order of
//! arrivals.

use crate::dataplane::packet::Packet;
use crate::model::{LinkId, VpcId};
use crate::units::SimTime;
use bytes::Bytes;
use std::cmp::Ordering;

/// A packet at the far end of its path, to which something may react.
pub(super) struct Arrival {
    pub time: SimTime,
    /// The link it came over; `None` inside the VPC, which sorts after all links.
    pub link: Option<LinkId>,
    pub sequence: u64,
    pub packet: Packet,
}

impl Arrival {
    fn key(&self) -> (SimTime, u32, u64) {
        (self.time, self.link.map_or(u32::MAX, |l| l.0), self.sequence)
    }
}

impl PartialEq for Arrival {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}
impl Eq for Arrival {}
impl PartialOrd for Arrival {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Arrival {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// An arrival for another cell, with the bytes after its head.
pub struct Mail {
    /// The VPC it is for.
    pub to: VpcId,
    pub(super) arrival: Arrival,
    pub(super) tail: Option<Bytes>,
}
