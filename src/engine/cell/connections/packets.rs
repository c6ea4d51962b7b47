//! Segments of connections as packets, and back. Sends none, and knows no state of a connection but its numbers.

use super::end::{End, Kind};
use crate::dataplane::packet::{Packet, PacketId, PacketKind, TailId, Tails, Told};
use crate::tcp::Connection;
use crate::tcp::segment::{BLOCKS, Flags, Segment, off_wire, on_wire};
use crate::units::{SimDuration, SimTime};
use crate::wire::icmp::{ErrorKind, ICMP_HEADER};
use crate::wire::ipv4::{ECT_0, IPV4_HEADER};
use crate::wire::tcp::{Behind, Header, Heads, Numbers, Options, flags};
use bytes::Bytes;

impl End {
    /// The packet of a segment, and what it tells beyond its header. Without checksums if it `is_bare`.
    pub(in crate::engine::cell) fn packet(
        &self,
        id: PacketId,
        now: SimTime,
        port: u16,
        segment: &Segment,
        is_bare: bool,
    ) -> (Packet, Option<Told>) {
        let (heads, length) = self.heads(now, port, segment);
        let (numbers, identification) = (numbers(segment.sequence, segment.acknowledged), id.sequence() as u16);
        let head = match is_bare {
            true => heads.bare(numbers, identification),
            false => heads.head(numbers, identification),
        };
        let header_length = (length - segment.length as u16) as u8;
        let has_news = segment.caused > SimTime::ZERO || segment.flags.syn;
        (
            Packet { id, emitted: now, kind: PacketKind::Segment, header_length, ..Packet::of(head, length) },
            has_news.then(|| self.told(segment)),
        )
    }

    /// What a segment tells beyond its header: no more ranges than there is room for.
    fn told(&self, segment: &Segment) -> Told {
        let room = BLOCKS - usize::from(self.transfers.timestamps);
        Told { blocks: segment.blocks.first(room), caused: segment.caused }
    }

    /// The heads of segments like this that are sent now, and the IPv4 total length.
    pub(in crate::engine::cell) fn heads(&self, now: SimTime, port: u16, segment: &Segment) -> (Heads, u16) {
        let kind = Kind { length: segment.length as u16, flags: segment.flags.into(), is_again: segment.is_again };
        let acknowledges = segment.acknowledged > 0;
        let options = self.options(now, self.told(segment), segment.flags, on_wire(segment.acknowledged, 0));
        let behind = Behind::new(&options, kind.length);
        (self.template.heads(&self.header(self.ports(port), kind, acknowledges), &behind), behind.total())
    }

    /// The heads of acknowledging segments of this kind, if they have no options: mostly, those made last.
    #[inline]
    pub(in crate::engine::cell) fn plain_heads(&mut self, port: u16, kind: Kind) -> Option<Heads> {
        if self.transfers.timestamps {
            return None;
        }
        if self.made.as_ref().is_none_or(|made| made.0 != kind) {
            self.make_heads(kind);
        }
        let (_, heads) = self.made.as_deref()?;
        Some(heads.between(self.ports(port)))
    }

    #[inline(never)]
    fn make_heads(&mut self, kind: Kind) {
        let behind = Behind::new(&Options::NONE, kind.length);
        let made = (kind, self.template.heads(&self.header((0, 0), kind, true), &behind));
        match &mut self.made {
            Some(known) => **known = made,
            None => self.made = Some(Box::new(made)),
        }
    }

    fn header(&self, ports: (u16, u16), kind: Kind, acknowledges: bool) -> Header {
        let (window, flags) = (self.transfers.settings.window, Flags::from(kind.flags));
        let window = if flags.syn { window.min(65_535) } else { window >> self.scale };
        Header {
            ports,
            flags: self.flags(flags, acknowledges),
            window: window as u16,
            congestion: if self.takes_marks(kind.length.into(), kind.is_again) { ECT_0 } else { 0 },
        }
    }

    /// Whether a segment may be marked: not what is sent again (RFC 3168 §6.1.5), nor an acknowledgment (§6.1.4).
    pub(in crate::engine::cell) fn takes_marks(&self, length: u32, is_again: bool) -> bool {
        self.transfers.settings.ecn && length > 0 && !is_again
    }

    /// Writes the checksums of one of its packets that was bare, and keeps its options for observers.
    pub(super) fn complete(&self, packet: &mut Packet, tails: &mut Tails) {
        let told = tails.told(packet.tail);
        let options = self.options_of(packet, told);
        self.template.complete(&mut packet.head, &options);
        tails.take(packet.tail);
        packet.tail = self.show(packet, told, tails);
    }

    /// Keeps what one of its packets tells, and its options, which observers see.
    pub(in crate::engine::cell) fn show(&self, packet: &Packet, told: Option<Told>, tails: &mut Tails) -> TailId {
        let options = self.options_of(packet, told);
        match (options.as_bytes(), told) {
            ([], Some(told)) => tails.tell(told),
            ([], None) => TailId::NONE,
            (options, told) => tails.show(told.unwrap_or_default(), Bytes::copy_from_slice(options)),
        }
    }

    fn options_of(&self, packet: &Packet, told: Option<Told>) -> Options {
        let has = |flag| has(packet, flag);
        let flags = Flags { syn: has(flags::SYN), rst: has(flags::RST), ..Flags::default() };
        self.options(packet.emitted, told.unwrap_or_default(), flags, number(packet, 28))
    }

    fn flags(&self, Flags { syn, fin, rst, ece, cwr }: Flags, acknowledges: bool) -> u8 {
        // Who opens asks for marks with both bits, the other agrees with one (RFC 3168 §6.1.1).
        let asks = self.transfers.settings.ecn && syn;
        let bit = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
        bit(fin, flags::FIN)
            | bit(syn, flags::SYN)
            | bit(rst, flags::RST)
            | bit(acknowledges, flags::ACK)
            | bit(ece || asks, flags::ECE)
            | bit(cwr || (asks && !acknowledges), flags::CWR)
    }

    fn options(&self, now: SimTime, told: Told, flags: Flags, acknowledgment: u32) -> Options {
        let mut options = Options::NONE;
        if flags.rst {
            return options;
        }
        if flags.syn {
            let settings = &self.transfers.settings;
            options = options.syn(self.announced, settings.sack, self.scale);
        }
        if self.transfers.timestamps {
            let clock = |time: SimTime| (time.as_nanos() / TICK.as_nanos()) as u32;
            options = options.timestamps(clock(now), clock(told.caused));
        }
        if !told.blocks.is_empty() {
            let beyond = |ahead: u64| acknowledgment.wrapping_add(ahead as u32);
            options = options.ranges(told.blocks.ranges(0).map(|(start, end)| (beyond(start), beyond(end))));
        }
        options
    }
}

/// The numbers of a segment as the header has them.
#[inline]
pub(in crate::engine::cell) fn numbers(sequence: u64, acknowledged: u64) -> Numbers {
    Numbers { sequence: on_wire(sequence, 0), acknowledgment: on_wire(acknowledged, 0) }
}

/// The clock of timestamps (RFC 7323 §5.4).
const TICK: SimDuration = SimDuration::from_millis(1);

/// The port of the end that opened the connection, at the end that does or does not open.
pub(super) fn port(packet: &Packet, opens: bool) -> u16 {
    let at = IPV4_HEADER + if opens { 2 } else { 0 };
    u16::from_be_bytes([packet.head[at], packet.head[at + 1]])
}

/// What an ICMP error tells an end: a segment of its, which it quotes, did not fit (RFC 1191 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine::cell) struct Shorten {
    /// The end.
    pub index: u32,
    /// What fits, in bytes.
    pub mtu: u16,
    pub ports: (u16, u16),
    pub sequence: u32,
}

impl Shorten {
    /// Reads an error for an end; `None` if it says something else.
    pub(in crate::engine::cell) fn read(index: u32, error: &Packet, tail: &[u8]) -> Option<Shorten> {
        let ErrorKind::FragmentationNeeded { mtu } = ErrorKind::of(&error.head)? else { return None };
        let quote: Vec<u8> = error.head[IPV4_HEADER + ICMP_HEADER..].iter().chain(tail).copied().collect();
        let word = |at: usize| Some(u16::from_be_bytes([*quote.get(at)?, *quote.get(at + 1)?]));
        let ports = (word(IPV4_HEADER)?, word(IPV4_HEADER + 2)?);
        let sequence = u32::from(word(IPV4_HEADER + 4)?) << 16 | u32::from(word(IPV4_HEADER + 6)?);
        Some(Shorten { index, mtu, ports, sequence })
    }
}

/// How much later and how much further segments of one direction are than others that they repeat.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::engine::cell) struct Further {
    pub time: SimDuration,
    /// How many packets their end sent in between.
    pub packets: u64,
    /// How much further their numbers are, and what they acknowledge.
    pub sequence: u64,
    pub acknowledged: u64,
    /// How much later what they acknowledge was sent.
    pub caused: SimDuration,
}

impl Further {
    /// Moves an instant at which something was sent; none stays none.
    pub(in crate::engine::cell) fn cause(&self, caused: &mut SimTime) {
        if *caused > SimTime::ZERO {
            *caused += self.caused;
        }
    }

    /// Moves a packet.
    pub(in crate::engine::cell) fn packet(&self, packet: &mut Packet) {
        let Packet { emitted, id, .. } = packet;
        *emitted += self.time;
        *id = PacketId::new(id.source(), id.sequence() + self.packets);
        let identification = u16::from_be_bytes([packet.head[4], packet.head[5]]).wrapping_add(self.packets as u16);
        packet.head[4..6].copy_from_slice(&identification.to_be_bytes());
        for (at, by) in [(24, self.sequence), (28, self.acknowledged)] {
            let moved = number(packet, at).wrapping_add(by as u32);
            packet.head[at..at + 4].copy_from_slice(&moved.to_be_bytes());
        }
    }
}

/// The number that a header means: the nearest to `known`.
pub(in crate::engine::cell) fn near(number: u32, known: u64) -> u64 {
    off_wire(number, 0, known)
}

fn number(packet: &Packet, at: usize) -> u32 {
    u32::from_be_bytes([packet.head[at], packet.head[at + 1], packet.head[at + 2], packet.head[at + 3]])
}

/// What a packet acknowledges, as on the wire.
pub(in crate::engine::cell) fn acknowledged(packet: &Packet) -> u64 {
    number(packet, 28).into()
}

pub(super) fn has(packet: &Packet, flag: u8) -> bool {
    packet.head[33] & flag > 0
}

/// Whether it is the first segment of a connection.
pub(super) fn opens(packet: &Packet) -> bool {
    packet.head[33] & (flags::SYN | flags::ACK) == flags::SYN
}

/// The segment in a packet for this side of a connection; the other side has a window of `window` bytes.
pub(super) fn read(packet: &Packet, told: Option<Told>, connection: &Connection, window: u32) -> Segment {
    let has = |flag| has(packet, flag);
    let acknowledged = if has(flags::ACK) { near(number(packet, 28), connection.sender().acknowledged()) } else { 0 };
    let syn = has(flags::SYN);
    Segment {
        sequence: near(number(packet, 24), connection.expected()),
        length: u32::from(packet.wire_length) - u32::from(packet.header_length),
        flags: Flags {
            syn,
            fin: has(flags::FIN),
            rst: has(flags::RST),
            ece: has(flags::ECE) && !syn,
            cwr: has(flags::CWR) && !syn,
        },
        acknowledged,
        window,
        blocks: told.map(|told| told.blocks).unwrap_or_default(),
        // What goes with the first SYN is when the connection began.
        caused: told.filter(|_| acknowledged > 0).map_or(SimTime::ZERO, |told| told.caused),
        is_again: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataplane::packet::SourceId;
    use crate::model::plan::{Arrivals, TransferSize, Transfers};
    use crate::model::{HostId, TrafficId};
    use crate::tcp::Settings;
    use crate::wire::ipv4::Addressing;
    use std::net::Ipv4Addr;
    use std::sync::Arc;

    /// Whichever connection and kind came before, and with marks or without.
    #[test]
    fn heads_that_are_made_again_are_those_that_were_not_kept() {
        let addressing =
            Addressing { source: Ipv4Addr::new(10, 2, 1, 10), destination: Ipv4Addr::new(10, 1, 1, 10), ttl: 64 };
        for ecn in [false, true] {
            let transfers = Transfers {
                settings: Settings { ecn, ..Settings::default() },
                mss: Some(1_460),
                timestamps: false,
                size: TransferSize::Endless,
                response: 0,
                connections: 2,
                interval: SimDuration::from_secs(1),
                arrivals: Arrivals::Spaced,
            };
            let ids = (SourceId(1), HostId(0), TrafficId(0));
            let mut end = End::new(ids, addressing, 5_001, Arc::new(transfers), None);
            for n in 0..96u32 {
                let (port, length) = ([49_152, 65_535][n as usize % 2], [0, 1_460, 7][n as usize / 2 % 3]);
                let flags = Flags { fin: n / 6 % 2 > 0, ece: n / 12 % 2 > 0, cwr: n / 24 % 2 > 0, ..Flags::default() };
                let is_again = n / 48 > 0;
                let segment = Segment { sequence: 1, acknowledged: 5, length, flags, is_again, ..Segment::default() };
                let kept = end.plain_heads(port, Kind { length: length as u16, flags: flags.into(), is_again });
                let (anew, _) = end.heads(SimTime::ZERO, port, &segment);
                let head = |heads: Heads| heads.head(numbers(1 << 31, 0xffff_ffff), 65_535);
                assert_eq!(kept.map(head), Some(head(anew)), "{port}, {segment:?}");
            }
        }
    }
}
