//! Typed indices into a network's arenas. Declaration order is index order.

use super::direction::Direction;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $name {
            /// The index into the arena.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// An account that owns VPCs.
    AccountId
);
id!(
    /// A region.
    RegionId
);
id!(
    /// A VPC.
    VpcId
);
id!(
    /// A subnet of some VPC.
    SubnetId
);
id!(
    /// A route table of some VPC.
    TableId
);
id!(
    /// A host in some subnet.
    HostId
);
id!(
    /// A peering connection.
    PeeringId
);
id!(
    /// A traffic entry of the plan.
    TrafficId
);
id!(
    /// One direction of a peering's transport: index `2 p` away from the requester, `2 p + 1` towards it.
    LinkId
);

impl LinkId {
    /// The link of `peering` that leads in `direction`.
    pub const fn new(peering: PeeringId, direction: Direction) -> LinkId {
        LinkId(peering.0 * 2 + direction as u32)
    }
    /// The two links of `peering`, outbound first.
    pub const fn both(peering: PeeringId) -> [LinkId; 2] {
        [LinkId::new(peering, Direction::Out), LinkId::new(peering, Direction::In)]
    }
    /// The peering connection this link belongs to.
    pub const fn peering(self) -> PeeringId {
        PeeringId(self.0 / 2)
    }
    /// Where it leads.
    pub const fn direction(self) -> Direction {
        if self.0.is_multiple_of(2) { Direction::Out } else { Direction::In }
    }
}
