//! A packet's way as events: sent, routed, offered to a link, departed, arrived, ended or answered (S35a). Forwarding
//! is decided by the data plane's functions; this file calls them in order, tells observers, and books the results.

use super::super::arrival::{Arrival, Mail};
use super::super::books::Counts;
use super::super::endpoint::Sends;
use super::super::observe::{Place, Step};
use super::super::road::Road;
use super::super::shared::Scope;
use super::super::sites::{Example, Site};
use super::answers::{RouterError, answering_subnet, reacts, reply_to};
use super::connections::Shorten;
use super::contents::Contents;
use super::events::{Event, Waker};
use super::lane::Lane;
use crate::dataplane::packet::{Packet, PacketKind, SourceId, TailId};
use crate::dataplane::router::{self, Exit, Path, Sender};
use crate::model::{DropReason, HostId, LinkId, SubnetId, Verdict, VpcId};
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

/// The turn of whoever sends because something arrived: before all senders of the plan.
const FIRST: u32 = 0;
/// The turn of programs and of what comes from outside: behind all senders of the plan. That of a connection is where
/// it was declared.
const LAST: u32 = u32::MAX;

impl Journey<'_> {
    /// Handles every event before `end`.
    pub(super) fn handle(&mut self, end: SimTime) {
        while let Some(event) = self.contents.events.pop(end) {
            match event {
                Event::Arrival(arrival) => {
                    self.source = FIRST;
                    self.on_arrival(arrival);
                }
                Event::Wake(now, _, Waker::Flow(index)) => {
                    self.source = index;
                    self.wake_flow(index, now);
                }
                Event::Wake(now, source, waker) => {
                    self.source = self.turn_of(source, waker);
                    self.wake_other(now, source, waker);
                }
            }
        }
    }

    /// Whose turn it is when a connection, a program or somebody outside wakes up.
    fn turn_of(&self, source: SourceId, waker: Waker) -> u32 {
        if !matches!(waker, Waker::End(_) | Waker::Connection(_)) {
            return LAST;
        }
        // Those of the plan are in order; replies that are known beforehand come behind them.
        let flows = &self.contents.flows;
        let flows = &flows[..flows.partition_point(|flow| flow.replies_after().is_none())];
        flows.partition_point(|flow| flow.source < source) as u32
    }

    fn wake_flow(&mut self, index: u32, now: SimTime) {
        let flow = &mut self.contents.flows[index as usize];
        if flow.next_wake() != now || !self.contents.events.is_called(index) {
            return self.contents.events.reschedule_first(SimTime::NEVER); // it was released since
        }
        // A replay's packets all differ.
        let form = flow.says_its_future().then(|| flow.upcoming());
        let mut packet = flow.emit(&mut self.contents.events.tails);
        let (host, traffic) = (flow.host, flow.traffic);
        let next = flow.next_wake();
        // Visible routers edit packets, so no path can be remembered.
        let form = form.filter(|_| !self.scope.view.network.rules.routers_visible);
        let path = form.map(|form| flow.path(self.scope.view, form));
        self.contents.events.reschedule_first(next);
        if !self.scope.view.network.host(host).up {
            self.contents.events.tails.take(packet.tail);
            return; // its clock runs on, so that its later packets are the same whether it was down or not
        }
        self.contents.booking.carried_by(Road::Events, 1);
        let counts = Counts::of(1, packet.wire_length);
        self.contents.booking.sent(traffic, &self.scope.shared.edges, packet.emitted, counts);
        self.emit(Sender::Host(host), &mut packet, path);
    }

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
        let Lane { link, booking, .. } = &mut self.contents.lanes[at];
        let length = packet.wire_length;
        booking.offered(now, Counts::of(1, length));
        booking.row_offered(now, length, link);
        let fate = link.offer(now, length);
        booking.queued(link);
        booking.row_queued(now, link);
        if let Ok(departure) = fate
            && link.marks(departure.since(now))
        {
            ipv4::mark(&mut packet.head);
        }
        let (waiting, on_link) = (link.waiting(), Place::Link(link.id));
        self.tell(now, packet, on_link, Step::Offered { waiting });
        match fate {
            Err(reason) => self.end_on_link(at, now, packet, reason),
            Ok(departure) if departure < self.scope.horizon => self.depart(at, departure, packet, Some(verdict)),
            Ok(departure) => {
                self.contents.lanes[at].link.keep_waiting(departure, packet.clone());
                self.hold(at);
            }
        }
    }

    /// Carries what is sent over the lane at `at` before this turn, by the roads of those who send it, so that an event
    /// finds the link as if they had been events too. Where order does not matter, nothing is done.
    fn catch_up(&mut self, at: usize, now: SimTime) {
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
            return self.contents.events.mailbox.push(Mail { to: far, arrival, tail });
        }
        lane.booking.judged(verdict, 1, || site(self.scope, far, packet));
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

    /// Handles the arrival in this VPC of a packet that something may react to.
    fn on_arrival(&mut self, arrival: Arrival) {
        let Arrival { time, link, mut packet, judged, .. } = arrival;
        let view = self.scope.view;
        // Visible routers edit packets when they judge them.
        let judged = judged.filter(|_| !view.network.rules.routers_visible);
        let verdict = match (judged, link) {
            (Some(verdict), _) => verdict,
            (None, Some(link)) => router::enter(view, link, &mut packet),
            (None, None) => router::accept(view, self.vpc, &packet),
        };
        match verdict {
            Ok(host) => {
                let heard = self.heard_by(host, &packet);
                let is_answered = self.scope.shared.is_answered(&packet, host);
                let is_about = packet.kind == PacketKind::ErrorAboutOriginal;
                let short = if is_about { self.told_to_shorten(host, &packet) } else { None };
                let tail = if is_answered { self.contents.events.tails.get(packet.tail).cloned() } else { None };
                let is_segment = packet.kind == PacketKind::Segment;
                let told = if is_segment { self.contents.events.tails.told(packet.tail) } else { None };
                self.end_here(time, &packet, verdict, None);
                if is_answered {
                    reply_to(&mut packet, time, tail, &mut self.contents.events.tails);
                    self.emit(Sender::Host(host), &mut packet, None);
                }
                if is_segment && let Some(index) = self.scope.shared.end_of(&packet, host) {
                    self.with_connections(time, |connections, desk| connections.hear(index, &packet, told, desk));
                }
                if let Some(short) = short {
                    self.with_connections(time, |connections, desk| connections.shorten(&short, desk));
                }
                if let Some((index, received)) = heard {
                    self.tell_program(time, index, &received);
                }
            }
            Err(reason) => {
                let subnet = answering_subnet(self.scope, self.vpc, &packet, link.is_some());
                let error = subnet.and_then(|s| RouterError::about(self.scope, s, Sender::Router(s), &packet, reason));
                self.end_here(time, &packet, verdict, None);
                self.send_error(time, error);
            }
        }
    }

    /// What a router tells an end of connections at this host of a segment that did not fit into a link, if it does.
    fn told_to_shorten(&self, host: HostId, packet: &Packet) -> Option<Shorten> {
        let index = self.scope.shared.end_told(packet, host)?;
        Shorten::read(index, packet, self.contents.events.tails.get(packet.tail)?)
    }

    pub(super) fn tell(&mut self, time: SimTime, packet: &Packet, place: Place, step: Step) {
        self.contents.booking.tell(self.scope, time, packet, place, step);
    }
}

/// The site of a packet that reached `vpc` and is dropped there.
fn site(scope: Scope<'_>, vpc: VpcId, packet: &Packet) -> Site {
    Site { subnet: scope.view.network.subnet_at(vpc, packet.destination()), example: Example::of(packet) }
}
