//! What the rows and columns of a matrix are: hosts, subnets or VPCs, and which of them are of one kind.

use super::cell::{Cell, Pair};
use super::classes::Classes;
use crate::diagnose::ground::Ground;
use crate::diagnose::way::Trip;
use crate::model::{HostId, HostSpec, Name, Network, Probe, SubnetId, VpcId};
use std::collections::BTreeMap;

/// What a row and a column of a matrix stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A host.
    Host,
    /// All hosts of a subnet.
    Subnet,
    /// All hosts of a VPC.
    Vpc,
}

/// A host, a subnet or a VPC, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit(u32);

/// Units with hosts of the same classes.
#[derive(Debug)]
pub struct Kind {
    /// In declaration order.
    pub members: Vec<Unit>,
    inside: Inside,
}

/// The classes of the hosts of a unit that send, and of those that receive; in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Inside {
    senders: Vec<u32>,
    receivers: Vec<u32>,
}

impl Inside {
    fn note(classes: &mut Vec<u32>, class: u32) {
        if let Err(at) = classes.binary_search(&class) {
            classes.insert(at, class);
        }
    }
}

impl Kind {
    /// Whether any of its hosts sends.
    pub fn sends(&self) -> bool {
        !self.inside.senders.is_empty()
    }

    /// Whether any of its hosts receives.
    pub fn receives(&self) -> bool {
        !self.inside.receivers.is_empty()
    }
}

/// Every ordered pair of the units of a network.
pub struct Matrix<'a> {
    ground: &'a Ground,
    probe: Probe,
    by: By,
    classes: Classes,
    kinds: Vec<Kind>,
    /// The units with hosts, in declaration order, each with its kind.
    units: Vec<(Unit, u32)>,
}

impl<'a> Matrix<'a> {
    /// The matrix from the hosts that `sends` accepts to those that `receives` accepts, asked with `probe`. Units
    /// without any are left out.
    pub fn new(
        ground: &'a Ground,
        probe: Probe,
        by: By,
        sends: impl Fn(HostId) -> bool,
        receives: impl Fn(HostId) -> bool,
    ) -> Matrix<'a> {
        let network = ground.network();
        let classes = Classes::of(network);
        let mut inside: BTreeMap<Unit, Inside> = BTreeMap::new();
        for (id, _) in network.hosts() {
            let (sends, receives, class) = (sends(id), receives(id), classes.class_of(id));
            if sends || receives {
                let unit = inside.entry(unit_of(network, by, id)).or_default();
                sends.then(|| Inside::note(&mut unit.senders, class));
                receives.then(|| Inside::note(&mut unit.receivers, class));
            }
        }
        let (mut known, mut kinds) = (BTreeMap::new(), Vec::<Kind>::new());
        let units = inside.into_iter().map(|(unit, inside)| {
            let kind = *known.entry(inside).or_insert_with_key(|inside| {
                kinds.push(Kind { members: Vec::new(), inside: inside.clone() });
                kinds.len() as u32 - 1
            });
            kinds[kind as usize].members.push(unit);
            (unit, kind)
        });
        let units = units.collect();
        Matrix { ground, probe, by, classes, kinds, units }
    }

    /// What its rows and columns stand for.
    pub fn by(&self) -> By {
        self.by
    }

    /// The packet it asks with.
    pub fn probe(&self) -> Probe {
        self.probe
    }

    /// The network it is about.
    pub fn network(&self) -> &'a Network {
        self.ground.network()
    }

    /// Units of one kind are treated alike.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Every unit with its kind, in declaration order.
    pub fn units(&self) -> &[(Unit, u32)] {
        &self.units
    }

    /// How many ordered pairs of a unit that sends and another that receives there are.
    pub fn pairs(&self) -> u64 {
        let count = |counts: &dyn Fn(&Kind) -> bool| {
            self.kinds.iter().filter(|kind| counts(kind)).map(|kind| kind.members.len() as u64).sum::<u64>()
        };
        let both = count(&|kind| kind.sends() && kind.receives());
        count(&Kind::sends) * count(&Kind::receives) - both
    }

    /// What each unit of one kind comes to with each other unit of another; none if there is no other unit.
    pub fn pair(&self, from: u32, to: u32) -> Option<Pair> {
        let [near, far] = [from, to].map(|kind| &self.kinds[kind as usize]);
        if from == to && near.members.len() < 2 {
            return None;
        }
        let both = near.inside.senders.iter().flat_map(|a| far.inside.receivers.iter().map(|b| (*a, *b)));
        Pair::sum(both.filter_map(|(a, b)| self.cell(a, b)))
    }

    /// What each host of one class comes to with each other host of another.
    fn cell(&self, from: u32, to: u32) -> Option<Cell> {
        let near = *self.classes.members(from).first()?;
        let far = *self.classes.members(to).iter().find(|host| **host != near)?;
        let address = self.network().host(far).address;
        Some(Cell::of(&Trip::of(self.ground, self.probe, near, address), far))
    }

    /// The full name of a unit.
    pub fn name(&self, unit: Unit) -> String {
        match self.by {
            By::Host => self.network().host_name(HostId(unit.0)),
            By::Subnet => self.network().subnet_name(SubnetId(unit.0)),
            By::Vpc => self.network().vpc(VpcId(unit.0)).name.to_string(),
        }
    }

    /// The unit that a host belongs to.
    pub fn unit_of(&self, host: HostId) -> Unit {
        unit_of(self.network(), self.by, host)
    }

    /// Whether the network has both units, and the choice of senders and receivers leaves the pair out.
    pub fn leaves_out(&self, from: &str, to: &str) -> bool {
        let (Some(from), Some(to)) = (self.called(from), self.called(to)) else { return false };
        let counts =
            |unit, test: fn(&Kind) -> bool| self.kind_of(unit).is_some_and(|at| test(&self.kinds[at as usize]));
        !counts(from, Kind::sends) || !counts(to, Kind::receives)
    }

    /// The unit of this full name.
    fn called(&self, name: &str) -> Option<Unit> {
        let network = self.network();
        let inside = || name.split_once('/').and_then(|(vpc, rest)| Some((network.find_vpc(vpc)?, rest)));
        Some(Unit(match self.by {
            By::Host => inside().and_then(|(vpc, host)| network.find_host(vpc, host))?.0,
            By::Subnet => inside().and_then(|(vpc, subnet)| network.find_subnet(vpc, subnet))?.0,
            By::Vpc => network.find_vpc(name)?.0,
        }))
    }

    /// The kind of a unit; none if it is left out.
    pub fn kind_of(&self, unit: Unit) -> Option<u32> {
        let at = self.units.binary_search_by_key(&unit, |(unit, _)| *unit).ok()?;
        Some(self.units[at].1)
    }
}

fn unit_of(network: &Network, by: By, host: HostId) -> Unit {
    let found = network.host(host);
    Unit(match by {
        By::Host => host.0,
        By::Subnet => found.subnet.0,
        By::Vpc => found.vpc.0,
    })
}

/// The network with a host in each subnet that has none, at its first free address, to ask for it.
pub fn stand_ins(mut network: Network) -> Network {
    let mut has_hosts = vec![false; network.subnets().len()];
    network.hosts().for_each(|(_, host)| has_hosts[host.subnet.index()] = true);
    for at in (0..has_hosts.len()).filter(|at| !has_hosts[*at]) {
        let spelt = format!("stand-in.{at}");
        let Ok(name) = Name::new(&spelt) else { continue };
        // Refused only if the file has a host of this name, which no file of a person has.
        let _ = network.add_host(HostSpec { name, subnet: SubnetId(at as u32), address: None, source_check: true });
    }
    network
}
