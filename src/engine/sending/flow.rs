//! The plan's traffic as senders: one [`Flow`] per traffic entry and source host. A flow says when it next sends and
//! makes the packet; it never reacts. Real headers: each size has a head built once by pnet, of which only the
//! identification changes.
//!
//! A packet is a function of its sequence and instant, and so is a flow's place: equal packets can be counted and
//! passed over without being made ([`Flow::count_before`], [`Flow::skip`]), and made later if somebody wants to see
//! them ([`Flow::packet`]).

use super::super::random::Stream;
use super::slots::{self, Slot, Slots, bit_nanos};
use super::steps::Cursor;
use crate::dataplane::packet::{Packet, PacketId, PacketKind, SourceId, TailId, Tails};
use crate::dataplane::router::Path;
use crate::model::plan::{Pace, PacketSize, Pattern, Traffic};
use crate::model::{HostId, Replay, TrafficId};
use crate::units::{NANOS_PER_SECOND, SimDuration, SimTime};
use crate::wire::icmp;
use crate::wire::ipv4::{self, Addressing, HEAD, IPV4_HEADER, UDP_HEADER};
use std::sync::Arc;

/// A prepared head of one size, and the path its packets take.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Form {
    /// What the routers said about it, and in which epoch.
    pub path: Option<(u64, Path)>,
    pub length: u16,
    head: [u8; HEAD],
    /// What a packet of this size has for itself.
    pub(super) slot: Slot,
}

/// When a flow sends. Instants are nanoseconds.
#[derive(Debug, Clone)]
pub(super) enum Schedule {
    Even(Slots),
    Poisson(Pace, Stream),
    /// The slots are of sending time.
    OnOff {
        slots: Slots,
        on: u64,
        off: u64,
    },
    /// Stands where the slot of the next packet begins.
    Series(Cursor),
    Replay(Arc<Replay>, u32),
}

/// One sender of the plan.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Flow {
    pub source: SourceId,
    pub host: HostId,
    pub traffic: TrafficId,
    pub(super) next: SimTime,
    pub(super) stop: SimTime,
    /// When the first slot begins.
    pub(super) first: SimTime,
    /// Where in its slot a packet goes; none is at its beginning. Two equal flows with fixed places would starve each
    /// other at a full queue for ever: whoever comes just after a departure takes every freed place.
    pub(super) place: Option<Stream>,
    /// The form of the next packet.
    pub(super) upcoming: u32,
    pub(super) sequence: u64,
    pub(super) count: u64,
    pub(super) schedule: Schedule,
    pub(super) forms: Forms,
    pub(super) addressing: Addressing,
    pub(super) last_ttl: u8,
    pub(super) is_ping: bool,
    /// Heads differ in more than the identification.
    pub(super) is_varied: bool,
    /// Of echo requests (RFC 792).
    pub(super) identifier: u16,
}

/// The sizes of a flow's packets; a replay has none.
#[derive(Debug, Clone)]
pub(super) enum Forms {
    /// In place: most flows have one, and there may be a million of them.
    One(Form),
    Many(Box<[Form]>, Option<Box<Mix>>),
}

impl Forms {
    pub(super) fn all(&self) -> &[Form] {
        match self {
            Forms::One(form) => std::slice::from_ref(form),
            Forms::Many(forms, _) => forms,
        }
    }
    fn all_mut(&mut self) -> &mut [Form] {
        match self {
            Forms::One(form) => std::slice::from_mut(form),
            Forms::Many(forms, _) => forms,
        }
    }
}

/// Draws sizes by weight.
#[derive(Debug, Clone)]
pub(super) struct Mix {
    weights: Arc<[(u16, u32)]>,
    total: u64,
    stream: Stream,
}

impl Mix {
    fn draw(&self, sequence: u64) -> u32 {
        let mut left = self.stream.below(sequence, self.total);
        let fits = |(_, weight): &(u16, u32)| match left.checked_sub(u64::from(*weight)) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        };
        self.weights.iter().position(fits).unwrap_or(0) as u32
    }
}

/// A packet that is not made yet: when it goes, its number, its form.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::engine) struct Turn {
    pub at: SimTime,
    pub sequence: u64,
    pub form: u32,
}

/// What a flow needs to know of its place: who it is and where its packets go.
pub(in crate::engine) struct Seat {
    pub source: SourceId,
    pub traffic: TrafficId,
    pub number: u32,
    pub host: HostId,
    pub addressing: Addressing,
}

impl Flow {
    /// The flow of `entry` in `seat`. Unless the entry sets a phase, every packet goes at a random instant of its own
    /// slot (a ping keeps the place of its first).
    pub(in crate::engine) fn new(entry: &Traffic, seat: Seat, seed: u64) -> Flow {
        let number = u64::from(seat.number);
        let stream = |purpose| Stream::new(seed, purpose, entry.name.as_str(), number);
        let is_ping = entry.is_ping();
        let forms = forms(entry, &seat, stream("size"));
        let first_slot = forms.all().first().map_or(0, |f| f.slot.whole);
        let phase = match (&entry.pattern, entry.phase) {
            (Pattern::Ping { .. }, None) => stream("place").below(0, first_slot),
            (_, phase) => phase.unwrap_or_default().as_nanos(),
        };
        let is_placed = !matches!(entry.pattern, Pattern::Ping { .. } | Pattern::Poisson(_) | Pattern::Replay(_));
        let first = entry.start + SimDuration::from_nanos(phase);
        let mut flow = Flow {
            source: seat.source,
            host: seat.host,
            traffic: seat.traffic,
            next: first,
            stop: entry.stop,
            first,
            place: (is_placed && entry.phase.is_none()).then(|| stream("place")),
            upcoming: 0,
            sequence: 0,
            count: entry.count.unwrap_or(u64::MAX),
            schedule: schedule(entry, seat.number, first, stream("gap")),
            forms,
            addressing: seat.addressing,
            last_ttl: entry.ttl.1,
            is_ping,
            is_varied: is_ping || entry.ttl.0 != entry.ttl.1,
            identifier: stream("identifier").below(0, 1 << 16) as u16,
        };
        flow.aim();
        let is_even = matches!((&flow.schedule, &flow.forms), (Schedule::Even(_), Forms::One(_)));
        if (is_even || flow.is_run()) && flow.count < u64::MAX {
            // So that its rate ends with it, and that one comparison a packet tells.
            let mut last = flow.clone();
            last.skip(flow.count.saturating_sub(1));
            flow.stop = flow.stop.min(last.next + SimDuration::from_nanos(1));
        }
        flow
    }

    /// When it next sends; [`SimTime::NEVER`] when it is done.
    #[inline]
    pub(in crate::engine) fn next_wake(&self) -> SimTime {
        self.next
    }

    /// The form of the next packet.
    #[inline]
    pub(in crate::engine) fn upcoming(&self) -> usize {
        self.upcoming as usize
    }

    /// Its sizes; none for a replay, whose packets all differ.
    #[inline]
    pub(in crate::engine) fn forms(&self) -> &[Form] {
        self.forms.all()
    }

    pub(in crate::engine) fn form_mut(&mut self, at: usize) -> &mut Form {
        &mut self.forms.all_mut()[at]
    }

    /// Packets a second, about: at its densest, without silences.
    pub(in crate::engine) fn density(&self) -> u64 {
        let length = self.forms.all().first().map_or(1, |f| f.length);
        let per_second = |(span, divisor): (u64, u64)| NANOS_PER_SECOND.saturating_mul(divisor) / span.max(1);
        match &self.schedule {
            Schedule::Even(slots) | Schedule::OnOff { slots, .. } => {
                slots.rate(self.forms.all()[0].slot, length).as_bps() / (8 * u64::from(length).max(1))
            }
            Schedule::Poisson(pace, _) => per_second(slots::mean(*pace, length)),
            Schedule::Series(cursor) => cursor.peak().as_bps() / (8 * u64::from(length).max(1)),
            Schedule::Replay(replay, flow) => replay.packets(*flow as usize),
        }
    }

    /// Whether somebody answers its packets: then its VPC runs in windows with its peers.
    pub(in crate::engine) fn is_answered(&self) -> bool {
        match &self.schedule {
            Schedule::Replay(replay, flow) => replay.flows[*flow as usize].frames.iter().any(|f| f.is_answered),
            _ => self.is_ping,
        }
    }

    /// Whether its packets all differ, so that each is an event.
    pub(in crate::engine) fn is_replay(&self) -> bool {
        matches!(self.schedule, Schedule::Replay(..))
    }

    /// Makes the packet that is due at [`Flow::next_wake`] and moves on to the next. The second value is the form whose
    /// path may be remembered.
    pub(in crate::engine) fn emit(&mut self, tails: &mut Tails) -> (Packet, Option<usize>) {
        let form = self.upcoming();
        let packet = match &self.schedule {
            Schedule::Replay(replay, flow) => {
                let packet = replayed(replay, *flow, self.sequence, tails);
                Packet { emitted: self.next, id: PacketId::new(self.source, self.sequence), ..packet }
            }
            _ => self.packet(),
        };
        self.step();
        (packet, (!self.is_ping && !self.is_replay()).then_some(form))
    }

    /// The packet that is due at [`Flow::next_wake`], whole. Not for replays.
    #[inline]
    pub(in crate::engine) fn packet(&self) -> Packet {
        self.packet_of(&self.turn())
    }

    /// Whose turn it is: what tells the packet that is due from the others.
    #[inline]
    pub(in crate::engine) fn turn(&self) -> Turn {
        Turn { at: self.next, sequence: self.sequence, form: self.upcoming }
    }

    /// The packet of any turn, whole. Not for replays.
    pub(in crate::engine) fn packet_of(&self, turn: &Turn) -> Packet {
        let mut packet = record([0; HEAD], 0);
        self.make(turn, &mut packet);
        packet
    }

    /// The same, in the place of another packet.
    #[inline]
    pub(in crate::engine) fn make(&self, turn: &Turn, packet: &mut Packet) {
        let form = &self.forms.all()[turn.form as usize];
        packet.head = form.head;
        packet.emitted = turn.at;
        packet.id = PacketId::new(self.source, turn.sequence);
        packet.wire_length = form.length;
        if self.is_varied {
            packet.head = self.varied(form, turn);
        } else {
            ipv4::set_identification(&mut packet.head, turn.sequence as u16);
        }
    }

    /// A head that differs in more than the identification from the one before.
    fn varied(&self, form: &Form, turn: &Turn) -> [u8; HEAD] {
        let (addressing, sequence) = (self.stepped(turn.sequence), turn.sequence as u16);
        if self.is_ping {
            return icmp::echo_request(addressing, form.length, self.identifier, sequence, turn.at.as_nanos());
        }
        let port = |at: usize| u16::from_be_bytes([form.head[at], form.head[at + 1]]);
        ipv4::udp_head(addressing, (port(20), port(22)), form.length, sequence)
    }

    /// The addressing of a packet: TTLs step from first to last and start again.
    fn stepped(&self, sequence: u64) -> Addressing {
        let steps = u64::from(self.last_ttl.saturating_sub(self.addressing.ttl)) + 1;
        Addressing { ttl: self.addressing.ttl + (sequence % steps) as u8, ..self.addressing }
    }

    /// Moves on past the packet that is due.
    #[inline]
    pub(in crate::engine) fn step(&mut self) {
        self.sequence += 1;
        if let (Schedule::Even(slots), Forms::One(form)) = (&mut self.schedule, &self.forms) {
            self.next = even(slots, form.slot, self.place, self.sequence, self.stop);
        } else {
            self.step_any();
        }
    }

    /// Moves on past the packets that are due before `end`, as many as fit into `turns`; answers how many.
    #[inline(never)]
    pub(in crate::engine) fn draw(&mut self, end: SimTime, turns: &mut [Turn]) -> usize {
        let mut drawn = 0;
        if let (Schedule::Even(slots), Forms::One(form)) = (&mut self.schedule, &self.forms) {
            let Flow { place, stop, mut next, mut sequence, .. } = *self;
            let (slot, mut at) = (form.slot, *slots);
            for turn in turns {
                if next >= end {
                    break;
                }
                *turn = Turn { at: next, sequence, form: 0 };
                sequence += 1;
                drawn += 1;
                next = even(&mut at, slot, place, sequence, stop);
            }
            *slots = at;
            (self.next, self.sequence) = (next, sequence);
            return drawn;
        }
        while self.next < end && drawn < turns.len() {
            turns[drawn] = self.turn();
            self.step();
            drawn += 1;
        }
        drawn
    }

    /// The same for any schedule and any number of sizes; apart, so that the other stays small.
    #[inline(never)]
    fn step_any(&mut self) {
        let form = self.forms.all().get(self.upcoming as usize);
        match &mut self.schedule {
            Schedule::Even(slots) | Schedule::OnOff { slots, .. } => {
                slots.pass(form.map_or(Slot::default(), |f| f.slot))
            }
            Schedule::Series(cursor) => cursor.pass(bit_nanos(form.map_or(0, |f| f.length))),
            Schedule::Poisson(..) | Schedule::Replay(..) => {}
        }
        self.aim();
    }

    /// Decides what the next packet is and when it goes.
    pub(super) fn aim(&mut self) {
        if let Forms::Many(_, Some(mix)) = &self.forms {
            self.upcoming = mix.draw(self.sequence);
        }
        let form = self.forms.all().get(self.upcoming as usize);
        let place = |whole: u64| self.place.map_or(0, |stream| stream.below(self.sequence, whole));
        let own = form.map_or(0, |f| f.slot.whole);
        let length = form.map_or(0, |f| f.length);
        let nanos = match &self.schedule {
            Schedule::Even(slots) => slots.begin().saturating_add(place(own)),
            Schedule::Poisson(pace, stream) => {
                let gap = stream.exponential(self.sequence, slots::mean(*pace, length));
                self.next.as_nanos().saturating_add(gap)
            }
            Schedule::OnOff { slots, on, off } => {
                let sending = slots.begin().saturating_add(place(own));
                let (cycles, within) = (sending / *on, sending % *on);
                self.first.as_nanos().saturating_add(cycles.saturating_mul(*on + *off)).saturating_add(within)
            }
            // Bits before it, not time: so a place never falls into a silence, and a rising rate is followed inside the
            // slot.
            Schedule::Series(cursor) => cursor.ahead(place(bit_nanos(length))),
            Schedule::Replay(replay, flow) => {
                let offset = replay.offset(*flow as usize, self.sequence);
                offset.map_or(u64::MAX, |offset| self.first.as_nanos().saturating_add(offset.as_nanos()))
            }
        };
        self.next = SimTime::from_nanos(nanos);
        if self.next >= self.stop || self.sequence >= self.count {
            self.next = SimTime::NEVER;
        }
    }
}

/// When packet `sequence` of evenly spaced equal ones goes, the slot before its own being passed.
#[inline]
fn even(slots: &mut Slots, slot: Slot, place: Option<Stream>, sequence: u64, stop: SimTime) -> SimTime {
    slots.pass(slot);
    let place = place.map_or(0, |stream| stream.below(sequence, slot.whole));
    let next = SimTime::from_nanos(slots.begin().saturating_add(place));
    if next >= stop { SimTime::NEVER } else { next }
}

fn schedule(entry: &Traffic, number: u32, first: SimTime, stream: Stream) -> Schedule {
    let begin = first.as_nanos();
    match &entry.pattern {
        Pattern::Constant(pace) => Schedule::Even(Slots::new(*pace, begin)),
        Pattern::Ping { interval } => Schedule::Even(Slots::new(Pace::Interval(*interval), begin)),
        Pattern::Poisson(pace) => Schedule::Poisson(*pace, stream),
        Pattern::OnOff { pace, on, off } => {
            Schedule::OnOff { slots: Slots::new(*pace, 0), on: on.as_nanos().max(1), off: off.as_nanos() }
        }
        Pattern::Series(series) | Pattern::Diurnal(series) => Schedule::Series(Cursor::new(series.clone(), first)),
        Pattern::Replay(replay) => Schedule::Replay(replay.clone(), number),
    }
}

/// What a packet of `length` bytes has for itself, where slots are of time.
fn slot(pattern: &Pattern, length: u16) -> Slot {
    match pattern {
        Pattern::Constant(pace) | Pattern::OnOff { pace, .. } => Slot::new(*pace, length),
        Pattern::Ping { interval } => Slot::new(Pace::Interval(*interval), length),
        Pattern::Poisson(_) | Pattern::Series(_) | Pattern::Diurnal(_) | Pattern::Replay(_) => Slot::default(),
    }
}

fn forms(entry: &Traffic, seat: &Seat, stream: Stream) -> Forms {
    let port = entry.source_port.wrapping_add(seat.number as u16).max(1);
    let form = |length: u16| {
        let head = if entry.is_ping() {
            [0; HEAD]
        } else {
            ipv4::udp_head(seat.addressing, (port, entry.destination_port), length, 0)
        };
        Form { path: None, length, head, slot: slot(&entry.pattern, length) }
    };
    match (&entry.pattern, &entry.size) {
        (Pattern::Replay(_), _) => Forms::Many(Box::default(), None),
        (_, PacketSize::Fixed(length)) => Forms::One(form(*length)),
        (_, PacketSize::Mix(weights)) => {
            let total = weights.iter().map(|(_, w)| u64::from(*w)).sum();
            let mix = Mix { weights: weights.clone(), total, stream };
            Forms::Many(weights.iter().map(|(length, _)| form(*length)).collect(), Some(Box::new(mix)))
        }
    }
}

fn replayed(replay: &Replay, flow: u32, sequence: u64, tails: &mut Tails) -> Packet {
    let frame = replay.frame(flow as usize, sequence).expect("a packet that is due is one of the replay's");
    let mut head = [0; HEAD];
    let captured = frame.bytes.len().min(HEAD);
    head[..captured].copy_from_slice(&frame.bytes[..captured]);
    let tail = if frame.wire_length as usize > HEAD { tails.put(frame.bytes.slice(captured..)) } else { TailId::NONE };
    Packet { tail, ..record(head, frame.wire_length) }
}

/// A record of these bytes; sender and time are the caller's.
pub(in crate::engine) fn record(head: [u8; HEAD], wire_length: u16) -> Packet {
    Packet {
        head,
        emitted: SimTime::ZERO,
        id: PacketId::new(SourceId(0), 0),
        tail: TailId::NONE,
        wire_length,
        header_length: (IPV4_HEADER + UDP_HEADER) as u8,
        kind: PacketKind::Original,
    }
}
