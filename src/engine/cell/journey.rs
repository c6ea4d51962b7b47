//! A packet's way through a cell: emitted, routed, offered to a link, departed, arrived, ended. Decides nothing about
//! forwarding: the data plane's functions do; this file calls them in order and books what they say.

use super::super::arrival::{Arrival, Mail};
use super::super::attribute;
use super::super::books::Counts;
use super::super::flow::Path;
use super::super::observe::Place;
use super::super::shared::Scope;
use super::Cell;
use super::react::error_about;
use crate::dataplane::packet::{Packet, TailId};
use crate::dataplane::router::{self, Exit, Sender};
use crate::model::{DropReason, LinkId, Verdict};
use crate::units::SimTime;

impl Cell {
    /// The journey begins: through this VPC's router, to a neighbour or onto a link.
    pub(super) fn emit(&mut self, scope: Scope<'_>, sender: Sender, mut packet: Packet, path: Option<Path>) {
        let now = packet.emitted;
        self.book.emitted += 1;
        let exit = match path {
            Some(path) => path.leave,
            None => router::leave(scope.view, sender, &mut packet),
        };
        match exit {
            Ok(Exit::Local(_)) => self.cross_vpc(scope, now, packet, path),
            Ok(Exit::Over(link)) => self.offer(scope, now, link, packet, path),
            Err(reason) => {
                let subnet = match sender {
                    Sender::Host(host) => scope.view.network.host(host).subnet,
                    Sender::Router(subnet) => subnet,
                };
                let answer = self.answer(scope, Some(subnet), sender, &packet, reason);
                self.end_here(scope, now, packet, Err(reason));
                self.send_error(scope, now, answer);
            }
        }
    }

    /// To a host of the same VPC.
    fn cross_vpc(&mut self, scope: Scope<'_>, now: SimTime, packet: Packet, path: Option<Path>) {
        let arrival = now + scope.view.network.rules.local_delay;
        let verdict = match path {
            Some(path) => path.enter,
            None => router::accept(scope.view, self.vpc, &packet),
        };
        if arrival < scope.horizon && !reacts(scope, &packet, verdict) {
            self.end_here(scope, arrival, packet, verdict);
        } else {
            self.keep_inside(arrival, packet);
        }
    }

    /// Onto a link: it waits, or departs at once.
    fn offer(&mut self, scope: Scope<'_>, now: SimTime, link: LinkId, packet: Packet, path: Option<Path>) {
        let at = scope.shared.lanes[link.index()] as usize;
        let lane = &mut self.lanes[at];
        let length = packet.wire_length;
        lane.offered(now, Counts::of(1, length));
        lane.row_offered(now, length);
        let fate = lane.link.offer(now, length);
        lane.queued();
        lane.row_queued(now);
        match fate {
            Err(reason) => self.end_on_link(scope, at, now, packet, reason),
            Ok(departure) => {
                if departure < scope.horizon {
                    self.depart(scope, at, departure, packet, path);
                } else {
                    lane.link.keep_waiting(departure, packet);
                    self.hold(at);
                }
            }
        }
    }

    /// Off the shaper and onto the wire.
    pub(super) fn depart(
        &mut self,
        scope: Scope<'_>,
        at: usize,
        departure: SimTime,
        packet: Packet,
        path: Option<Path>,
    ) {
        let lane = &mut self.lanes[at];
        if let Err(reason) = lane.survives(scope, &packet) {
            return self.end_on_link(scope, at, departure, packet, reason);
        }
        let link = &mut lane.link;
        let arrival = departure + link.delay;
        if arrival < scope.horizon {
            self.arrive(scope, at, arrival, packet, path);
        } else {
            link.keep_on_wire(arrival, packet);
            self.hold(at);
        }
    }

    /// Off the wire and into the far VPC: judged here, unless the far end reacts.
    pub(super) fn arrive(
        &mut self,
        scope: Scope<'_>,
        at: usize,
        time: SimTime,
        mut packet: Packet,
        path: Option<Path>,
    ) {
        let lane = &mut self.lanes[at];
        let (id, far) = (lane.link.id, lane.link.far);
        lane.carried_one(time, packet.wire_length, time.since(packet.emitted));
        let verdict = match path {
            Some(path) => path.enter,
            None => router::enter(scope.view, id, &mut packet.clone()),
        };
        if reacts(scope, &packet, verdict) {
            lane.mailed += 1;
            let tail = self.tails.take(packet.tail);
            packet.tail = TailId::NONE;
            let arrival = Arrival { time, link: Some(id), sequence: lane.mailed, packet };
            return self.mailbox.push(Mail { to: far, arrival, tail });
        }
        lane.book.far.ended(verdict, 1);
        self.end(scope, time, packet, Place::Vpc(far), verdict);
    }

    /// Ends a packet inside this VPC.
    pub(super) fn end_here(&mut self, scope: Scope<'_>, time: SimTime, packet: Packet, verdict: Verdict) {
        self.book.ended(verdict, 1);
        self.end(scope, time, packet, Place::Vpc(self.vpc), verdict);
    }

    /// Ends a packet on one of this VPC's links.
    pub(in crate::engine) fn end_on_link(
        &mut self,
        scope: Scope<'_>,
        at: usize,
        time: SimTime,
        packet: Packet,
        reason: DropReason,
    ) {
        let lane = &mut self.lanes[at];
        lane.dropped_one(time, reason);
        let place = Place::Link(lane.link.id);
        self.end(scope, time, packet, place, Err(reason));
    }

    /// Every packet ends here: in its traffic entry's book, before the observers, out of the side table.
    fn end(&mut self, scope: Scope<'_>, time: SimTime, packet: Packet, place: Place, verdict: Verdict) {
        let source = scope.shared.sources.get(packet.id.source().0 as usize);
        if let Some((source, traffic)) = source.and_then(|s| Some((s, s.traffic?))) {
            let book = self.traffic.of(traffic, &scope.shared.edges);
            attribute::end(book, source, time, &packet, verdict);
        }
        self.record(scope, time, &packet, place, verdict);
        self.tails.take(packet.tail);
    }
}

/// Whether a packet that ends so makes somebody send: such a packet is an event where it ends.
fn reacts(scope: Scope<'_>, packet: &Packet, verdict: Verdict) -> bool {
    match verdict {
        Ok(host) => scope.shared.is_answered(packet) || scope.shared.endpoint_hosts.contains(&host),
        Err(reason) => error_about(scope, packet, reason).is_some(),
    }
}
