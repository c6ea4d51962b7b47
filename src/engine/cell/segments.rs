//! What connections send and hear: in short where only the other end looks at it, which takes a third of the work, else
//! as packets with a journey of their own (`journey.rs`). Both give the same bytes.
//!
//! What a connection that is alone on its way sends comes again and again: then it is multiplied (`engine/cycles.rs`).

use super::super::books::Counts;
use super::super::road::Road;
use super::super::segment::SegmentArrival;
use super::super::sending::{BATCH, Batch};
use super::connections::{Connections, Desk, End, Kind, Way, Written, numbers};
use super::contents::Contents;
use super::events::Events;
use super::journey::Journey;
use super::lane::Lane;
use crate::dataplane::packet::{Packet, PacketId, TailId};
use crate::dataplane::router::Sender;
use crate::model::{DropReason, HostId};
use crate::tcp::Burst;
use crate::tcp::segment::{FlagByte, Plain, Segment};
use crate::units::SimTime;

/// Has something happen to the connections of a cell, and sends what comes of it.
pub(super) fn with_connections(
    journey: &mut Journey<'_>,
    now: SimTime,
    happen: impl FnOnce(&mut Connections, &mut Desk<'_>),
) {
    let scope = &journey.scope;
    let Contents { connections, events, booking, .. } = &mut *journey.contents;
    happen(connections, &mut Desk { scope, now, wakes: &mut events.wakes, booking });
    send_written(journey, now);
}

/// Sends what connections wrote.
fn send_written(journey: &mut Journey<'_>, now: SimTime) {
    if journey.contents.connections.written.segments.is_empty() {
        return;
    }
    let mut written = std::mem::take(&mut journey.contents.connections.written);
    let Written { segments, writers } = &mut written;
    let mut from = 0;
    for (end, port, until) in writers.drain(..) {
        segments[from..until].iter().for_each(|segment| send(journey, now, (end, port), segment));
        from = until;
    }
    segments.clear();
    journey.contents.connections.written = written; // with its memory
}

fn send(journey: &mut Journey<'_>, now: SimTime, writer: (u32, u16), segment: &Segment) {
    match segment.plain() {
        Some(first) => {
            let &Segment { flags, is_again, .. } = segment;
            Sending { now, writer, first, flags: flags.into(), is_again, count: 1 }.send(journey);
        }
        None => send_whole(journey, now, writer, segment),
    }
}

/// Handles the next arrival of a segment in short, at the end that hears it; and the one sent with it if that comes
/// before anything else, and before `end`.
#[inline(never)]
pub(super) fn hear_next(journey: &mut Journey<'_>, end: SimTime) {
    let scope = &journey.scope;
    let Contents { connections, booking, events, .. } = &mut *journey.contents;
    let Events { segments, wakes, arrivals, .. } = events;
    let Some(arrival) = segments.front() else { return };
    let is_pair = arrival.second < end && arrival.plain.length > 0;
    let next_beside = || wakes.next().min(arrivals.next()).min(segments.next_beside());
    let second = Some(arrival.second).filter(|second| is_pair && *second < next_beside());
    let writer = (arrival.end, arrival.port);
    let mut desk = Desk { scope, now: arrival.time, wakes, booking };
    let Some(burst) = connections.hear_usual(arrival, second, &mut desk) else { return hear_unusual(journey) };
    let Burst { now, first, count, is_all, heard_second } = burst;
    segments.step(heard_second);
    if count > 0 {
        Sending { now, writer, first, flags: FlagByte::default(), is_again: false, count }.send(journey);
    }
    if !is_all {
        send_written(journey, now);
    }
}

/// The same where it is none of the usual ones.
#[inline(never)]
fn hear_unusual(journey: &mut Journey<'_>) {
    let Contents { connections, booking, events, .. } = &mut *journey.contents;
    let Some(arrival) = events.segments.front().cloned() else { return };
    events.segments.step(false);
    let end = &mut connections.ends[arrival.end as usize];
    let entry = if end.is_opener() { None } else { Some(end.book(booking, &journey.scope)) };
    booking.segment_heard(entry, arrival.time, arrival.emitted, arrival.wire_length);
    with_connections(journey, arrival.time, |connections, desk| connections.hear_short(&arrival, desk));
}

/// Sends a segment as a packet.
#[inline(never)]
fn send_whole(journey: &mut Journey<'_>, now: SimTime, (end, port): (u32, u16), segment: &Segment) {
    let scope = journey.scope;
    let sender = &mut journey.contents.connections.ends[end as usize];
    let (host, id) = (sender.host, sender.next_id());
    if !scope.view.network.host(host).up {
        return;
    }
    let mut packet = packet(journey, now, (end, port), id, segment);
    let Contents { connections, booking, .. } = &mut *journey.contents;
    let sender = &mut connections.ends[end as usize];
    let path = sender.path(scope.view, &packet);
    booking.carried_by(Road::Events, 1);
    if sender.is_opener() {
        booking.sent(sender.traffic, &scope.shared.edges, now, Counts::of(1, packet.wire_length));
    }
    journey.emit(Sender::Host(host), &mut packet, path);
}

fn packet(journey: &mut Journey<'_>, now: SimTime, (end, port): (u32, u16), id: PacketId, segment: &Segment) -> Packet {
    let is_bare = journey.scope.shared.foresees(journey.scope.view);
    let Contents { connections, events, .. } = &mut *journey.contents;
    let end = &connections.ends[end as usize];
    let (packet, told) = end.packet(id, now, port, segment, is_bare);
    let tail = match told {
        told if journey.scope.shared.observing => end.show(&packet, told, &mut events.tails),
        Some(told) => events.tails.tell(told),
        None => TailId::NONE,
    };
    Packet { tail, ..packet }
}

/// Segments that an end sends at once: equal but for their numbers, each beginning where the one before ends.
#[derive(Clone, Copy)]
struct Sending {
    now: SimTime,
    /// The index of the end, and the port of the opener.
    writer: (u32, u16),
    first: Plain,
    flags: FlagByte,
    is_again: bool,
    count: u32,
}

impl Sending {
    #[inline(never)]
    fn send(&self, journey: &mut Journey<'_>) {
        let end = &mut journey.contents.connections.ends[self.writer.0 as usize];
        let length = end.header_length() + self.first.length as u16;
        match end.way(&journey.scope, length) {
            Some(way) => self.send_short(journey, length, way),
            None => (0..self.count).for_each(|n| send_whole(journey, self.now, self.writer, &self.segment(n))),
        }
    }

    /// The segment at this place.
    fn segment(&self, n: u32) -> Segment {
        let Plain { sequence, length, acknowledged, caused } = self.plain(n);
        let (flags, is_again) = (self.flags.into(), self.is_again);
        Segment { sequence, length, acknowledged, caused, flags, is_again, ..Segment::default() }
    }

    fn plain(&self, n: u32) -> Plain {
        Plain { sequence: self.first.sequence + u64::from(n) * u64::from(self.first.length), ..self.first }
    }

    /// Sends segments that only the other end looks at: up to their arrival if nothing can happen to them on their way.
    #[inline(always)] // Into `send`, its only caller.
    fn send_short(&self, journey: &mut Journey<'_>, length: u16, way: Way) {
        let at = way.lane as usize;
        let counts = Counts::of(self.count.into(), length);
        journey.catch_up(at, self.now);
        let Contents { connections, booking, lanes, mailbox, batch, .. } = &mut *journey.contents;
        let (end, lane) = (&mut connections.ends[self.writer.0 as usize], &mut lanes[at]);
        if let Some(batch) = batch {
            self.make(end, batch);
        }
        let entry = if end.is_opener() { Some(end.book(booking, &journey.scope)) } else { None };
        booking.segments_sent(entry, self.now, counts);
        lane.offered(self.now, counts);
        match self.mail((end, lane), &mut mailbox.lanes, (length, way), journey.scope.horizon) {
            None => lane.queued(self.now),
            Some((n, fate)) => self.send_as_packets(journey, n, length, way.lane, way.host, fate),
        }
    }

    /// Makes the packets, where every one is wanted.
    #[inline(always)] // Into `send_short`, its only caller.
    fn make(&self, end: &mut End, batch: &mut Batch) {
        let ((_, port), length) = (self.writer, self.first.length as u16);
        let kind = Kind { length, flags: self.flags, is_again: self.is_again };
        let heads = match end.plain_heads(port, kind) {
            Some(heads) => heads,
            None => end.heads(self.now, port, &self.segment(0)).0,
        };
        let (mut sequence, mut identification) = (self.first.sequence, end.sent() as u16);
        for n in 0..self.count {
            batch[n as usize % BATCH].head = heads.head(numbers(sequence, self.first.acknowledged), identification);
            (sequence, identification) = (sequence + u64::from(length), identification.wrapping_add(1));
        }
    }

    /// Has packets made of the segments from place `n` on. Where one is refused, is late or may be lost, so are all
    /// those behind it that are sent with it. `fate` is what the link said of the first.
    #[cold]
    #[inline(never)]
    fn send_as_packets(
        &self,
        journey: &mut Journey<'_>,
        n: u32,
        length: u16,
        lane: u32,
        host: HostId,
        mut fate: Result<SimTime, DropReason>,
    ) {
        let at = lane as usize;
        for n in n..self.count {
            let id = journey.contents.connections.ends[self.writer.0 as usize].next_id();
            let mut packet = packet(journey, self.now, self.writer, id, &self.segment(n));
            journey.follow(at, self.now, fate, &mut packet, Ok(host));
            if n + 1 < self.count {
                fate = journey.contents.lanes[at].link.offer(self.now, length);
            }
        }
        journey.contents.lanes[at].queued(self.now);
    }

    /// Offers the segments and mails them two by two. Stops at one that may not arrive, or not before the horizon: its
    /// place, and what the link said.
    #[inline(always)] // Into `send_short`, its only caller.
    fn mail(
        &self,
        (end, lane): (&mut End, &mut Lane),
        lanes: &mut Vec<u32>,
        (length, way): (u16, Way),
        horizon: SimTime,
    ) -> Option<(u32, Result<SimTime, DropReason>)> {
        let Lane { link, booking, mailed, outbox, .. } = lane;
        let loses_none = link.loses_no_segment();
        // Whether the last one in the outbox is of these, and alone.
        let mut is_alone = false;
        for n in 0..self.count {
            let fate = link.offer(self.now, length);
            let Some(departure) = fate.ok().filter(|time| loses_none && *time + link.delay < horizon) else {
                return Some((n, fate));
            };
            let time = departure + link.delay;
            booking.carried_one(time, length, time.since(self.now));
            end.next_id();
            *mailed += 1;
            let is_marked = link.marks(departure.since(self.now)) && end.takes_marks(self.first.length, self.is_again);
            match outbox.last_mut() {
                Some(before) if is_alone && before.is_marked == is_marked => {
                    (before.second, is_alone) = (time, false);
                }
                _ => {
                    let arrival = SegmentArrival {
                        time,
                        second: SimTime::NEVER,
                        link: link.id,
                        sequence: *mailed,
                        emitted: self.now,
                        end: way.end,
                        port: self.writer.1,
                        wire_length: length,
                        plain: self.plain(n),
                        flags: self.flags,
                        is_marked,
                    };
                    if outbox.is_empty() {
                        lanes.push(way.lane);
                    }
                    outbox.push(arrival);
                    is_alone = true;
                }
            }
        }
        None
    }
}
