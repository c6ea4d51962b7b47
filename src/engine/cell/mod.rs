//! One VPC's share of the simulation: its senders, the links that leave it, its timers, its books. A cell sees packets
//! off from emission to their end, or to the mailbox if somebody at the far end will react. It never looks into another
//! cell.
//!
//! A cell that nobody reacts to runs alone: its senders, sorted by where they lead ([`ways`]), pass without waiting
//! ([`alone`]), and what of them is on its way at the end of an advance is counted ([`trains`]); or they meet a bucket
//! ([`shaped`]) in the order of time ([`race`]), repeat a pattern there ([`cycle`]), or are proven to conform
//! ([`conform`]). The others run in windows, event by event ([`journey`], [`react`]).

mod alone;
mod burst;
mod conform;
mod cycle;
mod journey;
mod lane;
mod merge;
mod race;
mod react;
mod shaped;
mod trains;
mod ways;
mod work;

use super::arrival::{Arrival, Mail};
use super::books::{Counts, TrafficBooks, VpcBook};
use super::delay::DelayRun;
use super::endpoint::{Endpoint, Outbox};
use super::flow::{self, Flow};
use super::observe::Record;
use super::options::Effort;
use super::shared::Scope;
use crate::dataplane::packet::{Packet, PacketId, SourceId, TailId, Tails};
use crate::dataplane::router::{self, Sender};
use crate::model::{HostId, LinkId, VpcId};
use crate::units::{SimDuration, SimTime};
use crate::wire::ipv4::HEAD;
use burst::Bench;
use bytes::Bytes;
use merge::Merge;
use race::{Aside, Member, Strand};
use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, VecDeque};
use trains::Trains;
use ways::{Ways, known_path};

pub(super) use lane::Lane;

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
    pub effort: Effort,
    /// Whether nothing here reacts to what happens elsewhere, and nobody to what happens here.
    is_alone: bool,
    /// Whether its senders are events.
    is_eventful: bool,
    /// Whether one of them replays packets that all differ: then all are events, also where the cell runs alone.
    has_replay: bool,
    /// Packets its senders send in a second, about.
    density: u64,
    flows: Vec<Flow>,
    endpoints: Vec<Seated>,
    outside: VecDeque<(SimTime, HostId, Bytes, PacketId)>,
    /// Ordered by time, then by sender in declaration order.
    wakes: BinaryHeap<Reverse<(SimTime, SourceId, Waker)>>,
    arrivals: BinaryHeap<Reverse<Arrival>>,
    /// The lanes whose links may hold packets of an earlier advance, each once.
    held: Vec<u32>,
    local_sequence: u64,
    /// Equal packets inside the VPC that were counted, not made.
    trains: Trains,
    tails: Tails,
    ways: Ways,
    /// The packets made last: each stands here whole while it is carried packet by packet. None unless all are made.
    bench: Option<Box<Bench>>,
    // What the senders of one link need while they are merged; kept for its memory.
    merge: Merge,
    members: Vec<Member>,
    strands: Vec<Strand>,
    asides: Vec<Aside>,
    evicted: Vec<(Option<usize>, DelayRun)>,
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
            effort: Effort::default(),
            is_alone: true,
            is_eventful: false,
            has_replay: false,
            density: 0,
            flows: Vec::new(),
            endpoints: Vec::new(),
            outside: VecDeque::new(),
            wakes: BinaryHeap::new(),
            arrivals: BinaryHeap::new(),
            held: Vec::new(),
            local_sequence: 0,
            trains: Trains::default(),
            tails: Tails::default(),
            ways: Ways::default(),
            bench: None,
            merge: Merge::default(),
            members: Vec::new(),
            strands: Vec::new(),
            asides: Vec::new(),
            evicted: Vec::new(),
        }
    }

    /// Adds a sender while the simulation is set up.
    pub(super) fn add_flow(&mut self, flow: Flow) {
        self.density = self.density.saturating_add(flow.density());
        self.has_replay |= flow.is_replay();
        self.flows.push(flow);
    }

    /// Gives back what senders added one by one took too much: there may be a million.
    pub(super) fn trim(&mut self) {
        self.flows.shrink_to_fit();
    }

    pub(super) fn has_senders(&self) -> bool {
        !self.flows.is_empty()
    }

    /// About how many packets are sent here in `span`: a guess, for the sharing of work.
    #[cfg(feature = "threads")]
    pub(super) fn packets_in(&self, span: SimDuration) -> u64 {
        let packets =
            u128::from(self.density) * u128::from(span.as_nanos()) / u128::from(crate::units::NANOS_PER_SECOND);
        u64::try_from(packets).unwrap_or(u64::MAX)
    }

    pub(super) fn is_alone(&self) -> bool {
        self.is_alone
    }

    /// From `now` on the cell runs in windows with others: its senders become events. Inside the VPC packets take
    /// `local_delay`.
    pub(super) fn join_windows(&mut self, now: SimTime, local_delay: SimDuration) {
        if std::mem::replace(&mut self.is_alone, false) {
            self.charge_all(now);
            self.make_trains(local_delay);
            self.ways = Ways::default();
            self.call_senders();
        }
    }

    /// From now on the senders are events.
    fn call_senders(&mut self) {
        if std::mem::replace(&mut self.is_eventful, true) {
            return;
        }
        for (index, flow) in self.flows.iter().enumerate().filter(|(_, f)| f.next_wake() < SimTime::NEVER) {
            self.wakes.push(Reverse((flow.next_wake(), flow.source, Waker::Flow(index as u32))));
        }
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

    /// Keeps a packet inside the VPC until it arrives.
    fn keep_inside(&mut self, time: SimTime, packet: Packet) {
        self.local_sequence += 1;
        let sequence = self.local_sequence;
        self.arrivals.push(Reverse(Arrival { time, link: None, sequence, packet }));
    }

    /// Packets inside the VPC that nobody judged yet.
    pub(super) fn local_in_flight(&self) -> u64 {
        self.arrivals.len() as u64 + self.trains.count()
    }

    /// Takes a packet from another cell.
    pub(super) fn receive(&mut self, mail: Mail) {
        let mut arrival = mail.arrival;
        arrival.packet.tail = mail.tail.map_or(TailId::NONE, |bytes| self.tails.put(bytes));
        self.arrivals.push(Reverse(arrival));
    }

    /// Takes over the settings of a link's peering at the horizon: what is on the link is re-judged.
    pub(super) fn change_link(&mut self, scope: Scope<'_>, link: LinkId) {
        let at = scope.shared.lanes[link.index()] as usize;
        let (lane, network) = (&mut self.lanes[at], scope.view.network);
        if let Some(series) = &mut lane.series {
            series.close(scope.horizon, &mut lane.link);
        }
        lane.meter.change_cap(scope.horizon, network.peering(link.peering()).metered_cap());
        if let Some((reason, packets)) = lane.link.change(scope.horizon, network) {
            self.drop_trains(scope, at, reason);
            for packet in packets {
                self.end_on_link(scope, at, scope.horizon, packet, reason);
            }
        }
    }

    /// Notes that a link may hold packets for the next advance.
    fn hold(&mut self, lane: usize) {
        if !std::mem::replace(&mut self.lanes[lane].is_held, true) {
            self.held.push(lane as u32);
        }
    }

    /// Moves what earlier advances left on the links up to the new horizon.
    pub(super) fn settle_links(&mut self, scope: Scope<'_>) {
        let mut held = std::mem::take(&mut self.held);
        held.sort_unstable();
        for lane in held.iter().map(|lane| *lane as usize) {
            while let Some((arrival, packet)) = self.lanes[lane].link.next_arrival(scope.horizon) {
                self.arrive(scope, lane, arrival, packet, None);
            }
            while let Some((departure, packet)) = self.lanes[lane].link.next_departure(scope.horizon) {
                self.depart(scope, lane, departure, packet, None);
            }
        }
        held.retain(|lane| {
            let lane = &mut self.lanes[*lane as usize];
            lane.is_held = lane.in_flight() > 0;
            lane.is_held
        });
        held.append(&mut self.held);
        self.held = held; // with its memory
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

    /// Puts the next time of the one who is due first in the place of this one: cheaper than taking it out and putting
    /// it in.
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
        // Visible routers edit packets, so that no path can be remembered.
        let form = form.filter(|_| !scope.view.network.rules.routers_visible);
        let path = form.map(|form| known_path(scope, flow, form));
        self.effort.events += 1;
        self.reschedule_first(next);
        if !scope.view.network.host(host).up {
            self.tails.take(packet.tail);
            return; // its clock runs on, so that its later packets are the same whether it was down or not
        }
        let book = self.traffic.of(traffic, &scope.shared.edges);
        book.each(packet.emitted, |c| c.sent.add(Counts::of(1, packet.wire_length)));
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
}
