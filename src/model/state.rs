//! The states of a peering connection. The transitions are in [`super::control`], the vendors' names in
//! [`super::Rules`].

/// A state in the life of a peering connection (S22).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeeringState {
    /// Waits for the accepter's account.
    Pending,
    /// In force.
    Active,
    /// Refused by the accepter.
    Rejected,
    /// Not accepted in time (S19).
    Expired,
    /// Deleted by either side (S21).
    Deleted,
    /// Overlap found after creation (S22).
    Failed,
    /// Suspended for arrears (S43).
    Isolated,
}

impl PeeringState {
    /// Every state, in the order of declaration.
    pub const ALL: [PeeringState; 7] = [
        PeeringState::Pending,
        PeeringState::Active,
        PeeringState::Rejected,
        PeeringState::Expired,
        PeeringState::Deleted,
        PeeringState::Failed,
        PeeringState::Isolated,
    ];

    /// Whether nothing can be done with it any more.
    pub fn is_gone(self) -> bool {
        matches!(self, PeeringState::Rejected | PeeringState::Deleted)
    }

    /// What a remark on a peering in this state is called; none on one that is in force, or leaves nothing behind.
    pub const fn remark(self) -> Option<&'static str> {
        match self {
            PeeringState::Active | PeeringState::Deleted => None,
            PeeringState::Pending => Some("PEERING_PENDING"),
            PeeringState::Rejected => Some("PEERING_REJECTED"),
            PeeringState::Expired => Some("PEERING_EXPIRED"),
            PeeringState::Failed => Some("PEERING_FAILED"),
            PeeringState::Isolated => Some("PEERING_ISOLATED"),
        }
    }

    /// Whether it is in force, or suspended and waiting to be in force again.
    pub fn is_established(self) -> bool {
        matches!(self, PeeringState::Active | PeeringState::Isolated)
    }

    /// Whether a peering in this state counts for quota, uniqueness and overlap (S25a).
    pub fn counts(self) -> bool {
        matches!(self, PeeringState::Pending | PeeringState::Active | PeeringState::Isolated)
    }
}
