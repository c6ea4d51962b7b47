//! The network as a packet met it at an instant, and the names of its places. A change precedes everything else that
//! happens at its instant, so the network of an instant is the one with that instant's changes.

use super::story::{Entry, Loser};
use crate::dataplane::fib::{Fib, FibEntry};
use crate::dataplane::losers::{Lost, lost};
use crate::dataplane::packet::Packet;
use crate::dataplane::router::{self, Path, Sender, View};
use crate::engine::{Place, Record};
use crate::model::plan::Plan;
use crate::model::{LinkId, Network, NextHop, Rules, SubnetId, TableId, network_at, peering_titles};
use crate::units::{SimDuration, SimTime};
use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::rc::Rc;

/// A network and what changes it.
pub(super) struct Chart<'a> {
    start: &'a Network,
    plan: &'a Plan,
    /// When it changed, in order.
    changed: Vec<SimTime>,
    /// The network that was looked at last, and how many changes it has.
    last: RefCell<Option<(usize, Rc<Sheet>)>>,
}

/// The network of an instant.
pub(super) struct Sheet {
    pub network: Network,
    fibs: Vec<Fib>,
}

impl<'a> Chart<'a> {
    /// Of a network that `plan` starts with, which changed at these instants.
    pub(super) fn new(start: &'a Network, plan: &'a Plan, changed: Vec<SimTime>) -> Chart<'a> {
        Chart { start, plan, changed, last: RefCell::default() }
    }

    /// The rules, which are the same throughout.
    pub(super) fn rules(&self) -> &Rules {
        &self.start.rules
    }

    /// The network at an instant.
    pub(super) fn at(&self, time: SimTime) -> Rc<Sheet> {
        let changes = self.changed.partition_point(|changed| *changed <= time);
        let mut last = self.last.borrow_mut();
        if let Some((_, sheet)) = last.as_ref().filter(|(of, _)| *of == changes) {
            return Rc::clone(sheet);
        }
        let network = network_at(self.start.clone(), self.plan, time);
        let fibs = (0..network.tables().len()).map(|table| Fib::compile(&network, TableId(table as u32))).collect();
        let sheet = Rc::new(Sheet { network, fibs });
        *last = Some((changes, Rc::clone(&sheet)));
        sheet
    }

    /// Whether what happened at an instant changed the peering of a link, as packets on it see it.
    pub(super) fn changes(&self, link: LinkId, time: SimTime) -> bool {
        let transport = |time| {
            let network = network_at(self.start.clone(), self.plan, time);
            let is_made = link.peering().index() < network.peerings().len();
            is_made.then(|| {
                let peering = network.peering(link.peering());
                let faults = (peering.down, peering.loss, peering.nodes.iter().copied().collect::<Vec<_>>());
                (peering.state, peering.shaping(&network.rules), peering.delay, faults)
            })
        };
        transport(time - SimDuration::from_nanos(1)) != transport(time)
    }
}

impl Sheet {
    fn view(&self) -> View<'_> {
        View { network: &self.network, fibs: &self.fibs, epoch: 0 }
    }

    /// What the routers do with a packet as it was sent.
    pub(super) fn path(&self, sender: Sender, record: &Record) -> Path {
        router::path(self.view(), sender, &mut Packet::of(record.head, record.wire_length))
    }

    /// A packet that left a link, as the router at its far end hands it on.
    pub(super) fn entered(&self, link: LinkId, record: &Record) -> Packet {
        let mut packet = Packet::of(record.head, record.wire_length);
        // How it is judged is known: the engine told.
        let _ = router::enter(self.view(), link, &mut packet);
        packet
    }

    /// Where an entry of a table leads: `local`, `blackhole`, the title of a peering.
    pub(super) fn next_hop(&self, table: TableId, record: &Record) -> String {
        match self.fibs[table.index()].lookup(destination(record)) {
            Some((_, FibEntry::Local)) => "local".to_owned(),
            Some((_, FibEntry::Via(via))) => self.via(via),
            None => "blackhole".to_owned(),
        }
    }

    fn via(&self, via: NextHop) -> String {
        match via {
            NextHop::Peering(id) => peering_titles(&self.network)[id.index()].clone(),
            NextHop::Blackhole => "blackhole".to_owned(),
        }
    }

    /// The entries of a table that contain a packet's destination and lose.
    pub(super) fn losers(&self, table: TableId, record: &Record) -> Vec<Loser> {
        let to = destination(record);
        let lost = lost(&self.network, table, to, self.fibs[table.index()].lookup(to));
        let told = |lost: Lost| Loser {
            entry: Entry { prefix: lost.route.to.to_string(), next_hop: self.via(lost.route.via) },
            why: lost.to.code(),
            words: lost.to.words(),
        };
        lost.into_iter().map(told).collect()
    }

    /// `VPC1`, or `PeerConn VPC1 -> VPC2`.
    pub(super) fn place(&self, place: Place) -> String {
        match place {
            Place::Vpc(vpc) => self.network.vpc(vpc).name.to_string(),
            Place::Link(link) => {
                let (near, far) = self.network.ends(link);
                let title = &peering_titles(&self.network)[link.peering().index()];
                format!("{title} {} -> {}", self.network.vpc(near).name, self.network.vpc(far).name)
            }
        }
    }

    /// `VPC1/A`.
    pub(super) fn subnet_name(&self, id: SubnetId) -> String {
        let subnet = self.network.subnet(id);
        format!("{}/{}", self.network.vpc(subnet.vpc).name, subnet.name)
    }
}

fn destination(record: &Record) -> Ipv4Addr {
    Packet::of(record.head, record.wire_length).destination()
}
