//! Cuts a TCP packet that segmentation offload left whole (TSO, or GRO at the far end) into the segments that were on
//! the wire. It does not fragment: fragments and other protocols stay as they are.

use bytes::{Bytes, BytesMut};
use pnet::packet::ip::IpNextHeaderProtocols;
use pnet::packet::ipv4::{self, Ipv4Flags, Ipv4Packet, MutableIpv4Packet};
use pnet::packet::tcp::{self, MutableTcpPacket, TcpFlags, TcpPacket};

/// Offsets of the TCP header fields that change (RFC 9293 §3.1).
const SEQUENCE: usize = 4;
const DATA_OFFSET: usize = 12;
const FLAGS: usize = 13;

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// From the IPv4 header on, as far as captured.
    pub bytes: Bytes,
    /// IPv4 total length.
    pub wire_length: u16,
}

/// Whether `ip`, a packet from its IPv4 header on, is TCP and not a fragment: only such packets come from offload.
pub fn is_tcp(ip: &[u8]) -> bool {
    Ipv4Packet::new(ip).is_some_and(|packet| {
        packet.get_next_level_protocol() == IpNextHeaderProtocols::Tcp
            && packet.get_fragment_offset() == 0
            && packet.get_flags() & Ipv4Flags::MoreFragments == 0
    })
}

/// The segments of `ip`, a TCP packet of `wire_length` bytes of which perhaps only the beginning was captured, each at
/// most `largest` bytes long. `None` if it cannot be cut: it is not TCP, is a fragment, already fits, has headers that
/// leave no room for a byte of data, or too little of its TCP header was captured.
///
/// Cut as network cards do: the identification counts up, the sequence number advances, the last segment has FIN
/// and PSH, the first has CWR (and SYN). The IPv4 checksums are right, and so are the TCP checksums of segments that
/// were captured whole.
pub fn segments(ip: &Bytes, wire_length: u32, largest: u16) -> Option<Vec<Segment>> {
    if !is_tcp(ip) || wire_length <= u32::from(largest) {
        return None;
    }
    let ip_header = usize::from(Ipv4Packet::new(ip)?.get_header_length()) * 4;
    let transport = ip.get(ip_header..)?;
    let flags = *transport.get(FLAGS)?;
    // An impossible header length is read as that of a header without options.
    let headers = ip_header + (usize::from(transport[DATA_OFFSET] >> 4) * 4).max(TcpPacket::minimum_packet_size());
    let room = usize::from(largest).checked_sub(headers).filter(|room| *room > 0)?;
    let payload = wire_length as usize - headers;
    let cut = Cut { ip, ip_header, headers, flags, payload };
    Some((0..payload).step_by(room).map(|begin| cut.segment(begin, room)).collect())
}

/// The packet to cut. Lengths are in bytes.
struct Cut<'a> {
    ip: &'a Bytes,
    ip_header: usize,
    headers: usize,
    flags: u8,
    payload: usize,
}

impl Cut<'_> {
    /// The segment that carries up to `room` bytes of the payload from `begin` on.
    fn segment(&self, begin: usize, room: usize) -> Segment {
        let end = self.payload.min(begin + room);
        let captured = |at: usize| self.ip.len().min(self.headers + at);
        let mut bytes = BytesMut::from(&self.ip[..captured(0)]);
        bytes.extend_from_slice(&self.ip[captured(begin)..captured(end)]);
        let wire_length = (self.headers + end - begin) as u16; // at most the largest
        self.write_tcp(&mut bytes[self.ip_header..], begin, end == self.payload);
        let is_whole = bytes.len() == usize::from(wire_length);
        if let Some(mut packet) = MutableIpv4Packet::new(&mut bytes) {
            packet.set_total_length(wire_length);
            packet.set_identification(packet.get_identification().wrapping_add((begin / room) as u16));
            packet.set_checksum(ipv4::checksum(&packet.to_immutable()));
            let (source, destination) = (packet.get_source(), packet.get_destination());
            let transport = &mut bytes[self.ip_header..];
            if let Some(mut segment) = MutableTcpPacket::new(transport).filter(|_| is_whole) {
                segment.set_checksum(tcp::ipv4_checksum(&segment.to_immutable(), &source, &destination));
            }
        }
        Segment { bytes: bytes.freeze(), wire_length }
    }

    fn write_tcp(&self, header: &mut [u8], begin: usize, is_last: bool) {
        let is_first = begin == 0;
        let mut flags = self.flags;
        if !is_last {
            flags &= !(TcpFlags::FIN | TcpFlags::PSH);
        }
        if !is_first {
            flags &= !(TcpFlags::CWR | TcpFlags::SYN);
            // A SYN counts as one byte in front of the data.
            let synchronizes = u32::from(self.flags & TcpFlags::SYN != 0);
            let field = &mut header[SEQUENCE..SEQUENCE + 4];
            let first = u32::from_be_bytes([field[0], field[1], field[2], field[3]]);
            field.copy_from_slice(&first.wrapping_add(begin as u32).wrapping_add(synchronizes).to_be_bytes());
        }
        header[FLAGS] = flags;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnet::packet::Packet;
    use proptest::prelude::*;

    const ENDS: ([u8; 4], [u8; 4]) = ([192, 0, 2, 1], [198, 51, 100, 7]);

    /// An offloaded packet: no total length, no right checksums.
    fn offloaded(ip_options: usize, tcp_options: usize, payload: &[u8], flags: u8, sequence: u32) -> Bytes {
        let mut bytes = vec![0; 40 + 4 * (ip_options + tcp_options)];
        bytes[0] = 0x45 + ip_options as u8;
        bytes[4..6].copy_from_slice(&0xFFFEu16.to_be_bytes());
        bytes[8] = 64;
        bytes[9] = 6;
        bytes[12..16].copy_from_slice(&ENDS.0);
        bytes[16..20].copy_from_slice(&ENDS.1);
        let tcp = 20 + 4 * ip_options;
        bytes[tcp + SEQUENCE..tcp + SEQUENCE + 4].copy_from_slice(&sequence.to_be_bytes());
        bytes[tcp + DATA_OFFSET] = (5 + tcp_options as u8) << 4;
        bytes[tcp + FLAGS] = flags;
        bytes.extend_from_slice(payload);
        bytes.into()
    }

    /// The dull twin of a receiver: puts each byte where its sequence number says.
    fn reassembled(segments: &[Segment], first: u32, length: usize) -> Vec<u8> {
        let mut stream = vec![None; length];
        for segment in segments {
            let ip = Ipv4Packet::new(&segment.bytes).unwrap();
            let tcp = TcpPacket::new(&segment.bytes[usize::from(ip.get_header_length()) * 4..]).unwrap();
            let data = &tcp.packet()[usize::from(tcp.get_data_offset()) * 4..];
            for (at, byte) in data.iter().enumerate() {
                let place = &mut stream[tcp.get_sequence().wrapping_sub(first) as usize + at];
                assert_eq!(place.replace(*byte), None, "a byte came twice");
            }
        }
        stream.into_iter().collect::<Option<_>>().expect("every byte came")
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        #[test]
        fn segments_carry_the_same_bytes_with_right_checksums(
            ip_options in 0usize..=10,
            tcp_options in 0usize..=10,
            payload in prop::collection::vec(any::<u8>(), 1..9_000),
            flags: u8,
            sequence in prop_oneof![any::<u32>(), Just(u32::MAX - 1_000)],
            largest in prop_oneof![121u16..=300, 1_400u16..=1_500, Just(9_000u16)],
        ) {
            let syn = TcpFlags::SYN;
            let flags = flags & !syn;
            let whole = offloaded(ip_options, tcp_options, &payload, flags, sequence);
            let headers = whole.len() - payload.len();
            let cut = segments(&whole, whole.len() as u32, largest);
            prop_assert_eq!(cut.is_some(), whole.len() > usize::from(largest));
            let Some(cut) = cut else { return Ok(()) };
            prop_assert_eq!(cut.len(), payload.len().div_ceil(usize::from(largest) - headers));
            prop_assert_eq!(reassembled(&cut, sequence, payload.len()), payload);
            for (n, segment) in cut.iter().enumerate() {
                let ip = Ipv4Packet::new(&segment.bytes).unwrap();
                prop_assert!(segment.wire_length <= largest && segment.bytes.len() == usize::from(segment.wire_length));
                prop_assert_eq!(ip.get_total_length(), segment.wire_length);
                prop_assert_eq!(ip.get_identification(), 0xFFFEu16.wrapping_add(n as u16));
                prop_assert_eq!(ip.get_checksum(), ipv4::checksum(&ip));
                let tcp = TcpPacket::new(&segment.bytes[20 + 4 * ip_options..]).unwrap();
                prop_assert_eq!(tcp.get_checksum(), tcp::ipv4_checksum(&tcp, &ENDS.0.into(), &ENDS.1.into()));
                let (first, last) = (n == 0, n + 1 == cut.len());
                let expected = flags & !(if last { 0 } else { 0x09 }) & !(if first { 0 } else { 0x80 });
                prop_assert_eq!(tcp.get_flags(), expected);
            }
        }

        /// The segments of a partial capture are the beginnings of those of the whole packet.
        #[test]
        fn a_part_becomes_parts(captured in 34usize..400, largest in 80u16..200) {
            let whole = offloaded(0, 3, &[7; 400], 0x18, 1);
            let part = segments(&whole.slice(..captured), whole.len() as u32, largest).unwrap();
            let all = segments(&whole, whole.len() as u32, largest).unwrap();
            prop_assert_eq!(part.len(), all.len());
            for (part, whole) in part.iter().zip(&all) {
                prop_assert_eq!(part.wire_length, whole.wire_length);
                prop_assert_eq!(part.bytes.get(..16), whole.bytes.get(..16));
                prop_assert!(part.bytes.len() <= whole.bytes.len());
                prop_assert_eq!(&part.bytes[24..34], &whole.bytes[24..34], "sequence and flags");
            }
            let data: usize = part.iter().map(|segment| segment.bytes.len().saturating_sub(52)).sum();
            prop_assert_eq!(data, captured.saturating_sub(52));
        }
    }

    #[test]
    fn a_syn_counts_as_a_byte() {
        let whole = offloaded(0, 0, &[1; 100], 0x02, 9);
        let cut = segments(&whole, 140, 100).unwrap();
        let sequences: Vec<u32> = cut.iter().map(|s| TcpPacket::new(&s.bytes[20..]).unwrap().get_sequence()).collect();
        assert_eq!(sequences, [9, 70]);
        assert_eq!(cut.iter().map(|s| s.bytes[33]).collect::<Vec<_>>(), [2, 0]);
    }

    #[test]
    fn what_is_no_offloaded_segment_stays_whole() {
        let tcp = offloaded(0, 0, &[0; 3_000], 0x10, 0);
        let with = |at: usize, value: u8| {
            let mut other = tcp.to_vec();
            other[at] = value;
            segments(&other.into(), 3_040, 1_500)
        };
        assert!(with(8, 1).is_some());
        assert_eq!(with(9, 17), None, "UDP");
        assert_eq!(with(6, 0x20), None, "a first fragment");
        assert_eq!(with(7, 1), None, "a later fragment");
        assert_eq!(with(32, 0).map(|cut| cut.len()), Some(3), "no header length: 20 bytes");
        assert_eq!(segments(&tcp, 3_040, 40), None, "no room for data");
        assert_eq!(segments(&tcp.slice(..33), 3_040, 1_500), None, "flags not captured");
        assert_eq!(segments(&tcp, 1_500, 1_500), None, "it fits");
    }
}
