//! A packet's way as events: sent, routed, offered to a link, departed, arrived, ended or answered (S35a). Forwarding
//! is decided by the data plane's functions; this file calls them in order, tells observers, and books the results.

use super::super::arrival::Arrival;
use super::super::books::Counts;
use super::super::mail::{Content, Mail};
use super::super::observe::{Place, Step};
use super::super::shared::Scope;
use super::super::sites::{Example, Site};
use super::answers::{RouterError, reacts};
use super::contents::Contents;
use crate::dataplane::packet::{Packet, TailId};
use crate::dataplane::router::{self, Exit, Path, Sender};
use crate::model::{DropReason, LinkId, SubnetId, Verdict, VpcId};
use crate::units::SimTime;
use crate::wire::ipv4;

/// A cell while its packets are carried as events.
pub(super) struct Journey<'a> {
    pub scope: Scope<'a>,
    pub vpc: VpcId,
    pub contents: &'a mut Contents,
    /// Whose turn it is: of the senders of the plan, those before this index precede what is sent now.
    pub source: u32,
}

impl Journey<'_> {
    /// Begins the journey: through this VPC's router, to a neighbour or onto a link. `path` is the path if it is known.
    pub(super) fn emit(&mut self, sender: Sender, packet: &mut Packet, path: Option<Path>) {
        let now = packet.emitted;
        self.contents.booking.emitted(1);
        self.tell(now, packet, Place::Vpc(self.vpc), Step::Emitted);
        let path = path.unwrap_or_else(|| self.contents.paths.of(self.scope.view, sender, packet));
        match path.leave {
            Ok(Exit::Local(_)) => self.cross_vpc(now, packet, path.enter),
            Ok(Exit::Over(link)) => self.offer(now, link, packet, path.enter),
            Err(reason) => {
                let subnet = match sender {
                    Sender::Host(host) => self.scope.view.network.host(host).subnet,
                    Sender::Router(subnet) => subnet,
                };
                let error = RouterError::about(self.scope, subnet, sender, packet, reason);
                self.end_here(now, packet, Err(reason), Some(subnet));
                self.send_error(now, error);
            }
        }
    }

    /// Sends an ICMP error on a journey of its own.
    pub(super) fn send_error(&mut self, now: SimTime, error: Option<RouterError>) {
        let Some(error) = error else { return };
        let sender = Sender::Router(error.subnet);
        let mut packet = error.packet(now, &mut self.contents.events.tails);
        self.emit(sender, &mut packet, None);
    }

    /// Carries a packet to a host of the same VPC.
    fn cross_vpc(&mut self, now: SimTime, packet: &Packet, verdict: Verdict) {
        let arrival = now + self.scope.view.network.rules.local_delay;
        if arrival < self.scope.horizon && !reacts(self.scope, packet, verdict) {
            self.end_here(arrival, packet, verdict, None);
        } else {
            self.contents.events.keep_inside(arrival, packet.clone(), Some(verdict));
        }
    }

    /// Offers a packet to a link: it waits, or departs at once.
    fn offer(&mut self, now: SimTime, link: LinkId, packet: &mut Packet, verdict: Verdict) {
        let at = self.scope.shared.lanes[link.index()] as usize;
        self.catch_up(at, now);
        let lane = &mut self.contents.lanes[at];
        lane.offered(now, Counts::of(1, packet.wire_length));
        let fate = lane.link.offer(now, packet.wire_length);
        lane.queued(now);
        self.follow(at, now, fate, packet, verdict);
    }

    /// Lets happen to a packet what the link said when it was offered.
    #[inline(always)] // As `Lane::offered`.
    pub(super) fn follow(
        &mut self,
        at: usize,
        now: SimTime,
        fate: Result<SimTime, DropReason>,
        packet: &mut Packet,
        verdict: Verdict,
    ) {
        let link = &self.contents.lanes[at].link;
        if let Ok(departure) = fate
            && link.marks(departure.since(now))
        {
            ipv4::mark(&mut packet.head);
        }
        // What the offer met is found only for observers; on a link they want all steps or none.
        if self.scope.shared.is_of_interest(Place::Link(link.id), Step::Departed, packet) {
            self.tell_offered(at, now, packet, fate);
        }
        match fate {
            Err(reason) => self.end_on_link(at, now, packet, reason),
            Ok(departure) if departure < self.scope.horizon => self.depart(at, departure, packet, Some(verdict)),
            Ok(departure) => {
                self.contents.lanes[at].link.keep_waiting(departure, packet.clone());
                self.hold(at);
            }
        }
    }

    #[cold]
    fn tell_offered(&mut self, at: usize, now: SimTime, packet: &Packet, fate: Result<SimTime, DropReason>) {
        let link = &mut self.contents.lanes[at].link;
        let step = Step::offered(link, now, packet.wire_length, fate);
        let on_link = Place::Link(link.id);
        self.tell(now, packet, on_link, step);
    }

    /// Carries what is sent over the lane at `at` before this turn, by the roads of those who send it, so that an event
    /// finds the link as if they had been events too. Where order does not matter, nothing is done.
    #[inline(always)] // As `Lane::offered`.
    pub(super) fn catch_up(&mut self, at: usize, now: SimTime) {
        let Some(index) = self.contents.aggregates.over(at) else { return };
        if self.contents.lanes[at].has_order()
            && let Some(run) = self.contents.link_run(self.scope, self.vpc, index, now)
        {
            run.catch_up(self.source);
            self.hold(at);
        }
    }

    /// Moves a packet from the shaper onto the wire. `verdict` is how it ends, if that is known.
    #[inline]
    fn depart(&mut self, at: usize, departure: SimTime, packet: &Packet, verdict: Option<Verdict>) {
        let lane = &mut self.contents.lanes[at];
        let (arrival, survives) =
            (departure + lane.link.delay, lane.link.carry(self.scope.shared.luck(packet), packet));
        let survives = survives.and_then(|()| lane.link.carry_segment(packet));
        let on_link = Place::Link(lane.link.id);
        self.tell(departure, packet, on_link, Step::Departed);
        if let Err(reason) = survives {
            return self.end_on_link(at, departure, packet, reason);
        }
        if arrival < self.scope.horizon {
            self.arrive(at, arrival, packet, verdict);
        } else {
            self.contents.lanes[at].link.keep_on_wire(arrival, packet.clone());
            self.hold(at);
        }
    }

    /// Moves a packet off the wire into the far VPC: it is judged here, unless the far end reacts.
    fn arrive(&mut self, at: usize, time: SimTime, packet: &Packet, verdict: Option<Verdict>) {
        let lane = &mut self.contents.lanes[at];
        let (id, far) = (lane.link.id, lane.link.far);
        lane.booking.carried_one(time, packet.wire_length, time.since(packet.emitted));
        self.tell(time, packet, Place::Link(id), Step::Arrived);
        let verdict = verdict.unwrap_or_else(|| router::enter(self.scope.view, id, &mut packet.clone()));
        let lane = &mut self.contents.lanes[at];
        if reacts(self.scope, packet, verdict) {
            lane.mailed += 1;
            let tail = self.contents.events.tails.take(packet.tail);
            let packet = Packet { tail: TailId::NONE, ..packet.clone() };
            let arrival = Arrival { time, link: Some(id), sequence: lane.mailed, packet, judged: Some(verdict) };
            let content = Content::Packet { arrival, tail };
            return self.contents.mailbox.packets.push(Mail { to: far, content });
        }
        lane.booking.judged(verdict, 1, || site(self.scope, far, packet));
        if self.scope.shared.observing && self.scope.view.network.rules.routers_visible {
            // Observers see it as the far router hands it on.
            let mut entered = packet.clone();
            let _ = router::enter(self.scope.view, id, &mut entered);
            return self.end(time, &entered, Place::Vpc(far), verdict);
        }
        self.end(time, packet, Place::Vpc(far), verdict);
    }

    /// Moves the packets that earlier advances left on the links up to the new horizon.
    pub(super) fn move_held(&mut self) {
        let mut held = std::mem::take(&mut self.contents.held);
        held.sort_unstable();
        for lane in held.iter().map(|lane| *lane as usize) {
            while let Some((arrival, packet)) = self.contents.lanes[lane].link.next_arrival(self.scope.horizon) {
                self.arrive(lane, arrival, &packet, None);
            }
            while let Some((departure, packet)) = self.contents.lanes[lane].link.next_departure(self.scope.horizon) {
                self.depart(lane, departure, &packet, None);
            }
        }
        held.retain(|lane| {
            let lane = &mut self.contents.lanes[*lane as usize];
            lane.is_held = lane.in_flight() > 0;
            lane.is_held
        });
        held.append(&mut self.contents.held);
        self.contents.held = held; // with its memory
    }

    /// Notes that a link may hold packets for the next advance.
    fn hold(&mut self, at: usize) {
        let Contents { lanes, held, .. } = &mut *self.contents;
        lanes[at].hold(at, held);
    }

    /// Ends a packet inside this VPC; `left` is the subnet it failed to leave, if that is the reason.
    pub(super) fn end_here(&mut self, time: SimTime, packet: &Packet, verdict: Verdict, left: Option<SubnetId>) {
        let site = || match left {
            None => site(self.scope, self.vpc, packet),
            subnet => Site { subnet, example: Example::of(packet) },
        };
        self.contents.booking.ended(verdict, 1, site);
        self.end(time, packet, Place::Vpc(self.vpc), verdict);
    }

    /// Ends a packet on one of this VPC's links.
    pub(super) fn end_on_link(&mut self, at: usize, time: SimTime, packet: &Packet, reason: DropReason) {
        let lane = &mut self.contents.lanes[at];
        lane.booking.dropped_one(time, packet, reason);
        let place = Place::Link(lane.link.id);
        self.end(time, packet, place, Err(reason));
    }

    /// Ends any packet: books it in its traffic entry's book, tells the observers, and removes its tail from the side
    /// table.
    fn end(&mut self, time: SimTime, packet: &Packet, place: Place, verdict: Verdict) {
        self.contents.booking.packet_ended(self.scope, time, packet, verdict);
        self.tell(time, packet, place, Step::Ended(verdict));
        self.contents.events.tails.take(packet.tail);
    }

    #[inline(always)] // So that a run without observers only asks whether there are any.
    pub(super) fn tell(&mut self, time: SimTime, packet: &Packet, place: Place, step: Step) {
        if self.scope.shared.observing {
            self.show(time, packet, place, step);
        }
    }

    #[cold]
    #[inline(never)]
    fn show(&mut self, time: SimTime, packet: &Packet, place: Place, step: Step) {
        let Contents { booking, events, .. } = &mut *self.contents;
        booking.tell_of(self.scope, time, (packet, events.tails.shown(packet.tail)), place, step);
    }
}

/// The site of a packet that reached `vpc` and is dropped there.
fn site(scope: Scope<'_>, vpc: VpcId, packet: &Packet) -> Site {
    Site { subnet: scope.view.network.subnet_at(vpc, packet.destination()), example: Example::of(packet) }
}
