//! Making peering connections: uniqueness, overlap, quota, bandwidth, buffers. What becomes of one is in
//! `model::lifecycle`.

use super::{Notice, check_delay, duplicate};
use crate::model::ids::*;
use crate::model::lifecycle;
use crate::model::name::Name;
use crate::model::network::Network;
use crate::model::nodes::Nodes;
use crate::model::peering::{Peering, PeeringState, QueueLimit};
use crate::model::refusal::Refusal;
use crate::model::rules::OverlapPolicy;
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime};
use ipnet::Ipv4Net;

/// Bucket and queue together stay below this, so that the exact token arithmetic fits 64 bits (see
/// `dataplane::shaper`).
pub const BUFFER_MAX: ByteSize = ByteSize::from_bytes(500_000_000);

/// A peering connection to make (S16).
#[derive(Debug, Clone)]
pub struct PeeringSpec {
    /// Unique.
    pub name: Name,
    /// Free text.
    pub label: Option<String>,
    /// The asking VPC.
    pub requester: VpcId,
    /// The asked VPC.
    pub accepter: VpcId,
    /// Its state; unset is ACTIVE within an account (S17), PENDING between two (S18).
    pub state: Option<PeeringState>,
    /// The cap, per direction; set exactly when cross-region.
    pub bandwidth: Option<BitRate>,
    /// Bucket size; unset follows the cap.
    pub burst: Option<ByteSize>,
    /// What may wait.
    pub queue: QueueLimit,
    /// One way; unset takes the regions' delay.
    pub delay: Option<SimDuration>,
    /// Largest packet; unset takes the rule set's.
    pub mtu: Option<u16>,
    /// A ticket raised the highest cap (S30).
    pub ticket: bool,
    /// Injected loss on the way.
    pub loss: Share,
    /// How long before its creation the request was made: a pending one expires so much sooner (S19).
    pub requested: SimDuration,
    /// Forwarding nodes that carry it, over which flows are spread (S10); at least 1.
    pub nodes: u8,
    /// Whether the flows of a failed node move to the others (S10).
    pub failover: bool,
    /// How long it takes to notice that a node failed.
    pub detection: SimDuration,
}

impl PeeringSpec {
    /// A peering with every setting at its default: no cap, 50 ms of queue, two nodes that fail over within a second.
    pub fn new(name: Name, requester: VpcId, accepter: VpcId) -> PeeringSpec {
        PeeringSpec {
            name,
            label: None,
            requester,
            accepter,
            state: None,
            bandwidth: None,
            burst: None,
            queue: QueueLimit::DEFAULT,
            delay: None,
            mtu: None,
            ticket: false,
            loss: Share::ZERO,
            requested: SimDuration::ZERO,
            nodes: 2,
            failover: true,
            detection: SimDuration::from_secs(1),
        }
    }
}

impl Network {
    /// Makes a peering connection at `now`, refusing what S6, S11, S13, S23 and S29–S33 refuse. Whose VPC the requester
    /// is, the caller has checked.
    ///
    /// # Errors
    /// One refusal per rule; nothing is created then.
    pub fn add_peering(&mut self, spec: PeeringSpec, now: SimTime) -> Result<PeeringId, Refusal> {
        self.check_free_name(&spec.name)?;
        let (near, far) = (self.vpc(spec.requester), self.vpc(spec.accepter));
        if spec.requester == spec.accepter {
            return Err(Refusal::PeeredWithItself { vpc: near.name.to_string() });
        }
        self.check_standing(near.account, near.region != far.region)?;
        let peering = self.peering_of(spec, now)?;
        self.check_bandwidth(&peering, peering.bandwidth)?;
        self.check_buffers(&peering, peering.bandwidth)?;
        if peering.state.counts() {
            self.check_pair(&peering, peering.state, None, PeeringState::counts)?;
        }
        if let Some(bandwidth) = peering.bandwidth {
            self.note_bandwidth(bandwidth);
        }
        let id = PeeringId(self.peerings.len() as u32);
        self.vpcs[peering.requester.index()].peerings.push(id);
        self.vpcs[peering.accepter.index()].peerings.push(id);
        let bearers = self.peering_names.entry(peering.name.clone()).or_default();
        if peering.state.is_gone() {
            bearers.gone = Some(id)
        } else {
            bearers.alive = Some(id)
        }
        self.made_as.insert(peering.name.clone(), id);
        self.peerings.push(peering);
        self.routes_over.push(Vec::new());
        self.scheduled.push(None);
        self.recount(id, None);
        self.note_change(id);
        Ok(id)
    }

    /// The peering that `spec` asks for at `now`; of its settings only the delay is checked.
    fn peering_of(&self, spec: PeeringSpec, now: SimTime) -> Result<Peering, Refusal> {
        let (near, far) = (self.vpc(spec.requester), self.vpc(spec.accepter));
        let cross_region = near.region != far.region;
        let same_account = near.account == far.account;
        let state = spec.state.unwrap_or(if same_account { PeeringState::Active } else { PeeringState::Pending });
        let mtu = spec.mtu.unwrap_or(if cross_region { self.rules.mtu_cross_region } else { self.rules.mtu_regional });
        Ok(Peering {
            delay: self.peering_delay(&spec, cross_region)?,
            history: vec![(now, state)],
            expires: (state == PeeringState::Pending).then(|| lifecycle::expiry(now, spec.requested)),
            nodes: Nodes::new(spec.nodes, spec.failover, spec.detection),
            outages: Vec::new(),
            first_name: spec.name.clone(),
            name: spec.name,
            label: spec.label,
            requester: spec.requester,
            accepter: spec.accepter,
            state,
            cross_region,
            bandwidth: spec.bandwidth,
            caps: spec.bandwidth.map(|cap| (now, cap)).into_iter().collect(),
            burst: spec.burst,
            queue: spec.queue,
            mtu,
            ticket: spec.ticket,
            down: false,
            loss: spec.loss,
            lasting_loss: spec.loss,
        })
    }

    /// S16: names of peerings that are not gone are unique.
    pub(in crate::model) fn check_free_name(&self, name: &Name) -> Result<(), Refusal> {
        match self.find_peering(name.as_str()) {
            Some(id) if !self.peering(id).state.is_gone() => Err(duplicate("peering", name)),
            _ => Ok(()),
        }
    }

    fn peering_delay(&self, spec: &PeeringSpec, cross_region: bool) -> Result<SimDuration, Refusal> {
        let (a, b) = (self.vpc(spec.requester).region, self.vpc(spec.accepter).region);
        let delay = match spec.delay {
            Some(delay) => delay,
            None if !cross_region => self.rules.local_delay,
            None => self.regions.delay(a, b).ok_or_else(|| Refusal::DelayUnknown {
                a: self.regions.name(a).into(),
                b: self.regions.name(b).into(),
            })?,
        };
        check_delay(delay)?;
        Ok(delay)
    }

    /// Uniqueness (S6), overlap (S11, S13) and quota (S23) of a peering as it would be in the state `wanted`, against
    /// those others whose state `counts` (S14: pending ones count when it is created, not when it is accepted).
    /// `existing` is itself, if it exists already.
    pub(in crate::model) fn check_pair(
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

    /// S23: the total counts when a request is made or made again, the active ones when it would become active.
    fn check_quota(&self, vpc: VpcId, existing: Option<PeeringId>, wanted: PeeringState) -> Result<(), Refusal> {
        let counted = &self.counted[vpc.index()];
        // Itself aside. A suspended one is only waiting to be active again (S25a): restoring it must not pass the
        // quota.
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

    /// S27, S29–S31: what `bandwidth` a peering may have.
    fn check_bandwidth(&self, peering: &Peering, bandwidth: Option<BitRate>) -> Result<(), Refusal> {
        let max = self.rules.bandwidth_max;
        match bandwidth {
            None if peering.cross_region => Err(Refusal::BandwidthMissing),
            None => Ok(()),
            Some(_) if !peering.cross_region => Err(Refusal::BandwidthNotSettable),
            Some(bandwidth) if bandwidth.as_bps() == 0 || bandwidth.as_bps() % 1_000_000 != 0 => {
                Err(Refusal::BandwidthNotWhole { bandwidth })
            }
            Some(bandwidth) if bandwidth > max && !peering.ticket => Err(Refusal::BandwidthTooHigh { bandwidth, max }),
            Some(_) => Ok(()),
        }
    }

    /// Whether `peering` may have `cap` (S30, S31), with the burst and queue it has (S33). Its state is not asked.
    ///
    /// # Errors
    /// Why not.
    pub fn check_cap(&self, peering: &Peering, cap: BitRate) -> Result<(), Refusal> {
        self.check_bandwidth(peering, Some(cap))?;
        self.check_buffers(peering, Some(cap))
    }

    /// The network before time 0, had `id` been declared with `cap`; not a change that a user makes (S34).
    ///
    /// # Errors
    /// What [`Network::check_cap`] refuses; the peering keeps its cap then.
    pub fn redeclare_cap(&mut self, id: PeeringId, cap: BitRate) -> Result<(), Refusal> {
        self.check_cap(self.peering(id), cap)?;
        self.peerings[id.index()].set_cap(cap, SimTime::ZERO);
        self.note_change(id);
        Ok(())
    }

    /// Asks in `spec` for `cap`. A request that is refused for the cap it asks for stays as it is.
    ///
    /// # Errors
    /// What [`Network::check_cap`] refuses; the request stays as it is then.
    pub fn respecify_cap(&self, spec: &mut PeeringSpec, cap: BitRate) -> Result<(), Refusal> {
        let peering = self.peering_of(spec.clone(), SimTime::ZERO)?;
        if let Some(asked) = spec.bandwidth.filter(|_| peering.cross_region)
            && self.check_cap(&peering, asked).is_ok()
        {
            self.check_cap(&peering, cap)?;
            spec.bandwidth = Some(cap);
        }
        Ok(())
    }

    /// S33: at a cap of `bandwidth` the bucket holds the largest packet; bucket and queue stay exactly countable.
    fn check_buffers(&self, peering: &Peering, bandwidth: Option<BitRate>) -> Result<(), Refusal> {
        let Some(shaping) = peering.shaping_with(bandwidth, &self.rules) else {
            return Ok(());
        };
        if shaping.burst.as_u64() < u64::from(peering.mtu) {
            let (burst, mtu) = (shaping.burst, peering.mtu);
            return Err(Refusal::BurstTooSmall { burst, mtu });
        }
        let waiting = match shaping.queue {
            QueueLimit::Time(t) => shaping.rate.bytes_in(t),
            QueueLimit::Bytes(b) => b,
            QueueLimit::Packets(p) => ByteSize::from_bytes(u64::from(p) * u64::from(peering.mtu)),
        };
        for (what, size) in [("a burst", shaping.burst), ("a queue", waiting)] {
            if size > BUFFER_MAX {
                return Err(Refusal::BufferTooLarge { what, size, max: BUFFER_MAX });
            }
        }
        Ok(())
    }

    pub(in crate::model) fn note_bandwidth(&mut self, bandwidth: BitRate) {
        const MENU: [u64; 7] = [10, 20, 50, 100, 200, 500, 1000];
        let mbps = bandwidth.as_bps() / 1_000_000;
        if !MENU.contains(&mbps) && bandwidth <= self.rules.bandwidth_max {
            self.notices.push(Notice::UnusualBandwidth { bandwidth });
        }
    }
}
