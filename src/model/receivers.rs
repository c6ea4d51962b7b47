//! Possible receivers of packets, as plain data. Which flow goes where is in [`super::flows`].

use super::ids::HostId;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Where a traffic entry's packets go.
#[derive(Debug, Clone)]
pub enum Destination {
    /// To hosts, each named once: at least one, except for a replay, whose packets name their receivers.
    Hosts { hosts: Arc<[HostId]>, pick: Pick },
    /// To an address that need not belong to any host; no host is named, so nothing is misdelivered.
    Address(Ipv4Addr),
}

/// Which of several hosts a sender sends to. Never itself, unless it is the only one, which requires the file to name
/// that single host as both sender and receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// One flow per pair of different hosts: first those of the first sender, in order of the receivers, then those of
    /// the second, and so on.
    Every,
    /// One flow per sender: flow n goes to the n-th host, wrapping around, or to the next one if that host is the
    /// sender.
    InOrder,
    /// One flow per sender, to a host that the seed chooses.
    Random,
}

/// Where the packets of one flow go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Receiver {
    /// To a host.
    Host(HostId),
    /// To whichever host has the address.
    Address(Ipv4Addr),
}

impl Destination {
    /// Flow n to the n-th of `hosts`.
    pub fn in_order(hosts: impl Into<Arc<[HostId]>>) -> Destination {
        Destination::Hosts { hosts: hosts.into(), pick: Pick::InOrder }
    }
}
