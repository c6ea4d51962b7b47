//! The event loop of a cell: takes the next event and has it handled, by a packet's journey (`journey.rs`), by
//! connections (`segments.rs`) or by programs (`programs.rs`). Forwards nothing itself.

use super::super::arrival::Arrival;
use super::super::books::Counts;
use super::super::endpoint::Sends;
use super::super::road::Road;
use super::answers::{RouterError, answering_subnet, reply_to};
use super::connections::Shorten;
use super::events::Event;
use super::journey::Journey;
use super::segments::{self, with_connections};
use super::wakes::Waker;
use crate::dataplane::packet::{Packet, PacketKind, SourceId};
use crate::dataplane::router::{self, Sender};
use crate::model::HostId;
use crate::units::SimTime;

/// The turn of whoever sends because something arrived: before all senders of the plan.
const FIRST: u32 = 0;
/// The turn of programs and of what comes from outside: behind all senders of the plan. That of a connection is where
/// it was declared.
const LAST: u32 = u32::MAX;

/// Handles every event before `end`.
pub(super) fn handle(journey: &mut Journey<'_>, end: SimTime) {
    loop {
        while journey.contents.events.is_segment_next(end) {
            journey.source = FIRST;
            segments::hear_next(journey, end);
        }
        let Some(event) = journey.contents.events.pop(end) else { return };
        match event {
            Event::Arrival => {
                journey.source = FIRST;
                if let Some(arrival) = journey.contents.events.arrival() {
                    on_arrival(journey, arrival);
                }
            }
            Event::Segment => {
                journey.source = FIRST;
                segments::hear_next(journey, end);
            }
            Event::Wake(now, _, Waker::Flow(index)) => {
                journey.source = index;
                wake_flow(journey, index, now);
            }
            Event::Wake(now, source, waker) => {
                journey.source = turn_of(journey, source, waker);
                wake_other(journey, now, source, waker);
            }
        }
    }
}

/// Whose turn it is when a connection, a program or somebody outside wakes up.
fn turn_of(journey: &Journey<'_>, source: SourceId, waker: Waker) -> u32 {
    if !matches!(waker, Waker::End(_) | Waker::Connection(_)) {
        return LAST;
    }
    // Those of the plan are in order; replies that are known beforehand come behind them.
    let flows = &journey.contents.flows;
    let flows = &flows[..flows.partition_point(|flow| flow.replies_after().is_none())];
    flows.partition_point(|flow| flow.source < source) as u32
}

fn wake_flow(journey: &mut Journey<'_>, index: u32, now: SimTime) {
    let flow = &mut journey.contents.flows[index as usize];
    if flow.next_wake() != now || !journey.contents.events.is_called(index) {
        return journey.contents.events.wakes.reschedule_first(SimTime::NEVER); // it was released since
    }
    // A replay's packets all differ.
    let form = flow.says_its_future().then(|| flow.upcoming());
    let mut packet = flow.emit(&mut journey.contents.events.tails);
    let (host, traffic) = (flow.host, flow.traffic);
    let next = flow.next_wake();
    // Visible routers edit packets, so no path can be remembered.
    let form = form.filter(|_| !journey.scope.view.network.rules.routers_visible);
    let path = form.map(|form| flow.path(journey.scope.view, form));
    journey.contents.events.wakes.reschedule_first(next);
    if !journey.scope.view.network.host(host).up {
        journey.contents.events.tails.take(packet.tail);
        return; // its clock runs on, so that its later packets are the same whether it was down or not
    }
    journey.contents.booking.carried_by(Road::Events, 1);
    let counts = Counts::of(1, packet.wire_length);
    journey.contents.booking.sent(traffic, &journey.scope.shared.edges, packet.emitted, counts);
    journey.emit(Sender::Host(host), &mut packet, path);
}

/// Handles the arrival in this VPC of a packet that something may react to.
fn on_arrival(journey: &mut Journey<'_>, arrival: Arrival) {
    let Arrival { time, link, mut packet, judged, .. } = arrival;
    let view = journey.scope.view;
    // Visible routers edit packets when they judge them.
    let judged = judged.filter(|_| !view.network.rules.routers_visible);
    let verdict = match (judged, link) {
        (Some(verdict), _) => verdict,
        (None, Some(link)) => router::enter(view, link, &mut packet),
        (None, None) => router::accept(view, journey.vpc, &packet),
    };
    match verdict {
        Ok(host) => {
            let heard = journey.heard_by(host, &packet);
            let is_answered = journey.scope.shared.is_answered(&packet, host);
            let is_about = packet.kind == PacketKind::ErrorAboutOriginal;
            let short = if is_about { told_to_shorten(journey, host, &packet) } else { None };
            let tail = if is_answered { journey.contents.events.tails.get(packet.tail).cloned() } else { None };
            let is_segment = packet.kind == PacketKind::Segment;
            let told = if is_segment { journey.contents.events.tails.told(packet.tail) } else { None };
            journey.end_here(time, &packet, verdict, None);
            if is_answered {
                reply_to(&mut packet, time, tail, &mut journey.contents.events.tails);
                journey.emit(Sender::Host(host), &mut packet, None);
            }
            if is_segment && let Some(index) = journey.scope.shared.end_of(&packet, host) {
                with_connections(journey, time, |connections, desk| connections.hear(index, &packet, told, desk));
            }
            if let Some(short) = short {
                with_connections(journey, time, |connections, desk| connections.shorten(&short, desk));
            }
            if let Some((index, received)) = heard {
                journey.tell_program(time, index, &received);
            }
        }
        Err(reason) => {
            let subnet = answering_subnet(journey.scope, journey.vpc, &packet, link.is_some());
            let error = subnet.and_then(|s| RouterError::about(journey.scope, s, Sender::Router(s), &packet, reason));
            journey.end_here(time, &packet, verdict, None);
            journey.send_error(time, error);
        }
    }
}

/// What a router tells an end of connections at this host of a segment that did not fit into a link, if it does.
fn told_to_shorten(journey: &Journey<'_>, host: HostId, packet: &Packet) -> Option<Shorten> {
    let index = journey.scope.shared.end_told(packet, host)?;
    Shorten::read(index, packet, journey.contents.events.tails.get(packet.tail)?)
}

/// Has a program wake up, or takes a packet from outside.
fn wake_other(journey: &mut Journey<'_>, now: SimTime, source: SourceId, waker: Waker) {
    match waker {
        Waker::Flow(_) => {}
        Waker::End(index) => with_connections(journey, now, |connections, desk| connections.open(index, desk)),
        Waker::Connection(place) => {
            with_connections(journey, now, |connections, desk| connections.wake(place, source, desk))
        }
        Waker::Endpoint(index) => journey.wake_endpoint(now, source, index),
        Waker::Outside => {
            if let Some((now, raw)) = journey.contents.events.injected() {
                journey.take(now, raw);
            }
        }
    }
}
