//! Whom packets can be meant for, as plain data. Which flow goes where is in [`super::flows`].

use super::ids::HostId;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Where a traffic entry's packets go.
#[derive(Debug, Clone)]
pub enum Destination {
    /// To hosts, each named once: at least one, but for a replay, whose packets name their own.
    Hosts { hosts: Arc<[HostId]>, pick: Pick },
    /// To an address that need not belong to anybody; no host is named, so nothing is misdelivered.
    Address(Ipv4Addr),
}

/// Which of several hosts a sender sends to. Never itself, unless it is the only one; a file may say that only by
/// naming one and the same host as sender and as receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// A flow for each pair of different hosts: those of the first sender in order of the receivers, those of the
    /// second, and so on.
    Every,
    /// A flow for each sender: flow n goes to the n-th host, counted round and round, or where that is the sender to
    /// the one after it.
    InOrder,
    /// A flow for each sender: to a host that the seed chooses.
    Random,
}

/// Where the packets of one flow go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Receiver {
    /// To a host.
    Host(HostId),
    /// To whoever has the address.
    Address(Ipv4Addr),
}

impl Destination {
    /// Flow n to the n-th of `hosts`.
    pub fn in_order(hosts: impl Into<Arc<[HostId]>>) -> Destination {
        Destination::Hosts { hosts: hosts.into(), pick: Pick::InOrder }
    }
}
