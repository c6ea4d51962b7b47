//! What a cell holds, and the parts of it that carry packets together: senders that do not wait for each other
//! ([`Passing`]), one link with its senders ([`LinkRun`]). Decides neither when nor by which road.

use super::super::booking::Booking;
use super::super::mail::Mailbox;
use super::super::sending::{Batch, Flow};
use super::super::shared::Scope;
use super::aggregate::{Aggregates, To};
use super::connections::{Connections, End};
use super::events::Events;
use super::lane::Lane;
use super::link_run::{LinkRun, Seats};
use super::passing::{Inside, Passing};
use super::paths::Paths;
use super::trains::{Train, Trains};
use crate::model::VpcId;
use crate::units::{SimDuration, SimTime};

/// The senders, links, events and books of one VPC.
#[derive(Default)]
pub(in crate::engine) struct Contents {
    pub lanes: Vec<Lane>,
    pub mailbox: Mailbox,
    pub booking: Booking,
    pub(super) flows: Vec<Flow>,
    pub(super) aggregates: Aggregates,
    pub(super) events: Events,
    pub connections: Connections,
    /// The lanes whose links may hold packets of an earlier advance, each once.
    pub(super) held: Vec<u32>,
    /// Equal packets under way inside the VPC that were counted, not made.
    pub(super) trains: Trains,
    pub(super) seats: Seats,
    pub(super) paths: Paths,
    /// The packets made last; `None` unless every packet is made.
    pub(super) batch: Option<Box<Batch>>,
}

impl Contents {
    /// Whether programs run here, or packets came from outside.
    pub(in crate::engine) fn has_programs(&self) -> bool {
        self.events.has_programs() || !self.connections.is_empty()
    }

    /// Seats an end of connections while the simulation is set up.
    pub(in crate::engine) fn seat_end(&mut self, end: End) {
        self.connections.seat(end, &mut self.events.wakes);
    }

    /// The earliest instant at which something happens here, as far as it is known now: something is sent, departs or
    /// arrives, or a program wakes up. Packets inside the VPC take `local_delay`.
    pub(in crate::engine) fn next_event(&self, local_delay: SimDuration) -> SimTime {
        let is_resting =
            |(index, flow): &(usize, &Flow)| flow.replies_after().is_some() && self.events.is_called(*index as u32);
        let sends = self.flows.iter().enumerate().filter(|f| !is_resting(f)).map(|(_, flow)| flow.next_wake());
        let first = |trains: &Trains, delay| {
            let lands = |train: Train| self.flows[train.flow as usize].rewound_to(train.first).next_wake() + delay;
            trains.iter().map(lands).min()
        };
        let on_links = self.lanes.iter().flat_map(|lane| [lane.link.next_step(), first(&lane.trains, lane.link.delay)]);
        let inside = [Some(self.events.next()), first(&self.trains, local_delay)];
        sends.chain(on_links.chain(inside).flatten()).min().unwrap_or(SimTime::NEVER)
    }

    /// Writes the checksums of segments under way, which nobody has looked at so far.
    pub(super) fn complete_segments(&mut self) {
        let Contents { connections, lanes, events, .. } = self;
        if connections.is_empty() {
            return;
        }
        for packet in lanes.iter_mut().flat_map(|lane| lane.link.kept_mut()) {
            connections.complete(packet, &mut events.tails);
        }
        events.each_waiting(|packet, tails| connections.complete(packet, tails));
    }

    /// Groups the senders that are no events by route, once an epoch.
    pub(super) fn group(&mut self, scope: Scope<'_>) {
        let Contents { flows, aggregates, events, lanes, .. } = self;
        if !flows.is_empty() && !aggregates.are_of(scope) {
            *aggregates = Aggregates::gather(scope, flows, events, lanes);
        }
    }

    /// Senders on their way over the lane at `at`, or inside the VPC.
    pub(super) fn passing<'a>(&'a mut self, scope: Scope<'a>, vpc: VpcId, at: Option<usize>) -> Passing<'a> {
        Passing {
            scope,
            vpc,
            flows: &mut self.flows,
            lane: at.map(|at| &mut self.lanes[at]),
            booking: &mut self.booking,
            inside: Inside { trains: &mut self.trains, events: &mut self.events },
            batch: self.batch.as_deref_mut(),
        }
    }

    /// The run of the lane that the aggregate at `index` leads over, from where it stands to `end`.
    pub(super) fn link_run<'a>(
        &'a mut self,
        scope: Scope<'a>,
        vpc: VpcId,
        index: usize,
        end: SimTime,
    ) -> Option<LinkRun<'a>> {
        let aggregate = &mut self.aggregates.all[index];
        let To::Lane(at) = aggregate.to else { return None };
        let lane = &mut self.lanes[at as usize];
        Some(LinkRun {
            scope,
            vpc,
            now: lane.reached.max(scope.from),
            end,
            lane,
            aggregate,
            flows: &mut self.flows,
            booking: &mut self.booking,
            seats: &mut self.seats,
            inside: Inside { trains: &mut self.trains, events: &mut self.events },
            batch: self.batch.as_deref_mut(),
            is_late: false,
        })
    }
}
