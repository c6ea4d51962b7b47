//! The events of a cell: wake-ups, and arrivals that something may react to. Keeps them in order; `dispatch.rs` has
//! them handled.

use super::super::arrival::{Arrival, Arrivals};
use super::super::endpoint::{Endpoint, Hears, Sends, Sent};
use super::super::mail::Content;
use super::super::segment::SegmentArrival;
use super::super::sending::Flow;
use super::wakes::{Waker, Wakes};
use crate::dataplane::packet::{Packet, PacketId, SourceId, Tails};
use crate::model::{HostId, Verdict};
use crate::units::SimTime;
use std::collections::{BTreeMap, VecDeque};

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
    /// [`Events::arrival`] takes it.
    Arrival,
    /// The first of the segments.
    Segment,
}

/// The events of a cell, in order.
#[derive(Default)]
pub(super) struct Events {
    pub endpoints: Vec<Seated>,
    by_host: BTreeMap<(HostId, Hears), u32>,
    pub tails: Tails,
    outside: VecDeque<(SimTime, Raw)>,
    has_outside: bool,
    pub wakes: Wakes,
    pub arrivals: Arrivals<Arrival>,
    /// Those in short. None outlasts an advance.
    pub segments: Arrivals<SegmentArrival>,
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
        self.wakes.schedule(sender.next_wake(), source, waker);
    }

    /// Schedules a packet from outside, after everything else at that instant.
    pub(super) fn inject(&mut self, now: SimTime, raw: Raw) {
        self.has_outside = true;
        self.outside.push_back((now, raw));
        self.wakes.schedule(now, SourceId(u32::MAX), Waker::Outside);
    }

    /// The packet that was injected first.
    pub(super) fn injected(&mut self) -> Option<(SimTime, Raw)> {
        self.outside.pop_front()
    }

    /// When something next happens.
    pub(super) fn next(&self) -> SimTime {
        self.wakes.next().min(self.arrivals.next()).min(self.segments.next())
    }

    /// Whether the next event is a segment in short, before all others and before `end`. [`Events::pop`] says so too,
    /// in thrice the work.
    #[inline]
    pub(super) fn is_segment_next(&self, end: SimTime) -> bool {
        let segment = self.segments.next();
        segment < end && segment < self.arrivals.next() && segment <= self.wakes.next()
    }

    /// The next event before `end`: at one instant arrivals come before wakes, then declaration order applies. A wake
    /// of a sender of the plan stays until [`Wakes::reschedule_first`].
    #[inline]
    pub(super) fn pop(&mut self, end: SimTime) -> Option<Event> {
        let (wake, arrival, segment) = (self.wakes.next(), self.arrivals.next(), self.segments.next());
        if wake.min(arrival).min(segment) >= end {
            return None;
        }
        if arrival.min(segment) <= wake {
            let is_segment = segment < arrival || (segment == arrival && self.segments.first() < self.arrivals.first());
            return Some(if is_segment { Event::Segment } else { Event::Arrival });
        }
        let (source, waker) = self.wakes.take()?;
        Some(Event::Wake(wake, source, waker))
    }

    /// Takes the next arrival.
    #[inline]
    pub(super) fn arrival(&mut self) -> Option<Arrival> {
        self.arrivals.pop()
    }

    /// Keeps a packet inside the VPC until it arrives.
    pub(super) fn keep_inside(&mut self, time: SimTime, packet: Packet, judged: Option<Verdict>) {
        self.kept += 1;
        self.arrivals.push(&Arrival { time, link: None, sequence: self.kept, packet, judged });
    }

    /// Takes what comes from another cell.
    pub(super) fn receive(&mut self, content: &mut Content) {
        match content {
            Content::Packet { arrival, tail } => {
                if let Some(tail) = tail.take() {
                    arrival.packet.tail = self.tails.keep(tail);
                }
                self.arrivals.push(arrival);
            }
            Content::Segments(segments) => self.segments.append(segments),
        }
    }

    /// The packets whose verdict is still open, with the tails.
    pub(super) fn each_waiting(&mut self, mut f: impl FnMut(&mut Packet, &mut Tails)) {
        let Events { arrivals, tails, .. } = self;
        arrivals.iter_mut().for_each(|Arrival { packet, .. }| f(packet, tails));
    }

    /// Begins an epoch, if it is another one: it may judge otherwise what was judged before.
    pub(super) fn begin_epoch(&mut self, epoch: u64) {
        if std::mem::replace(&mut self.epoch, epoch) != epoch {
            self.arrivals.iter_mut().for_each(|arrival| arrival.judged = None);
        }
    }

    /// How many there are.
    pub(super) fn waiting(&self) -> u64 {
        (self.arrivals.len() + self.segments.len()) as u64
    }

    /// Index of the program on a host that hears a packet for this port of a protocol, if it has one.
    pub(super) fn endpoint_at(&self, host: HostId, port: Option<Hears>) -> Option<u32> {
        let at = |hears| self.by_host.get(&(host, hears)).copied();
        port.and_then(at).or_else(|| at(Hears::Rest))
    }
}
