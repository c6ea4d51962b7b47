//! The plan's traffic as senders: one [`Flow`] per traffic entry and source host. A flow says when it next sends and makes the packet;
//! it never reacts. Real headers: each size has a head built once by pnet, of which only the identification changes.

use super::gap::{self, Gap};
use super::random::Stream;
use super::steps::Cursor;
use crate::dataplane::DropReason;
use crate::dataplane::packet::{Packet, PacketId, PacketKind, SourceId, TailId, Tails};
use crate::dataplane::router::Exit;
use crate::model::plan::{Pace, PacketSize, Pattern, Replay, Traffic};
use crate::model::{HostId, TrafficId};
use crate::units::{SimDuration, SimTime};
use crate::wire::icmp;
use crate::wire::ipv4::{self, Addressing, HEAD, IPV4_HEADER, UDP_HEADER};
use std::sync::Arc;

/// What the routers said about a head, valid for one epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    pub epoch: u64,
    pub leave: Result<Exit, DropReason>,
    pub enter: Result<HostId, DropReason>,
}

/// A prepared head of one size, and the path its packets take.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub path: Option<Path>,
    head: [u8; HEAD],
    length: u16,
    /// Nanoseconds a packet of this size has for itself, rounded down.
    gap: u64,
}

/// When a flow sends. Instants are nanoseconds.
#[derive(Debug, Clone)]
enum Schedule {
    /// The slot of the next packet begins at `slot`.
    Even {
        gap: Gap,
        slot: u64,
    },
    Poisson(Gap, Box<Stream>),
    /// The slot of the next packet begins after `active` of sending time.
    OnOff {
        gap: Gap,
        on: u64,
        off: u64,
        active: u64,
    },
    /// Stands where the slot of the next packet begins.
    Series(Cursor),
    Replay(Arc<Replay>, u32),
}

/// One sender of the plan.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub source: SourceId,
    pub host: HostId,
    pub traffic: TrafficId,
    next: SimTime,
    stop: SimTime,
    /// When the first slot begins.
    first: SimTime,
    /// Where in its slot a packet goes; none is at its beginning. Two equal flows with fixed places would starve each other at a full
    /// queue for ever: whoever comes just after a departure takes every freed place.
    place: Option<Stream>,
    /// The form of the next packet.
    upcoming: usize,
    sequence: u64,
    count: u64,
    schedule: Schedule,
    forms: Box<[Form]>,
    mix: Option<Box<Mix>>,
    addressing: Addressing,
    last_ttl: u8,
    is_ping: bool,
    /// Of echo requests (RFC 792).
    identifier: u16,
}

/// Draws sizes by weight.
#[derive(Debug, Clone)]
struct Mix {
    weights: Arc<[(u16, u32)]>,
    total: u64,
    stream: Stream,
}

impl Mix {
    fn draw(&mut self) -> usize {
        let mut left = self.stream.below(self.total);
        let fits = |(_, weight): &(u16, u32)| match left.checked_sub(u64::from(*weight)) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        };
        self.weights.iter().position(fits).unwrap_or(0)
    }
}

/// What a flow needs to know of its place: who it is and where its packets go.
pub(super) struct Seat {
    pub source: SourceId,
    pub traffic: TrafficId,
    pub number: u32,
    pub host: HostId,
    pub addressing: Addressing,
}

impl Flow {
    /// The flow of `entry` in `seat`. Unless the entry sets a phase, every packet goes at a random instant of its own slot (a ping
    /// keeps the place of its first).
    pub(super) fn new(entry: &Traffic, seat: Seat, seed: u64) -> Flow {
        let number = u64::from(seat.number);
        let stream = |purpose| Stream::new(seed, purpose, entry.name.as_str(), number);
        let is_ping = entry.is_ping();
        let (forms, mix) = forms(entry, &seat, stream("size"));
        let first_slot = forms.first().map_or(0, |f: &Form| f.gap);
        let phase = match (&entry.pattern, entry.phase) {
            (Pattern::Ping { .. }, None) => stream("place").below(first_slot),
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
            mix,
            addressing: seat.addressing,
            last_ttl: entry.ttl.1,
            is_ping,
            identifier: stream("identifier").below(1 << 16) as u16,
        };
        flow.aim();
        flow
    }

    /// When it next sends; [`SimTime::NEVER`] when it is done.
    pub(super) fn next_wake(&self) -> SimTime {
        self.next
    }

    /// Whether sizes and headers repeat, so that a path can be remembered per size.
    fn repeats(&self) -> bool {
        !self.is_ping && self.addressing.ttl == self.last_ttl && !self.forms.is_empty()
    }

    /// Makes the packet that is due at [`Flow::next_wake`] and moves on to the next. The second value is the form whose
    /// path may be remembered.
    pub(super) fn emit(&mut self, tails: &mut Tails) -> (Packet, Option<usize>) {
        let now = self.next;
        let form = self.upcoming;
        let packet = match &self.schedule {
            Schedule::Replay(replay, flow) => replayed(replay, *flow, self.sequence, tails),
            _ => self.synthetic(form, now),
        };
        let packet = Packet { emitted: now, id: PacketId::new(self.source, self.sequence), ..packet };
        self.sequence += 1;
        self.step(packet.wire_length);
        (packet, self.repeats().then_some(form))
    }

    pub(super) fn form(&mut self, at: usize) -> &mut Form {
        &mut self.forms[at]
    }

    fn synthetic(&self, form: usize, now: SimTime) -> Packet {
        let form = &self.forms[form];
        let sequence = self.sequence as u16;
        let mut head = form.head;
        if self.is_ping {
            head = icmp::echo_request(self.stepped(), form.length, self.identifier, sequence, now.as_nanos());
        } else if self.addressing.ttl == self.last_ttl {
            ipv4::set_identification(&mut head, sequence);
        } else {
            let port = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
            head = ipv4::udp_head(self.stepped(), (port(20), port(22)), form.length, sequence);
        }
        record(head, form.length)
    }

    /// The addressing of this packet: TTLs step from first to last and start again.
    fn stepped(&self) -> Addressing {
        let steps = u64::from(self.last_ttl.saturating_sub(self.addressing.ttl)) + 1;
        Addressing { ttl: self.addressing.ttl + (self.sequence % steps) as u8, ..self.addressing }
    }

    /// Moves on past a packet of `length` bytes.
    fn step(&mut self, length: u16) {
        match &mut self.schedule {
            Schedule::Even { gap, slot } => *slot = slot.saturating_add(gap.after(length)),
            Schedule::OnOff { gap, active, .. } => *active = active.saturating_add(gap.after(length)),
            Schedule::Series(cursor) => cursor.pass(gap::bit_nanos(length)),
            Schedule::Poisson(..) | Schedule::Replay(..) => {}
        }
        self.aim();
    }

    /// Decides what the next packet is and when it goes.
    fn aim(&mut self) {
        self.upcoming = self.mix.as_mut().map_or(0, |m| m.draw());
        let (length, own_gap) = self.forms.get(self.upcoming).map_or((0, 0), |f| (f.length, f.gap));
        let mut place = |whole: u64| self.place.as_mut().map_or(0, |stream| stream.below(whole));
        let nanos = match &mut self.schedule {
            Schedule::Even { slot, .. } => slot.saturating_add(place(own_gap)),
            Schedule::Poisson(gap, stream) => self.next.as_nanos().saturating_add(stream.exponential(gap.mean(length))),
            Schedule::OnOff { on, off, active, .. } => {
                let sending = active.saturating_add(place(own_gap));
                let (cycles, within) = (sending / *on, sending % *on);
                self.first.as_nanos().saturating_add(cycles.saturating_mul(*on + *off)).saturating_add(within)
            }
            // Bits before it, not time: so a place never falls into a silence, and a rising rate is followed inside the slot.
            Schedule::Series(cursor) => cursor.ahead(place(gap::bit_nanos(length))),
            Schedule::Replay(replay, flow) => {
                let frame = replay.flows[*flow as usize].frames.get(self.sequence as usize);
                frame.map_or(u64::MAX, |f| self.first.as_nanos().saturating_add(f.offset.as_nanos()))
            }
        };
        self.next = SimTime::from_nanos(nanos);
        if self.next >= self.stop || self.sequence >= self.count {
            self.next = SimTime::NEVER;
        }
    }
}

fn schedule(entry: &Traffic, number: u32, first: SimTime, stream: Stream) -> Schedule {
    let slot = first.as_nanos();
    match &entry.pattern {
        Pattern::Constant(pace) => Schedule::Even { gap: Gap::new(*pace), slot },
        Pattern::Ping { interval } => Schedule::Even { gap: Gap::new(Pace::Interval(*interval)), slot },
        Pattern::Poisson(pace) => Schedule::Poisson(Gap::new(*pace), Box::new(stream)),
        Pattern::OnOff { pace, on, off } => {
            Schedule::OnOff { gap: Gap::new(*pace), on: on.as_nanos().max(1), off: off.as_nanos(), active: 0 }
        }
        Pattern::Series(series) | Pattern::Diurnal(series) => Schedule::Series(Cursor::new(series.clone(), first)),
        Pattern::Replay(replay) => Schedule::Replay(replay.clone(), number),
    }
}

/// Nanoseconds a packet of `length` bytes has for itself.
fn own_gap(pattern: &Pattern, length: u16) -> u64 {
    match pattern {
        Pattern::Constant(pace) | Pattern::OnOff { pace, .. } => Gap::new(*pace).after(length),
        Pattern::Ping { interval } => interval.as_nanos(),
        Pattern::Poisson(_) | Pattern::Series(_) | Pattern::Diurnal(_) | Pattern::Replay(_) => 0,
    }
}

fn forms(entry: &Traffic, seat: &Seat, stream: Stream) -> (Box<[Form]>, Option<Box<Mix>>) {
    let port = entry.source_port.wrapping_add(seat.number as u16).max(1);
    let form = |length: u16| {
        let head = if entry.is_ping() {
            [0; HEAD]
        } else {
            ipv4::udp_head(seat.addressing, (port, entry.destination_port), length, 0)
        };
        Form { path: None, head, length, gap: own_gap(&entry.pattern, length) }
    };
    match (&entry.pattern, &entry.size) {
        (Pattern::Replay(_), _) => (Box::default(), None),
        (_, PacketSize::Fixed(length)) => ([form(*length)].into(), None),
        (_, PacketSize::Mix(weights)) => {
            let total = weights.iter().map(|(_, w)| u64::from(*w)).sum();
            let mix = Mix { weights: weights.clone(), total, stream };
            (weights.iter().map(|(length, _)| form(*length)).collect(), Some(Box::new(mix)))
        }
    }
}

fn replayed(replay: &Replay, flow: u32, sequence: u64, tails: &mut Tails) -> Packet {
    let frame = &replay.flows[flow as usize].frames[sequence as usize];
    let mut head = [0; HEAD];
    let captured = frame.bytes.len().min(HEAD);
    head[..captured].copy_from_slice(&frame.bytes[..captured]);
    let tail = if frame.wire_length as usize > HEAD { tails.put(frame.bytes.slice(captured..)) } else { TailId::NONE };
    Packet { tail, ..record(head, frame.wire_length) }
}

/// A record of these bytes; sender and time are the caller's.
pub(super) fn record(head: [u8; HEAD], wire_length: u16) -> Packet {
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
