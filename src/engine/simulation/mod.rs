//! The simulation: three calls. [`Simulation::apply`] changes the network, [`Simulation::inject`] sends a packet from
//! outside, [`Simulation::advance`] lets time pass. However time is sliced, the same bytes come out. No wall clock, no
//! I/O.
//!
//! **Epochs.** Between two changes the network is immutable. An advance never sees past its own end, so that a change
//! after it finds every packet that had not departed or arrived still on its link, where it is re-judged
//! ([`crate::dataplane::link`]).
//!
//! **Windows.** Cells that nobody reacts to run to the end of an advance on their own. The others run in windows no
//! longer than the shortest link among them, and exchange mail in between: conservative synchronisation, since a packet
//! that departs in a window arrives after it.

mod ledger;
mod senders;
mod workers;

pub use ledger::{Totals, Unbalanced};
pub use senders::flows;

use super::books::LinkBook;
use super::cell::{Cell, Lane};
use super::endpoint::Endpoint;
use super::meter::Meter;
use super::observe::Observer;
use super::options::{Effort, Options};
use super::series::Series;
use super::shared::{MeantFor, Scope, Shared, SourceInfo};
use super::windows::Edges;
use crate::dataplane::fib::Fib;
use crate::dataplane::link::Link;
use crate::dataplane::packet::{PacketId, SourceId};
use crate::dataplane::router::View;
use crate::model::plan::Plan;
use crate::model::{
    AccountId, Change, Direction, HostId, LinkId, Name, Network, Outcome, Refusal, TableId, TrafficId, VpcId,
};
use crate::units::{SimDuration, SimTime};
use bytes::Bytes;
use senders::{link_edges, sender_key, traffic_edges};
use std::borrow::BorrowMut;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;
use tracing::debug;

/// Why a packet could not be injected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InjectError {
    /// `now` has passed already.
    #[error("{now} lies in the past: the simulation stands at {reached}")]
    Past { now: SimTime, reached: SimTime },
}

/// A network in virtual time.
pub struct Simulation {
    network: Network,
    fibs: Vec<Fib>,
    epoch: u64,
    now: SimTime,
    cells: Vec<Cell>,
    /// The cells that run alone and have senders, in order: in the others nothing happens by itself.
    alone: Vec<VpcId>,
    shared: Shared,
    /// By VPC: whether somebody may answer what it sends.
    is_answered: Vec<bool>,
    injected: u64,
    injector: Option<SourceId>,
    observers: Vec<Box<dyn Observer>>,
    happened: Vec<(SimTime, Outcome)>,
    /// The edges of the windows that expectations ask of links: by the name a peering is made with, and direction.
    link_edges: BTreeMap<(Name, Direction), Edges>,
    options: Options,
    /// The most threads that were used at once.
    threads: usize,
    /// How many cells run in windows, and the shortest way from one of them to another.
    joined: usize,
    window: SimDuration,
    /// By traffic entry: the VPCs that send it.
    senders: Vec<Vec<VpcId>>,
    /// How far into its civil minute the run starts.
    minute_offset: SimDuration,
}

impl Simulation {
    /// The network and the traffic of a plan at time 0. The timeline is the driver's ([`super::Run`]).
    pub fn new(mut network: Network, plan: &Plan, options: Options) -> Simulation {
        network.take_touched(); // everything is made of the network as it is
        let fibs = (0..network.tables().len()).map(|t| Fib::compile(&network, TableId(t as u32))).collect();
        let cells = network.vpcs().map(|(vpc, _)| Cell::new(vpc)).collect();
        let shared = Shared {
            seed: plan.seed,
            sources: Vec::new(),
            edges: traffic_edges(plan),
            endpoint_hosts: BTreeSet::new(),
            lanes: Vec::new(),
            observing: false,
            mode: options.mode,
        };
        let is_answered = vec![false; network.vpcs().len()];
        let mut simulation = Simulation {
            network,
            fibs,
            epoch: 0,
            now: SimTime::ZERO,
            cells,
            alone: Vec::new(),
            shared,
            is_answered,
            injected: 0,
            injector: None,
            observers: Vec::new(),
            happened: Vec::new(),
            link_edges: link_edges(plan),
            options,
            threads: 1,
            joined: 0,
            window: SimDuration::from_nanos(u64::MAX),
            senders: vec![Vec::new(); plan.traffic.len()],
            minute_offset: plan.minute_offset(),
        };
        for (index, entry) in plan.traffic.iter().enumerate() {
            simulation.add_traffic(TrafficId(index as u32), entry);
        }
        simulation.cells.iter_mut().for_each(Cell::trim);
        simulation.alone.extend(simulation.cells.iter().filter(|cell| cell.has_senders()).map(|cell| cell.vpc));
        simulation.add_links();
        simulation.join_windows();
        simulation
    }

    /// Seats an endpoint on a host; it is asked at once when it wants to wake. At most one endpoint a host.
    pub fn attach(&mut self, host: HostId, endpoint: Box<dyn Endpoint>) {
        let key = sender_key("endpoint", &self.network.host_name(host), &[]);
        let info = SourceInfo { key, traffic: None, from: host, meant_for: MeantFor::Anyone, is_ping: false };
        let source = self.add_source(info);
        self.shared.endpoint_hosts.insert(host);
        self.cells[self.network.host(host).vpc.index()].add_endpoint(self.now, host, source, endpoint);
        self.join_windows();
    }

    /// Has `observer` told of every packet's end from now on.
    pub fn observe(&mut self, observer: Box<dyn Observer>) {
        self.shared.observing = true;
        let local_delay = self.network.rules.local_delay;
        self.cells.iter_mut().for_each(|cell| cell.make_trains(local_delay));
        self.observers.push(observer);
    }

    /// How the packets were carried so far.
    pub fn effort(&self) -> Effort {
        let mut effort = Effort::default();
        self.cells.iter().for_each(|cell| effort.add(cell.effort));
        effort.threads = self.threads;
        effort
    }

    /// Where the simulation stands.
    pub fn now(&self) -> SimTime {
        self.now
    }
    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Lets time pass to `now`, then changes the network as account `by` asks (none: whoever may). What falls due at
    /// `now` by itself comes first (S25a: an expiry precedes an accept). What is on the links is re-judged.
    ///
    /// # Errors
    /// The control plane's refusal; nothing changed then.
    pub fn apply(&mut self, by: Option<AccountId>, change: &Change, now: SimTime) -> Result<Outcome, Refusal> {
        self.advance(now);
        self.fall_due();
        let mut outcome = self.network.apply(by, change, self.now)?;
        for notice in self.network.take_notices() {
            outcome.0 += &format!("; {}", notice.message());
        }
        debug!(at = %self.now, change = %outcome.0, "epoch");
        self.begin_epoch();
        Ok(outcome)
    }

    /// Lets happen what the network does by itself at the current time: requests run out, failures are noticed.
    fn fall_due(&mut self) {
        if self.network.next_due().is_none_or(|due| due > self.now) {
            return;
        }
        for outcome in self.network.fall_due(self.now) {
            debug!(at = %self.now, event = %outcome.0, "epoch");
            self.happened.push((self.now, outcome));
        }
        self.begin_epoch();
    }

    /// What the network did by itself so far, in order.
    pub fn happened(&self) -> &[(SimTime, Outcome)] {
        &self.happened
    }

    /// The network changed: look-ups are stale, new peerings get links, and what is on the links is re-judged.
    fn begin_epoch(&mut self) {
        self.epoch += 1;
        self.alone.iter().for_each(|vpc| self.cells[vpc.index()].charge_all(self.now));
        let touched = self.network.take_touched();
        for table in touched.tables {
            self.fibs[table.index()].update(&self.network, table);
        }
        self.add_links();
        // In order of VPCs: what an epoch drops is told in the order of cells.
        let mut links: Vec<(VpcId, LinkId)> = Vec::new();
        for link in touched.peerings.iter().flat_map(|id| LinkId::both(*id)) {
            links.push((self.network.ends(link).0, link));
        }
        links.sort_unstable();
        links.dedup();
        let (scope, cells) = scope(&self.network, &self.fibs, self.epoch, &self.shared, &mut self.cells, self.now);
        for (home, link) in links {
            cells[home.index()].change_link(scope, link);
        }
    }

    /// Gives every peering that has none its two links.
    fn add_links(&mut self) {
        let known = self.shared.lanes.len() as u32;
        let all = self.network.peerings().len() as u32 * 2;
        for link in (known..all).map(LinkId) {
            let peering = self.network.peering(link.peering());
            let edges = self.link_edges.get(&(peering.first_name.clone(), link.direction()));
            let book = LinkBook::new(edges.cloned().unwrap_or_default());
            // A peering made in the middle of the run has no cap before.
            let (before, now) = (None, peering.metered_cap());
            let mut meter = Meter::new(self.minute_offset, if self.now == SimTime::ZERO { now } else { before });
            meter.change_cap(self.now, now);
            let lane = Lane::new(Link::new(&self.network, link), book, self.options.interval.map(Series::new), meter);
            let home = &mut self.cells[peering.near(link).index()].lanes;
            self.shared.lanes.push(home.len() as u32);
            home.push(lane);
            self.join_ends(link.peering());
        }
    }

    /// Sends a packet from `host` at `now`, as if a program on it had: whole, from the IPv4 header on. Ordered after
    /// everything that the plan's senders do at that instant.
    ///
    /// # Errors
    /// `now` lies in the past.
    pub fn inject(&mut self, host: HostId, packet: Bytes, now: SimTime) -> Result<PacketId, InjectError> {
        if now < self.now {
            return Err(InjectError::Past { now, reached: self.now });
        }
        self.advance(now);
        let source = *self.injector.get_or_insert_with(|| {
            let key = sender_key("outside", "", &[]);
            let info = SourceInfo { key, traffic: None, from: host, meant_for: MeantFor::Anyone, is_ping: false };
            self.shared.sources.push(info);
            SourceId(self.shared.sources.len() as u32 - 1)
        });
        let id = PacketId::new(source, self.injected);
        self.injected += 1;
        let vpc = self.network.host(host).vpc;
        self.is_answered[vpc.index()] = true;
        self.join_windows();
        self.cells[vpc.index()].inject(now, host, packet, id);
        Ok(id)
    }

    /// About how much work it is to [`Simulation::advance`] to `until`, in packets that are carried one by one.
    pub fn work(&mut self, until: SimTime) -> u64 {
        let (scope, cells) = scope(&self.network, &self.fibs, self.epoch, &self.shared, &mut self.cells, until);
        cells.iter_mut().map(|cell| cell.work(scope, self.now)).fold(0, u64::saturating_add)
    }

    /// Lets everything happen that is due before `until`.
    pub fn advance(&mut self, until: SimTime) {
        while let Some(due) = self.network.next_due().filter(|due| *due < until) {
            self.pass(due);
            self.fall_due();
        }
        self.pass(until);
    }

    /// Lets time pass to `until` within one epoch.
    fn pass(&mut self, until: SimTime) {
        if until <= self.now {
            return;
        }
        let (window, workers, from) = (self.window, self.options.workers.get(), self.now);
        let (scope, cells) = scope(&self.network, &self.fibs, self.epoch, &self.shared, &mut self.cells, until);
        if self.joined > 0 {
            cells.iter_mut().filter(|c| !c.is_alone()).for_each(|cell| cell.settle_links(scope));
            exchange(cells);
        }
        let alone = workers::run_alone(cells, &self.alone, scope, from, workers);
        self.threads = self.threads.max(alone);
        if self.joined > 0 {
            self.threads = self.threads.max(workers::run_windows(cells, scope, window, workers));
        }
        self.now = until;
        self.tell_observers();
    }

    fn tell_observers(&mut self) {
        if self.observers.is_empty() {
            return;
        }
        let mut records: Vec<_> = self.cells.iter_mut().flat_map(|c| c.records.drain(..)).collect();
        records.sort_by_key(super::observe::Record::key);
        for observer in &mut self.observers {
            observer.record(&records);
        }
    }

    /// Closes the last interval of every series at the current time, and tells observers what a last change dropped.
    pub fn close(&mut self) {
        self.tell_observers();
        for lane in self.cells.iter_mut().flat_map(|c| &mut c.lanes) {
            lane.meter.note_cap_until(self.now);
            if let Some(series) = &mut lane.series {
                series.finish(self.now, &mut lane.link);
            }
        }
    }
}

/// What cells may see of the simulation, apart from themselves.
fn scope<'a>(
    network: &'a Network,
    fibs: &'a [Fib],
    epoch: u64,
    shared: &'a Shared,
    cells: &'a mut [Cell],
    horizon: SimTime,
) -> (Scope<'a>, &'a mut [Cell]) {
    (Scope { view: View { network, fibs, epoch }, shared, horizon }, cells)
}

/// The one exchange between cells: every mailbox is emptied into the cells it is for. They stand in the order of their
/// VPCs; a slice of them must hold all that mail goes between.
fn exchange<C: BorrowMut<Cell>>(cells: &mut [C]) {
    for from in 0..cells.len() {
        let mut mailbox = std::mem::take(&mut cells[from].borrow_mut().mailbox);
        for mail in mailbox.drain(..) {
            let to = cells.binary_search_by_key(&mail.to, |cell| cell.borrow().vpc);
            let to = to.expect("whoever sends what is answered runs in windows with its peers");
            cells[to].borrow_mut().receive(mail);
        }
        cells[from].borrow_mut().mailbox = mailbox; // with its memory
    }
}
