//! The events of a cell: wake-ups, arrivals that something may react to, and packets for other cells. Keeps them in
//! order; `journey.rs` handles them.

use super::super::arrival::{Arrival, Arrivals, Mail};
use super::super::endpoint::{Endpoint, Hears, Sends, Sent};
use super::super::sending::Flow;
use crate::dataplane::packet::{Packet, PacketId, SourceId, Tails, Told};
use crate::model::{HostId, Verdict};
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

/// Who wakes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waker {
    /// A sender of the plan, by its index.
    Flow(u32),
    /// A program on a host, by its index.
    Endpoint(u32),
    /// An end of connections, by its index: it opens one.
    End(u32),
    /// A connection, by its place.
    Connection(u32),
    /// Whoever injected a packet.
    Outside,
}

/// A wake-up in the order of wake-ups: by time, then by sender in declaration order. One number, since it is compared
/// often: 64 bits of time, 32 of the sender, 32 of the waker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wake(u128);

impl Wake {
    const OUTSIDE: u32 = u32::MAX;
    /// Indices of programs, of ends and of connections have these bits; those of senders, at most twice
    /// [`SourceId::MAX`], do not.
    const ENDPOINT: u32 = 1 << 31;
    const END: u32 = 1 << 30;
    const CONNECTION: u32 = 1 << 29;

    fn new(time: SimTime, SourceId(source): SourceId, waker: Waker) -> Wake {
        let waker = match waker {
            Waker::Flow(index) => index,
            Waker::Endpoint(index) => index | Wake::ENDPOINT,
            Waker::End(index) => index | Wake::END,
            Waker::Connection(index) => index | Wake::CONNECTION,
            Waker::Outside => Wake::OUTSIDE,
        };
        Wake(u128::from(time.as_nanos()) << 64 | u128::from(source) << 32 | u128::from(waker))
    }

    fn time(self) -> SimTime {
        SimTime::from_nanos((self.0 >> 64) as u64)
    }

    fn source(self) -> SourceId {
        SourceId((self.0 >> 32) as u32)
    }

    fn waker(self) -> Waker {
        match self.0 as u32 {
            Wake::OUTSIDE => Waker::Outside,
            index if index & Wake::ENDPOINT > 0 => Waker::Endpoint(index & !Wake::ENDPOINT),
            index if index & Wake::END > 0 => Waker::End(index & !Wake::END),
            index if index & Wake::CONNECTION > 0 => Waker::Connection(index & !Wake::CONNECTION),
            index => Waker::Flow(index),
        }
    }

    /// The same sender's wake-up at another time.
    fn at(self, time: SimTime) -> Wake {
        Wake(u128::from(time.as_nanos()) << 64 | u128::from(self.0 as u64))
    }
}

/// A program on a host.
pub(super) struct Seated {
    pub host: HostId,
    pub source: SourceId,
    /// Packets it sent so far.
    pub sequence: u64,
    pub endpoint: Box<dyn Endpoint>,
    /// The alarm it set.
    pub wake: SimTime,
    /// Its earliest scheduled wake-up. An alarm that is put off is scheduled again when this comes, not each time: a
    /// timer that every packet puts off costs nothing.
    pub scheduled: SimTime,
}

impl Seated {
    /// A program that runs from `now` on; it is asked at once when it wants to wake.
    pub(super) fn new(now: SimTime, host: HostId, source: SourceId, endpoint: Box<dyn Endpoint>) -> Seated {
        let wake = endpoint.next_wake().max(now);
        Seated { host, source, sequence: 0, endpoint, wake, scheduled: wake }
    }
}

impl Sends for Seated {
    fn next_wake(&self) -> SimTime {
        self.wake
    }
    fn says_its_future(&self) -> bool {
        false
    }
}

/// A packet that does not come from a sender of the plan.
pub(in crate::engine) struct Raw {
    pub host: HostId,
    pub sent: Sent,
    pub id: PacketId,
}

/// What happens next.
pub(super) enum Event {
    Wake(SimTime, SourceId, Waker),
    Arrival(Arrival),
}

/// The events of a cell, in order.
#[derive(Default)]
pub(super) struct Events {
    pub endpoints: Vec<Seated>,
    by_host: BTreeMap<(HostId, Hears), u32>,
    pub tails: Tails,
    /// Packets for other cells.
    pub mailbox: Vec<Mail>,
    outside: VecDeque<(SimTime, Raw)>,
    has_outside: bool,
    wakes: BinaryHeap<Reverse<Wake>>,
    arrivals: Arrivals,
    /// The one in which arrivals were judged.
    epoch: u64,
    /// Packets kept inside the VPC so far.
    kept: u64,
    /// By index: whether a sender of the plan is an event; those beyond are not.
    called: Vec<bool>,
}

impl Events {
    /// Seats a program on a host.
    pub(super) fn seat(&mut self, seated: Seated, hears: Hears) {
        let index = self.endpoints.len() as u32;
        self.call(&seated, seated.source, Waker::Endpoint(index));
        self.by_host.insert((seated.host, hears), index);
        self.endpoints.push(seated);
    }

    /// Schedules a sender of the plan as an event from now on, if it is none yet.
    pub(super) fn call_flow(&mut self, index: usize, flow: &Flow) {
        if !self.is_called(index as u32) {
            self.hold(index as u32);
            self.call(flow, flow.source, Waker::Flow(index as u32));
        }
    }

    /// Has a sender not carried with those that are no events, though it is not scheduled.
    pub(super) fn hold(&mut self, index: u32) {
        let index = index as usize;
        if self.called.len() <= index {
            self.called.resize(index + 1, false);
        }
        self.called[index] = true;
    }

    /// Has a sender of the plan be no event from now on. It stays scheduled once more, which is passed over.
    pub(super) fn release(&mut self, index: u32) {
        self.called[index as usize] = false;
    }

    /// Whether programs run here, or packets came from outside.
    pub(super) fn has_programs(&self) -> bool {
        !self.endpoints.is_empty() || self.has_outside
    }

    /// Whether a sender of the plan is an event.
    pub(super) fn is_called(&self, index: u32) -> bool {
        self.called.get(index as usize).is_some_and(|called| *called)
    }

    /// Schedules a sender's wake-up for when it next sends.
    fn call(&mut self, sender: &impl Sends, source: SourceId, waker: Waker) {
        self.schedule(sender.next_wake(), source, waker);
    }

    /// Schedules a packet from outside, after everything else at that instant.
    pub(super) fn inject(&mut self, now: SimTime, raw: Raw) {
        self.has_outside = true;
        self.outside.push_back((now, raw));
        self.schedule(now, SourceId(u32::MAX), Waker::Outside);
    }

    /// The packet that was injected first.
    pub(super) fn injected(&mut self) -> Option<(SimTime, Raw)> {
        self.outside.pop_front()
    }

    /// Schedules a wake-up at `time`.
    pub(super) fn schedule(&mut self, time: SimTime, source: SourceId, waker: Waker) {
        if time < SimTime::NEVER {
            self.wakes.push(Reverse(Wake::new(time, source, waker)));
        }
    }

    /// Replaces the earliest wake-up with the same sender's next one: cheaper than removing and inserting.
    pub(super) fn reschedule_first(&mut self, next: SimTime) {
        let Some(mut first) = self.wakes.peek_mut() else { return };
        if next < SimTime::NEVER {
            first.0 = first.0.at(next);
        } else {
            PeekMut::pop(first);
        }
    }

    /// When something next happens.
    pub(super) fn next(&self) -> SimTime {
        self.next_wake().min(self.arrivals.next())
    }

    fn next_wake(&self) -> SimTime {
        self.wakes.peek().map_or(SimTime::NEVER, |Reverse(wake)| wake.time())
    }

    /// Takes the next event before `end`: at one instant arrivals come before wakes, then declaration order applies. A
    /// wake of a sender of the plan stays in the heap until [`Events::reschedule_first`].
    pub(super) fn pop(&mut self, end: SimTime) -> Option<Event> {
        let (wake, arrival) = (self.next_wake(), self.arrivals.next());
        if wake.min(arrival) >= end {
            return None;
        }
        if arrival <= wake {
            return self.arrivals.pop().map(Event::Arrival);
        }
        let &Reverse(next) = self.wakes.peek()?;
        let waker = next.waker();
        if !matches!(waker, Waker::Flow(_)) {
            self.wakes.pop();
        }
        Some(Event::Wake(wake, next.source(), waker))
    }

    /// Keeps a packet inside the VPC until it arrives.
    pub(super) fn keep_inside(&mut self, time: SimTime, packet: Packet, judged: Option<Verdict>) {
        self.kept += 1;
        self.arrivals.push(&Arrival { time, link: None, sequence: self.kept, packet, judged });
    }

    /// Takes a packet from another cell.
    pub(super) fn receive(&mut self, mail: &mut Mail) {
        if let Some(tail) = mail.tail.take() {
            mail.arrival.packet.tail = self.tails.keep(tail);
        }
        self.arrivals.push(&mail.arrival);
    }

    /// The packets whose verdict is still open, with what those of connections tell.
    pub(super) fn each_waiting(&mut self, mut f: impl FnMut(&mut Packet, Option<Told>)) {
        let Events { arrivals, tails, .. } = self;
        for Arrival { packet, .. } in arrivals.iter_mut() {
            let told = tails.told(packet.tail);
            f(packet, told);
        }
    }

    /// Begins an epoch, if it is another one: it may judge otherwise what was judged before.
    pub(super) fn begin_epoch(&mut self, epoch: u64) {
        if std::mem::replace(&mut self.epoch, epoch) != epoch {
            self.arrivals.iter_mut().for_each(|arrival| arrival.judged = None);
        }
    }

    /// How many there are.
    pub(super) fn waiting(&self) -> u64 {
        self.arrivals.len() as u64
    }

    /// Index of the program on a host that hears a packet for this port of a protocol, if it has one.
    pub(super) fn endpoint_at(&self, host: HostId, port: Option<Hears>) -> Option<u32> {
        let at = |hears| self.by_host.get(&(host, hears)).copied();
        port.and_then(at).or_else(|| at(Hears::Rest))
    }
}
