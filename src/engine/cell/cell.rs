//! The cell itself: what a VPC holds, and which part is used when. The other files of the room carry the packets.

use super::super::arrival::Mail;
use super::super::booking::Booking;
use super::super::endpoint::{Endpoint, Sends};
use super::super::options::Mode;
use super::super::road::{Facts, Road, road};
use super::super::sending::{self, Batch, Flow};
use super::super::shared::Scope;
use super::aggregate::{Aggregate, Aggregates, To};
use super::events::{Events, Raw, Seated, Waker};
use super::journey::Journey;
use super::lane::Lane;
use super::link_run::{LinkRun, Seats};
use super::passing::{Inside, Passing};
use super::proof;
use super::trains::{Train, Trains};
use crate::dataplane::packet::SourceId;
use crate::model::{HostId, LinkId, VpcId};
use crate::units::{SimDuration, SimTime};

/// One VPC's share of the simulation.
pub(in crate::engine) struct Cell {
    pub vpc: VpcId,
    pub lanes: Vec<Lane>,
    pub booking: Booking,
    /// Whether nothing here reacts to other cells, and no other cell reacts to this one.
    is_alone: bool,
    /// Whether all its senders can foresee what they send.
    is_foreseen: bool,
    /// Whether its senders have been scheduled as events.
    is_called: bool,
    /// Packets its senders send per second, approximately.
    density: u64,
    pub(super) flows: Vec<Flow>,
    pub(super) aggregates: Aggregates,
    events: Events,
    /// The lanes whose links may hold packets of an earlier advance, each once.
    held: Vec<u32>,
    /// Equal packets under way inside the VPC that were counted, not made.
    trains: Trains,
    seats: Seats,
    /// The packets made last; `None` unless every packet is made.
    batch: Option<Box<Batch>>,
}

impl Cell {
    pub(in crate::engine) fn new(vpc: VpcId) -> Cell {
        Cell {
            vpc,
            lanes: Vec::new(),
            booking: Booking::default(),
            is_alone: true,
            is_foreseen: true,
            is_called: false,
            density: 0,
            flows: Vec::new(),
            aggregates: Aggregates::default(),
            events: Events::default(),
            held: Vec::new(),
            trains: Trains::default(),
            seats: Seats::default(),
            batch: None,
        }
    }

    /// Adds a sender while the simulation is set up.
    pub(in crate::engine) fn add_flow(&mut self, flow: Flow) {
        self.density = self.density.saturating_add(flow.density());
        self.is_foreseen &= flow.says_its_future();
        self.flows.push(flow);
    }

    /// Frees the spare capacity left by adding senders one by one: there may be a million of them.
    pub(in crate::engine) fn trim(&mut self) {
        self.flows.shrink_to_fit();
    }

    pub(in crate::engine) fn has_senders(&self) -> bool {
        !self.flows.is_empty()
    }

    /// About how many packets are sent here in `span`: an estimate, for distributing work.
    #[cfg(feature = "threads")]
    pub(in crate::engine) fn packets_in(&self, span: SimDuration) -> u64 {
        let packets =
            u128::from(self.density) * u128::from(span.as_nanos()) / u128::from(crate::units::NANOS_PER_SECOND);
        u64::try_from(packets).unwrap_or(u64::MAX)
    }

    pub(in crate::engine) fn is_alone(&self) -> bool {
        self.is_alone
    }

    /// Whether its packets are carried as events.
    pub(super) fn is_eventful(&self) -> bool {
        road(Facts { reacts: !self.is_alone || !self.is_foreseen, ..Facts::default() }) == Road::Events
    }

    /// From `now` on, the cell runs in windows with others: its senders become events. Packets inside the VPC take
    /// `local_delay`.
    pub(in crate::engine) fn join_windows(&mut self, now: SimTime, local_delay: SimDuration) {
        if std::mem::replace(&mut self.is_alone, false) {
            self.look(now, local_delay);
            self.call_senders();
        }
    }

    /// Makes the cell's state complete at `now`, for whoever inspects it: charges the buckets, makes the packets that
    /// were only counted, and discards the aggregates. Packets inside the VPC take `local_delay`.
    pub(in crate::engine) fn look(&mut self, now: SimTime, local_delay: SimDuration) {
        self.charge_all(now);
        self.make_trains(local_delay);
        self.aggregates = Aggregates::default();
    }

    /// Schedules the senders as events from now on.
    fn call_senders(&mut self) {
        if std::mem::replace(&mut self.is_called, true) {
            return;
        }
        for (index, flow) in self.flows.iter().enumerate() {
            self.events.call(flow, flow.source, Waker::Flow(index as u32));
        }
    }

    pub(in crate::engine) fn seat(&mut self, now: SimTime, host: HostId, source: SourceId, program: Box<dyn Endpoint>) {
        let seated = Seated::new(now, host, source, program);
        self.is_foreseen &= seated.says_its_future();
        self.events.seat(seated);
    }

    pub(in crate::engine) fn inject(&mut self, now: SimTime, raw: Raw) {
        self.events.inject(now, raw);
    }

    /// When something next happens here.
    pub(in crate::engine) fn next_event(&self) -> SimTime {
        self.events.next()
    }

    /// Packets inside the VPC whose verdict is still open.
    pub(in crate::engine) fn local_in_flight(&self) -> u64 {
        self.events.waiting() + self.trains.count()
    }

    /// Packets for other cells.
    pub(in crate::engine) fn mailbox(&mut self) -> &mut Vec<Mail> {
        &mut self.events.mailbox
    }

    /// Takes a packet from another cell.
    pub(in crate::engine) fn receive(&mut self, mail: Mail) {
        self.events.receive(mail);
    }

    /// Applies the changed settings of a link's peering at the horizon: packets on the link are judged again.
    pub(in crate::engine) fn change_link(&mut self, scope: Scope<'_>, link: LinkId) {
        let at = scope.shared.lanes[link.index()] as usize;
        let Lane { link, booking, .. } = &mut self.lanes[at];
        let network = scope.view.network;
        if let Some(intervals) = &mut booking.intervals {
            intervals.close(scope.horizon, link);
        }
        booking.meter.change_cap(scope.horizon, network.peering(link.id.peering()).metered_cap());
        if let Some((reason, packets)) = link.change(scope.horizon, network) {
            self.passing(scope, Some(at)).drop_trains(reason);
            let mut journey = self.journey(scope);
            packets.into_iter().for_each(|packet| journey.end_on_link(at, scope.horizon, packet, reason));
        }
    }

    /// Moves the packets that earlier advances left on the links up to the new horizon.
    pub(in crate::engine) fn move_held(&mut self, scope: Scope<'_>) {
        self.journey(scope).move_held();
    }

    /// Handles every event before `end`.
    pub(in crate::engine) fn handle(&mut self, scope: Scope<'_>, end: SimTime) {
        self.journey(scope).handle(end);
    }

    /// Runs the cell by itself from `from`, its current time, to the horizon.
    pub(in crate::engine) fn run_alone(&mut self, scope: Scope<'_>, from: SimTime) {
        self.move_held(scope);
        if self.is_eventful() {
            self.call_senders();
        }
        // Packets inside the VPC left by an earlier advance, and senders that are events.
        self.handle(scope, scope.horizon);
        if self.is_eventful() {
            return;
        }
        self.land_trains(scope);
        if self.has_senders() && !self.aggregates.are_of(scope) {
            self.aggregates = Aggregates::gather(scope, &mut self.flows, &self.lanes);
        }
        if self.batch.is_none() && scope.shared.mode == Mode::Packets {
            self.batch = Some(sending::batch());
        }
        let mut aggregates = std::mem::take(&mut self.aggregates.all);
        aggregates.iter_mut().for_each(|aggregate| self.carry(scope, aggregate, from));
        self.aggregates.all = aggregates;
    }

    /// Carries all packets of an aggregate from `from` to the horizon.
    fn carry(&mut self, scope: Scope<'_>, aggregate: &mut Aggregate, from: SimTime) {
        if road(aggregate.facts(scope)) == Road::Silent {
            return self.stay_silent(aggregate, scope.horizon);
        }
        match aggregate.to {
            To::Silence | To::Nowhere | To::Local => self.passing(scope, None).pass(aggregate, scope.horizon, false),
            To::Lane(lane) => {
                let at = lane as usize;
                if self.lanes[at].has_order() || aggregate.is_observed {
                    self.link_run(scope, aggregate, at, from).advance();
                } else {
                    self.passing(scope, Some(at)).pass(aggregate, scope.horizon, false);
                }
                self.lanes[at].hold(at, &mut self.held);
            }
        }
    }

    /// Lets the clocks of a stopped host's senders run on, so that later packets do not depend on whether it was down.
    fn stay_silent(&mut self, aggregate: &Aggregate, until: SimTime) {
        for &index in &aggregate.flows {
            let flow = &mut self.flows[index as usize];
            if flow.is_countable() {
                flow.skip(flow.count_before(until));
            }
            while flow.next_wake() < until {
                flow.step();
            }
        }
    }

    /// Lands the packets of trains that arrive before the horizon.
    fn land_trains(&mut self, scope: Scope<'_>) {
        for held in 0..self.held.len() {
            let at = self.held[held] as usize;
            self.passing(scope, Some(at)).land_trains();
        }
        self.passing(scope, None).land_trains();
    }

    /// Charges every bucket for the packets that passed in closed form, before the buckets are read or the senders
    /// change.
    pub(in crate::engine) fn charge_all(&mut self, now: SimTime) {
        for aggregate in &self.aggregates.all {
            if let To::Lane(lane) = aggregate.to {
                let lane = &mut self.lanes[lane as usize];
                proof::charge(lane, aggregate, &self.flows, &mut self.seats.merge, now);
            }
        }
    }

    /// Makes every packet of every train. Packets inside the VPC take `local_delay`.
    fn make_trains(&mut self, local_delay: SimDuration) {
        let Cell { lanes, flows, trains, events, .. } = self;
        for lane in lanes {
            for train in lane.trains.take() {
                each_of(flows, train, |flow| {
                    lane.link.keep_on_wire(flow.next_wake() + lane.link.delay, flow.packet());
                });
            }
            lane.link.order_wire();
        }
        for train in trains.take() {
            each_of(flows, train, |flow| events.keep_inside(flow.next_wake() + local_delay, flow.packet()));
        }
    }

    fn journey<'a>(&'a mut self, scope: Scope<'a>) -> Journey<'a> {
        Journey {
            scope,
            vpc: self.vpc,
            lanes: &mut self.lanes,
            held: &mut self.held,
            flows: &mut self.flows,
            booking: &mut self.booking,
            events: &mut self.events,
        }
    }

    fn passing<'a>(&'a mut self, scope: Scope<'a>, at: Option<usize>) -> Passing<'a> {
        Passing {
            scope,
            vpc: self.vpc,
            flows: &mut self.flows,
            lane: at.map(|at| &mut self.lanes[at]),
            booking: &mut self.booking,
            inside: Inside { trains: &mut self.trains, events: &mut self.events },
            batch: self.batch.as_deref_mut(),
        }
    }

    fn link_run<'a>(
        &'a mut self,
        scope: Scope<'a>,
        aggregate: &'a mut Aggregate,
        at: usize,
        now: SimTime,
    ) -> LinkRun<'a> {
        LinkRun {
            scope,
            vpc: self.vpc,
            now,
            lane: &mut self.lanes[at],
            aggregate,
            flows: &mut self.flows,
            booking: &mut self.booking,
            seats: &mut self.seats,
            inside: Inside { trains: &mut self.trains, events: &mut self.events },
            batch: self.batch.as_deref_mut(),
        }
    }
}

/// Calls `keep` with the sender of a train as it was before each packet of the train.
fn each_of(flows: &[Flow], train: Train, mut keep: impl FnMut(&Flow)) {
    let mut flow = flows[train.flow as usize].rewound_to(train.first);
    for _ in 0..train.count {
        keep(&flow);
        flow.step();
    }
}
