//! The TCP connections of a cell: their ends open, hear and time out, and hand over the packets that this makes. What
//! is sent when is decided by the state machines of [`crate::tcp`]; each packet's journey is `journey.rs`.

mod end;
mod live;
mod packets;
mod watch;

pub(in crate::engine) use end::{End, Openings, opener};
pub(super) use packets::Shorten;
pub(in crate::engine) use watch::Watch;
pub use watch::Watched;

use super::events::{Events, Waker};
use crate::dataplane::packet::{Packet, PacketKind, SourceId, Told};
use crate::dataplane::router::Path;
use crate::engine::booking::{Booking, Tcp};
use crate::engine::shared::Scope;
use crate::engine::tcp_books::{Compared, Limited};
use crate::model::{HostId, TrafficId};
use crate::tcp::segment::{Flags, Segment};
use crate::tcp::{Arrived, Connection, Outcome, Settings};
use crate::units::{SimDuration, SimTime};
use crate::wire::ipv4::is_marked;
use crate::wire::tcp::flags;
use end::Opening;
use live::{Came, Live};
use slab::Slab;

/// The connections of one cell.
#[derive(Default)]
pub(in crate::engine) struct Connections {
    ends: Vec<End>,
    live: Slab<Live>,
    /// Segments about to be sent, how many of them were handed over, and which connection wrote them: an end, the port
    /// of the opener, and how many were written when it had.
    written: Vec<Segment>,
    handed: usize,
    writers: Vec<(u32, u16, usize)>,
    turn: usize,
    pub(in crate::engine) watch: Option<Watch>,
}

/// What connections change in their cell beside themselves.
pub(super) struct Desk<'a> {
    pub scope: Scope<'a>,
    pub now: SimTime,
    pub events: &'a mut Events,
    pub booking: &'a mut Booking,
}

impl Desk<'_> {
    fn book(&mut self, traffic: TrafficId, told: Tcp) {
        self.booking.tcp(traffic, &self.scope.shared.edges, self.now, told);
    }
}

/// A packet of a connection, ready for its journey.
pub(super) struct Ready {
    pub host: HostId,
    pub packet: Packet,
    pub told: Option<Told>,
    /// Its way, if that is known.
    pub path: Option<Path>,
    /// Its traffic entry, if it goes in the direction that the entry counts.
    pub counted_for: Option<TrafficId>,
}

impl Connections {
    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Seats an end while the simulation is set up.
    pub(super) fn seat(&mut self, end: End, events: &mut Events) {
        let index = self.ends.len() as u32;
        events.schedule(end.next_opening(), end.source, Waker::End(index));
        self.ends.push(end);
    }

    /// Opens what an end is to open now, and stops what is to stop.
    pub(super) fn open(&mut self, index: u32, desk: &mut Desk<'_>) {
        let now = desk.now;
        while let Some(Opening { port, number, size }) = self.ends[index as usize].take_opening(now) {
            let end = &mut self.ends[index as usize];
            end.find_mss(desk.scope.view);
            let traffic = end.traffic;
            desk.book(traffic, Tcp::Opened);
            if end.at(port).is_some() {
                desk.book(traffic, Tcp::NoPort);
                continue;
            }
            if end.compares {
                desk.book(traffic, Tcp::Compared((end.source, port), Compared::Opened));
            }
            let settings = end.transfers.settings;
            let mut connection = Connection::client(&settings, size);
            connection.open(now, &settings, &mut self.written);
            let place = self.live.insert(Live::new(connection, index, port, number, now)) as u32;
            self.ends[index as usize].opened(port, place);
            self.settle(place, desk);
        }
        for place in self.ends[index as usize].stopping(now) {
            let live = &mut self.live[place as usize];
            live.connection.stop(now, &self.ends[index as usize].transfers.settings, &mut self.written);
            self.settle(place, desk);
        }
        let end = &self.ends[index as usize];
        desk.events.schedule(end.next_opening(), end.source, Waker::End(index));
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
            return self.schedule(place, desk.events); // it was put off since
        }
        let end = &self.ends[live.end as usize];
        if let Some(watch) = &mut self.watch {
            watch.pass(now, end, live);
        }
        let before = live.before();
        live.connection.wake(now, &end.transfers.settings, &mut self.written);
        let came = live.came(now, &before);
        self.book(place, &came, SimDuration::ZERO, desk);
        self.settle(place, desk);
    }

    /// A segment arrived at an end.
    pub(super) fn hear(&mut self, index: u32, packet: &Packet, told: Option<Told>, desk: &mut Desk<'_>) {
        let end = &self.ends[index as usize];
        let port = packets::port(packet, end.opens.is_some());
        let place = match end.at(port) {
            Some(place) => place,
            None if packets::opens(packet) && end.opens.is_none() => self.accept(index, port, told, desk.now),
            None => return self.turn_away(index, port, packet, desk.now),
        };
        let is_opening = packets::has(packet, flags::SYN);
        let mss = if is_opening { self.ends[index as usize].find_mss(desk.scope.view) } else { 0 };
        let (now, end, live) = (desk.now, &self.ends[index as usize], &mut self.live[place as usize]);
        if let Some(watch) = &mut self.watch {
            watch.pass(now, end, live);
        }
        let settings = &end.transfers.settings;
        let segment = packets::read(packet, told, &live.connection, settings.window);
        if is_opening && !live.connection.is_open() {
            live.connection.fit(mss, settings);
        }
        let before = live.before();
        let arrived = Arrived { now, sent: packet.emitted, is_marked: settings.ecn && is_marked(&packet.head) };
        live.connection.hear(&segment, arrived, settings, &mut self.written);
        let came = live.came(now, &before);
        let is_timed = came.has_news && segment.caused > SimTime::ZERO && segment.acknowledged > 1;
        let round_trip = if is_timed { now.since(segment.caused) } else { SimDuration::ZERO };
        self.book(place, &came, round_trip, desk);
        self.settle(place, desk);
    }

    /// A segment that an end sent did not fit into a link.
    pub(super) fn shorten(&mut self, told: &Shorten, desk: &mut Desk<'_>) {
        let end = &self.ends[told.index as usize];
        let port = if end.opens.is_some() { told.ports.0 } else { told.ports.1 };
        let Some(place) = end.at(port) else { return };
        let live = &mut self.live[place as usize];
        let mss = u32::from(told.mtu.saturating_sub(end.header_length()));
        let start = packets::near(told.sequence, live.connection.sender().acknowledged());
        let before = live.before();
        live.connection.shorten((mss, start), desk.now, &end.transfers.settings, &mut self.written);
        let came = live.came(desk.now, &before);
        self.book(place, &came, SimDuration::ZERO, desk);
        self.settle(place, desk);
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
    /// (RFC 9293 §3.6.1), else it is reset (§3.10.7.1).
    fn turn_away(&mut self, index: u32, port: u16, packet: &Packet, now: SimTime) {
        let end = &self.ends[index as usize];
        let segment = match end.closed(now, port) {
            _ if packets::has(packet, flags::RST) => return,
            Some(closed) if packets::has(packet, flags::FIN) => closed.answer(&end.transfers.settings, packet.emitted),
            Some(_) => return,
            None => Segment {
                sequence: packets::acknowledged(packet),
                flags: Flags { rst: true, ..Flags::default() },
                ..Segment::default()
            },
        };
        self.written.push(segment);
        self.writers.push((index, port, self.written.len()));
    }

    fn book(&mut self, place: u32, came: &Came, round_trip: SimDuration, desk: &mut Desk<'_>) {
        let live = &self.live[place as usize];
        let end = &self.ends[live.end as usize];
        let Came { taken, resent, is_done, limited, .. } = *came;
        if taken > 0 || round_trip > SimDuration::ZERO || resent != Default::default() {
            desk.book(end.traffic, Tcp::Moved { taken, round_trip, resent });
        }
        if end.compares {
            let which = (end.opener(), live.port);
            let happened = [(taken > 0, Compared::Took(taken)), (is_done, Compared::Completed)];
            for (_, what) in happened.into_iter().filter(|(is_so, _)| *is_so) {
                desk.book(end.traffic, Tcp::Compared(which, what));
            }
        }
        let is_answered = end.transfers.response > 0;
        if is_done && end.opens.is_some() == is_answered && end.transfers.size.ends() {
            desk.book(end.traffic, Tcp::Completed(desk.now.since(live.begun)));
        }
        if let Some((limited, span)) = limited.filter(|_| end.opens.is_some()) {
            desk.book(end.traffic, Tcp::Limited(limited, span));
        }
    }

    /// Takes over what a connection wrote, and sees to its timer, or to its end.
    fn settle(&mut self, place: u32, desk: &mut Desk<'_>) {
        let live = &self.live[place as usize];
        let (end, port, begun) = (live.end, live.port, live.begun);
        if let Some(syn) = self.written.last_mut().filter(|segment| segment.flags.syn && segment.acknowledged == 0) {
            syn.caused = begun; // what is known of when a connection began goes with its SYN
        }
        let until = self.written.len();
        if until > self.writers.last().map_or(0, |(.., until)| *until) {
            self.writers.push((end, port, until));
        }
        match live.connection.outcome() {
            None => self.schedule(place, desk.events),
            Some(outcome) => self.close(place, outcome, desk),
        }
    }

    fn close(&mut self, place: u32, outcome: Outcome, desk: &mut Desk<'_>) {
        let live = self.live.remove(place as usize);
        let end = &mut self.ends[live.end as usize];
        let answer = (outcome == Outcome::Completed).then(|| live.connection.numbers());
        end.forget(desk.now, live.port, answer);
        if end.opens.is_none() {
            return;
        }
        let (limited, span) = live.limited_for(desk.now);
        let (traffic, source, window) = (end.traffic, end.source, live.connection.sender().window());
        desk.book(traffic, Tcp::Limited(limited, span));
        desk.book(traffic, Tcp::Closed { window });
        if outcome != Outcome::Completed {
            desk.book(traffic, Tcp::GaveUp(source));
        }
    }

    fn schedule(&mut self, place: u32, events: &mut Events) {
        let live = &mut self.live[place as usize];
        let wake = live.connection.next_wake();
        if wake < live.scheduled {
            live.scheduled = wake;
            events.schedule(wake, self.ends[live.end as usize].source, Waker::Connection(place));
        }
    }

    /// The next packet that is ready; they are to be taken until there is none.
    pub(super) fn next_ready(&mut self, scope: Scope<'_>, now: SimTime) -> Option<Ready> {
        let Some(segment) = self.written.get(self.handed) else {
            (self.handed, self.turn) = (0, 0);
            self.written.clear();
            self.writers.clear();
            return None;
        };
        while self.writers[self.turn].2 <= self.handed {
            self.turn += 1;
        }
        let (index, port, _) = self.writers[self.turn];
        self.handed += 1;
        let end = &mut self.ends[index as usize];
        let (packet, told) = end.packet(now, port, segment, scope.shared.foresees(scope.view));
        let path = end.path(scope.view, &packet);
        let counted_for = end.opens.is_some().then_some(end.traffic);
        Some(Ready { host: end.host, packet, told, path, counted_for })
    }

    /// About how many packets they send in a while, acknowledgments included: rather too many.
    pub(super) fn about_before(&self, from: SimTime, until: SimTime) -> u64 {
        let open = self.live.iter().map(|(_, live)| live.about_in(until.since(from)));
        let to_come = self.ends.iter().map(|end| end.about_before(until));
        open.chain(to_come).fold(0, u64::saturating_add)
    }

    /// Writes the checksums of a packet, if it is a segment of one of these ends.
    pub(super) fn complete(&self, packet: &mut Packet, told: Option<Told>) {
        // Ends are seated in the order of their sources.
        let source = packet.id.source();
        if packet.kind == PacketKind::Segment
            && let Ok(at) = self.ends.binary_search_by_key(&source, |end| end.source)
        {
            self.ends[at].complete(packet, told);
        }
    }

    /// The rows of the connection that is watched; empty if it never opened here.
    pub(in crate::engine) fn watched(&self, now: SimTime) -> Vec<Watched> {
        let Some(watch) = &self.watch else { return Vec::new() };
        let is_on = |live: &&Live| watch.is_on(&self.ends[live.end as usize], live);
        watch.rows(now, self.live.iter().map(|(_, live)| live).find(is_on))
    }

    /// What limits the connections that are still open, and for how long, with their windows.
    pub(in crate::engine) fn open_at(
        &self,
        now: SimTime,
    ) -> impl Iterator<Item = (TrafficId, Limited, SimDuration, u64)> {
        let opening = self.live.iter().map(|(_, live)| (live, &self.ends[live.end as usize]));
        opening.filter(|(_, end)| end.opens.is_some()).map(move |(live, end)| {
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
