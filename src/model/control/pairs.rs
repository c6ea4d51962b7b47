//! Whether two VPCs may be peered: once (S6), without overlap (S11, S13), within the quota (S23). Nothing is made here.

use crate::model::ids::*;
use crate::model::network::Network;
use crate::model::peering::Peering;
use crate::model::refusal::Refusal;
use crate::model::rules::OverlapPolicy;
use crate::model::state::PeeringState;
use ipnet::Ipv4Net;

impl Network {
    /// Checks uniqueness (S6), overlap (S11, S13) and quota (S23) of a peering that would be in the state `wanted`,
    /// against the others whose state `counts` (S14: pending ones count when it is created, not when it is accepted).
    /// `existing` is its id, if it exists already.
    pub(super) fn check_pair(
        &self,
        peering: &Peering,
        wanted: PeeringState,
        existing: Option<PeeringId>,
        counts: fn(PeeringState) -> bool,
    ) -> Result<(), Refusal> {
        let (a, b, cross_region) = (peering.requester, peering.accepter, peering.cross_region);
        if let Some(old) = self.counted[a.index()].by_peer.get(&b).filter(|id| Some(**id) != existing) {
            return Err(Refusal::AlreadyPeered {
                a: self.vpc(a).name.to_string(),
                b: self.vpc(b).name.to_string(),
                existing: self.peering(*old).name.to_string(),
            });
        }
        self.check_ends(a, &self.vpc(a).cidrs, b)?;
        self.check_other_peers(a, b, &self.vpc(b).cidrs, cross_region, counts)?;
        self.check_other_peers(b, a, &self.vpc(a).cidrs, cross_region, counts)?;
        self.check_quota(a, existing, wanted)?;
        self.check_quota(b, existing, wanted)
    }

    /// S11: `cidrs` of `vpc` against all of `other`'s.
    pub(super) fn check_ends(&self, vpc: VpcId, cidrs: &[Ipv4Net], other: VpcId) -> Result<(), Refusal> {
        let far = self.vpc(other);
        match cidrs.iter().find_map(|cidr| Some((*cidr, far.overlapping(*cidr)?))) {
            None => Ok(()),
            Some((cidr, other_cidr)) => Err(Refusal::EndsOverlap {
                vpc: self.vpc(vpc).name.to_string(),
                cidr,
                other: far.name.to_string(),
                other_cidr,
            }),
        }
    }

    /// S13 at `hub`: `cidrs` of its peer against its other peers.
    pub(super) fn check_other_peers(
        &self,
        hub: VpcId,
        peer: VpcId,
        cidrs: &[Ipv4Net],
        cross_region: bool,
        counts: fn(PeeringState) -> bool,
    ) -> Result<(), Refusal> {
        // Whether the others are regional or cross-region.
        let kinds: &[bool] = match self.rules.overlap {
            OverlapPolicy::Aws => &[],
            OverlapPolicy::Strict2024 => &[false, true],
            OverlapPolicy::Guide if cross_region => &[false, true],
            OverlapPolicy::Guide => &[true],
        };
        for (cidr, kind) in cidrs.iter().flat_map(|cidr| kinds.iter().map(move |kind| (*cidr, *kind))) {
            for (other_cidr, id) in self.counted[hub.index()].behind(kind).meeting(cidr) {
                let other_peering = self.peering(id);
                let Some(other) = other_peering.peer_of(hub).filter(|o| *o != peer && counts(other_peering.state))
                else {
                    continue;
                };
                return Err(Refusal::PeersOverlap {
                    hub: self.vpc(hub).name.to_string(),
                    peer: self.vpc(peer).name.to_string(),
                    cidr,
                    other: self.vpc(other).name.to_string(),
                    other_cidr,
                });
            }
        }
        Ok(())
    }

    /// S23: checks the total when a request is made or renewed, and the active ones when it would become active.
    fn check_quota(&self, vpc: VpcId, existing: Option<PeeringId>, wanted: PeeringState) -> Result<(), Refusal> {
        let counted = &self.counted[vpc.index()];
        // The peering itself is left out. A suspended one is only waiting to be active again (S25a): restoring it must
        // not exceed the quota.
        let own = existing.map(|id| self.peering(id).state);
        let total = counted.by_peer.len() as u32 - u32::from(own.is_some_and(PeeringState::counts));
        let active = counted.established - u32::from(own.is_some_and(PeeringState::is_established));
        let exceeded = |count, quota, what| {
            let vpc = self.vpc(vpc).name.to_string();
            Err(Refusal::QuotaExceeded { vpc, count, quota, what })
        };
        if total >= self.rules.quota_total {
            return exceeded(total, self.rules.quota_total, "active or pending");
        }
        if wanted == PeeringState::Active && active >= self.rules.quota_active {
            return exceeded(active, self.rules.quota_active, "active");
        }
        Ok(())
    }

    /// How many more peerings `vpc` may have (S23).
    pub fn free_quota(&self, vpc: VpcId) -> u32 {
        self.rules.quota_total.saturating_sub(self.counted[vpc.index()].by_peer.len() as u32)
    }
}
