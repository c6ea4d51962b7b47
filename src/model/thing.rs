//! What a remark can be about, in whichever room it is made. Where it stands in a file, [`crate::scenario::Places`]
//! knows.

use super::ids::{HostId, PeeringId, SubnetId, TableId, TrafficId, VpcId};
use ipnet::Ipv4Net;

/// One thing that a scenario declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A VPC.
    Vpc(VpcId),
    /// A subnet.
    Subnet(SubnetId),
    /// A route table; one that belongs to a single subnet stands with it.
    Table(TableId),
    /// The route of a table to this destination.
    Route(TableId, Ipv4Net),
    /// A host.
    Host(HostId),
    /// A peering connection.
    Peering(PeeringId),
    /// A traffic entry.
    Traffic(TrafficId),
    /// A demand on who reaches whom, by its index in the plan.
    Reach(usize),
}
