//! The header bytes of a packet and the fields of IPv4 that routers changed. It knows the first 40 bytes, of which the
//! last ones may be payload and are left out.

use super::story::{Edit, Header};
use crate::wire::ipv4::{HEAD, IPV4_HEADER, payload_offset};
use std::net::Ipv4Addr;

/// The fields of IPv4's header: name, place, length.
const FIELDS: [(&str, usize, usize); 10] = [
    ("version and header length", 0, 1),
    ("congestion mark", 1, 1),
    ("total length", 2, 2),
    ("identification", 4, 2),
    ("flags and offset", 6, 2),
    ("TTL", 8, 1),
    ("protocol", 9, 1),
    ("header checksum", 10, 2),
    ("source", 12, 4),
    ("destination", 16, 4),
];

/// The header as it was sent, and as it was at the end of its way.
pub(super) fn header(before: &[u8; HEAD], after: &[u8; HEAD], wire_length: u16) -> Header {
    let length = payload_offset(before).min(HEAD).min(usize::from(wire_length));
    let (before, after) = (&before[..length], &after[..length]);
    Header { emitted: before.into(), ended: after.into(), changed: edits(before, after) }
}

/// The fields that differ between two states of a header.
pub(super) fn edits(before: &[u8], after: &[u8]) -> Vec<Edit> {
    let of_field = |(field, at, length): (&'static str, usize, usize)| {
        let (before, after) = (before.get(at..at + length)?, after.get(at..at + length)?);
        (before != after).then(|| Edit { field, before: told(at, before), after: told(at, after) })
    };
    let mut edits: Vec<Edit> = FIELDS.into_iter().filter_map(of_field).collect();
    if before.get(IPV4_HEADER..) != after.get(IPV4_HEADER..) {
        let behind = |bytes: &[u8]| bytes.get(IPV4_HEADER..).map(hex).unwrap_or_default();
        edits.push(Edit { field: "transport header", before: behind(before), after: behind(after) });
    }
    edits
}

/// A field's value for people.
fn told(at: usize, bytes: &[u8]) -> String {
    match (at, bytes) {
        (1, [class]) => ["none", "ECT(1)", "ECT(0)", "CE"][usize::from(class & 0b11)].to_owned(),
        (8 | 9, [number]) => number.to_string(),
        (12 | 16, &[a, b, c, d]) => Ipv4Addr::new(a, b, c, d).to_string(),
        _ => hex(bytes),
    }
}

/// `45 00 05 dc`.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ipv4::{Addressing, ECT_0, TTL, decrement_ttl, mark, udp_head};

    #[test]
    fn what_routers_change_is_named() {
        let to = Addressing { source: [10, 0, 0, 2].into(), destination: [10, 1, 0, 2].into(), ttl: TTL };
        let mut before = udp_head(to, (1, 2), 100, 7);
        before[1] = ECT_0;
        let mut after = before;
        assert!(header(&before, &after, 100).changed.is_empty());
        decrement_ttl(&mut after);
        mark(&mut after);
        let header = header(&before, &after, 100);
        let changed: Vec<String> =
            header.changed.iter().map(|e| format!("{} {} {}", e.field, e.before, e.after)).collect();
        let checksums = [hex(&before[10..12]), hex(&after[10..12])].join(" ");
        assert_eq!(
            changed,
            ["congestion mark ECT(0) CE".to_owned(), "TTL 64 63".to_owned(), format!("header checksum {checksums}"),]
        );
        assert_eq!((header.emitted.len(), &header.ended[8]), (28, &63));
    }
}
