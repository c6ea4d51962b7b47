//! The data the rules need when a VPC gets one more peering: the peerings that count (S25a), by peer and by the
//! addresses behind them, and how many are in force. It is updated as states change, so that the thousands of peerings
//! of a hub need not be searched for each new one. It checks no rules; `control` maintains it.

use super::ids::{PeeringId, VpcId};
use super::prefixes::Overlapping;
use std::collections::BTreeMap;

/// The peerings of one VPC that count.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    /// At most one for each peer (S6).
    pub by_peer: BTreeMap<VpcId, PeeringId>,
    /// How many are in force, or suspended and waiting to be restored.
    pub established: u32,
    regional: Overlapping,
    cross_region: Overlapping,
}

impl Counted {
    /// The addresses of the peers behind regional or cross-region peerings.
    pub(super) fn behind(&self, cross_region: bool) -> &Overlapping {
        if cross_region { &self.cross_region } else { &self.regional }
    }

    pub(super) fn behind_mut(&mut self, cross_region: bool) -> &mut Overlapping {
        if cross_region { &mut self.cross_region } else { &mut self.regional }
    }
}
