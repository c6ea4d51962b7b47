//! One VPC's share of the simulation: its senders, the links that leave it, its timers, its books. A cell sees packets off from
//! emission to their end, or to the mailbox if somebody at the far end will react. It never looks into another cell.

use super::books::{LinkBook, TrafficBooks, VpcBook};
use super::endpoint::{Endpoint, Outbox};
use super::flow::{self, Flow, Path};
use super::meter::Meter;
use super::observe::{Place, Record};
use super::series::Series;
use crate::dataplane::link::Link;
use crate::dataplane::packet::{Packet, PacketId, PacketKind, SourceId, TailId, Tails};
use crate::dataplane::router::{self, Exit, Sender, View};
use crate::dataplane::{DropReason, Verdict};
use crate::model::plan::Replay;
use crate::model::{HostId, LinkId, SubnetId, TrafficId, VpcId};
use crate::units::SimTime;
use crate::wire::icmp::{self, ErrorKind};
use crate::wire::ipv4::{Addressing, HEAD};
use bytes::Bytes;
use std::cmp::{Ordering, Reverse};
use std::collections::binary_heap::PeekMut;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};
use std::sync::Arc;

/// The TTL hosts and routers send with.
const TTL: u8 = 64;

/// What every cell may read and none changes.
pub(super) struct Shared {
    pub seed: u64,
    /// By [`SourceId`].
    pub sources: Vec<SourceInfo>,
    /// By traffic entry: the windows its expectations ask for.
    pub windows: Vec<Vec<(SimTime, SimTime)>>,
    /// Hosts with an [`Endpoint`].
    pub endpoint_hosts: BTreeSet<HostId>,
    /// By [`LinkId`]: its place in the cell it leaves.
    pub lanes: Vec<u32>,
    pub observing: bool,
}

/// Whose packets these are and where they belong.
pub(super) struct SourceInfo {
    /// Stable hash of the sender's name.
    pub key: u64,
    pub traffic: Option<TrafficId>,
    pub from: HostId,
    pub meant_for: MeantFor,
    pub is_ping: bool,
}

/// Which host a packet names.
pub(super) enum MeantFor {
    Host(HostId),
    /// An address: whoever accepts it.
    Anyone,
    /// By frame of a replay.
    Frames(Arc<Replay>, u32),
}

impl SourceInfo {
    pub(super) fn is_meant_for(&self, host: HostId, sequence: u64) -> bool {
        match &self.meant_for {
            MeantFor::Host(named) => *named == host,
            MeantFor::Anyone => true,
            MeantFor::Frames(replay, flow) => {
                replay.flows[*flow as usize].frames.get(sequence as usize).is_some_and(|f| f.to == host)
            }
        }
    }
}

/// One advance as cells see it.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub view: View<'a>,
    pub shared: &'a Shared,
    /// Nothing departs or arrives at or past this in this advance: the epoch may end there.
    pub horizon: SimTime,
}

/// A packet at the far end of its way, at which something may react.
pub(super) struct Arrival {
    time: SimTime,
    /// The link it came over; none inside the VPC, which orders after all links.
    link: Option<LinkId>,
    sequence: u64,
    packet: Packet,
}

impl Arrival {
    fn key(&self) -> (SimTime, u32, u64) {
        (self.time, self.link.map_or(u32::MAX, |l| l.0), self.sequence)
    }
}

impl PartialEq for Arrival {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}
impl Eq for Arrival {}
impl PartialOrd for Arrival {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Arrival {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// An arrival for another cell, with the bytes behind its head.
pub(super) struct Mail {
    pub to: VpcId,
    arrival: Arrival,
    tail: Option<Bytes>,
}

/// A link with its book.
pub(super) struct Lane {
    pub link: Link,
    pub book: LinkBook,
    pub series: Option<Series>,
    pub meter: Meter,
    mailed: u64,
}

impl Lane {
    pub(super) fn new(link: Link, book: LinkBook, series: Option<Series>, meter: Meter) -> Lane {
        Lane { link, book, series, meter, mailed: 0 }
    }
}

/// Who wakes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Waker {
    Flow(u32),
    Endpoint(u32),
    Outside,
}

struct Seated {
    host: HostId,
    source: SourceId,
    sequence: u64,
    endpoint: Box<dyn Endpoint>,
    wake: SimTime,
}

/// See the module's first lines.
pub(super) struct Cell {
    pub vpc: VpcId,
    pub lanes: Vec<Lane>,
    pub book: VpcBook,
    pub traffic: TrafficBooks,
    pub mailbox: Vec<Mail>,
    pub records: Vec<Record>,
    flows: Vec<Flow>,
    endpoints: Vec<Seated>,
    outside: VecDeque<(SimTime, HostId, Bytes, PacketId)>,
    /// Ordered by time, then by sender in declaration order.
    wakes: BinaryHeap<Reverse<(SimTime, SourceId, Waker)>>,
    arrivals: BinaryHeap<Reverse<Arrival>>,
    local_sequence: u64,
    tails: Tails,
}

impl Cell {
    pub(super) fn new(vpc: VpcId) -> Cell {
        Cell {
            vpc,
            lanes: Vec::new(),
            book: VpcBook::default(),
            traffic: TrafficBooks::default(),
            mailbox: Vec::new(),
            records: Vec::new(),
            flows: Vec::new(),
            endpoints: Vec::new(),
            outside: VecDeque::new(),
            wakes: BinaryHeap::new(),
            arrivals: BinaryHeap::new(),
            local_sequence: 0,
            tails: Tails::default(),
        }
    }

    pub(super) fn add_flow(&mut self, flow: Flow) {
        self.schedule(flow.next_wake(), flow.source, Waker::Flow(self.flows.len() as u32));
        self.flows.push(flow);
    }

    pub(super) fn add_endpoint(&mut self, now: SimTime, host: HostId, source: SourceId, endpoint: Box<dyn Endpoint>) {
        let wake = endpoint.next_wake().max(now);
        self.schedule(wake, source, Waker::Endpoint(self.endpoints.len() as u32));
        self.endpoints.push(Seated { host, source, sequence: 0, endpoint, wake });
    }

    pub(super) fn inject(&mut self, now: SimTime, host: HostId, bytes: Bytes, id: PacketId) {
        self.outside.push_back((now, host, bytes, id));
        self.schedule(now, SourceId(u32::MAX), Waker::Outside);
    }

    fn schedule(&mut self, time: SimTime, source: SourceId, waker: Waker) {
        if time < SimTime::NEVER {
            self.wakes.push(Reverse((time, source, waker)));
        }
    }

    /// When something next happens here.
    pub(super) fn next_event(&self) -> SimTime {
        let wake = self.wakes.peek().map_or(SimTime::NEVER, |Reverse((time, ..))| *time);
        let arrival = self.arrivals.peek().map_or(SimTime::NEVER, |Reverse(a)| a.time);
        wake.min(arrival)
    }

    /// Packets inside the VPC that nobody judged yet.
    pub(super) fn local_in_flight(&self) -> u64 {
        self.arrivals.len() as u64
    }

    /// Takes a packet from another cell.
    pub(super) fn receive(&mut self, mail: Mail) {
        let mut arrival = mail.arrival;
        arrival.packet.tail = mail.tail.map_or(TailId::NONE, |bytes| self.tails.put(bytes));
        self.arrivals.push(Reverse(arrival));
    }

    /// Moves what earlier advances left on the links up to the new horizon.
    pub(super) fn settle_links(&mut self, scope: Scope<'_>) {
        for lane in 0..self.lanes.len() {
            while let Some((arrival, packet)) = self.lanes[lane].link.next_arrival(scope.horizon) {
                self.arrive(scope, lane, arrival, packet, None);
            }
            while let Some((departure, packet)) = self.lanes[lane].link.next_departure(scope.horizon) {
                self.depart(scope, lane, departure, packet, None);
            }
        }
    }

    /// Handles every event before `end`: arrivals before wakes at one instant, then in declaration order.
    pub(super) fn run(&mut self, scope: Scope<'_>, end: SimTime) {
        loop {
            let wake = self.wakes.peek().map_or(SimTime::NEVER, |Reverse((time, ..))| *time);
            let arrival = self.arrivals.peek().map_or(SimTime::NEVER, |Reverse(a)| a.time);
            if wake.min(arrival) >= end {
                return;
            }
            if arrival <= wake {
                if let Some(Reverse(arrival)) = self.arrivals.pop() {
                    self.on_arrival(scope, arrival);
                }
            } else {
                self.wake(scope);
            }
        }
    }

    /// Wakes whoever is due first.
    fn wake(&mut self, scope: Scope<'_>) {
        let Some(&Reverse((now, source, waker))) = self.wakes.peek() else { return };
        if let Waker::Flow(index) = waker {
            return self.wake_flow(scope, index);
        }
        self.wakes.pop();
        match waker {
            Waker::Endpoint(index) => self.wake_endpoint(scope, now, source, index),
            _ => self.wake_outside(scope),
        }
    }

    /// Puts the next time of the one who is due first in the place of this one: cheaper than taking it out and putting it in.
    fn reschedule_first(&mut self, next: SimTime) {
        let Some(mut first) = self.wakes.peek_mut() else { return };
        if next < SimTime::NEVER {
            first.0.0 = next;
        } else {
            PeekMut::pop(first);
        }
    }

    fn wake_flow(&mut self, scope: Scope<'_>, index: u32) {
        let flow = &mut self.flows[index as usize];
        let (packet, form) = flow.emit(&mut self.tails);
        let (host, traffic) = (flow.host, flow.traffic);
        let next = flow.next_wake();
        let path = form.and_then(|form| known_path(scope, flow, form, &packet));
        self.reschedule_first(next);
        if !scope.view.network.host(host).up {
            self.tails.take(packet.tail);
            return; // its clock runs on, so that its later packets are the same whether it was down or not
        }
        let book = self.traffic.of(traffic, &scope.shared.windows);
        book.each(packet.emitted, |c| c.sent.add(packet.wire_length));
        self.emit(scope, Sender::Host(host), packet, path);
    }

    fn wake_endpoint(&mut self, scope: Scope<'_>, now: SimTime, source: SourceId, index: u32) {
        let seated = &mut self.endpoints[index as usize];
        if seated.wake != now || seated.source != source {
            return; // it changed its mind since
        }
        let mut out = Outbox::default();
        seated.wake = SimTime::NEVER; // this alarm is spent: wanting the same instant again is a new one
        seated.endpoint.on_wake(now, &mut out);
        self.send_all(scope, now, index, out);
    }

    fn wake_outside(&mut self, scope: Scope<'_>) {
        if let Some((now, host, bytes, id)) = self.outside.pop_front() {
            self.take(scope, now, host, bytes, id);
        }
    }

    /// Sends what an endpoint put into its outbox, and asks when it next wants to wake.
    fn send_all(&mut self, scope: Scope<'_>, now: SimTime, index: u32, out: Outbox) {
        for bytes in out.packets {
            let seated = &mut self.endpoints[index as usize];
            let id = PacketId::new(seated.source, seated.sequence);
            seated.sequence += 1;
            let host = seated.host;
            self.take(scope, now, host, bytes, id);
        }
        let seated = &mut self.endpoints[index as usize];
        let wake = seated.endpoint.next_wake().max(now);
        if wake != seated.wake {
            seated.wake = wake;
            let source = seated.source;
            self.schedule(wake, source, Waker::Endpoint(index));
        }
    }

    /// A packet that comes as bytes: from an endpoint or from outside. Its header is checked as a router would.
    fn take(&mut self, scope: Scope<'_>, now: SimTime, host: HostId, bytes: Bytes, id: PacketId) {
        if !scope.view.network.host(host).up {
            return;
        }
        let (length, checked) = match router::take(&bytes) {
            Ok(total) => (total, Ok(())),
            Err(reason) => (u16::try_from(bytes.len()).unwrap_or(u16::MAX), Err(reason)),
        };
        let mut head = [0; HEAD];
        let held = bytes.len().min(HEAD);
        head[..held].copy_from_slice(&bytes[..held]);
        let tail = if bytes.len() > HEAD { self.tails.put(bytes.slice(HEAD..)) } else { TailId::NONE };
        let packet = Packet { id, emitted: now, tail, ..flow::record(head, length) };
        match checked {
            Ok(()) => self.emit(scope, Sender::Host(host), packet, None),
            Err(reason) => {
                self.book.emitted += 1;
                self.end_here(scope, now, packet, Err(reason));
            }
        }
    }

    /// The journey begins: through this VPC's router, to a neighbour or onto a link.
    fn emit(&mut self, scope: Scope<'_>, sender: Sender, mut packet: Packet, path: Option<Path>) {
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
    fn depart(&mut self, scope: Scope<'_>, at: usize, departure: SimTime, packet: Packet, path: Option<Path>) {
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
    fn arrive(&mut self, scope: Scope<'_>, at: usize, time: SimTime, mut packet: Packet, path: Option<Path>) {
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

    /// A packet that may be reacted to has arrived in this VPC.
    fn on_arrival(&mut self, scope: Scope<'_>, arrival: Arrival) {
        let Arrival { time, link, mut packet, .. } = arrival;
        let verdict = match link {
            Some(link) => router::enter(scope.view, link, &mut packet),
            None => router::accept(scope.view, self.vpc, &packet),
        };
        match verdict {
            Ok(host) => {
                let bytes = self.endpoint_at(scope, host).map(|index| (index, packet.bytes(&self.tails)));
                let reply = icmp::is_echo_request(&packet.head).then(|| self.echo_reply(time, &packet));
                self.end_here(scope, time, packet, verdict);
                if let Some(reply) = reply {
                    self.emit(scope, Sender::Host(host), reply, None);
                }
                if let Some((index, bytes)) = bytes {
                    let mut out = Outbox::default();
                    self.endpoints[index as usize].endpoint.on_packet(time, &bytes, &mut out);
                    self.send_all(scope, time, index, out);
                }
            }
            Err(reason) => {
                let network = scope.view.network;
                // S35a: of the source's subnet if it dies in its own VPC, of the destination's in the far one.
                let near = if link.is_none() { network.subnet_at(self.vpc, packet.source()) } else { None };
                let in_subnet = near.or_else(|| network.subnet_at(self.vpc, packet.destination()));
                let subnet = in_subnet.or_else(|| network.vpc(self.vpc).subnets.first().copied());
                let answer = subnet.and_then(|s| self.answer(scope, Some(s), Sender::Router(s), &packet, reason));
                self.end_here(scope, time, packet, verdict);
                self.send_error(scope, time, answer);
            }
        }
    }

    fn endpoint_at(&self, scope: Scope<'_>, host: HostId) -> Option<u32> {
        if !scope.shared.endpoint_hosts.contains(&host) {
            return None;
        }
        self.endpoints.iter().position(|e| e.host == host).map(|at| at as u32)
    }

    fn echo_reply(&mut self, now: SimTime, request: &Packet) -> Packet {
        let tail = self.tails.get(request.tail).cloned();
        Packet {
            head: icmp::echo_reply(&request.head, TTL),
            emitted: now,
            kind: PacketKind::Reply,
            tail: tail.map_or(TailId::NONE, |bytes| self.tails.put(bytes)),
            ..*request
        }
    }

    /// The ICMP error a visible router sends about a dropped packet, from the first usable address of `subnet` (S35a).
    fn answer(
        &self,
        scope: Scope<'_>,
        subnet: Option<SubnetId>,
        sender: Sender,
        packet: &Packet,
        reason: DropReason,
    ) -> Option<(SubnetId, PacketKind, PacketId, [u8; icmp::ERROR_LENGTH as usize])> {
        let kind = error_about(scope, packet, reason)?;
        let kind = match kind {
            ErrorKind::FragmentationNeeded { .. } => {
                ErrorKind::FragmentationNeeded { mtu: router::next_hop_mtu(scope.view, sender, packet) }
            }
            other => other,
        };
        let subnet = subnet?;
        let source = scope.view.network.subnet(subnet).router();
        let to = Addressing { source, destination: packet.source(), ttl: TTL };
        let about = match packet.kind {
            PacketKind::Reply => PacketKind::ErrorAboutReply,
            _ => PacketKind::ErrorAboutOriginal,
        };
        Some((subnet, about, packet.id, icmp::error(to, kind, &packet.quote())))
    }

    fn send_error(
        &mut self,
        scope: Scope<'_>,
        now: SimTime,
        answer: Option<(SubnetId, PacketKind, PacketId, [u8; icmp::ERROR_LENGTH as usize])>,
    ) {
        let Some((subnet, kind, id, bytes)) = answer else { return };
        let mut head = [0; HEAD];
        head.copy_from_slice(&bytes[..HEAD]);
        let tail = self.tails.put(Bytes::copy_from_slice(&bytes[HEAD..]));
        let error = Packet { id, emitted: now, kind, tail, ..flow::record(head, icmp::ERROR_LENGTH) };
        self.emit(scope, Sender::Router(subnet), error, None);
    }

    /// Ends a packet inside this VPC.
    fn end_here(&mut self, scope: Scope<'_>, time: SimTime, packet: Packet, verdict: Result<HostId, DropReason>) {
        match verdict {
            Ok(_) => self.book.delivered += 1,
            Err(reason) => self.book.drops.add(reason),
        }
        self.end(scope, time, packet, Place::Vpc(self.vpc), verdict);
    }

    /// Ends a packet on one of this VPC's links.
    pub(super) fn end_on_link(
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
            super::attribute::end(book, source, time, &packet, verdict);
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
fn known_path(scope: Scope<'_>, flow: &mut Flow, form: usize, packet: &Packet) -> Option<Path> {
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

/// The error a visible router owes, never about another error (RFC 1122 §3.2.2).
fn error_about(scope: Scope<'_>, packet: &Packet, reason: DropReason) -> Option<ErrorKind> {
    if !scope.view.network.rules.routers_visible || icmp::is_error(&packet.head) {
        return None;
    }
    reason.icmp_error()
}
