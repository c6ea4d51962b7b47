//! The smallest change that mends a trip, found by trying: for what stops the packet there are a few changes that may
//! help, the smallest first; each is made in a copy of the network, and the question is asked again. What is told has
//! therefore worked. How a change is written into a file is decided elsewhere.

use super::Question;
use crate::dataplane::fib::FibEntry;
use crate::dataplane::router::Exit;
use crate::diagnose::ground::Ground;
use crate::diagnose::way::{Stop, Trip, Way};
use crate::model;
use crate::model::{
    Change, DropReason, HostSpec, Name, Network, NextHop, Peering, PeeringId, PeeringSpec, PeeringState, TableId, Via,
    VpcId,
};
use crate::units::BitRate;
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// The most rounds of asking and mending: one for each of table, peering and host, there and back.
const ROUNDS: usize = 8;

/// The cap of a peering to be made across regions: the smallest that the console offers and the guide names.
const CAP: BitRate = BitRate::from_bps(10_000_000);

/// One change.
#[derive(Debug, Clone)]
pub enum Step {
    /// An action of the control plane.
    Change(Change),
    /// A host to declare.
    AddHost(HostSpec),
    /// Packets of at most this many bytes, instead of what was asked with.
    Size(u16),
}

/// Changes after which the trip goes there and back: they were made in a copy, and the question was asked again.
#[derive(Debug, Clone)]
pub struct Mend {
    /// In order.
    pub steps: Vec<Step>,
}

impl Mend {
    /// What mends the trip of a question; none if nothing that was tried does.
    pub(super) fn of(network: &Network, mut question: Question) -> Option<Mend> {
        let mut ground = Ground::of(network.clone());
        let mut steps = Vec::new();
        for _ in 0..ROUNDS {
            let trip = question.trip(&ground);
            if trip.returns(question.to) {
                return Some(Mend { steps }).filter(|mend| !mend.steps.is_empty());
            }
            let fault = Fault::of(&ground, &question, &trip)?;
            let better = |candidate: &Vec<Step>| {
                let (mut changed, mut asked) = (ground.network().clone(), question);
                candidate.iter().try_for_each(|step| step.make(&mut changed, &mut asked))?;
                let ground = Ground::of(changed);
                let after = asked.trip(&ground);
                (progress(&after, &asked) > progress(&trip, &question)).then_some((ground, asked))
            };
            let (candidate, (after, asked)) = fault
                .candidates(ground.network())
                .into_iter()
                .find_map(|candidate| better(&candidate).map(|after| (candidate, after)))?;
            (ground, question) = (after, asked);
            steps.extend(candidate);
        }
        None
    }
}

/// How far a trip gets, there and then back. What leads to the wrong place is worth no more than no route at all.
fn progress(trip: &Trip, question: &Question) -> i8 {
    use DropReason::*;
    let far = |way: &Way, is_home: bool| match way.end {
        Ok(_) if is_home => 5,
        Ok(_) => 0,
        Err(Stop::SrcHostDown) => -1,
        Err(Stop::Dropped(reason)) => match reason {
            DstHostDown => 4,
            DstNoHost | DstNoSubnet => 3,
            LinkDown | NodeDown | MtuExceeded => 2,
            PeeringPending | PeeringExpired | PeeringIsolated => 1,
            _ => 0,
        },
    };
    if !trip.arrives(question.to) {
        return far(&trip.request, false);
    }
    6 + trip.reply.map_or(0, |reply| far(&reply, trip.returns(question.to)))
}

impl Step {
    /// Makes the change; none if it is refused.
    fn make(&self, network: &mut Network, question: &mut Question) -> Option<()> {
        match self {
            Step::Change(change) => network.apply(None, change, question.at).ok().map(|_| ()),
            Step::AddHost(spec) => network.add_host(spec.clone()).ok().map(|_| ()),
            Step::Size(size) => {
                question.probe.size = *size;
                Some(())
            }
        }
    }
}

/// What is wrong with the direction that fails first.
struct Fault {
    way: Way,
    /// The sender's VPC and its subnet's table.
    near: VpcId,
    table: TableId,
    /// The VPC that is meant; none if that is not clear.
    goal: Option<VpcId>,
    matched: Option<(Ipv4Net, FibEntry)>,
}

impl Fault {
    fn of(ground: &Ground, question: &Question, trip: &Trip) -> Option<Fault> {
        let network = ground.network();
        let arrives = trip.arrives(question.to);
        let way = if arrives { trip.reply? } else { trip.request };
        let goal = if arrives { Some(network.host(question.from).vpc) } else { question.goal(network) };
        let host = network.host(way.from);
        let table = network.subnet(host.subnet).table;
        Some(Fault { way, near: host.vpc, table, goal, matched: ground.fib(table).lookup(way.to) })
    }

    /// Changes that may help, the smallest first.
    fn candidates(&self, network: &Network) -> Vec<Vec<Step>> {
        use DropReason::*;
        let change = |change| vec![vec![Step::Change(change)]];
        let crossing = || self.crossed().map(|id| network.peering(id));
        match self.way.end {
            Err(Stop::SrcHostDown) => change(Change::SetHost { host: self.way.from, up: true, lasts: None }),
            Err(Stop::Dropped(reason)) => match reason {
                RouteDisabled => self.enabling(network).into_iter().chain(self.routing(network)).collect(),
                MtuExceeded => self.smaller(network),
                LinkDown => crossing()
                    .map_or(Vec::new(), |p| change(Change::SetLink { peering: p.name.clone(), up: true, lasts: None })),
                NodeDown => crossing().map_or(Vec::new(), nodes_up),
                PeeringPending | PeeringExpired | PeeringIsolated => {
                    crossing().map_or(Vec::new(), |p| reviving(network, p))
                }
                DstHostDown => self.starting(network),
                DstNoHost => self.declaring(network),
                _ => self.routing(network),
            },
            // On another host.
            Ok(_) => self.routing(network),
        }
    }

    /// The peering that the matched entry leads over.
    fn crossed(&self) -> Option<PeeringId> {
        match self.matched?.1 {
            FibEntry::Via(NextHop::Peering(id)) => Some(id),
            FibEntry::Via(NextHop::Blackhole) | FibEntry::Local => None,
        }
    }

    /// Takes the entry that matched away, or leads to the goal by a better one: over the peering that is there, or over
    /// a new one.
    fn routing(&self, network: &Network) -> Vec<Vec<Step>> {
        let Some(goal) = self.goal.filter(|goal| *goal != self.near) else { return Vec::new() };
        let mut all = Vec::new();
        let matched = self.matched.filter(|(_, entry)| *entry != FibEntry::Local).map(|(to, _)| to);
        let removal = matched.map(|to| Step::Change(Change::RemoveRoute { table: self.table, to }));
        all.extend(removal.clone().map(|step| vec![step]));
        let ends = |p: &Peering| p.peer_of(self.near) == Some(goal) && is_of_use(p.state);
        let known = network.peerings_of(self.near).map(|(_, p)| p).find(|p| ends(p));
        let made = if known.is_none() { self.peering_to(network, goal) } else { None };
        let Some(name) = known.map(|p| p.name.clone()).or(made.as_ref().map(|spec| spec.name.clone())) else {
            return all;
        };
        let making: Vec<Step> =
            made.into_iter().map(|spec| Step::Change(Change::CreatePeering(Box::new(spec)))).collect();
        let accepting = making
            .last()
            .filter(|_| network.vpc(goal).account != network.vpc(self.near).account)
            .map(|_| Step::Change(Change::Step { peering: name.clone(), step: model::Step::Accept }));
        let making: Vec<Step> = making.into_iter().chain(accepting).collect();
        for to in prefixes(network, goal, self.way.to) {
            let route = Step::Change(Change::AddRoute {
                table: self.table,
                to,
                via: Via::Peering(name.clone()),
                disabled: false,
            });
            let instead = removal.clone().filter(|_| matched == Some(to));
            all.push(making.iter().cloned().chain(instead).chain([route]).collect());
        }
        all
    }

    /// A new peering with the goal.
    fn peering_to(&self, network: &Network, goal: VpcId) -> Option<PeeringSpec> {
        let [near, far] = [self.near, goal].map(|vpc| network.vpc(vpc));
        let joined = format!("{}-{}", near.name, far.name);
        let spelt = (1..).map(|n| if n == 1 { joined.clone() } else { format!("{joined}-{n}") });
        let name = spelt
            .take(100)
            .filter_map(|text| Name::new(&text).ok())
            .find(|name| network.find_peering(name.as_str()).is_none())?;
        let bandwidth = (near.region != far.region).then_some(CAP);
        Some(PeeringSpec { bandwidth, ..PeeringSpec::new(name, self.near, goal) })
    }

    /// Puts the longest disabled entry back in force.
    fn enabling(&self, network: &Network) -> Vec<Vec<Step>> {
        let routes = network.table(self.table).routes.values().rev();
        let disabled = routes.filter(|route| route.disabled && route.to.contains(&self.way.to));
        let enable = |to| vec![Step::Change(Change::DisableRoute { table: self.table, to, disabled: false })];
        disabled.map(|route| enable(route.to)).collect()
    }

    /// Packets that fit.
    fn smaller(&self, network: &Network) -> Vec<Vec<Step>> {
        let over = self.crossed().map(|id| network.peering(id).mtu);
        vec![vec![Step::Size(over.unwrap_or(network.rules.mtu_regional))]]
    }

    fn starting(&self, network: &Network) -> Vec<Vec<Step>> {
        let owner = self.far(network).and_then(|vpc| network.host_at(vpc, self.way.to));
        let start = |host| vec![Step::Change(Change::SetHost { host, up: true, lasts: None })];
        owner.map(start).into_iter().collect()
    }

    fn declaring(&self, network: &Network) -> Vec<Vec<Step>> {
        let subnet = self.far(network).and_then(|vpc| network.subnet_at(vpc, self.way.to));
        let name = Name::new(&format!("host-{}", self.way.to).replace('.', "-")).ok();
        let spec = |(subnet, name)| HostSpec { name, subnet, address: Some(self.way.to), source_check: true };
        subnet.zip(name).map(|both| vec![Step::AddHost(spec(both))]).into_iter().collect()
    }

    fn far(&self, network: &Network) -> Option<VpcId> {
        self.way.path.leave.ok().map(|exit: Exit| exit.vpc(network))
    }
}

/// The prefixes of a VPC that contain an address, widest first: its CIDR, its subnet, the address alone.
fn prefixes(network: &Network, vpc: VpcId, address: Ipv4Addr) -> Vec<Ipv4Net> {
    let cidr = network.vpc(vpc).cidrs.iter().find(|cidr| cidr.contains(&address)).copied();
    let subnet = network.subnet_at(vpc, address).map(|id| network.subnet(id).cidr);
    let mut all: Vec<Ipv4Net> = [cidr, subnet, Some(address.into())].into_iter().flatten().collect();
    all.dedup();
    all
}

/// Whether a peering in this state is in force, or can be again.
fn is_of_use(state: PeeringState) -> bool {
    state.counts() || state == PeeringState::Expired
}

/// What makes an inactive peering active.
fn reviving(network: &Network, peering: &Peering) -> Vec<Vec<Step>> {
    let step = |step| Step::Change(Change::Step { peering: peering.name.clone(), step });
    match peering.state {
        PeeringState::Pending => vec![vec![step(model::Step::Accept)]],
        PeeringState::Expired => vec![vec![step(model::Step::Enable), step(model::Step::Accept)]],
        PeeringState::Isolated => {
            let payer = network.vpc(peering.requester).account;
            vec![vec![Step::Change(Change::Pay { account: payer })], vec![step(model::Step::Restore)]]
        }
        _ => Vec::new(),
    }
}

fn nodes_up(peering: &Peering) -> Vec<Vec<Step>> {
    let up = |node| Step::Change(Change::SetNode { peering: peering.name.clone(), node, up: true, lasts: None });
    let failed = (1..).zip(peering.nodes.iter()).filter(|(_, node)| **node != model::Node::Up);
    vec![failed.map(|(number, _)| up(number)).collect()]
}
