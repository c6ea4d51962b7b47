//! Reads the IPv4 packets out of a pcap or pcapng capture, without copying them. No protocol above IPv4, no file
//! access: the caller brings the bytes.
//!
//! `pcap-file` cuts the file into records and blocks. Its slice parsers are used, not its readers: those copy through a
//! buffer of 8 MB, refuse larger blocks and report the same error for ever. Records are taken raw, because the checks of
//! its finished ones refuse every packet longer than the snap length, and so every snapped capture.

mod blocks;
mod counts;
mod error;
mod link;
#[cfg(test)]
mod tests;

pub use counts::CaptureCounts;
pub use error::CaptureError;

use crate::units::SimDuration;
use bytes::Bytes;
use link::Content;
use pcap_file::pcap::PcapParser;
use pcap_file::{PcapError, TsResolution};
use pnet::packet::ipv4::Ipv4Packet;

/// libpcap's `MAXIMUM_SNAPLEN`: no IP link type holds a longer packet, so a longer one is damage rather than a huge
/// packet whose end is missing.
const LONGEST_PACKET: u32 = 262_144;

/// First bytes of a pcapng file; they read alike in both byte orders.
const PCAPNG: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];

/// What a capture holds.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The IPv4 packets, ordered by time; those of one time in the order of the file.
    pub frames: Vec<CapturedFrame>,
    /// What was read and what became of it.
    pub counts: CaptureCounts,
}

/// One IPv4 packet of a capture.
#[derive(Debug, Clone)]
pub struct CapturedFrame {
    /// Since the earliest frame of the file, IPv4 or not. Saturates after 584 years.
    pub time: SimDuration,
    /// From the IPv4 header as far as captured, at most the total length; at least the whole IPv4 header. Shares the
    /// memory of the file.
    pub ip: Bytes,
    /// IPv4 total length; from the length on the wire where the field is 0, as segmentation offload leaves it.
    pub wire_length: u16,
}

/// Reads a whole capture; one that is cut off or damaged anywhere is an error, never a part of it.
pub fn read(file: Bytes) -> Result<Capture, CaptureError> {
    let mut collector = Collector::new(file.clone());
    match file.get(..PCAPNG.len()) {
        Some(start) if start == PCAPNG => blocks::read(&file, &mut collector)?,
        _ => read_pcap(&file, &mut collector)?,
    }
    collector.finish()
}

fn read_pcap(file: &[u8], collector: &mut Collector) -> Result<(), CaptureError> {
    let (mut rest, parser) = PcapParser::new(file).map_err(|_| CaptureError::no_header(file))?;
    let header = parser.header();
    if header.version_major != 2 {
        return Err(CaptureError::UnknownVersion { format: "pcap", version: header.version_major, known: 2 });
    }
    // The upper half of the field says how long a frame check sequence follows each packet (draft-ietf-opsawg-pcap).
    let link = u32::from(header.datalink) & 0xFFFF;
    if !link::is_supported(link) {
        return Err(CaptureError::unsupported(link));
    }
    let nanos_per_tick = if header.ts_resolution == TsResolution::NanoSecond { 1 } else { 1_000 };
    while !rest.is_empty() {
        let (packet, offset) = (collector.counts.frames + 1, file.len() - rest.len());
        let (after, raw) = match parser.next_raw_packet(rest) {
            Ok(read) => read,
            Err(PcapError::IncompleteBuffer) => return Err(incomplete_record(&parser, rest, packet, offset)),
            Err(other) => return Err(CaptureError::damaged(format!("packet {packet}"), offset, other.to_string())),
        };
        if raw.incl_len > LONGEST_PACKET {
            return Err(too_long(raw.incl_len, packet, offset));
        }
        let stamp = i128::from(raw.ts_sec) * 1_000_000_000 + i128::from(raw.ts_frac) * nanos_per_tick;
        let data = &rest[16..rest.len() - after.len()];
        collector.add(Record { stamp: Some(stamp), link, data, original: raw.orig_len });
        rest = after;
    }
    Ok(())
}

/// Tells a capture that ends too early from one whose length field is nonsense.
fn incomplete_record(parser: &PcapParser, rest: &[u8], packet: u64, offset: usize) -> CaptureError {
    let length = rest.get(8..12).and_then(|field| field.try_into().ok()).map(|field: [u8; 4]| {
        if parser.header().endianness.is_big() { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) }
    });
    match length {
        Some(length) if length > LONGEST_PACKET => too_long(length, packet, offset),
        _ => CaptureError::Cut { item: format!("packet {packet}"), offset },
    }
}

fn too_long(length: u32, packet: u64, offset: usize) -> CaptureError {
    let reason = format!("it claims {length} captured bytes, and no packet is longer than {LONGEST_PACKET}");
    CaptureError::damaged(format!("packet {packet}"), offset, reason)
}

/// One record of either format.
struct Record<'a> {
    /// Nanoseconds since 1970; simple packet blocks have none.
    stamp: Option<i128>,
    link: u32,
    data: &'a [u8],
    /// Length on the wire.
    original: u32,
}

/// Takes the records in the order of the file.
struct Collector {
    file: Bytes,
    frames: Vec<(Option<i128>, CapturedFrame)>,
    counts: CaptureCounts,
    earliest: Option<i128>,
    previous: Option<i128>,
    unsupported: Option<u32>,
}

impl Collector {
    fn new(file: Bytes) -> Collector {
        let counts = CaptureCounts::default();
        Collector { file, frames: Vec::new(), counts, earliest: None, previous: None, unsupported: None }
    }

    fn add(&mut self, record: Record<'_>) {
        self.counts.frames += 1;
        let stamp = self.clock(record.stamp);
        // Some writers leave the length on the wire at 0.
        let original = (record.original as usize).max(record.data.len());
        self.counts.snapped += u64::from(record.data.len() < original);
        let stripped = link::strip(record.link, record.data);
        self.counts.vlan_tagged += u64::from(stripped.tagged);
        match stripped.content {
            Content::Ipv4(data) => self.add_ipv4(stamp, data, original - (record.data.len() - data.len())),
            Content::Other => self.counts.not_ipv4 += 1,
            Content::Short => self.counts.malformed += 1,
            Content::UnsupportedLink => {
                self.counts.unsupported_link += 1;
                self.unsupported.get_or_insert(record.link);
            }
        }
    }

    /// The stamp to sort by: a record without one goes with the record before it.
    fn clock(&mut self, stamp: Option<i128>) -> Option<i128> {
        let Some(stamp) = stamp else {
            self.counts.unstamped += 1;
            return self.previous;
        };
        self.counts.out_of_order += u64::from(self.previous.is_some_and(|previous| stamp < previous));
        self.earliest = Some(self.earliest.map_or(stamp, |earliest| earliest.min(stamp)));
        self.previous = Some(stamp);
        self.previous
    }

    fn add_ipv4(&mut self, stamp: Option<i128>, data: &[u8], on_wire: usize) {
        let Some(wire_length) = wire_length(data, on_wire) else {
            self.counts.malformed += 1;
            return;
        };
        self.counts.ipv4 += 1;
        self.counts.bytes += u64::from(wire_length);
        self.counts.without_length += u64::from(data[2..4] == [0, 0]);
        // Short Ethernet frames are padded to 60 bytes: what lies beyond the total length is not the packet's.
        let ip = self.file.slice_ref(&data[..data.len().min(usize::from(wire_length))]);
        self.frames.push((stamp, CapturedFrame { time: SimDuration::ZERO, ip, wire_length }));
    }

    fn finish(mut self) -> Result<Capture, CaptureError> {
        if let Some(link) = self.unsupported.filter(|_| self.counts.unsupported_link == self.counts.frames) {
            return Err(CaptureError::unsupported(link));
        }
        self.frames.sort_by_key(|(stamp, _)| *stamp);
        let start = self.earliest.unwrap_or(0);
        let timed = self.frames.into_iter().map(|(stamp, frame)| {
            let nanos = u64::try_from(stamp.unwrap_or(start) - start).unwrap_or(u64::MAX);
            CapturedFrame { time: SimDuration::from_nanos(nanos), ..frame }
        });
        Ok(Capture { frames: timed.collect(), counts: self.counts })
    }
}

/// The total length of the IPv4 packet that begins `data`, or `None` if its header is not whole or contradicts the
/// `on_wire` bytes the frame had for it (RFC 1122 §3.2.1: a host discards such packets).
fn wire_length(data: &[u8], on_wire: usize) -> Option<u16> {
    let packet = Ipv4Packet::new(data)?;
    let header = usize::from(packet.get_header_length()) * 4;
    let total = match packet.get_total_length() {
        0 => u16::try_from(on_wire).ok()?,
        stated => stated,
    };
    let whole = packet.get_version() == 4 && header >= Ipv4Packet::minimum_packet_size() && header <= data.len();
    (whole && header <= usize::from(total) && usize::from(total) <= on_wire).then_some(total)
}
