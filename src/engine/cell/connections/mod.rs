//! The TCP connections of a cell: their ends open, hear and time out, and hand over the segments that this makes. What
//! is sent when is decided by the state machines of [`crate::tcp`]; how it gets there is told in `segments.rs`.

mod end;
mod live;
mod packets;
mod watch;

pub(in crate::engine) use end::{End, Openings};
pub(super) use end::{Kind, Way};
pub(super) use live::Live;
pub(super) use packets::{Further, Shorten, acknowledged, near, numbers};
pub(in crate::engine) use watch::Watch;
pub use watch::Watched;

use super::wakes::{Waker, Wakes};
use crate::dataplane::packet::{Packet, PacketKind, SourceId, Tails, Told};
use crate::engine::booking::{Booking, Moved, Tcp};
use crate::engine::segment::SegmentArrival;
use crate::engine::shared::Scope;
use crate::engine::tcp_books::{Compared, Limited};
use crate::model::TrafficId;
use crate::tcp::segment::{FlagByte, Flags, Plain, Segment, on_wire};
use crate::tcp::{Arrived, Burst, Connection, Outcome, Settings};
use crate::units::{SimDuration, SimTime};
use crate::wire::ipv4::is_marked;
use crate::wire::tcp::flags;
use end::Opening;
use live::Came;
use slab::Slab;

/// The connections of one cell.
#[derive(Default)]
pub(in crate::engine) struct Connections {
    pub(super) ends: Vec<End>,
    live: Slab<Live>,
    /// What is about to be sent.
    pub(super) written: Written,
    pub(in crate::engine) watch: Option<Watch>,
}

/// Segments about to be sent, and which connections wrote them: an end, the port of the opener, and how many were
/// written when it had.
#[derive(Default)]
pub(super) struct Written {
    pub segments: Vec<Segment>,
    pub writers: Vec<(u32, u16, usize)>,
}

/// What connections change in their cell beside themselves.
pub(super) struct Desk<'a> {
    pub scope: &'a Scope<'a>,
    pub now: SimTime,
    pub wakes: &'a mut Wakes,
    pub booking: &'a mut Booking,
}

impl Desk<'_> {
    /// Books something about the connections of an end.
    fn book(&mut self, end: &mut End, told: Tcp) {
        let book = end.book(self.booking, self.scope);
        self.booking.tcp(book, self.now, told);
    }
}

impl Connections {
    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The only end, and the only connection of it, with its place.
    pub(super) fn only(&mut self) -> Option<(&mut End, &mut Live, u32)> {
        let [end] = &mut self.ends[..] else { return None };
        let mut live = self.live.iter_mut();
        let (place, only) = live.next().filter(|_| live.next().is_none())?;
        Some((end, only, place as u32))
    }

    /// Seats an end while the simulation is set up.
    pub(super) fn seat(&mut self, end: End, wakes: &mut Wakes) {
        let index = self.ends.len() as u32;
        wakes.schedule(end.next_opening(), end.source, Waker::End(index));
        self.ends.push(end);
    }

    /// Opens what an end is to open now, and stops what is to stop.
    pub(super) fn open(&mut self, index: u32, desk: &mut Desk<'_>) {
        let now = desk.now;
        while let Some(Opening { port, number, size }) = self.ends[index as usize].take_opening(now) {
            let end = &mut self.ends[index as usize];
            end.find_mss(desk.scope.view);
            desk.book(end, Tcp::Opened);
            if end.at(port).is_some() {
                desk.book(end, Tcp::NoPort);
                continue;
            }
            if end.compares {
                desk.book(end, Tcp::Compared((end.source, port), Compared::Opened));
            }
            let settings = end.transfers.settings;
            let mut connection = Connection::client(&settings, size);
            connection.open(now, &settings, &mut self.written.segments);
            let place = self.live.insert(Live::new(connection, index, port, number, now)) as u32;
            self.ends[index as usize].opened(port, place);
            self.settle(place, desk);
        }
        for place in self.ends[index as usize].stopping(now) {
            self.note(place, now);
            let live = &mut self.live[place as usize];
            live.connection.stop(now, &self.ends[index as usize].transfers.settings, &mut self.written.segments);
            self.settle(place, desk);
        }
        let end = &self.ends[index as usize];
        desk.wakes.schedule(end.next_opening(), end.source, Waker::End(index));
    }

    /// The timer of a connection of `source` may be due: not if it is gone, and another has its place.
    pub(super) fn wake(&mut self, place: u32, source: SourceId, desk: &mut Desk<'_>) {
        let now = desk.now;
        let Some(live) = self.live.get_mut(place as usize).filter(|live| live.scheduled == now) else { return };
        if self.ends[live.end as usize].source != source {
            return;
        }
        live.scheduled = SimTime::NEVER;
        if live.connection.next_wake() > now {
            return self.schedule(place, desk.wakes); // it was put off since
        }
        self.note(place, now);
        let live = &mut self.live[place as usize];
        let end = &self.ends[live.end as usize];
        let before = live.before();
        live.connection.wake(now, &end.transfers.settings, &mut self.written.segments);
        let came = live.came(now, &before);
        self.book(place, &came, SimDuration::ZERO, desk);
        self.settle(place, desk);
    }

    /// A packet arrived at an end.
    pub(super) fn hear(&mut self, index: u32, packet: &Packet, told: Option<Told>, desk: &mut Desk<'_>) {
        let (now, end) = (desk.now, &self.ends[index as usize]);
        let port = packets::port(packet, end.is_opener());
        let place = match end.at(port) {
            Some(place) => place,
            None if packets::opens(packet) && !end.is_opener() => self.accept(index, port, told, now),
            None if packets::has(packet, flags::RST) => return,
            None => {
                let has_fin = packets::has(packet, flags::FIN);
                return self.turn_away((index, port), (packets::acknowledged(packet), has_fin), packet.emitted, now);
            }
        };
        if packets::has(packet, flags::SYN) {
            self.note(place, now);
            let end = &mut self.ends[index as usize];
            let mss = end.find_mss(desk.scope.view);
            let connection = &mut self.live[place as usize].connection;
            if !connection.is_open() {
                connection.fit(mss, &end.transfers.settings);
            }
        }
        let settings = &self.ends[index as usize].transfers.settings;
        let segment = packets::read(packet, told, &self.live[place as usize].connection, settings.window);
        let arrived = Arrived { now, sent: packet.emitted, is_marked: settings.ecn && is_marked(&packet.head) };
        self.heard(place, &segment, arrived, desk);
    }

    /// A segment arrived at an end, in short, and was a usual one: what the connection that heard it sends, before what
    /// is written. Else `None`, and nothing has changed. `second` as in [`Connection::hear_usual`].
    #[inline]
    pub(super) fn hear_usual(
        &mut self,
        arrival: &SegmentArrival,
        second: Option<SimTime>,
        desk: &mut Desk<'_>,
    ) -> Option<Burst> {
        let end = &mut self.ends[arrival.end as usize];
        let is_usual = arrival.flags == FlagByte::default() && !arrival.is_marked;
        if !is_usual || self.watch.is_some() || end.compares {
            return None;
        }
        let &SegmentArrival { plain, emitted: sent, wire_length, .. } = arrival;
        let place = end.at(arrival.port)?;
        let live = &mut self.live[place as usize];
        let arrived = Arrived { now: desk.now, sent, is_marked: false };
        let burst = live.connection.hear_usual(plain, arrived, second, &end.transfers.settings)?;
        let (book, is_counted) = (end.book(desk.booking, desk.scope), !end.is_opener());
        if plain.length > 0 {
            desk.booking.payload_heard((book, is_counted), desk.now, sent, (wire_length, plain.length));
            if let Some(second) = second.filter(|_| burst.heard_second) {
                desk.booking.payload_heard((book, is_counted), second, sent, (wire_length, plain.length));
            }
        } else {
            if !burst.is_all {
                live.connection.go_on(desk.now, &end.transfers.settings, &mut self.written.segments);
            }
            if let Some((limited, span)) = live.turn(desk.now)
                && end.is_opener()
            {
                desk.book(end, Tcp::Limited(limited, span));
            }
            desk.booking.segment_heard(Some(book).filter(|_| is_counted), desk.now, sent, wire_length);
            if plain.caused > SimTime::ZERO {
                let round_trip = desk.now.since(plain.caused);
                desk.booking.moved(book, desk.now, Moved { round_trip, ..Moved::default() });
            }
        }
        if burst.is_all {
            live.schedule(place, end.source, desk.wakes);
        } else {
            self.settle(place, desk);
        }
        Some(burst)
    }

    /// A segment arrived at an end, in short.
    pub(super) fn hear_short(&mut self, arrival: &SegmentArrival, desk: &mut Desk<'_>) {
        let &SegmentArrival { end: index, port, emitted, is_marked, .. } = arrival;
        let end = &self.ends[index as usize];
        let Some(place) = end.at(port) else {
            let told = (on_wire(arrival.plain.acknowledged, 0).into(), Flags::from(arrival.flags).fin);
            return self.turn_away((index, port), told, emitted, desk.now);
        };
        let &SegmentArrival { plain: Plain { sequence, acknowledged, caused, length }, flags, .. } = arrival;
        let (window, flags) = (end.transfers.settings.window, flags.into());
        let segment = Segment { sequence, length, flags, acknowledged, window, caused, ..Segment::default() };
        self.heard(place, &segment, Arrived { now: desk.now, sent: emitted, is_marked }, desk);
    }

    fn heard(&mut self, place: u32, segment: &Segment, arrived: Arrived, desk: &mut Desk<'_>) {
        self.note(place, arrived.now);
        let live = &mut self.live[place as usize];
        let end = &self.ends[live.end as usize];
        let before = live.before();
        live.connection.hear(segment, arrived, &end.transfers.settings, &mut self.written.segments);
        let came = live.came(arrived.now, &before);
        let is_timed = came.has_news && segment.caused > SimTime::ZERO && segment.acknowledged > 1;
        let round_trip = if is_timed { arrived.now.since(segment.caused) } else { SimDuration::ZERO };
        self.book(place, &came, round_trip, desk);
        self.settle(place, desk);
    }

    /// A segment that an end sent did not fit into a link.
    pub(super) fn shorten(&mut self, told: &Shorten, desk: &mut Desk<'_>) {
        let end = &self.ends[told.index as usize];
        let port = if end.is_opener() { told.ports.0 } else { told.ports.1 };
        let Some(place) = end.at(port) else { return };
        self.note(place, desk.now);
        let end = &self.ends[told.index as usize];
        let live = &mut self.live[place as usize];
        let mss = u32::from(told.mtu.saturating_sub(end.header_length()));
        let start = packets::near(told.sequence, live.connection.sender().acknowledged());
        let before = live.before();
        live.connection.shorten((mss, start), desk.now, &end.transfers.settings, &mut self.written.segments);
        let came = live.came(desk.now, &before);
        self.book(place, &came, SimDuration::ZERO, desk);
        self.settle(place, desk);
    }

    /// Something is about to happen to a connection: what it was like until now is noted, if it is watched.
    #[inline]
    fn note(&mut self, place: u32, now: SimTime) {
        if let Some(watch) = &mut self.watch {
            let live = &self.live[place as usize];
            watch.pass(now, &self.ends[live.end as usize], live);
        }
    }

    /// A connection that somebody opens to an end that listens.
    fn accept(&mut self, index: u32, port: u16, told: Option<Told>, now: SimTime) -> u32 {
        let end = &mut self.ends[index as usize];
        let begun = told.map_or(now, |told| told.caused);
        let connection = Connection::server(&end.transfers.settings, end.transfers.response);
        let place = self.live.insert(Live::new(connection, index, port, 0, begun)) as u32;
        end.opened(port, place);
        place
    }

    /// Answers a segment for which there is no connection: one that completed lately acknowledges once more
    /// (RFC 9293 §3.6.1), else it is reset (§3.10.7.1). `acknowledged` is as on the wire.
    fn turn_away(
        &mut self,
        (index, port): (u32, u16),
        (acknowledged, has_fin): (u64, bool),
        emitted: SimTime,
        now: SimTime,
    ) {
        let end = &self.ends[index as usize];
        let segment = match end.closed(now, port) {
            Some(closed) if has_fin => closed.answer(&end.transfers.settings, emitted),
            Some(_) => return,
            None => {
                Segment { sequence: acknowledged, flags: Flags { rst: true, ..Flags::default() }, ..Segment::default() }
            }
        };
        self.written.segments.push(segment);
        self.written.writers.push((index, port, self.written.segments.len()));
    }

    fn book(&mut self, place: u32, came: &Came, round_trip: SimDuration, desk: &mut Desk<'_>) {
        let live = &self.live[place as usize];
        let end = &mut self.ends[live.end as usize];
        let Came { taken, resent, is_done, limited, .. } = *came;
        if taken > 0 || round_trip > SimDuration::ZERO || resent != Default::default() {
            let book = end.book(desk.booking, desk.scope);
            desk.booking.moved(book, desk.now, Moved { taken, round_trip, resent });
        }
        if end.compares {
            let which = (end.opener(), live.port);
            let happened = [(taken > 0, Compared::Took(taken)), (is_done, Compared::Completed)];
            for (_, what) in happened.into_iter().filter(|(is_so, _)| *is_so) {
                desk.book(end, Tcp::Compared(which, what));
            }
        }
        let is_answered = end.transfers.response > 0;
        if is_done && end.is_opener() == is_answered && end.transfers.size.ends() {
            desk.book(end, Tcp::Completed(desk.now.since(live.begun)));
        }
        if let Some((limited, span)) = limited.filter(|_| end.is_opener()) {
            desk.book(end, Tcp::Limited(limited, span));
        }
    }

    /// Takes over what a connection wrote, and sees to its timer, or to its end.
    fn settle(&mut self, place: u32, desk: &mut Desk<'_>) {
        let live = &self.live[place as usize];
        let (end, port, begun) = (live.end, live.port, live.begun);
        let Written { segments, writers } = &mut self.written;
        if let Some(syn) = segments.last_mut().filter(|segment| segment.flags.syn && segment.acknowledged == 0) {
            syn.caused = begun; // what is known of when a connection began goes with its SYN
        }
        let until = segments.len();
        if until > writers.last().map_or(0, |(.., until)| *until) {
            writers.push((end, port, until));
        }
        match live.connection.outcome() {
            None => self.schedule(place, desk.wakes),
            Some(outcome) => self.close(place, outcome, desk),
        }
    }

    fn close(&mut self, place: u32, outcome: Outcome, desk: &mut Desk<'_>) {
        let live = self.live.remove(place as usize);
        let end = &mut self.ends[live.end as usize];
        let answer = (outcome == Outcome::Completed).then(|| live.connection.numbers());
        end.forget(desk.now, live.port, answer);
        if !end.is_opener() {
            return;
        }
        let (limited, span) = live.limited_for(desk.now);
        desk.book(end, Tcp::Limited(limited, span));
        desk.book(end, Tcp::Closed { window: live.connection.sender().window() });
        if outcome != Outcome::Completed {
            desk.book(end, Tcp::GaveUp(end.source));
        }
    }

    /// Schedules the wake-ups of all connections anew.
    pub(super) fn schedule_all(&mut self, wakes: &mut Wakes) {
        wakes.forget_connections();
        for (place, live) in &mut self.live {
            live.schedule(place as u32, self.ends[live.end as usize].source, wakes);
        }
    }

    fn schedule(&mut self, place: u32, wakes: &mut Wakes) {
        let live = &mut self.live[place as usize];
        live.schedule(place, self.ends[live.end as usize].source, wakes);
    }

    /// About how many packets they send in a while, acknowledgments included: rather too many.
    pub(super) fn about_before(&self, from: SimTime, until: SimTime) -> u64 {
        let open = self.live.iter().map(|(_, live)| live.about_in(until.since(from)));
        let to_come = self.ends.iter().map(|end| end.about_before(until));
        open.chain(to_come).fold(0, u64::saturating_add)
    }

    /// Writes the checksums of a packet, if it is a segment of one of these ends, and keeps its options in `tails`.
    pub(super) fn complete(&self, packet: &mut Packet, tails: &mut Tails) {
        // Ends are seated in the order of their sources.
        let source = packet.id.source();
        if packet.kind == PacketKind::Segment
            && let Ok(at) = self.ends.binary_search_by_key(&source, |end| end.source)
        {
            self.ends[at].complete(packet, tails);
        }
    }

    /// The rows of the connection that is watched; empty if it never opened here.
    pub(in crate::engine) fn watched(&self, now: SimTime) -> Vec<Watched> {
        let Some(watch) = &self.watch else { return Vec::new() };
        let is_on = |live: &&Live| watch.is_on(&self.ends[live.end as usize], live);
        watch.rows(now, self.live.iter().map(|(_, live)| live).find(is_on))
    }

    /// Those that open and are open: of which entry, which of its connections, and what it is like `now`.
    pub(in crate::engine) fn seen_at(&self, now: SimTime) -> impl Iterator<Item = (TrafficId, u64, Watched)> {
        let opening = self.live.iter().map(|(_, live)| (live, &self.ends[live.end as usize]));
        let opening = opening.filter(|(_, end)| end.is_opener());
        opening.map(move |(live, end)| (end.traffic, live.number, Watched::of(now, live)))
    }

    /// What limits the connections that are still open, and for how long, with their windows.
    pub(in crate::engine) fn open_at(
        &self,
        now: SimTime,
    ) -> impl Iterator<Item = (TrafficId, Limited, SimDuration, u64)> {
        let opening = self.live.iter().map(|(_, live)| (live, &self.ends[live.end as usize]));
        opening.filter(|(_, end)| end.is_opener()).map(move |(live, end)| {
            let (limited, span) = live.limited_for(now);
            (end.traffic, limited, span, live.connection.sender().window())
        })
    }
}

impl end::Closed {
    fn answer(&self, settings: &Settings, caused: SimTime) -> Segment {
        let (sequence, acknowledged) = (self.sequence, self.acknowledged);
        Segment { sequence, acknowledged, window: settings.window, caused, ..Segment::default() }
    }
}
