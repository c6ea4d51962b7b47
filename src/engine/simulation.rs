//! The simulation: three calls. [`Simulation::apply`] changes the network, [`Simulation::inject`] sends a packet from outside,
//! [`Simulation::advance`] lets time pass. However time is sliced, the same bytes come out. No wall clock, no I/O.
//!
//! **Epochs.** Between two changes the network is immutable. An advance never sees past its own end, so that a change after it
//! finds every packet that had not departed or arrived still on its link, where it is re-judged ([`crate::dataplane::link`]).
//!
//! **Windows.** Cells whose packets nobody reacts to run to the end of an advance on their own. The others ("reactive")
//! run in windows no longer than the shortest link among them, and exchange mail in between: conservative synchronisation, since a
//! packet that departs in a window arrives after it.

use super::books::{LinkBook, TrafficBook, VpcBook};
use super::cell::{Cell, Lane, MeantFor, Scope, Shared, SourceInfo};
use super::endpoint::Endpoint;
use super::flow::{Flow, Seat};
use super::meter::Meter;
use super::observe::Observer;
use super::random::Stream;
use super::series::Series;
use crate::dataplane::fib::Fib;
use crate::dataplane::link::Link;
use crate::dataplane::packet::{PacketId, SourceId};
use crate::dataplane::router::View;
use crate::model::plan::{Destination, Pattern, Plan, Subject, Traffic};
use crate::model::{AccountId, Change, HostId, LinkId, Name, Network, Outcome, Refusal, TableId, TrafficId, VpcId};
use crate::units::{SimDuration, SimTime};
use crate::wire::ipv4::Addressing;
use bytes::Bytes;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use thiserror::Error;
use tracing::debug;
use xxhash_rust::xxh3::xxh3_64;

/// What to measure beside the books.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Keep a series per link.
    pub interval: Option<SimDuration>,
}

/// Packets by how they ended, over the whole simulation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// By hosts and visible routers.
    pub emitted: u64,
    /// Accepted by a host.
    pub delivered: u64,
    /// Dropped, any reason.
    pub dropped: u64,
    /// On the way.
    pub in_flight: u64,
}

/// The books do not balance: a bug of ours, never the user's fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the books of {place} do not balance: {entered} packets in, {left} accounted for")]
pub struct Unbalanced {
    /// A VPC, a link, or the whole.
    pub place: String,
    /// Packets that came in.
    pub entered: u64,
    /// Packets that left, ended or are still there.
    pub left: u64,
}

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
    shared: Shared,
    /// By VPC: whether something reacts to packets it sends or receives.
    reactive: Vec<bool>,
    injected: u64,
    injector: Option<SourceId>,
    observers: Vec<Box<dyn Observer>>,
    happened: Vec<(SimTime, Outcome)>,
    /// What expectations ask of links: by the name a peering is made with, and direction.
    link_windows: Vec<(Name, bool, (SimTime, SimTime))>,
    interval: Option<SimDuration>,
    /// How far into its civil minute the run starts.
    minute_offset: SimDuration,
}

impl Simulation {
    /// The network and the traffic of a plan at time 0. The timeline is the driver's ([`super::Run`]).
    pub fn new(network: Network, plan: &Plan, options: Options) -> Simulation {
        let fibs = (0..network.tables().len()).map(|t| Fib::compile(&network, TableId(t as u32))).collect();
        let cells = network.vpcs().map(|(vpc, _)| Cell::new(vpc)).collect();
        let shared = Shared {
            seed: plan.seed,
            sources: Vec::new(),
            windows: traffic_windows(plan),
            endpoint_hosts: BTreeSet::new(),
            lanes: Vec::new(),
            observing: false,
        };
        let reactive = vec![false; network.vpcs().len()];
        let mut simulation = Simulation {
            network,
            fibs,
            epoch: 0,
            now: SimTime::ZERO,
            cells,
            shared,
            reactive,
            injected: 0,
            injector: None,
            observers: Vec::new(),
            happened: Vec::new(),
            link_windows: link_windows(plan),
            interval: options.interval,
            minute_offset: plan.minute_offset(),
        };
        simulation.add_links();
        for (index, entry) in plan.traffic.iter().enumerate() {
            simulation.add_traffic(TrafficId(index as u32), entry);
        }
        simulation.spread_reactive();
        simulation
    }

    fn add_traffic(&mut self, id: TrafficId, entry: &Traffic) {
        if let Pattern::Replay(replay) = &entry.pattern {
            for (number, flow) in replay.flows.iter().enumerate() {
                let meant_for = MeantFor::Frames(replay.clone(), number as u32);
                self.add_flow(id, entry, number as u32, flow.from, Ipv4Addr::UNSPECIFIED, meant_for);
            }
        }
        for (number, &host) in entry.from.iter().enumerate() {
            let (address, meant_for) = self.destination(entry, number, host);
            self.add_flow(id, entry, number as u32, host, address, meant_for);
        }
    }

    fn destination(&self, entry: &Traffic, number: usize, from: HostId) -> (Ipv4Addr, MeantFor) {
        let chosen = match &entry.to {
            Destination::Address(address) => return (*address, MeantFor::Anyone),
            Destination::Hosts(hosts) => hosts[number % hosts.len()],
            Destination::AnyOf(hosts) => {
                let others: Vec<HostId> = hosts.iter().copied().filter(|h| *h != from).collect();
                let hosts = if others.is_empty() { hosts } else { &others };
                let mut stream = Stream::new(self.shared.seed, "receiver", entry.name.as_str(), number as u64);
                hosts[stream.below(hosts.len() as u64) as usize]
            }
        };
        (self.network.host(chosen).address, MeantFor::Host(chosen))
    }

    fn add_flow(
        &mut self,
        traffic: TrafficId,
        entry: &Traffic,
        number: u32,
        host: HostId,
        destination: Ipv4Addr,
        meant_for: MeantFor,
    ) {
        let is_ping = matches!(entry.pattern, Pattern::Ping { .. });
        let key = sender_key("traffic", entry.name.as_str(), &u64::from(number).to_le_bytes());
        let source = self.add_source(SourceInfo { key, traffic: Some(traffic), from: host, meant_for, is_ping });
        let owner = self.network.host(host);
        let addressing = Addressing { source: entry.source.unwrap_or(owner.address), destination, ttl: entry.ttl.0 };
        let seat = Seat { source, traffic, number, host, addressing };
        self.reactive[owner.vpc.index()] |= is_ping || matches!(entry.pattern, Pattern::Replay(_));
        self.cells[owner.vpc.index()].add_flow(Flow::new(entry, seat, self.shared.seed));
    }

    fn add_source(&mut self, info: SourceInfo) -> SourceId {
        assert!(self.shared.sources.len() < SourceId::MAX, "a run has at most {} senders", SourceId::MAX);
        self.shared.sources.push(info);
        SourceId(self.shared.sources.len() as u32 - 1)
    }

    /// What one VPC's packets set off, its peers may send on: being reactive spreads over peerings, whatever their state is now.
    fn spread_reactive(&mut self) {
        if self.network.rules.routers_visible || !self.shared.endpoint_hosts.is_empty() {
            self.reactive.fill(true);
            return;
        }
        loop {
            let before = self.reactive.iter().filter(|r| **r).count();
            for (_, peering) in self.network.peerings() {
                let (a, b) = (peering.requester.index(), peering.accepter.index());
                let either = self.reactive[a] || self.reactive[b];
                (self.reactive[a], self.reactive[b]) = (either, either);
            }
            if before == self.reactive.iter().filter(|r| **r).count() {
                return;
            }
        }
    }

    /// Seats an endpoint on a host; it is asked at once when it wants to wake. At most one endpoint a host.
    pub fn attach(&mut self, host: HostId, endpoint: Box<dyn Endpoint>) {
        let key = sender_key("endpoint", &self.network.host_name(host), &[]);
        let info = SourceInfo { key, traffic: None, from: host, meant_for: MeantFor::Anyone, is_ping: false };
        let source = self.add_source(info);
        self.shared.endpoint_hosts.insert(host);
        self.cells[self.network.host(host).vpc.index()].add_endpoint(self.now, host, source, endpoint);
        self.spread_reactive();
    }

    /// Has `observer` told of every packet's end from now on.
    pub fn observe(&mut self, observer: Box<dyn Observer>) {
        self.shared.observing = true;
        self.observers.push(observer);
    }

    /// Where the simulation stands.
    pub fn now(&self) -> SimTime {
        self.now
    }
    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Lets time pass to `now`, then changes the network as account `by` asks (none: whoever may). What falls due at `now` by
    /// itself comes first (S25a: an expiry precedes an accept). What is on the links is re-judged.
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
        for (at, fib) in self.fibs.iter_mut().enumerate() {
            let id = TableId(at as u32);
            if fib.is_stale(&self.network, id) {
                *fib = Fib::compile(&self.network, id);
            }
        }
        self.add_links();
        let (scope, cells) = scope(&self.network, &self.fibs, self.epoch, &self.shared, &mut self.cells, self.now);
        for cell in cells {
            for at in 0..cell.lanes.len() {
                let lane = &mut cell.lanes[at];
                if let Some(series) = &mut lane.series {
                    series.close(scope.horizon, &mut lane.link);
                }
                let peering = scope.view.network.peering(lane.link.id.peering());
                lane.meter.change_cap(scope.horizon, peering.metered_cap());
                for (packet, reason) in lane.link.change(scope.horizon, scope.view.network) {
                    cell.end_on_link(scope, at, scope.horizon, packet, reason);
                }
            }
        }
    }

    /// Gives every peering that has none its two links.
    fn add_links(&mut self) {
        let known = self.shared.lanes.len() as u32;
        let all = self.network.peerings().len() as u32 * 2;
        for link in (known..all).map(LinkId) {
            let peering = self.network.peering(link.peering());
            let mut book = LinkBook::default();
            for (name, from_requester, between) in &self.link_windows {
                if *name == peering.first_name && *from_requester == link.from_requester() {
                    book.windows.push((*between, Default::default()));
                }
            }
            // A peering made in the middle of the run has no cap before.
            let (before, now) = (None, peering.metered_cap());
            let mut meter = Meter::new(self.minute_offset, if self.now == SimTime::ZERO { now } else { before });
            meter.change_cap(self.now, now);
            let lane = Lane::new(Link::new(&self.network, link), book, self.interval.map(Series::new), meter);
            let home = &mut self.cells[peering.near(link).index()].lanes;
            self.shared.lanes.push(home.len() as u32);
            home.push(lane);
        }
        if known < all {
            self.spread_reactive();
        }
    }

    /// Sends a packet from `host` at `now`, as if a program on it had: whole, from the IPv4 header on. Ordered after everything
    /// that the plan's senders do at that instant.
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
        self.reactive[vpc.index()] = true;
        self.spread_reactive();
        self.cells[vpc.index()].inject(now, host, packet, id);
        Ok(id)
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
        let window = self.window();
        let reactive = &self.reactive;
        let (scope, cells) = scope(&self.network, &self.fibs, self.epoch, &self.shared, &mut self.cells, until);
        for cell in cells.iter_mut() {
            cell.settle_links(scope);
        }
        exchange(cells);
        for cell in cells.iter_mut().filter(|c| !reactive[c.vpc.index()]) {
            cell.run(scope, until);
        }
        loop {
            let mut active = cells.iter_mut().filter(|c| reactive[c.vpc.index()]);
            let next = active.by_ref().map(|c| c.next_event()).min().unwrap_or(SimTime::NEVER);
            if next >= until {
                break;
            }
            let end = (next + window).min(until);
            for cell in cells.iter_mut().filter(|c| reactive[c.vpc.index()]) {
                cell.run(scope, end);
            }
            exchange(cells);
        }
        self.now = until;
        self.tell_observers();
    }

    /// The shortest way from one reactive cell to another.
    fn window(&self) -> SimDuration {
        let delays = self.network.peerings().filter(|(_, p)| self.reactive[p.requester.index()]).map(|(_, p)| p.delay);
        delays.min().unwrap_or(SimDuration::from_nanos(u64::MAX))
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

    fn lane(&self, link: LinkId) -> &Lane {
        let home = self.network.ends(link).0;
        &self.cells[home.index()].lanes[self.shared.lanes[link.index()] as usize]
    }

    /// A link's book.
    pub fn link_book(&self, link: LinkId) -> &LinkBook {
        &self.lane(link).book
    }
    /// A link's series, if kept.
    pub fn series(&self, link: LinkId) -> Option<&Series> {
        self.lane(link).series.as_ref()
    }
    /// A link's meter; its last caps are noted by [`Simulation::close`].
    pub fn meter(&self, link: LinkId) -> &Meter {
        &self.lane(link).meter
    }
    /// Packets on a link: waiting or on the wire.
    pub fn on_link(&self, link: LinkId) -> u64 {
        self.lane(link).link.in_flight()
    }

    /// A traffic entry's book, over all cells.
    pub fn traffic_book(&self, id: TrafficId) -> TrafficBook {
        let mut merged = TrafficBook::with_windows(&self.shared.windows[id.index()]);
        for cell in &self.cells {
            if let Some(book) = cell.traffic.get(id) {
                merged.merge(book);
            }
        }
        merged
    }

    /// A VPC's book: what its own cell and the cells that send to it judged.
    pub fn vpc_book(&self, vpc: VpcId) -> VpcBook {
        let mut book = self.cells[vpc.index()].book.clone();
        for link in self.links().filter(|l| self.network.ends(*l).1 == vpc) {
            book.merge(&self.link_book(link).far);
        }
        book
    }

    fn links(&self) -> impl Iterator<Item = LinkId> + use<> {
        (0..self.network.peerings().len() as u32 * 2).map(LinkId)
    }

    /// Everything that was emitted and what became of it.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for cell in &self.cells {
            totals.emitted += cell.book.emitted;
            totals.delivered += cell.book.delivered;
            totals.dropped += cell.book.drops.total();
            totals.in_flight += cell.local_in_flight();
            for lane in &cell.lanes {
                totals.delivered += lane.book.far.delivered;
                totals.dropped += lane.book.far.drops.total() + lane.book.whole.drops.total();
                totals.in_flight += lane.link.in_flight();
            }
        }
        totals
    }

    /// Checks that every packet is accounted for: per link, per VPC, and over all.
    ///
    /// # Errors
    /// The first book that does not balance.
    pub fn check_books(&self) -> Result<(), Unbalanced> {
        let mut entered = vec![0; self.cells.len()];
        let mut left = vec![0; self.cells.len()];
        for link in self.links() {
            let counts = &self.link_book(link).whole;
            let (near, far) = self.network.ends(link);
            left[near.index()] += counts.offered.packets;
            entered[far.index()] += counts.carried.packets;
            let accounted = counts.carried.packets + counts.drops.total() + self.on_link(link);
            let name =
                || format!("link {} from {}", self.network.peering(link.peering()).name, self.network.vpc(near).name);
            balance(name, counts.offered.packets, accounted)?;
        }
        for (vpc, owner) in self.network.vpcs() {
            let book = self.vpc_book(vpc);
            let here = book.delivered + book.drops.total() + self.cells[vpc.index()].local_in_flight();
            let name = || format!("VPC {}", owner.name);
            balance(name, book.emitted + entered[vpc.index()], here + left[vpc.index()])?;
        }
        let totals = self.totals();
        balance(|| "the run".into(), totals.emitted, totals.delivered + totals.dropped + totals.in_flight)
    }
}

/// What per-packet decisions know a sender by: stable, whatever else is declared. Names hold no NUL.
fn sender_key(kind: &str, name: &str, number: &[u8]) -> u64 {
    xxh3_64(&[kind.as_bytes(), b"\0", name.as_bytes(), b"\0", number].concat())
}

fn balance(place: impl Fn() -> String, entered: u64, left: u64) -> Result<(), Unbalanced> {
    if entered == left { Ok(()) } else { Err(Unbalanced { place: place(), entered, left }) }
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

/// The one exchange between cells: every mailbox is emptied into the cells it is for.
fn exchange(cells: &mut [Cell]) {
    for from in 0..cells.len() {
        let mut mailbox = std::mem::take(&mut cells[from].mailbox);
        for mail in mailbox.drain(..) {
            let to = mail.to.index();
            cells[to].receive(mail);
        }
        cells[from].mailbox = mailbox; // with its memory
    }
}

fn traffic_windows(plan: &Plan) -> Vec<Vec<(SimTime, SimTime)>> {
    let mut windows = vec![Vec::new(); plan.traffic.len()];
    for expectation in &plan.expectations {
        if let Subject::Traffic(id) = expectation.subject
            && !windows[id.index()].contains(&expectation.between)
        {
            windows[id.index()].push(expectation.between);
        }
    }
    windows
}

fn link_windows(plan: &Plan) -> Vec<(Name, bool, (SimTime, SimTime))> {
    let mut windows = Vec::new();
    for expectation in &plan.expectations {
        let Subject::Link { peering, from_requester } = &expectation.subject else { continue };
        let window = (peering.clone(), *from_requester, expectation.between);
        if !windows.contains(&window) {
            windows.push(window);
        }
    }
    windows
}
