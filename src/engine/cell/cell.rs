//! The cell itself: which part of what a VPC holds is used when. The other files of the room carry the packets.

use super::super::endpoint::{Endpoint, Hears, Sends};
use super::super::mail::Content;
use super::super::options::Mode;
use super::super::road::{Facts, Road, road};
use super::super::segment::SegmentArrival;
use super::super::sending::{self, Flow};
use super::super::shared::Scope;
use super::aggregate::{Aggregates, To};
use super::connections::End;
use super::contents::Contents;
use super::dispatch;
use super::events::{Raw, Seated};
use super::journey::Journey;
use super::lane::Lane;
use super::link_run::LinkRun;
use super::proof;
use super::trains::Train;
use crate::dataplane::packet::{PacketKind, SourceId};
use crate::model::{HostId, LinkId, VpcId};
use crate::units::{SimDuration, SimTime};
use std::net::Ipv4Addr;

/// What an end of connections is expected to send, in packets per second: a copy at 100 Mbps.
const OF_CONNECTION: u64 = 10_000;

/// One VPC's share of the simulation.
pub(in crate::engine) struct Cell {
    pub vpc: VpcId,
    pub contents: Contents,
    /// Whether it runs in windows with others: something here reacts to other cells, or another cell to this one.
    is_joined: bool,
    /// Packets its senders send per second, approximately: as events, and otherwise.
    density: (u64, u64),
}

impl Cell {
    pub(in crate::engine) fn new(vpc: VpcId) -> Cell {
        Cell { vpc, contents: Contents::default(), is_joined: false, density: (0, 0) }
    }

    /// Adds a sender while the simulation is set up. `reacts` says that something may react to each of its packets,
    /// wherever it is sent from.
    pub(in crate::engine) fn add_flow(&mut self, flow: Flow, reacts: bool) {
        let facts = Facts { reacts: reacts || flow.is_answered() || !flow.says_its_future(), ..Facts::default() };
        let is_event = road(facts) == Road::Events;
        if is_event {
            self.contents.events.call_flow(self.contents.flows.len(), &flow);
        }
        let density = if is_event { &mut self.density.0 } else { &mut self.density.1 };
        *density = density.saturating_add(flow.density());
        self.contents.flows.push(flow);
    }

    /// Seats an end of connections while the simulation is set up.
    pub(in crate::engine) fn seat_end(&mut self, end: End) {
        self.density.0 = self.density.0.saturating_add(OF_CONNECTION);
        self.contents.seat_end(end);
    }

    /// Frees the spare capacity left by adding senders one by one: there may be a million of them.
    pub(in crate::engine) fn trim(&mut self) {
        self.contents.flows.shrink_to_fit();
    }

    pub(in crate::engine) fn has_senders(&self) -> bool {
        !self.contents.flows.is_empty()
    }

    /// About how many packets are sent here as events in `span`: an estimate, for distributing work.
    #[cfg(feature = "threads")]
    pub(in crate::engine) fn events_in(&self, span: SimDuration) -> u64 {
        packets_in(self.density.0, span)
    }

    /// About how many packets [`Cell::run`] carries in `span`.
    #[cfg(feature = "threads")]
    pub(in crate::engine) fn packets_in(&self, span: SimDuration) -> u64 {
        let events = if self.is_joined { 0 } else { self.events_in(span) };
        packets_in(self.density.1, span).saturating_add(events)
    }

    pub(in crate::engine) fn is_joined(&self) -> bool {
        self.is_joined
    }

    /// From now on, the cell runs in windows with others; answers whether that is new. Its senders keep their roads.
    pub(in crate::engine) fn join(&mut self) -> bool {
        !std::mem::replace(&mut self.is_joined, true)
    }

    /// From `now` on, something reacts to what arrives at `address`: senders to it become events, and packets under way
    /// are made. Inside the VPC packets take `local_delay`.
    pub(in crate::engine) fn heed(&mut self, address: Ipv4Addr, now: SimTime, local_delay: SimDuration) {
        // Replies that are known beforehand rest then: whoever asks from there is an event.
        let leads_there = |flow: &Flow| flow.replies_after().is_none() && flow.example().destination == address;
        if !self.contents.flows.iter().any(leads_there) {
            return;
        }
        self.look(now, local_delay);
        let Contents { flows, events, .. } = &mut self.contents;
        let to_it = flows.iter().enumerate().filter(|(_, flow)| leads_there(flow));
        to_it.for_each(|(index, flow)| events.call_flow(index, flow));
    }

    /// Charges the buckets, since other senders are carried as events from `now` on than before, and makes the packets
    /// under way of the senders that are in `made`.
    pub(in crate::engine) fn regroup(&mut self, now: SimTime, local_delay: SimDuration, made: impl Fn(u32) -> bool) {
        self.charge_all(now);
        self.make_trains(local_delay, made);
        self.contents.aggregates = Aggregates::default();
    }

    /// Makes the cell's state complete at `now`, for whoever inspects it: charges the buckets, makes the packets that
    /// were only counted, and discards the aggregates. Packets inside the VPC take `local_delay`.
    pub(in crate::engine) fn look(&mut self, now: SimTime, local_delay: SimDuration) {
        self.regroup(now, local_delay, |_| true);
        self.contents.complete_segments();
    }

    pub(in crate::engine) fn seat(
        &mut self,
        now: SimTime,
        (host, hears): (HostId, Hears),
        source: SourceId,
        program: Box<dyn Endpoint>,
    ) {
        self.contents.events.seat(Seated::new(now, host, source, program), hears);
    }

    pub(in crate::engine) fn inject(&mut self, now: SimTime, raw: Raw) {
        self.contents.events.inject(now, raw);
    }

    /// When something next happens here.
    pub(in crate::engine) fn next_event(&self) -> SimTime {
        self.contents.events.next()
    }

    /// Packets inside the VPC whose verdict is still open.
    pub(in crate::engine) fn local_in_flight(&self) -> u64 {
        self.contents.events.waiting() + self.contents.trains.count()
    }

    /// Takes what comes from another cell.
    pub(in crate::engine) fn receive(&mut self, content: &mut Content) {
        self.contents.events.receive(content);
    }

    /// Takes segments from another cell: those of one link, in order.
    pub(in crate::engine) fn receive_segments(&mut self, segments: &mut Vec<SegmentArrival>) {
        self.contents.events.segments.append(segments);
    }

    /// Applies the changed settings of a link's peering at the horizon: packets on the link are judged again.
    pub(in crate::engine) fn change_link(&mut self, scope: Scope<'_>, link: LinkId) {
        let at = scope.shared.lanes[link.index()] as usize;
        let Lane { link, booking, .. } = &mut self.contents.lanes[at];
        let network = scope.view.network;
        if let Some(intervals) = &mut booking.intervals {
            intervals.close(scope.horizon, link);
        }
        booking.meter.change_cap(scope.horizon, network.peering(link.id.peering()).metered_cap());
        if let Some((reason, packets)) = link.change(scope.horizon, network) {
            self.contents.passing(scope, self.vpc, Some(at)).drop_trains(reason);
            let mut journey = self.journey(scope);
            packets.iter().for_each(|packet| journey.end_on_link(at, scope.horizon, packet, reason));
        }
    }

    /// Begins an advance: moves the packets that earlier ones left under way up to the new horizon, and groups the
    /// senders that are no events.
    pub(in crate::engine) fn begin(&mut self, scope: Scope<'_>) {
        self.contents.events.begin_epoch(scope.view.epoch);
        self.journey(scope).move_held();
        self.land_trains(scope);
        self.contents.group(scope);
        if self.contents.batch.is_none() && scope.shared.mode == Mode::Packets {
            self.contents.batch = Some(sending::batch());
        }
    }

    /// Handles every event before `end`.
    pub(in crate::engine) fn handle(&mut self, scope: Scope<'_>, end: SimTime) {
        dispatch::handle(&mut self.journey(scope), end);
    }

    /// Carries the cell through an advance, or through what is left of it behind the windows: all senders that are no
    /// events reach the horizon.
    pub(in crate::engine) fn run(&mut self, scope: Scope<'_>) {
        if !self.is_joined {
            self.begin(scope);
            // Packets inside the VPC left by an earlier advance, and senders that are events.
            self.handle(scope, scope.horizon);
        }
        (0..self.contents.aggregates.all.len()).for_each(|index| self.carry(scope, index));
    }

    /// Carries all packets of the aggregate at `index` to the horizon.
    fn carry(&mut self, scope: Scope<'_>, index: usize) {
        let aggregate = &self.contents.aggregates.all[index];
        let (to, is_observed) = (aggregate.to, aggregate.is_observed);
        if road(aggregate.facts(scope)) == Road::Silent {
            return self.stay_silent(index, scope.horizon);
        }
        let at = match to {
            To::Silence | To::Nowhere | To::Local => None,
            To::Lane(lane) => Some(lane as usize),
        };
        if let Some(at) = at
            && (self.contents.lanes[at].has_order() || is_observed)
        {
            let run = self.contents.link_run(scope, self.vpc, index, scope.horizon);
            run.into_iter().for_each(LinkRun::advance);
        } else {
            let aggregates = std::mem::take(&mut self.contents.aggregates.all);
            self.contents.passing(scope, self.vpc, at).pass(&aggregates[index], scope.horizon, false);
            self.contents.aggregates.all = aggregates;
        }
        let Contents { lanes, held, .. } = &mut self.contents;
        for lane in at.into_iter() {
            // Events may have been sent before.
            lanes[lane].link.order_wire(|_| ());
            lanes[lane].hold(lane, held);
        }
    }

    /// Lets the clocks of a stopped host's senders run on, so that later packets do not depend on whether it was down.
    fn stay_silent(&mut self, index: usize, until: SimTime) {
        let Contents { flows, aggregates, .. } = &mut self.contents;
        for &index in &aggregates.all[index].flows {
            let flow = &mut flows[index as usize];
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
        for held in 0..self.contents.held.len() {
            let at = self.contents.held[held] as usize;
            self.contents.passing(scope, self.vpc, Some(at)).land_trains();
        }
        self.contents.passing(scope, self.vpc, None).land_trains();
    }

    /// Charges every bucket for the packets that passed in closed form, before the buckets are read or the senders
    /// change.
    pub(in crate::engine) fn charge_all(&mut self, now: SimTime) {
        (0..self.contents.lanes.len()).for_each(|lane| self.charge(lane, now));
    }

    /// The same for the bucket of one lane.
    pub(in crate::engine) fn charge(&mut self, lane: usize, now: SimTime) {
        let Contents { aggregates, lanes, flows, seats, .. } = &mut self.contents;
        if let Some(index) = aggregates.over(lane) {
            proof::charge(&mut lanes[lane], &aggregates.all[index], flows, &mut seats.merge, now);
        }
    }

    /// Makes every packet of the trains whose senders are in `made`. Packets inside the VPC take `local_delay`.
    fn make_trains(&mut self, local_delay: SimDuration, made: impl Fn(u32) -> bool) {
        let Contents { lanes, flows, trains, events, .. } = &mut self.contents;
        for Lane { link, trains, .. } in lanes {
            let taken = trains.take_of(&made);
            if taken.is_empty() {
                continue;
            }
            for train in taken {
                each_of(flows, train, |flow| link.keep_on_wire(flow.next_wake() + link.delay, flow.packet()));
            }
            // Segments stay in the order in which they were sent, which is not that of their ids.
            link.order_wire(|packet| (packet.kind != PacketKind::Segment).then_some(packet.id));
        }
        for train in trains.take_of(&made) {
            each_of(flows, train, |flow| events.keep_inside(flow.next_wake() + local_delay, flow.packet(), None));
        }
    }

    fn journey<'a>(&'a mut self, scope: Scope<'a>) -> Journey<'a> {
        Journey { scope, vpc: self.vpc, contents: &mut self.contents, source: 0 }
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

#[cfg(feature = "threads")]
fn packets_in(density: u64, span: SimDuration) -> u64 {
    let packets = u128::from(density) * u128::from(span.as_nanos()) / u128::from(crate::units::NANOS_PER_SECOND);
    u64::try_from(packets).unwrap_or(u64::MAX)
}
