//! One line of a flow log: which packets it adds up, and their sums. What is written of it is decided elsewhere.

use crate::model::{DropReason, LinkId, VpcId};
use crate::units::SimTime;
use crate::wire::tuple::Tuple;
use std::net::Ipv4Addr;

/// Where packets are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Interface {
    /// At that of the host, or of the visible router, with this address in the VPC.
    Address(VpcId, Ipv4Addr),
    /// On a link.
    Link(LinkId),
}

/// Which way they go there. A link has only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// Out of the interface.
    Egress,
    /// Into it.
    Ingress,
}

/// By which way packets leave an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Path {
    /// None was found, or they come in.
    None,
    /// To another host of the VPC.
    Local,
    /// Over a peering within the region.
    Regional,
    /// Over one to another region.
    CrossRegion,
    /// Over this one: which of the two that is, was not looked up yet.
    Over(LinkId),
}

/// What packets of one line have in common. Lines stand in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub interface: Interface,
    pub way: Way,
    pub tuple: Tuple,
    pub path: Path,
    /// Why they were dropped.
    pub dropped: Option<DropReason>,
}

/// The sums of one line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    pub packets: u64,
    /// IPv4 total lengths.
    pub bytes: u64,
    /// When the first of them was seen, and the last.
    pub first: SimTime,
    pub last: SimTime,
    /// Of all of them.
    pub tcp_flags: u8,
}

impl Flow {
    /// Adds what was seen of the same flow.
    pub(super) fn join(&mut self, other: &Flow) {
        self.packets += other.packets;
        self.bytes += other.bytes;
        // What came to its end late was sent before others.
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.tcp_flags |= other.tcp_flags;
    }
}
