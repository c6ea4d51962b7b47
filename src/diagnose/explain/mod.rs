//! Why two ends do or do not talk: both directions hop by hop ([`Leg`]), what it comes to ([`Conclusion`]), and the
//! smallest change that mends it ([`Mend`]), which is applied and asked about again before it is told. It draws
//! nothing.

mod conclusion;
mod leg;
mod mend;
mod renumber;

pub use conclusion::Conclusion;
pub use leg::{Leg, Other};
pub use mend::{Mend, Step};

use super::ground::Ground;
use super::way::Trip;
use crate::model::plan::Plan;
use crate::model::{HostId, Network, Probe, VpcId};
use crate::units::SimTime;
use std::net::Ipv4Addr;

/// A question: does `from` reach `to`?
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Who sends.
    pub from: HostId,
    /// The address that is sent to.
    pub address: Ipv4Addr,
    /// The host that is meant; none if only an address is.
    pub to: Option<HostId>,
    /// The packet.
    pub probe: Probe,
    /// When.
    pub at: SimTime,
}

impl Question {
    /// About a host.
    pub fn host(network: &Network, from: HostId, to: HostId, probe: Probe, at: SimTime) -> Question {
        Question { from, address: network.host(to).address, to: Some(to), probe, at }
    }

    /// The trip of its packet.
    fn trip(&self, ground: &Ground) -> Trip {
        Trip::of(ground, self.probe, self.from, self.address)
    }

    /// The VPC that is meant: that of the host; of an address, the only one with a host that has it, or the only one
    /// that owns it; none if several do.
    fn goal(&self, network: &Network) -> Option<VpcId> {
        if let Some(to) = self.to {
            return Some(network.host(to).vpc);
        }
        let owners: Vec<VpcId> =
            network.vpcs().filter(|(_, vpc)| vpc.contains(self.address)).map(|(id, _)| id).collect();
        let is_home = |vpc: &&VpcId| network.host_at(**vpc, self.address).is_some();
        let homes: Vec<VpcId> = owners.iter().filter(is_home).copied().collect();
        match (&homes[..], &owners[..]) {
            ([only], _) | ([], [only]) => Some(*only),
            _ => None,
        }
    }
}

/// An answer.
pub struct Explanation {
    /// What was asked.
    pub question: Question,
    /// Whether the timeline has changed the network by then.
    pub is_changed: bool,
    /// The way there and back.
    pub trip: Trip,
    /// The way there.
    pub request: Leg,
    /// The way of the reply; none if there is no reply.
    pub reply: Option<Leg>,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// Whether the reply takes the request's peering; none without a reply that comes home.
    pub same_way: Option<bool>,
    /// What mends it; none if nothing need be mended, or no change of the kinds that are tried does.
    pub mend: Option<Mend>,
    /// A free prefix for the VPC whose range is in the way, if ranges overlap.
    pub renumber: Option<(VpcId, ipnet::Ipv4Net)>,
}

/// Answers a question about the network that `plan` makes by the instant of the question.
pub fn explain(ground: &Ground, plan: &Plan, question: Question) -> Explanation {
    let trip = question.trip(ground);
    let network = ground.network();
    let request = Leg::of(ground, trip.request);
    let reply = trip.reply.map(|way| Leg::of(ground, way));
    let conclusion = Conclusion::of(network, &question, &trip);
    let crossed = |leg: &Leg| leg.link.map(|link| link.peering());
    let same_way = reply.as_ref().filter(|_| trip.returns(None)).map(|back| crossed(back) == crossed(&request));
    let mend = if trip.returns(question.to) { None } else { Mend::of(network, question) };
    let is_hopeless = mend.is_none() && !trip.returns(question.to);
    let renumber = if is_hopeless { renumber::free_prefix(network, &question) } else { None };
    let is_changed = plan.changes_by(question.at);
    Explanation { question, is_changed, trip, request, reply, conclusion, same_way, mend, renumber }
}
