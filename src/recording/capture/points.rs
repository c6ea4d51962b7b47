//! What a user wants of a capture: where to look, and which packets to keep.

use crate::model::{DropReason, HostId, PeeringId, Verdict, VpcId};

/// What is to be captured.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Where; if nowhere in particular, at both ends of every peering and at every router.
    pub points: Vec<Point>,
    /// Only packets that end like this, where they end.
    pub only: Option<Only>,
    /// Only so many, the first ones.
    pub first: Option<u64>,
    /// Of each packet only so many bytes, the first ones.
    pub snap: Option<u32>,
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// At both ends of a peering, and for what concerns it at the routers there.
    Peering(PeeringId),
    /// At a host, and for what concerns it at its router.
    Host(HostId),
    /// At everything in a VPC: its router, its ends of peerings, its hosts.
    Vpc(VpcId),
}

/// How packets end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Dropped for any reason.
    Dropped,
    /// Dropped for this reason.
    Reason(DropReason),
    /// A host took it.
    Delivered,
}

/// The word for packets that a host took, where dropped ones have their reason's.
pub const DELIVERED: &str = "delivered";

impl Only {
    /// Whether a packet that ends like this is meant.
    pub(super) fn is(self, verdict: Verdict) -> bool {
        match (self, verdict) {
            (Only::Dropped, Err(_)) | (Only::Delivered, Ok(_)) => true,
            (Only::Reason(reason), Err(other)) => reason == other,
            (Only::Reason(_), Ok(_)) | (Only::Dropped, Ok(_)) | (Only::Delivered, Err(_)) => false,
        }
    }
}
