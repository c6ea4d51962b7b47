//! An account as valid data: what it owns, whom it trusts and since when it is in arrears. It checks no rules.

use super::ids::{AccountId, PeeringId, VpcId};
use super::name::Name;
use crate::units::SimTime;

/// An owner of VPCs.
#[derive(Debug, Clone)]
pub struct Account {
    /// Unique.
    pub name: Name,
    /// The accounts whose requests it accepts without a remark; unset means all (S24).
    pub trusts: Option<Vec<AccountId>>,
    /// The VPCs it owns.
    pub(super) vpcs: Vec<VpcId>,
    /// Set while its balance is below zero (S43).
    pub(super) arrears: Option<Arrears>,
}

/// An account in arrears.
#[derive(Debug, Clone)]
pub(super) struct Arrears {
    pub since: SimTime,
    /// The peerings isolated when the grace period ended; none before that.
    pub isolated: Option<Vec<PeeringId>>,
}
