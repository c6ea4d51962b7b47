//! A packet's way through a cell: emitted, routed, offered to a link, departed, arrived, ended. Decides nothing about forwarding: the
//! data plane's functions do; this file calls them in order and books what they say.

use super::super::arrival::{Arrival, Mail};
use super::super::attribute;
use super::super::flow::{Flow, Path};
use super::super::observe::{Place, Record};
use super::super::shared::Scope;
use super::Cell;
use super::react::error_about;
use crate::dataplane::packet::{Packet, TailId};
use crate::dataplane::router::{self, Exit, Sender};
use crate::dataplane::{DropReason, Verdict};
use crate::model::{HostId, LinkId};
use crate::units::SimTime;
use crate::wire::icmp;
use std::cmp::Reverse;

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
            self.local_sequence += 1;
            let sequence = self.local_sequence;
            self.arrivals.push(Reverse(Arrival { time: arrival, link: None, sequence, packet }));
        }
    }

    /// Onto a link: it waits, or departs at once.
    fn offer(&mut self, scope: Scope<'_>, now: SimTime, link: LinkId, packet: Packet, path: Option<Path>) {
        let at = scope.shared.lanes[link.index()] as usize;
        let lane = &mut self.lanes[at];
        let length = packet.wire_length;
        lane.book.offered(now, length);
        lane.meter.offered(now, length);
        if let Some(series) = &mut lane.series {
            series.close(now, &mut lane.link);
            let row = series.at(now);
            row.offered += 1;
            row.offered_bytes += u64::from(length);
        }
        match lane.link.offer(now, length) {
            Err(reason) => self.end_on_link(scope, at, now, packet, reason),
            Ok(departure) => {
                if departure > now {
                    let waiting = lane.link.waiting_at(now);
                    lane.book.longest_queue = lane.book.longest_queue.max(waiting);
                    if let Some(series) = &mut lane.series {
                        let row = series.at(now);
                        row.longest_queue = row.longest_queue.max(waiting);
                    }
                }
                if departure < scope.horizon {
                    self.depart(scope, at, departure, packet, path);
                } else {
                    lane.link.keep_waiting(departure, packet);
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
        let link = &mut self.lanes[at].link;
        let sender = scope.shared.sources.get(packet.id.source().0 as usize).map_or(0, |s| s.key);
        if let Err(reason) = link.carry(scope.shared.seed, sender, &packet) {
            return self.end_on_link(scope, at, departure, packet, reason);
        }
        let arrival = departure + link.delay;
        if arrival < scope.horizon {
            self.arrive(scope, at, arrival, packet, path);
        } else {
            link.keep_on_wire(arrival, packet);
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
        lane.book.carried(time, packet.wire_length, time.since(packet.emitted));
        lane.meter.carried(time, packet.wire_length);
        if let Some(series) = &mut lane.series {
            let row = series.at(time);
            row.carried += 1;
            row.carried_bytes += u64::from(packet.wire_length);
        }
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
        match verdict {
            Ok(_) => lane.book.far.delivered += 1,
            Err(reason) => lane.book.far.drops.add(reason),
        }
        self.end(scope, time, packet, Place::Vpc(far), verdict);
    }

    /// Ends a packet inside this VPC.
    pub(super) fn end_here(
        &mut self,
        scope: Scope<'_>,
        time: SimTime,
        packet: Packet,
        verdict: Result<HostId, DropReason>,
    ) {
        match verdict {
            Ok(_) => self.book.delivered += 1,
            Err(reason) => self.book.drops.add(reason),
        }
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
        lane.book.dropped(time, reason);
        if reason.is_shaper() {
            lane.meter.shaper_dropped(time);
        }
        if let Some(series) = &mut lane.series {
            series.at(time).dropped += 1;
        }
        let place = Place::Link(lane.link.id);
        self.end(scope, time, packet, place, Err(reason));
    }

    /// Every packet ends here: in its traffic entry's book, before the observers, out of the side table.
    fn end(
        &mut self,
        scope: Scope<'_>,
        time: SimTime,
        packet: Packet,
        place: Place,
        verdict: Result<HostId, DropReason>,
    ) {
        let source = scope.shared.sources.get(packet.id.source().0 as usize);
        if let Some((source, traffic)) = source.and_then(|s| Some((s, s.traffic?))) {
            let book = self.traffic.of(traffic, &scope.shared.windows);
            attribute::end(book, source, time, &packet, verdict);
        }
        if scope.shared.observing {
            let verdict = verdict.map_or_else(Verdict::Dropped, Verdict::Delivered);
            let Packet { id, kind, emitted, wire_length, .. } = packet;
            self.records.push(Record { time, id, kind, emitted, wire_length, place, verdict });
        }
        self.tails.take(packet.tail);
    }
}

/// The path of a flow's packets of one form, looked up once per epoch. Visible routers edit packets, so there is none then.
pub(super) fn known_path(scope: Scope<'_>, flow: &mut Flow, form: usize, packet: &Packet) -> Option<Path> {
    if scope.view.network.rules.routers_visible {
        return None;
    }
    let sender = Sender::Host(flow.host);
    let form = flow.form(form);
    if form.path.is_none_or(|p| p.epoch != scope.view.epoch) {
        let mut probe = packet.clone();
        let leave = router::leave(scope.view, sender, &mut probe);
        let enter = match leave {
            Ok(Exit::Local(vpc)) => router::accept(scope.view, vpc, &probe),
            Ok(Exit::Over(link)) => router::enter(scope.view, link, &mut probe),
            Err(reason) => Err(reason),
        };
        form.path = Some(Path { epoch: scope.view.epoch, leave, enter });
    }
    form.path
}

/// Whether a packet that ends so makes somebody send: such a packet is an event where it ends.
fn reacts(scope: Scope<'_>, packet: &Packet, verdict: Result<HostId, DropReason>) -> bool {
    match verdict {
        Ok(host) => icmp::is_echo_request(&packet.head) || scope.shared.endpoint_hosts.contains(&host),
        Err(reason) => error_about(scope, packet, reason).is_some(),
    }
}
