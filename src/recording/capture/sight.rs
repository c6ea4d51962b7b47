//! What of a packet's steps is seen at an interface: what a host sends and takes, what leaves and enters by the end of
//! a peering, and where a packet is dropped: on a link at the end where it was to leave, else at a router.

use super::interfaces::Interfaces;
use crate::dataplane::packet::PacketKind;
use crate::engine::{Place, Record, Step};
use crate::model::{HostId, Network, Verdict, VpcId};
use crate::wire::capture::write::Way;
use std::net::Ipv4Addr;

/// A packet at an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sight {
    pub interface: u32,
    pub way: Way,
    /// How it ends there, if it does.
    pub verdict: Option<Verdict>,
}

/// Who looks.
pub(super) struct Watch {
    pub network: Network,
    pub interfaces: Interfaces,
    /// By the number of a sender of the plan; empty if it does not matter.
    pub senders: Vec<HostId>,
}

impl Watch {
    /// How a step is seen, if it is.
    pub(super) fn see(&self, record: &Record) -> Option<Sight> {
        let (interface, way, verdict) = match (record.place, record.step) {
            (Place::Link(link), Step::Departed) => (self.interfaces.leaving(&self.network, link), Way::Out, None),
            (Place::Link(link), Step::Arrived) => (self.interfaces.entering(&self.network, link), Way::In, None),
            (Place::Link(link), Step::Ended(verdict)) => {
                (self.interfaces.leaving(&self.network, link), Way::Out, Some(verdict))
            }
            (Place::Vpc(vpc), Step::Emitted) => (self.sender(vpc, record), Way::Out, None),
            (Place::Vpc(_), Step::Ended(Ok(host))) => (self.interfaces.host(host), Way::In, Some(Ok(host))),
            (Place::Vpc(vpc), Step::Ended(verdict)) => (self.router(vpc, record), Way::In, Some(verdict)),
            (Place::Link(_), Step::Emitted | Step::Offered { .. })
            | (Place::Vpc(_), Step::Offered { .. } | Step::Departed | Step::Arrived) => return None,
        };
        interface.map(|interface| Sight { interface, way, verdict })
    }

    /// The interface of whoever sends a packet.
    fn sender(&self, vpc: VpcId, record: &Record) -> Option<u32> {
        if record.kind.is_error() {
            return self.router(vpc, record);
        }
        self.interfaces.host(self.host(vpc, record)?)
    }

    /// The host that sends a packet in this VPC: the plan's, whatever the source address says, or the one that has it.
    fn host(&self, vpc: VpcId, record: &Record) -> Option<HostId> {
        let of_plan = self.senders.get(record.id.source().0 as usize).copied();
        match record.kind {
            PacketKind::Original | PacketKind::Segment if of_plan.is_some() => of_plan,
            _ => self.network.host_at(vpc, addresses(record)[0]),
        }
    }

    fn router(&self, vpc: VpcId, record: &Record) -> Option<u32> {
        let sender = if record.kind.is_of_source() { self.host(vpc, record) } else { None };
        self.interfaces.router(&self.network, vpc, addresses(record), sender)
    }
}

/// Source and destination.
fn addresses(record: &Record) -> [Ipv4Addr; 2] {
    [12, 16].map(|at| Ipv4Addr::new(record.head[at], record.head[at + 1], record.head[at + 2], record.head[at + 3]))
}
