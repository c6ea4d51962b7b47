//! Where routers dropped packets, by reason and subnet, each with one packet as an example. Only sums and minima, so
//! that the order of merging does not matter.

use crate::dataplane::packet::{Packet, PacketKind, SourceId};
use crate::model::{DropReason, SubnetId};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// A dropped packet as an example of others: the first by sender, in declaration order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// In its header.
    pub source: Ipv4Addr,
    /// In its header.
    pub destination: Ipv4Addr,
    rank: (SourceId, PacketKind, u64),
}

impl Example {
    pub(super) fn of(packet: &Packet) -> Example {
        let (source, destination) = (packet.source(), packet.destination());
        Example { source, destination, rank: (packet.id.source(), packet.kind, packet.id.sequence()) }
    }

    /// Any packet of one kind of a sender, if all of them have these addresses.
    pub(super) fn of_any((sender, kind): (SourceId, PacketKind), source: Ipv4Addr, destination: Ipv4Addr) -> Example {
        Example { source, destination, rank: (sender, kind, 0) }
    }

    /// The first of the two.
    pub(super) fn first(self, other: Example) -> Example {
        if other.rank < self.rank { other } else { self }
    }
}

/// Where one packet was dropped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    pub subnet: Option<SubnetId>,
    pub example: Example,
}

/// Packets dropped for one reason in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// How many.
    pub packets: u64,
    /// One of them.
    pub example: Example,
}

/// What a VPC's router dropped, by reason and subnet: the sender's subnet if the packet did not leave it, else the
/// destination's, if it has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DropSites(BTreeMap<(DropReason, Option<SubnetId>), Dropped>);

impl DropSites {
    pub(super) fn add(&mut self, reason: DropReason, count: u64, Site { subnet, example }: Site) {
        if count > 0 {
            self.join((reason, subnet), Dropped { packets: count, example });
        }
    }

    fn join(&mut self, at: (DropReason, Option<SubnetId>), more: Dropped) {
        let join = |known: &mut Dropped| {
            *known = Dropped { packets: known.packets + more.packets, example: known.example.first(more.example) }
        };
        self.0.entry(at).and_modify(join).or_insert(more);
    }

    pub(super) fn merge(&mut self, other: &DropSites) {
        other.0.iter().for_each(|(at, dropped)| self.join(*at, *dropped));
    }

    /// Every reason and subnet that occurred, in order.
    pub fn iter(&self) -> impl Iterator<Item = (DropReason, Option<SubnetId>, Dropped)> {
        self.0.iter().map(|((reason, subnet), dropped)| (*reason, *subnet, *dropped))
    }

    /// How many for one reason, in all subnets.
    pub fn of(&self, reason: DropReason) -> u64 {
        self.iter().filter(|(of, ..)| *of == reason).map(|(.., dropped)| dropped.packets).sum()
    }

    /// How many for any reason.
    pub fn total(&self) -> u64 {
        self.0.values().map(|dropped| dropped.packets).sum()
    }
}
