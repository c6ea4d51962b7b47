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
    Change, DropReason, HostId, HostSpec, Name, Network, NextHop, Peering, PeeringId, PeeringSpec, PeeringState,
    TableId, Via, VpcId,
};
use crate::units::BitRate;
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// The most rounds of asking and mending: one for each of table, peering and host, there and back.
const ROUNDS: usize = 8;

/// The cap of a peering to be made across regions: the smallest that the console offers and the guide names.
const CAP: BitRate = BitRate::from_bps(10_000_000);

/// The most hosts of a network in which all pairs are asked whether a change harms them.
const HARM_HOSTS_MAX: usize = 60;

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
    pub(super) fn of(network: &Network, question: Question) -> Option<Mend> {
        let found = search(network, question)?;
        Some(Mend { steps: without_idle(network, question, found) })
    }
}

/// Asks and mends in turns.
fn search(network: &Network, mut question: Question) -> Option<Vec<Step>> {
    let mut ground = Ground::of(network.clone());
    let mut steps = Vec::new();
    for _ in 0..ROUNDS {
        let trip = question.trip(&ground);
        if trip.returns(question.to) {
            return Some(steps).filter(|steps| !steps.is_empty());
        }
        let reached = progress(&ground, &trip, &question);
        let candidates = Fault::of(&ground, &question, &trip)?.candidates(ground.network());
        let better = candidates.into_iter().filter_map(|candidate| {
            let (after, asked) = made(ground.network(), question, &candidate)?;
            let is_better = progress(&after, &asked.trip(&after), &asked) > reached;
            is_better.then_some((candidate, after, asked))
        });
        // Of those that help, the one that harms least; of equals, the smallest.
        let (candidate, after, asked) =
            better.min_by_key(|(candidate, after, _)| (harm(&ground, after, &question), candidate.len()))?;
        (ground, question) = (after, asked);
        steps.extend(candidate);
    }
    None
}

/// The network and the question after these steps; none if one of them is refused.
fn made(network: &Network, question: Question, steps: &[Step]) -> Option<(Ground, Question)> {
    let (mut network, mut asked) = (network.clone(), question);
    steps.iter().try_for_each(|step| step.make(&mut network, &mut asked))?;
    Some((Ground::of(network), asked))
}

/// The steps without those that nothing depends on: what a search tried first may turn out to be of no use.
fn without_idle(network: &Network, question: Question, mut steps: Vec<Step>) -> Vec<Step> {
    let mends = |steps: &[Step]| {
        made(network, question, steps).is_some_and(|(after, asked)| asked.trip(&after).returns(asked.to))
    };
    let mut at = 0;
    while at < steps.len() {
        let rest: Vec<Step> =
            steps.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, s)| s.clone()).collect();
        if mends(&rest) { steps = rest } else { at += 1 }
    }
    // Two steps may be of use only to each other.
    for first in 0..steps.len() {
        for second in first + 1..steps.len() {
            let is_other = |at: usize| at != first && at != second;
            let rest: Vec<Step> =
                steps.iter().enumerate().filter(|(at, _)| is_other(*at)).map(|(_, s)| s.clone()).collect();
            if mends(&rest) {
                return without_idle(network, question, rest);
            }
        }
    }
    steps
}

/// How many pairs of hosts that talk to each other no longer do; 0 where there are too many hosts to ask all of them.
fn harm(before: &Ground, after: &Ground, question: &Question) -> usize {
    let network = before.network();
    let hosts: Vec<HostId> = network.hosts().map(|(id, _)| id).collect();
    if hosts.len() > HARM_HOSTS_MAX {
        return 0;
    }
    let talk = |ground: &Ground, from: HostId, to: HostId| {
        Trip::of(ground, question.probe, from, network.host(to).address).returns(Some(to))
    };
    let pairs = hosts.iter().flat_map(|from| hosts.iter().map(move |to| (*from, *to))).filter(|(from, to)| from != to);
    pairs.filter(|(from, to)| talk(before, *from, *to) && !talk(after, *from, *to)).count()
}

/// How far a trip gets, there and then back. What leads to the wrong place is worth no more than no route at all.
fn progress(ground: &Ground, trip: &Trip, question: &Question) -> i8 {
    use DropReason::*;
    let network = ground.network();
    let sender = network.host(question.from).vpc;
    let far = |way: &Way, is_home: bool, goal: Option<VpcId>| {
        let heads_home = goal.is_none() || heads_for(ground, way) == goal;
        match way.end {
            Ok(_) if is_home => 5,
            Ok(_) => 0,
            Err(Stop::SrcHostDown) => -1,
            Err(Stop::Dropped(_)) if !heads_home => 0,
            Err(Stop::Dropped(reason)) => match reason {
                DstHostDown => 4,
                DstNoHost | DstNoSubnet => 3,
                LinkDown | NodeDown | MtuExceeded => 2,
                PeeringPending | PeeringExpired | PeeringIsolated => 1,
                _ => 0,
            },
        }
    };
    if !trip.arrives(question.to) {
        return far(&trip.request, false, question.goal(network));
    }
    6 + trip.reply.map_or(0, |reply| far(&reply, trip.returns(question.to), Some(sender)))
}

/// The VPC that the entry which matches leads to, usable or not.
fn heads_for(ground: &Ground, way: &Way) -> Option<VpcId> {
    let network = ground.network();
    let host = network.host(way.from);
    match ground.fib(network.subnet(host.subnet).table).lookup(way.to)?.1 {
        FibEntry::Local => Some(host.vpc),
        FibEntry::Via(NextHop::Peering(id)) => network.peering(id).peer_of(host.vpc),
        FibEntry::Via(NextHop::Blackhole) => None,
    }
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
        let Err(Stop::Dropped(reason)) = self.way.end else {
            return match self.way.end {
                Err(_) => change(Change::SetHost { host: self.way.from, up: true, lasts: None }),
                // On another host.
                Ok(_) => self.routing(network),
            };
        };
        let crossing = self.crossed().map(|id| network.peering(id));
        let here = match (reason, crossing) {
            (RouteDisabled, _) => self.enabling(network),
            (MtuExceeded, _) => self.smaller(network),
            (LinkDown, Some(p)) => change(Change::SetLink { peering: p.name.clone(), up: true, lasts: None }),
            (NodeDown, Some(p)) => nodes_up(p),
            (PeeringPending | PeeringExpired | PeeringIsolated, Some(p)) if self.heads_home(p) => reviving(network, p),
            (DstHostDown, _) => self.starting(network),
            (DstNoHost, _) if self.goal.is_none() || self.far(network) == self.goal => self.declaring(network),
            _ => Vec::new(),
        };
        here.into_iter().chain(self.routing(network)).collect()
    }

    /// Whether a peering leads to the VPC that is meant.
    fn heads_home(&self, peering: &Peering) -> bool {
        self.goal.is_none() || peering.peer_of(self.near) == self.goal
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
