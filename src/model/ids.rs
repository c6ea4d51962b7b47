//! Typed indices into a network's arenas. Declaration order is index order.

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
    /// One direction of a peering's transport: index `2 p` from the requester, `2 p + 1` from the accepter.
    LinkId
);

impl LinkId {
    /// The direction of `peering` that leaves the requester (`true`) or the accepter.
    pub const fn new(peering: PeeringId, from_requester: bool) -> LinkId {
        LinkId(peering.0 * 2 + !from_requester as u32)
    }
    /// The peering connection this link belongs to.
    pub const fn peering(self) -> PeeringId {
        PeeringId(self.0 / 2)
    }
    /// Whether it leaves the requester's VPC.
    pub const fn from_requester(self) -> bool {
        self.0.is_multiple_of(2)
    }
}
