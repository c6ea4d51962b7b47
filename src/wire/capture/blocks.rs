//! Walks the blocks of a pcapng file (draft-ietf-opsawg-pcapng). It decides nothing about the packets in them.
//!
//! `pcap-file` frames the blocks; their bodies are read here. Its own body parsers refuse what the format allows (an
//! option list that ends with its block, an `if_tzone`, a comment in another encoding), take every stamp for
//! nanoseconds, leave the padding on simple packets and swap the halves of an obsolete packet's stamp.

use super::{CaptureError, Collector, LONGEST_PACKET, Record, is_padding, nonsense};
use byteorder::{BigEndian, ByteOrder, LittleEndian};
use pcap_file::pcapng::RawBlock;
use pcap_file::pcapng::blocks::{
    ENHANCED_PACKET_BLOCK, INTERFACE_DESCRIPTION_BLOCK, PACKET_BLOCK, SECTION_HEADER_BLOCK, SIMPLE_PACKET_BLOCK,
};
use pcap_file::{Endianness, PcapError};

/// The options of an interface that are read: `if_name`, `if_tsresol` and `if_tsoffset`.
const END_OF_OPTIONS: u16 = 0;
const NAME: u16 = 2;
const TIME_RESOLUTION: u16 = 9;
const TIME_OFFSET: u16 = 14;

/// 16 MiB: no program writes longer blocks (Wireshark's maximum).
const LONGEST_BLOCK: u32 = 1 << 24;

/// Why a block's body cannot be used.
type Reason = &'static str;
const TOO_SHORT: Reason = "it is too short for its fields";

/// One capturing interface of a section.
struct Interface {
    link: u32,
    /// 0 means no limit.
    snap_length: u32,
    /// `if_tsresol`: negative power of ten, or of two with the top bit set.
    resolution: u8,
    offset_seconds: i64,
    /// Whether its packets are wanted.
    is_wanted: bool,
    /// `if_name`.
    name: Option<String>,
    /// Its number in its section.
    number: usize,
}

pub(super) fn read(file: &[u8], collector: &mut Collector) -> Result<(), CaptureError> {
    let (mut rest, mut order) = (file, Endianness::Big);
    let mut interfaces = Vec::new();
    while !rest.is_empty() {
        let offset = file.len() - rest.len();
        if rest.len() >= 4 && is_padding(rest) {
            collector.pad();
            return Ok(());
        }
        let before = collector.counts.frames;
        let item = || match before {
            0 if offset == 0 => "its header".to_owned(),
            0 => "a block before the first packet".to_owned(),
            packets => format!("the block after packet {packets}"),
        };
        let framed = match order {
            Endianness::Big => RawBlock::from_slice::<BigEndian>(rest),
            Endianness::Little => RawBlock::from_slice::<LittleEndian>(rest),
        };
        let (after, block) = match framed {
            Ok(framed) => framed,
            Err(PcapError::IncompleteBuffer) if offset == 0 => return Err(CaptureError::Cut),
            Err(PcapError::IncompleteBuffer) => {
                return match claimed_nonsense(rest, order) {
                    Some(reason) => Err(CaptureError::damaged(item(), offset, reason)),
                    None => {
                        collector.end_early(item(), offset);
                        Ok(())
                    }
                };
            }
            Err(PcapError::InvalidField(reason)) => return Err(CaptureError::damaged(item(), offset, reason)),
            Err(other) => return Err(CaptureError::damaged(item(), offset, other.to_string())),
        };
        let body = &rest[8..rest.len() - after.len() - 4];
        if block.type_ == SECTION_HEADER_BLOCK {
            order = begin_section(body).map_err(|version| match version {
                Some(version) => CaptureError::UnknownVersion { format: "pcapng", version, known: 1 },
                None => CaptureError::damaged(item(), offset, TOO_SHORT),
            })?;
            interfaces.clear();
        }
        let done = match order {
            Endianness::Big => read_block::<BigEndian>(block.type_, body, &mut interfaces, collector),
            Endianness::Little => read_block::<LittleEndian>(block.type_, body, &mut interfaces, collector),
        };
        done.map_err(|reason| CaptureError::damaged(item(), offset, reason))?;
        rest = after;
    }
    Ok(())
}

/// Why the lengths of a block that reaches beyond the file are impossible, judged by those fields that are there.
fn claimed_nonsense(block: &[u8], order: Endianness) -> Option<String> {
    let word = |at| super::word(block, at, order);
    let (kind, length) = (word(0)?, word(4)?);
    if kind == SECTION_HEADER_BLOCK {
        return None; // its byte order may be another
    }
    if length > LONGEST_BLOCK {
        return Some(format!("it claims {length} bytes, and no block is longer than {LONGEST_BLOCK}"));
    }
    let (captured, original) = match kind {
        ENHANCED_PACKET_BLOCK | PACKET_BLOCK => (word(20)?, word(24)?),
        _ => return None,
    };
    let beside = length.checked_sub(captured.saturating_add(32));
    let of_block = || match beside {
        None => Some(format!("it claims {captured} captured bytes, and its block {length} bytes")),
        Some(options) if options > LONGEST_PACKET => Some(format!("it claims {options} bytes of options")),
        Some(_) => None,
    };
    nonsense(captured, original).or_else(of_block)
}

/// The byte order of the section that begins, or its version if unknown; the framing has checked the magic.
fn begin_section(body: &[u8]) -> Result<Endianness, Option<u16>> {
    let (order, version) = match body {
        [0x1A, 0x2B, 0x3C, 0x4D, high, low, ..] => (Endianness::Big, u16::from_be_bytes([*high, *low])),
        [_, _, _, _, low, high, ..] => (Endianness::Little, u16::from_le_bytes([*low, *high])),
        _ => return Err(None),
    };
    if version == 1 { Ok(order) } else { Err(Some(version)) }
}

/// Blocks that are neither interfaces nor packets are skipped, as the format requires.
fn read_block<B: ByteOrder>(
    kind: u32,
    body: &[u8],
    interfaces: &mut Vec<Interface>,
    collector: &mut Collector,
) -> Result<(), Reason> {
    match kind {
        INTERFACE_DESCRIPTION_BLOCK => interfaces.push(interface::<B>(body, interfaces.len(), collector)?),
        ENHANCED_PACKET_BLOCK => {
            let number = word::<B>(body, 0)? as usize;
            take(long_packet::<B>(body, number, interfaces)?, interfaces.get(number), collector);
        }
        PACKET_BLOCK => {
            let number = usize::from(B::read_u16(body.get(..2).ok_or(TOO_SHORT)?));
            take(long_packet::<B>(body, number, interfaces)?, interfaces.get(number), collector);
        }
        SIMPLE_PACKET_BLOCK => take(simple_packet::<B>(body, interfaces)?, interfaces.first(), collector),
        _ => {}
    }
    Ok(())
}

fn take(record: Record<'_>, interface: Option<&Interface>, collector: &mut Collector) {
    match interface.filter(|interface| interface.is_wanted) {
        Some(interface) => collector.add_from((interface.number, interface.name.as_deref()), record),
        None => collector.pass_over(),
    }
}

fn word<B: ByteOrder>(body: &[u8], at: usize) -> Result<u32, Reason> {
    body.get(at..at + 4).map(B::read_u32).ok_or(TOO_SHORT)
}

fn interface<B: ByteOrder>(body: &[u8], number: usize, collector: &mut Collector) -> Result<Interface, Reason> {
    let link = u32::from(B::read_u16(body.get(..2).ok_or(TOO_SHORT)?));
    let snap_length = word::<B>(body, 4)?;
    // Microseconds unless the interface says otherwise.
    let (resolution, offset_seconds, is_wanted) = (6, 0, false);
    let mut interface = Interface { link, snap_length, resolution, offset_seconds, is_wanted, name: None, number };
    let mut options = &body[8..];
    // The list may end with the block, without an end mark; only these options matter here.
    while let [a, b, c, d, rest @ ..] = options {
        let (code, length) = (B::read_u16(&[*a, *b]), usize::from(B::read_u16(&[*c, *d])));
        let value = rest.get(..length).ok_or("an option reaches beyond it")?;
        match (code, value) {
            (END_OF_OPTIONS, _) => break,
            (NAME, name) => interface.name = Some(String::from_utf8_lossy(name).into_owned()),
            (TIME_RESOLUTION, [resolution]) => interface.resolution = *resolution,
            (TIME_OFFSET, seconds) if length == 8 => interface.offset_seconds = B::read_i64(seconds),
            _ => {}
        }
        options = rest.get(length.next_multiple_of(4)..).unwrap_or(&[]);
    }
    interface.is_wanted = collector.describe(interface.name.as_deref());
    Ok(interface)
}

/// An enhanced packet, or an obsolete packet: both have the stamp at byte 4, high half first, and the lengths after it.
fn long_packet<'a, B: ByteOrder>(body: &'a [u8], number: usize, known: &[Interface]) -> Result<Record<'a>, Reason> {
    let interface = known.get(number).ok_or("its interface has not been described")?;
    let ticks = u64::from(word::<B>(body, 4)?) << 32 | u64::from(word::<B>(body, 8)?);
    let captured = word::<B>(body, 12)? as usize;
    let original = word::<B>(body, 16)?;
    let data = body[20..].get(..captured).ok_or("its packet is longer than the block")?;
    Ok(Record { stamp: Some(interface.nanos(ticks)), link: interface.link, data, original })
}

/// A simple packet belongs to the first interface and has neither stamp nor captured length.
fn simple_packet<'a, B: ByteOrder>(body: &'a [u8], known: &[Interface]) -> Result<Record<'a>, Reason> {
    let interface = known.first().ok_or("its interface has not been described")?;
    let original = word::<B>(body, 0)?;
    let captured = if interface.snap_length == 0 { original } else { original.min(interface.snap_length) };
    let data = body[4..].get(..captured as usize).ok_or("its packet is longer than the block")?;
    Ok(Record { stamp: None, link: interface.link, data, original })
}

impl Interface {
    /// Nanoseconds since 1970, rounded down.
    fn nanos(&self, ticks: u64) -> i128 {
        const NANOS: i128 = 1_000_000_000;
        let (ticks, power) = (i128::from(ticks), u32::from(self.resolution & 0x7F));
        let since_offset = if self.resolution & 0x80 != 0 {
            (ticks * NANOS) >> power
        } else if power <= 9 {
            ticks * 10i128.pow(9 - power)
        } else {
            // 64-bit ticks of 10⁻³⁰ s and finer never add up to a nanosecond.
            ticks / 10i128.pow((power - 9).min(20))
        };
        since_offset + i128::from(self.offset_seconds) * NANOS
    }
}
