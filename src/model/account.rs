//! An account as valid data: what it owns, whom it trusts, what it owes since when. It judges nothing.

use super::ids::{AccountId, PeeringId, VpcId};
use super::name::Name;
use crate::units::SimTime;

/// An owner of VPCs.
#[derive(Debug, Clone)]
pub struct Account {
    /// Unique.
    pub name: Name,
    /// The accounts whose requests it would accept without a second thought; unset is all (S24).
    pub trusts: Option<Vec<AccountId>>,
    /// Those it owns.
    pub(super) vpcs: Vec<VpcId>,
    /// Set while its balance is below zero (S43).
    pub(super) arrears: Option<Arrears>,
}

/// An account in arrears.
#[derive(Debug, Clone)]
pub(super) struct Arrears {
    pub since: SimTime,
    /// What was isolated when the grace ended; none before.
    pub isolated: Option<Vec<PeeringId>>,
}
