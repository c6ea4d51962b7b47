//! The simulation: three calls. [`Simulation::apply`] changes the network, [`Simulation::inject`] sends a packet from
//! outside, [`Simulation::advance`] lets time pass. The results are the same bytes, however time is divided into
//! advances. No wall clock, no I/O.
//!
//! **Epochs.** Between two changes the network is immutable. An advance never goes past its own end, so a change after
//! it finds every packet that has not departed or arrived still on its link, where it is judged again
//! ([`crate::dataplane::link`]).
//!
//! **Windows.** Cells without reactions run to the end of an advance alone. The others run in windows no longer than
//! the shortest link among them, and exchange mail in between. This is conservative synchronisation: a packet that
//! departs in a window arrives after it.

mod ledger;
mod senders;

pub use ledger::{Progress, Queue, Totals, TrafficLedger, Unbalanced};
pub use senders::flows;

use super::booking::LinkBooking;
use super::books::LinkBook;
use super::cell::{Lane, Raw, Watch};
use super::endpoint::{Endpoint, Hears, Sent};
use super::exchange::{Exchange, Whole};
use super::intervals::Intervals;
use super::meter::Meter;
use super::observe::{Interest, Observer, Record};
use super::options::{Effort, Options};
use super::partition::Partition;
use super::shared::{MeantFor, Scope, Shared, SourceInfo};
use crate::dataplane::fib::Fib;
use crate::dataplane::link::Link;
use crate::dataplane::packet::{PacketId, SourceId};
use crate::dataplane::router::View;
use crate::model::plan::Plan;
use crate::model::{AccountId, Change, HostId, LinkId, Network, Outcome, Refusal, TableId, VpcId};
use crate::units::{NANOS_PER_SECOND, SimDuration, SimTime};
use bytes::Bytes;
use senders::{LinkEdges, sender_key, traffic_edges};
use std::collections::BTreeSet;
use thiserror::Error;
use tracing::debug;

/// Why a packet could not be injected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InjectError {
    /// `now` has passed already.
    #[error("{now} lies in the past: the simulation stands at {reached}")]
    Past { now: SimTime, reached: SimTime },
}

/// Why an endpoint could not be seated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("another endpoint of {host} hears {hears:?}")]
pub struct AttachError {
    /// By name.
    pub host: String,
    /// What both want to hear.
    pub hears: Hears,
}

/// About how many records are held before observers are told.
const RECORDED: u64 = 1 << 18;

/// A network in virtual time.
pub struct Simulation {
    network: Network,
    fibs: Vec<Fib>,
    epoch: u64,
    now: SimTime,
    partition: Partition,
    shared: Shared,
    /// What endpoints hear.
    seats: BTreeSet<(HostId, Hears)>,
    injected: u64,
    injector: Option<SourceId>,
    observers: Vec<(Box<dyn Observer>, Interest)>,
    /// For how much simulated time records are held before observers are told.
    slice: SimDuration,
    happened: Vec<(SimTime, Outcome)>,
    /// The edges of the windows of expectations about links.
    link_edges: LinkEdges,
    options: Options,
    /// How far into its civil minute the run starts.
    minute_offset: SimDuration,
}

impl Simulation {
    /// The network and the traffic of a plan at time 0. The driver plays the timeline ([`super::Run`]).
    pub fn new(network: Network, plan: &Plan, options: Options) -> Simulation {
        Simulation::part(network, plan, options, Box::new(Whole))
    }

    /// One of the partitions of a run: it carries those VPCs of the network that `exchange` holds. Every partition gets
    /// the same calls, observers included; afterwards one takes in the others ([`Simulation::take`]).
    pub fn part(mut network: Network, plan: &Plan, options: Options, exchange: Box<dyn Exchange>) -> Simulation {
        network.take_touched(); // everything is made of the network as it is
        let fibs = (0..network.tables().len()).map(|t| Fib::compile(&network, TableId(t as u32))).collect();
        let mut partition = Partition::new(&network, exchange);
        let mut shared = Shared {
            seed: plan.seed,
            sources: Vec::new(),
            edges: traffic_edges(plan),
            hearing: Vec::new(),
            silent: BTreeSet::new(),
            lanes: Vec::new(),
            observing: false,
            interest: Interest::default(),
            mode: options.mode,
        };
        let density = senders::seat(&network, plan, &mut shared, &mut partition);
        partition.start();
        let mut simulation = Simulation {
            network,
            fibs,
            epoch: 0,
            now: SimTime::ZERO,
            partition,
            shared,
            seats: BTreeSet::new(),
            injected: 0,
            injector: None,
            observers: Vec::new(),
            // The initial value assumes that every step of every packet is of interest; most packets take five.
            slice: SimDuration::from_nanos((RECORDED * NANOS_PER_SECOND / 5 / density.max(1)).max(1)),
            happened: Vec::new(),
            link_edges: LinkEdges::of(plan),
            options,
            minute_offset: plan.minute_offset(),
        };
        if let Some((interval, which)) = options.interval.zip(options.watch) {
            let cells = simulation.partition.cells.iter_mut();
            cells.for_each(|cell| cell.contents.connections.watch = Some(Watch::new(which, interval)));
        }
        simulation.add_links();
        simulation.join_windows();
        simulation
    }

    /// Takes in the cells that another partition of the same run carried, with their books and series. After this the
    /// simulation can be closed and read, but not advanced. The other's observers are told the last records and
    /// dropped.
    pub fn take(&mut self, mut other: Simulation) {
        other.tell_observers();
        self.partition.take(other.partition);
    }

    /// Runs cells in windows where something reacts: all of them if routers are visible.
    fn join_windows(&mut self) {
        self.partition.join_windows(&self.network, self.network.rules.routers_visible);
    }

    /// Seats an endpoint on a host, where it hears what `hears` says, packets under way included; it is asked at once
    /// when it wants to wake. All traffic to the host is carried as events from now on.
    ///
    /// # Errors
    /// Another endpoint of the host hears that.
    pub fn attach(&mut self, host: HostId, hears: Hears, endpoint: Box<dyn Endpoint>) -> Result<(), AttachError> {
        if !self.seats.insert((host, hears)) {
            return Err(AttachError { host: self.network.host_name(host), hears });
        }
        let number = match hears {
            Hears::Rest => Vec::new(),
            Hears::Port { protocol, port } => [&[protocol][..], &port.to_be_bytes()].concat(),
        };
        let key = sender_key("endpoint", &self.network.host_name(host), &number);
        let info =
            SourceInfo { key, traffic: None, from: host, meant_for: MeantFor::Anyone, is_ping: false, answers: false };
        let source = self.shared.add_source(info);
        if self.shared.hearing.len() <= host.index() {
            self.shared.hearing.resize(host.index() + 1, false);
        }
        let is_first = !std::mem::replace(&mut self.shared.hearing[host.index()], true);
        if is_first {
            self.partition.heed(&self.network, self.now, host);
        }
        let vpc = self.network.host(host).vpc;
        if let Some(cell) = self.partition.held(vpc) {
            cell.seat(self.now, (host, hears), source, endpoint);
        }
        self.partition.join_around(&self.network, vpc);
        Ok(())
    }

    /// Has a host answer echo requests that arrive from now on by itself, as all do at first, or not: those of replays
    /// too.
    pub fn answer_echoes(&mut self, host: HostId, answers: bool) {
        let is_new = if answers { self.shared.silent.remove(&host) } else { self.shared.silent.insert(host) };
        if is_new {
            self.partition.suspend_echoes(self.now, self.network.rules.local_delay);
        }
    }

    /// The earliest instant at which anything can happen if nothing is changed or injected: until then a driver may
    /// sleep, and an advance to one nanosecond later lets it happen. [`SimTime::NEVER`] if nothing is to come. It may
    /// be too early, where an alarm was put off, never too late. Of several partitions the least counts. Looks at every
    /// sender that this partition carries, and at the links of VPCs from which something is sent.
    pub fn next_event(&self) -> SimTime {
        let carried = self.partition.next_event(self.network.rules.local_delay);
        self.network.next_due().map_or(carried, |due| carried.min(due)).max(self.now)
    }

    /// Tells `observer` of what interests it from now on.
    pub fn observe(&mut self, observer: Box<dyn Observer>) {
        self.tell_observers(); // what a change dropped just now is not for the new one
        self.shared.observing = true;
        let interest = observer.interest();
        self.shared.interest.join(&interest);
        let local_delay = self.network.rules.local_delay;
        self.partition.suspend_echoes(self.now, local_delay);
        self.partition.look(self.now, local_delay);
        self.observers.push((observer, interest));
    }

    /// How the packets were carried so far.
    pub fn effort(&self) -> Effort {
        let mut effort = Effort::default();
        self.partition.cells.iter().for_each(|cell| effort.merge(cell.contents.booking.effort));
        effort.threads = self.partition.threads;
        effort.meetings = self.partition.meetings();
        effort
    }

    /// The current time of the simulation.
    pub fn now(&self) -> SimTime {
        self.now
    }
    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Lets time pass to `now`, then applies a change in the name of account `by` (`None`: any account that may make
    /// it). What falls due at `now` by itself comes first (S25a: an expiry precedes an accept). Packets on the links
    /// are judged again.
    ///
    /// # Errors
    /// The control plane's refusal; then nothing has changed.
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

    /// Applies what the network does by itself at the current time: requests expire, failures are detected.
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

    /// Begins an epoch after a change of the network: updates the forwarding tables, gives new peerings links, and
    /// judges the packets on changed links again.
    fn begin_epoch(&mut self) {
        self.epoch += 1;
        let local_delay = self.network.rules.local_delay;
        self.partition.suspend_echoes(self.now, local_delay);
        self.partition.charge(self.now);
        if self.shared.are_drops_observed() {
            // Packets under way may be dropped now where they arrive, and are told of then.
            self.partition.look(self.now, local_delay);
        }
        let touched = self.network.take_touched();
        for table in touched.tables {
            self.fibs[table.index()].update(&self.network, table);
        }
        self.add_links();
        // In order of VPCs, so that drops by an epoch are recorded in the order of cells.
        let mut links: Vec<(VpcId, LinkId)> = Vec::new();
        for link in touched.peerings.iter().flat_map(|id| LinkId::both(*id)) {
            links.push((self.network.ends(link).0, link));
        }
        links.sort_unstable();
        links.dedup();
        let (scope, partition) = self.scope(self.now);
        for (home, link) in links {
            partition.cells[home.index()].change_link(scope, link);
        }
    }

    /// Gives every peering without links its two links.
    fn add_links(&mut self) {
        let known = self.shared.lanes.len() as u32;
        let all = self.network.peerings().len() as u32 * 2;
        for link in (known..all).map(LinkId) {
            let peering = self.network.peering(link.peering());
            let book = LinkBook::new(self.link_edges.find(&peering.first_name, peering.near(link)));
            // A peering made in the middle of the run had no cap before.
            let (before, now) = (None, peering.metered_cap());
            let mut meter = Meter::new(self.minute_offset, if self.now == SimTime::ZERO { now } else { before });
            meter.change_cap(self.now, now);
            let intervals = self.options.interval.map(Intervals::new);
            let lane = Lane::new(Link::new(&self.network, link), LinkBooking { book, meter, intervals });
            let home = &mut self.partition.cells[peering.near(link).index()].contents.lanes;
            self.shared.lanes.push(home.len() as u32);
            home.push(lane);
            self.partition.join_ends(&self.network, link.peering());
        }
    }

    /// Sends a packet from `host` at `now`, as if a program on it had sent it: complete, from the IPv4 header on.
    /// Ordered after everything that the plan's senders do at that instant.
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
            let info = SourceInfo {
                key,
                traffic: None,
                from: host,
                meant_for: MeantFor::Anyone,
                is_ping: false,
                answers: false,
            };
            self.shared.add_source(info)
        });
        let id = PacketId::new(source, self.injected);
        self.injected += 1;
        let vpc = self.network.host(host).vpc;
        if !self.partition.cell(vpc).contents.has_programs() {
            self.partition.suspend_echoes(now, self.network.rules.local_delay);
            self.partition.note_answered(vpc);
            self.partition.join_around(&self.network, vpc);
        }
        if let Some(cell) = self.partition.held(vpc) {
            cell.inject(now, Raw { host, sent: Sent::of(packet), id });
        }
        Ok(id)
    }

    /// About how much work it is to [`Simulation::advance`] to `until`, in packets that are carried one by one.
    pub fn work(&mut self, until: SimTime) -> u64 {
        let (scope, partition) = self.scope(until);
        partition.work(scope)
    }

    /// Lets time pass to `until`: everything due before then happens.
    pub fn advance(&mut self, until: SimTime) {
        while let Some(due) = self.network.next_due().filter(|due| *due < until) {
            self.pass(due);
            self.fall_due();
        }
        self.pass(until);
    }

    /// Lets time pass to `until` within one epoch. Tells observers in between, so that not too many records are held.
    fn pass(&mut self, until: SimTime) {
        while self.now < until {
            let workers = self.options.workers.get();
            let slice = self.now + self.slice;
            let end = if self.shared.observing { self.partition.agree(until.min(slice)) } else { until };
            let (scope, partition) = self.scope(end);
            partition.advance(scope, workers);
            self.now = end;
            match self.tell_observers() {
                many if many > RECORDED => self.slice = SimDuration::from_nanos((self.slice.as_nanos() / 2).max(1)),
                few if few < RECORDED / 4 => self.slice = self.slice + self.slice,
                _ => {}
            }
        }
    }

    /// Tells observers what happened since the last time; returns how many records there were before each observer's
    /// filter.
    fn tell_observers(&mut self) -> u64 {
        if self.observers.is_empty() {
            return 0;
        }
        // A record is large, and moved only to who wants it.
        let mut records: Vec<&Record> =
            self.partition.cells.iter().flat_map(|cell| &cell.contents.booking.records).collect();
        records.sort_by_cached_key(|record| record.key());
        for (observer, interest) in &mut self.observers {
            let is_wanted = |r: &&Record| interest.holds(r.place, r.step, self.shared.entry_of(r.id));
            observer.record(&records.iter().copied().filter(is_wanted).cloned().collect::<Vec<_>>());
        }
        let told = records.len() as u64;
        self.partition.cells.iter_mut().for_each(|cell| cell.contents.booking.records.clear());
        told
    }

    /// Closes the last interval of every series at the current time, and tells observers of drops by a last change.
    pub fn close(&mut self) {
        self.tell_observers();
        for lane in self.partition.cells.iter_mut().flat_map(|c| &mut c.contents.lanes) {
            lane.booking.meter.note_cap_until(self.now);
            if let Some(intervals) = &mut lane.booking.intervals {
                intervals.finish(self.now, &mut lane.link);
            }
        }
    }

    /// What cells may see of the simulation in an advance to `horizon`, and the partition that holds the cells.
    fn scope(&mut self, horizon: SimTime) -> (Scope<'_>, &mut Partition) {
        let Simulation { network, fibs, epoch, shared, partition, now, .. } = self;
        (Scope { view: View { network, fibs, epoch: *epoch }, shared, from: *now, horizon }, partition)
    }
}
