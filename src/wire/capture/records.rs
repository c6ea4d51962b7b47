//! Walks the records of a pcap file (draft-ietf-opsawg-pcap). It decides nothing about the packets in them.

use super::{CaptureError, Collector, LONGEST_PACKET, Record, is_padding, link, nonsense, word};
use pcap_file::pcap::PcapParser;
use pcap_file::{PcapError, TsResolution};

/// Seconds, fraction, captured length, length on the wire.
const RECORD_HEADER: usize = 16;

pub(super) fn read(file: &[u8], collector: &mut Collector) -> Result<(), CaptureError> {
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
    let mut is_padded = false;
    while !rest.is_empty() {
        let (packet, offset) = (collector.counts.frames + 1, file.len() - rest.len());
        let damaged = |reason: String| CaptureError::damaged(format!("packet {packet}"), offset, reason);
        let (after, raw) = match parser.next_raw_packet(rest) {
            Ok(read) => read,
            Err(PcapError::IncompleteBuffer) if is_padded && is_padding(rest) => {
                collector.pad();
                return Ok(());
            }
            Err(PcapError::IncompleteBuffer) => {
                return match lengths(&parser, rest).and_then(|(captured, original)| nonsense(captured, original)) {
                    Some(reason) => Err(damaged(reason)),
                    None => {
                        collector.end_early(format!("packet {packet}"), offset);
                        Ok(())
                    }
                };
            }
            Err(other) => return Err(damaged(other.to_string())),
        };
        if raw.incl_len > LONGEST_PACKET {
            return Err(damaged(nonsense(raw.incl_len, 0).unwrap_or_default()));
        }
        let stamp = i128::from(raw.ts_sec) * 1_000_000_000 + i128::from(raw.ts_frac) * nanos_per_tick;
        let data = &rest[RECORD_HEADER..rest.len() - after.len()];
        is_padded = is_padding(&rest[..RECORD_HEADER]);
        collector.add(Record { stamp: Some(stamp), link, data, original: raw.orig_len });
        rest = after;
    }
    Ok(())
}

/// Captured length and length on the wire, if the record's header is whole.
fn lengths(parser: &PcapParser, rest: &[u8]) -> Option<(u32, u32)> {
    let order = parser.header().endianness;
    Some((word(rest, 8, order)?, word(rest, 12, order)?))
}
