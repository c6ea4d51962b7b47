//! Making peering connections. `pairs` and `bandwidth` decide which ones may be made; later changes of state are in
//! `lifecycle`.

use super::regions::check_delay;
use crate::model::ids::*;
use crate::model::name::Name;
use crate::model::network::Network;
use crate::model::nodes::Nodes;
use crate::model::peering::{Peering, QueueLimit};
use crate::model::refusal::Refusal;
use crate::model::state::PeeringState;
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime};

/// A peering connection to make (S16).
#[derive(Debug, Clone)]
pub struct PeeringSpec {
    /// Unique.
    pub name: Name,
    /// Free text.
    pub label: Option<String>,
    /// The VPC that asks.
    pub requester: VpcId,
    /// The VPC that is asked.
    pub accepter: VpcId,
    /// Its state; if unset, ACTIVE within one account (S17), PENDING between two (S18).
    pub state: Option<PeeringState>,
    /// The cap, per direction; set exactly when cross-region.
    pub bandwidth: Option<BitRate>,
    /// Bucket size; if unset, it follows the cap.
    pub burst: Option<ByteSize>,
    /// The most that may wait.
    pub queue: QueueLimit,
    /// One way; if unset, the delay between the regions.
    pub delay: Option<SimDuration>,
    /// Largest packet; if unset, that of the rule set.
    pub mtu: Option<u16>,
    /// A ticket raised the highest cap (S30).
    pub ticket: bool,
    /// Injected loss on the way.
    pub loss: Share,
    /// Injected loss of every so many data segments; none if unset.
    pub lose_every: Option<u64>,
    /// How long segments may wait without being marked; without end if unset.
    pub mark: Option<SimDuration>,
    /// How long before its creation the request was made: a pending one expires that much sooner (S19).
    pub requested: SimDuration,
    /// How many forwarding nodes carry it; flows are spread over them (S10). At least 1.
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
            lose_every: None,
            mark: None,
            requested: SimDuration::ZERO,
            nodes: 2,
            failover: true,
            detection: SimDuration::from_secs(1),
        }
    }
}

impl Network {
    /// Makes a peering connection at `now`, refusing what S6, S11, S13, S23 and S29–S33 refuse. The caller has checked
    /// who owns the requester's VPC.
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
        bearers.ever.push((now, id));
        self.peerings.push(peering);
        self.routes_over.push(Vec::new());
        self.scheduled.push(None);
        self.recount(id, None);
        self.note_change(id);
        Ok(id)
    }

    /// The peering that `spec` asks for at `now`; of its settings only the delay is checked.
    pub(super) fn peering_of(&self, spec: PeeringSpec, now: SimTime) -> Result<Peering, Refusal> {
        let (near, far) = (self.vpc(spec.requester), self.vpc(spec.accepter));
        let cross_region = near.region != far.region;
        let same_account = near.account == far.account;
        let state = spec.state.unwrap_or(if same_account { PeeringState::Active } else { PeeringState::Pending });
        let mtu = spec.mtu.unwrap_or(if cross_region { self.rules.mtu_cross_region } else { self.rules.mtu_regional });
        Ok(Peering {
            delay: self.peering_delay(&spec, cross_region)?,
            history: vec![(now, state)],
            expires: (state == PeeringState::Pending).then(|| now + (self.rules.request_life - spec.requested)),
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
            lose_every: spec.lose_every,
            mark: spec.mark,
            lasting_loss: spec.loss,
        })
    }

    /// S16: names of peerings that are not gone are unique.
    pub(super) fn check_free_name(&self, name: &Name) -> Result<(), Refusal> {
        match self.find_peering(name.as_str()) {
            Some(id) if !self.peering(id).state.is_gone() => Err(Refusal::duplicate("peering", name)),
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
}
