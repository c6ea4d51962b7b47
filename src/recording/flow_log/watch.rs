//! Watches a run for its flow log: a packet is remembered when it is sent and added up when its end is known, in the
//! window in which it was sent and, at the host that took it, in that in which it arrived. Writes nothing.

use super::Format;
use super::flow::{Interface, Key, Path, Way};
use super::rows::Rows;
use super::windows::{Clock, Length, Windows};
use crate::dataplane::packet::{PacketId, PacketKind};
use crate::engine::{Interest, Observer, Place, Record, Run, Step, flows};
use crate::model::plan::{Pattern, Plan};
use crate::model::{DropReason, HostId, LinkId, Network, VpcId, network_at};
use crate::units::SimTime;
use crate::wire::ipv4::HEAD;
use crate::wire::tuple::{Tuple, opening_and_closing};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The flow log of one run.
pub struct FlowLog {
    format: Format,
    seen: Arc<Mutex<Seen>>,
}

impl FlowLog {
    /// That of a run of `plan` that has not begun.
    pub fn new(plan: &Plan, format: Format, length: Length) -> FlowLog {
        let seen = Seen { windows: Windows::new(Clock::new(plan, length)), on_their_way: BTreeMap::new() };
        FlowLog { format, seen: Arc::new(Mutex::new(seen)) }
    }

    /// What adds the packets of `run`, which has not begun, up.
    pub fn observer(&self, run: &Run) -> Box<dyn Observer> {
        let seen = self.seen.clone();
        match self.format {
            Format::Aws(_) => Box::new(AtInterfaces { seen, senders: senders(run.simulation.network(), &run.plan) }),
            Format::Ccn => Box::new(OnLinks { seen, links: links(run) }),
        }
    }

    /// The lines of all windows that are over at `now`, up to which the run was played; `network` is as it is then.
    pub fn take(&self, network: &Network, now: SimTime) -> String {
        self.lines(network, Some(now))
    }

    /// The lines of the windows that are left when the run has ended. A packet on its way was let through so far.
    pub fn rest(&self, network: &Network) -> String {
        self.seen().let_through();
        self.lines(network, None)
    }

    fn lines(&self, network: &Network, now: Option<SimTime>) -> String {
        let mut seen = self.seen();
        let mut lines = String::new();
        let mut rows = None;
        while let Some(flows) = seen.windows.take(now) {
            let rows = rows.get_or_insert_with(|| Rows::new(&self.format, network, seen.windows.clock));
            rows.write(&mut lines, flows);
        }
        lines
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen)
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was seen and is not written.
#[derive(Debug)]
struct Seen {
    windows: Windows,
    on_their_way: BTreeMap<(PacketId, PacketKind), Sent>,
}

/// A packet on its way, as it was where it was first seen.
#[derive(Debug, Clone, Copy)]
struct Sent {
    time: SimTime,
    interface: Interface,
    link: Option<LinkId>,
    length: u16,
    head: [u8; HEAD],
}

impl Seen {
    fn begin(&mut self, record: &Record, interface: Interface, link: Option<LinkId>) {
        let Record { time, wire_length: length, head, .. } = *record;
        self.windows.expect(time);
        self.on_their_way.insert((record.id, record.kind), Sent { time, interface, link, length, head });
    }

    /// A packet came to its end: dropped for a reason, or not.
    fn end(&mut self, record: &Record, dropped: Option<DropReason>) {
        if let Some(sent) = self.on_their_way.remove(&(record.id, record.kind)) {
            self.windows.settle(sent.time);
            self.add(&sent, dropped);
        }
    }

    /// A packet reached the host that owns its destination.
    fn taken(&mut self, record: &Record, vpc: VpcId) {
        let tuple = Tuple::of(&record.head);
        let interface = Interface::Address(vpc, tuple.destination);
        let key = Key { interface, way: Way::Ingress, tuple, path: Path::None, dropped: None };
        self.windows.add(key, record.time, record.wire_length, opening_and_closing(&record.head));
    }

    fn add(&mut self, sent: &Sent, dropped: Option<DropReason>) {
        let path = match (sent.link, dropped) {
            (Some(link), _) => Path::Over(link),
            (None, None) => Path::Local,
            (None, Some(_)) => Path::None,
        };
        let key = Key { interface: sent.interface, way: Way::Egress, tuple: Tuple::of(&sent.head), path, dropped };
        self.windows.add(key, sent.time, sent.length, opening_and_closing(&sent.head));
    }

    fn let_through(&mut self) {
        while let Some((_, sent)) = self.on_their_way.pop_first() {
            self.windows.settle(sent.time);
            self.add(&sent, None);
        }
    }
}

/// At the interfaces of hosts: what is sent, and what is taken.
struct AtInterfaces {
    seen: Arc<Mutex<Seen>>,
    /// By the engine's number of the sender: its address, which may not be the one in its packets.
    senders: Vec<Option<Ipv4Addr>>,
}

impl AtInterfaces {
    /// The address that sends a packet.
    fn sender(&self, record: &Record) -> Ipv4Addr {
        let planned = || self.senders.get(record.id.source().0 as usize).copied().flatten();
        let own = if record.kind == PacketKind::Original { planned() } else { None };
        own.unwrap_or(Tuple::of(&record.head).source)
    }
}

impl Observer for AtInterfaces {
    fn record(&mut self, records: &[Record]) {
        let mut seen = lock(&self.seen);
        for record in records {
            match (record.step, record.place) {
                (Step::Emitted, Place::Vpc(vpc)) => {
                    seen.begin(record, Interface::Address(vpc, self.sender(record)), None);
                }
                (Step::Offered { .. }, Place::Link(link)) => {
                    if let Some(sent) = seen.on_their_way.get_mut(&(record.id, record.kind)) {
                        sent.link = Some(link);
                    }
                }
                (Step::Ended(verdict), place) => {
                    seen.end(record, verdict.err());
                    if let (Ok(_), Place::Vpc(vpc)) = (verdict, place) {
                        seen.taken(record, vpc);
                    }
                }
                _ => {}
            }
        }
    }
}

/// On links: what reaches them.
struct OnLinks {
    seen: Arc<Mutex<Seen>>,
    links: BTreeSet<LinkId>,
}

impl Observer for OnLinks {
    /// What stays in a VPC, or ends there, is not looked at.
    fn interest(&self) -> Interest {
        Interest { links: self.links.clone(), ..Interest::default() }
    }

    fn record(&mut self, records: &[Record]) {
        let mut seen = lock(&self.seen);
        for record in records {
            let Place::Link(link) = record.place else { continue };
            match record.step {
                Step::Offered { .. } => seen.begin(record, Interface::Link(link), Some(link)),
                Step::Arrived => seen.end(record, None),
                Step::Ended(verdict) => seen.end(record, verdict.err()),
                Step::Emitted | Step::Departed => {}
            }
        }
    }
}

/// The links of a run, those of peerings to come too.
fn links(run: &Run) -> BTreeSet<LinkId> {
    let end = network_at(run.simulation.network().clone(), &run.plan, run.plan.duration);
    end.peerings().flat_map(|(id, _)| LinkId::both(id)).collect()
}

/// The address of each of the engine's senders; none for those of TCP, whose packets always bear it.
fn senders(network: &Network, plan: &Plan) -> Vec<Option<Ipv4Addr>> {
    let address = |host: HostId| Some(network.host(host).address);
    let mut senders = Vec::new();
    for entry in &plan.traffic {
        match &entry.pattern {
            Pattern::Replay(replay) => senders.extend(replay.flows.iter().map(|flow| address(flow.from))),
            Pattern::Tcp(_) => senders.extend((0..entry.sources()).map(|_| None)),
            _ => senders.extend(flows(entry, plan.seed).map(|(from, _)| address(from))),
        }
    }
    senders
}
