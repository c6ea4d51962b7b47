//! What the packets of a flow look like: their sizes, and a head for each. The headers are real: each size has a head
//! built once by pnet, of which only the identification changes. Knows nothing of when packets are sent.

use super::super::random::Stream;
use super::form::{Form, Turn};
use super::patterns::{Captured, Content};
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
    is_echo: bool,
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
        let (forms, is_echo) = match content {
            Content::Udp(measure) => (Forms::new(&entry.size, |n| form(n, udp(n), measure), start), false),
            Content::Echo(measure, identifier) => {
                let echo = |length| icmp::echo_request(addressing, length, identifier, 0, 0);
                (Forms::new(&entry.size, |n| form(n, echo(n), measure), start), true)
            }
            Content::Captured(captured) => (Forms::Captured(captured), false),
        };
        let is_varied = is_echo || entry.ttl.0 != entry.ttl.1;
        Template { forms, addressing, last_ttl: entry.ttl.1, is_varied, is_echo, replies: None }
    }

    pub(super) fn asks_for_echoes(&self) -> bool {
        self.is_echo
    }

    /// The replies to these echo requests.
    pub(super) fn replying(&self, replies: Replies) -> Template {
        let Addressing { source, destination, .. } = self.addressing;
        let addressing = Addressing { source: destination, destination: source, ..self.addressing };
        let mut template = Template { addressing, replies: Some(replies), ..self.clone() };
        for form in template.forms.all_mut() {
            (form.path, form.head) = (None, icmp::echo_reply(&form.head, TTL));
        }
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
            self.vary(&mut packet.head, turn);
        } else {
            ipv4::set_identification(&mut packet.head, turn.sequence as u16);
        }
    }

    /// Has a head differ from the form's in more than the identification: echoes carry their send time, and TTLs step
    /// from the first to the last and start again.
    #[inline(never)] // Inside the loop that makes equal packets it costs those a tenth.
    fn vary(&self, head: &mut [u8; HEAD], turn: &Turn) {
        let number = turn.sequence as u16;
        match self.replies {
            Some(Replies { after, .. }) => return icmp::set_echo(head, number, (turn.at - after).as_nanos()),
            None if self.is_echo => icmp::set_echo(head, number, turn.at.as_nanos()),
            None => ipv4::set_identification(head, number),
        }
        let first = self.addressing.ttl;
        if let Some(steps) = self.last_ttl.checked_sub(first).filter(|steps| *steps > 0) {
            ipv4::set_ttl(head, first + (turn.sequence % (u64::from(steps) + 1)) as u8);
        }
    }
}
