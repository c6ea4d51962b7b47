//! What the packets of a flow look like: their sizes, and a head for each. The headers are real: each size has a head
//! built once by pnet, of which only the identification changes. Knows nothing of when packets are sent.

use super::super::random::Stream;
use super::form::{Form, Turn};
use super::patterns::{Captured, Content, Echo};
use super::slots::{Measure, Slot};
use super::timing::Start;
use crate::dataplane::packet::{Packet, PacketId, SourceId, Tails};
use crate::model::plan::PacketSize;
use crate::units::SimDuration;
use crate::wire::icmp;
use crate::wire::ipv4::{self, Addressing, HEAD, TTL};
use std::sync::Arc;

/// Makes the packets of one flow.
#[derive(Debug, Clone)]
pub(super) struct Template {
    pub forms: Forms,
    pub addressing: Addressing,
    last_ttl: u8,
    /// Whether heads differ in more than the identification.
    is_varied: bool,
    echo: Option<Echo>,
    /// What replies know of their requests; `None` for any other packets.
    pub replies: Option<Replies>,
}

/// Replies to the echo requests of a flow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Replies {
    /// How long after its request each is sent.
    pub after: SimDuration,
    /// The first request that they answer.
    pub first: u64,
}

/// The sizes of a flow's packets.
#[derive(Debug, Clone)]
pub(super) enum Forms {
    /// One size, stored in place: most flows have one, and there may be a million flows.
    One(Form),
    Many(Box<[Form]>, Box<Mix>),
    /// No fixed sizes: all packets differ.
    Captured(Captured),
}

impl Forms {
    fn new(size: &PacketSize, form: impl Fn(u16) -> Form, start: &Start<'_>) -> Forms {
        match size {
            PacketSize::Fixed(length) => Forms::One(form(*length)),
            PacketSize::Mix(weights) => {
                let forms = weights.iter().map(|(length, _)| form(*length)).collect();
                let total = weights.iter().map(|(_, weight)| u64::from(*weight)).sum();
                Forms::Many(forms, Box::new(Mix { weights: weights.clone(), total, stream: start.stream("size") }))
            }
        }
    }

    pub(super) fn all(&self) -> &[Form] {
        match self {
            Forms::One(form) => std::slice::from_ref(form),
            Forms::Many(forms, _) => forms,
            Forms::Captured(_) => &[],
        }
    }

    pub(super) fn all_mut(&mut self) -> &mut [Form] {
        match self {
            Forms::One(form) => std::slice::from_mut(form),
            Forms::Many(forms, _) => forms,
            Forms::Captured(_) => &mut [],
        }
    }

    /// The form of packet `sequence`.
    pub(super) fn draw(&self, sequence: u64) -> u32 {
        match self {
            Forms::One(_) | Forms::Captured(_) => 0,
            Forms::Many(_, mix) => mix.draw(sequence),
        }
    }

    /// The slot of a packet of this form.
    pub(super) fn slot(&self, form: u32) -> Slot {
        self.all().get(form as usize).map_or(Slot::default(), |form| form.slot)
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

impl Template {
    pub(super) fn new(content: Content, addressing: Addressing, start: &Start<'_>) -> Template {
        let entry = start.entry;
        let addressing = Addressing { ttl: entry.ttl.0, ..addressing };
        let ports = (entry.source_port.wrapping_add(start.number as u16).max(1), entry.destination_port);
        let udp = |length| ipv4::udp_head(addressing, ports, length, 0);
        let form = |length, head, measure: Measure| Form { path: None, length, head, slot: measure.slot(length) };
        let (forms, echo) = match content {
            Content::Udp(measure) => (Forms::new(&entry.size, |n| form(n, udp(n), measure), start), None),
            // Each head is made for its packet: it carries the time.
            Content::Echo(measure, echo) => {
                (Forms::new(&entry.size, |n| form(n, [0; HEAD], measure), start), Some(echo))
            }
            Content::Captured(captured) => (Forms::Captured(captured), None),
        };
        let is_varied = echo.is_some() || entry.ttl.0 != entry.ttl.1;
        Template { forms, addressing, last_ttl: entry.ttl.1, is_varied, echo, replies: None }
    }

    pub(super) fn asks_for_echoes(&self) -> bool {
        self.echo.is_some()
    }

    /// The replies to these echo requests.
    pub(super) fn replying(&self, replies: Replies) -> Template {
        let Addressing { source, destination, .. } = self.addressing;
        let addressing = Addressing { source: destination, destination: source, ..self.addressing };
        let mut template = Template { addressing, replies: Some(replies), ..self.clone() };
        template.forms.all_mut().iter_mut().for_each(|form| form.path = None);
        template
    }

    /// Whether its packets are answered.
    pub(super) fn is_answered(&self) -> bool {
        match &self.forms {
            Forms::One(_) | Forms::Many(..) => self.asks_for_echoes(),
            Forms::Captured(captured) => captured.is_answered(),
        }
    }

    /// The packet of any turn of `source`, in full.
    pub(super) fn packet(&self, source: SourceId, turn: &Turn, tails: &mut Tails) -> Packet {
        match &self.forms {
            Forms::One(_) | Forms::Many(..) => {
                let mut packet = Packet::of([0; HEAD], 0);
                self.make(source, turn, &mut packet);
                packet
            }
            Forms::Captured(captured) => {
                let id = PacketId::new(source, turn.sequence);
                Packet { emitted: turn.at, id, ..captured.packet(turn, tails) }
            }
        }
    }

    /// Makes the packet of a turn in place of another packet. Not for captured ones.
    #[inline]
    pub(super) fn make(&self, source: SourceId, turn: &Turn, packet: &mut Packet) {
        let form = &self.forms.all()[turn.form as usize];
        packet.head = form.head;
        packet.emitted = turn.at;
        packet.id = PacketId::new(source, turn.sequence);
        packet.wire_length = form.length;
        if self.is_varied {
            packet.head = self.varied(form, turn);
        } else {
            ipv4::set_identification(&mut packet.head, turn.sequence as u16);
        }
    }

    /// A head that differs from the previous one in more than the identification.
    #[inline(never)] // Inside the loop that makes equal packets it costs those a tenth.
    fn varied(&self, form: &Form, turn: &Turn) -> [u8; HEAD] {
        let addressing = self.stepped(turn.sequence);
        if let Some(echo) = self.echo {
            let Some(Replies { after, .. }) = self.replies else { return echo.head(addressing, form.length, turn) };
            let Addressing { source, destination, .. } = addressing;
            let asked = Addressing { source: destination, destination: source, ..addressing };
            return icmp::echo_reply(&echo.head(asked, form.length, &Turn { at: turn.at - after, ..*turn }), TTL);
        }
        let port = |at: usize| u16::from_be_bytes([form.head[at], form.head[at + 1]]);
        ipv4::udp_head(addressing, (port(20), port(22)), form.length, turn.sequence as u16)
    }

    /// The addressing of a packet: TTLs step from the first to the last and start again.
    fn stepped(&self, sequence: u64) -> Addressing {
        let steps = u64::from(self.last_ttl.saturating_sub(self.addressing.ttl)) + 1;
        Addressing { ttl: self.addressing.ttl + (sequence % steps) as u8, ..self.addressing }
    }
}
