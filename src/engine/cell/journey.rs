//! A packet's way as events: emitted, routed, offered to a link, departed, arrived, ended. Forwarding is decided by the
//! data plane's functions; this file calls them in order, tells observers, and books the results.

use super::super::arrival::{Arrival, Mail};
use super::super::booking::Booking;
use super::super::books::Counts;
use super::super::observe::{Place, Step};
use super::super::sending::Flow;
use super::super::shared::Scope;
use super::super::sites::{Example, Site};
use super::answers::{RouterError, reacts};
use super::events::Events;
use super::lane::Lane;
use crate::dataplane::packet::{Packet, TailId};
use crate::dataplane::router::{self, Exit, Path, Sender};
use crate::model::{DropReason, LinkId, SubnetId, Verdict, VpcId};
use crate::units::SimTime;

/// A cell while its packets are carried as events.
pub(super) struct Journey<'a> {
    pub scope: Scope<'a>,
    pub vpc: VpcId,
    pub lanes: &'a mut [Lane],
    /// The lanes whose links may hold packets of an earlier advance, each once.
    pub held: &'a mut Vec<u32>,
    pub flows: &'a mut [Flow],
    pub booking: &'a mut Booking,
    pub events: &'a mut Events,
}

impl Journey<'_> {
    /// Begins the journey: through this VPC's router, to a neighbour or onto a link. `path` is the path if it is known.
    pub(super) fn emit(&mut self, sender: Sender, mut packet: Packet, path: Option<Path>) {
        let now = packet.emitted;
        self.booking.emitted(1);
        self.tell(now, &packet, Place::Vpc(self.vpc), Step::Emitted);
        let path = path.unwrap_or_else(|| router::path(self.scope.view, sender, &mut packet));
        match path.leave {
            Ok(Exit::Local(_)) => self.cross_vpc(now, packet, path.enter),
            Ok(Exit::Over(link)) => self.offer(now, link, packet, path.enter),
            Err(reason) => {
                let subnet = match sender {
                    Sender::Host(host) => self.scope.view.network.host(host).subnet,
                    Sender::Router(subnet) => subnet,
                };
                let error = RouterError::about(self.scope, subnet, sender, &packet, reason);
                self.end_here(now, packet, Err(reason), Some(subnet));
                self.send_error(now, error);
            }
        }
    }

    /// Sends an ICMP error on a journey of its own.
    pub(super) fn send_error(&mut self, now: SimTime, error: Option<RouterError>) {
        let Some(error) = error else { return };
        let sender = Sender::Router(error.subnet);
        let packet = error.packet(now, &mut self.events.tails);
        self.emit(sender, packet, None);
    }

    /// Carries a packet to a host of the same VPC.
    fn cross_vpc(&mut self, now: SimTime, packet: Packet, verdict: Verdict) {
        let arrival = now + self.scope.view.network.rules.local_delay;
        if arrival < self.scope.horizon && !reacts(self.scope, &packet, verdict) {
            self.end_here(arrival, packet, verdict, None);
        } else {
            self.events.keep_inside(arrival, packet);
        }
    }

    /// Offers a packet to a link: it waits, or departs at once.
    fn offer(&mut self, now: SimTime, link: LinkId, packet: Packet, verdict: Verdict) {
        let at = self.scope.shared.lanes[link.index()] as usize;
        let Lane { link, booking, .. } = &mut self.lanes[at];
        let length = packet.wire_length;
        booking.offered(now, Counts::of(1, length));
        booking.row_offered(now, length, link);
        let fate = link.offer(now, length);
        booking.queued(link);
        booking.row_queued(now, link);
        let (waiting, on_link) = (link.waiting(), Place::Link(link.id));
        self.tell(now, &packet, on_link, Step::Offered { waiting });
        match fate {
            Err(reason) => self.end_on_link(at, now, packet, reason),
            Ok(departure) if departure < self.scope.horizon => self.depart(at, departure, packet, Some(verdict)),
            Ok(departure) => {
                self.lanes[at].link.keep_waiting(departure, packet);
                self.hold(at);
            }
        }
    }

    /// Moves a packet from the shaper onto the wire. `verdict` is how it ends, if that is known.
    fn depart(&mut self, at: usize, departure: SimTime, packet: Packet, verdict: Option<Verdict>) {
        let lane = &mut self.lanes[at];
        let (arrival, survives) =
            (departure + lane.link.delay, lane.link.carry(self.scope.shared.luck(&packet), &packet));
        let on_link = Place::Link(lane.link.id);
        self.tell(departure, &packet, on_link, Step::Departed);
        if let Err(reason) = survives {
            return self.end_on_link(at, departure, packet, reason);
        }
        if arrival < self.scope.horizon {
            self.arrive(at, arrival, packet, verdict);
        } else {
            self.lanes[at].link.keep_on_wire(arrival, packet);
            self.hold(at);
        }
    }

    /// Moves a packet off the wire into the far VPC: it is judged here, unless the far end reacts.
    fn arrive(&mut self, at: usize, time: SimTime, mut packet: Packet, verdict: Option<Verdict>) {
        let lane = &mut self.lanes[at];
        let (id, far) = (lane.link.id, lane.link.far);
        lane.booking.carried_one(time, packet.wire_length, time.since(packet.emitted));
        self.tell(time, &packet, Place::Link(id), Step::Arrived);
        let verdict = verdict.unwrap_or_else(|| router::enter(self.scope.view, id, &mut packet.clone()));
        let lane = &mut self.lanes[at];
        if reacts(self.scope, &packet, verdict) {
            lane.mailed += 1;
            let tail = self.events.tails.take(packet.tail);
            packet.tail = TailId::NONE;
            let arrival = Arrival { time, link: Some(id), sequence: lane.mailed, packet };
            return self.events.mailbox.push(Mail { to: far, arrival, tail });
        }
        lane.booking.judged(verdict, 1, || site(self.scope, far, &packet));
        self.end(time, packet, Place::Vpc(far), verdict);
    }

    /// Moves the packets that earlier advances left on the links up to the new horizon.
    pub(super) fn move_held(&mut self) {
        let mut held = std::mem::take(self.held);
        held.sort_unstable();
        for lane in held.iter().map(|lane| *lane as usize) {
            while let Some((arrival, packet)) = self.lanes[lane].link.next_arrival(self.scope.horizon) {
                self.arrive(lane, arrival, packet, None);
            }
            while let Some((departure, packet)) = self.lanes[lane].link.next_departure(self.scope.horizon) {
                self.depart(lane, departure, packet, None);
            }
        }
        held.retain(|lane| {
            let lane = &mut self.lanes[*lane as usize];
            lane.is_held = lane.in_flight() > 0;
            lane.is_held
        });
        held.append(self.held);
        *self.held = held; // with its memory
    }

    /// Notes that a link may hold packets for the next advance.
    fn hold(&mut self, at: usize) {
        self.lanes[at].hold(at, self.held);
    }

    /// Ends a packet inside this VPC; `left` is the subnet it failed to leave, if that is the reason.
    pub(super) fn end_here(&mut self, time: SimTime, packet: Packet, verdict: Verdict, left: Option<SubnetId>) {
        let site = || match left {
            None => site(self.scope, self.vpc, &packet),
            subnet => Site { subnet, example: Example::of(&packet) },
        };
        self.booking.ended(verdict, 1, site);
        self.end(time, packet, Place::Vpc(self.vpc), verdict);
    }

    /// Ends a packet on one of this VPC's links.
    pub(super) fn end_on_link(&mut self, at: usize, time: SimTime, packet: Packet, reason: DropReason) {
        let lane = &mut self.lanes[at];
        lane.booking.dropped_one(time, &packet, reason);
        let place = Place::Link(lane.link.id);
        self.end(time, packet, place, Err(reason));
    }

    /// Ends any packet: books it in its traffic entry's book, tells the observers, and removes its tail from the side
    /// table.
    fn end(&mut self, time: SimTime, packet: Packet, place: Place, verdict: Verdict) {
        self.booking.packet_ended(self.scope, time, &packet, verdict);
        self.tell(time, &packet, place, Step::Ended(verdict));
        self.events.tails.take(packet.tail);
    }

    pub(super) fn tell(&mut self, time: SimTime, packet: &Packet, place: Place, step: Step) {
        self.booking.tell(self.scope, time, packet, place, step);
    }
}

/// The site of a packet that reached `vpc` and is dropped there.
fn site(scope: Scope<'_>, vpc: VpcId, packet: &Packet) -> Site {
    Site { subnet: scope.view.network.subnet_at(vpc, packet.destination()), example: Example::of(packet) }
}
