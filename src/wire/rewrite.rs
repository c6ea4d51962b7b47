//! Gives an IPv4 packet other addresses and keeps its checksums right if they were right, and wrong if they were wrong.
//! It touches nothing else: addresses inside options and quoted packets stay.

use bytes::{Bytes, BytesMut};
use pnet::packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols};
use pnet::packet::ipv4::{self, Ipv4Packet, MutableIpv4Packet};
use std::net::Ipv4Addr;

/// A copy of `ip` with the addresses `source` and `destination`; `ip` is a packet of `wire_length` bytes from its IPv4
/// header on, perhaps cut short.
///
/// The header checksum is computed anew, and the total length becomes `wire_length`, even where it was 0, as
/// segmentation offload leaves it. Bytes that are not an IPv4 header are returned unchanged.
pub fn readdress(ip: &Bytes, wire_length: u16, source: Ipv4Addr, destination: Ipv4Addr) -> Bytes {
    let mut copy = BytesMut::from(ip.as_ref());
    let present = copy.len();
    let Some(mut packet) = MutableIpv4Packet::new(&mut copy) else {
        return ip.clone();
    };
    let header = usize::from(packet.get_header_length()) * 4;
    if header < Ipv4Packet::minimum_packet_size() || header > present {
        return ip.clone();
    }
    let before = (packet.get_source(), packet.get_destination());
    packet.set_source(source);
    packet.set_destination(destination);
    packet.set_total_length(wire_length);
    packet.set_checksum(ipv4::checksum(&packet.to_immutable()));
    // Only the first fragment has a transport header (RFC 791 §3.2).
    let transport = (packet.get_fragment_offset() == 0).then(|| packet.get_next_level_protocol());
    if let Some(at) = transport.and_then(checksum_offset) {
        let field = copy.get_mut(header + at..).and_then(|rest| rest.first_chunk_mut());
        if let Some(field) = field {
            let old = u16::from_be_bytes(*field);
            let is_udp = transport == Some(IpNextHeaderProtocols::Udp);
            *field = transport_checksum(old, is_udp, before, (source, destination)).to_be_bytes();
        }
    }
    copy.freeze()
}

/// Offset of the checksum that covers the addresses, from the start of the transport header.
fn checksum_offset(protocol: IpNextHeaderProtocol) -> Option<usize> {
    match protocol {
        IpNextHeaderProtocols::Tcp => Some(16),
        IpNextHeaderProtocols::Udp => Some(6),
        _ => None,
    }
}

/// A transport checksum after its pseudo-header's addresses changed.
fn transport_checksum(old: u16, is_udp: bool, before: (Ipv4Addr, Ipv4Addr), after: (Ipv4Addr, Ipv4Addr)) -> u16 {
    // RFC 768: 0 means that there is no checksum, so a computed 0 is sent as all ones.
    if is_udp && old == 0 {
        return 0;
    }
    match update(old, before, after) {
        0 if is_udp => 0xFFFF,
        new => new,
    }
}

/// RFC 1624 equation 3: `HC' = ~(~HC + ~m + m')` in ones' complement, for all four words that change.
fn update(old: u16, before: (Ipv4Addr, Ipv4Addr), after: (Ipv4Addr, Ipv4Addr)) -> u16 {
    let gone = words(before).map(|word| u32::from(!word));
    let come = words(after).map(u32::from);
    let mut sum = u32::from(!old) + gone.iter().sum::<u32>() + come.iter().sum::<u32>();
    while sum > 0xFFFF {
        sum = (sum >> 16) + (sum & 0xFFFF);
    }
    !(sum as u16)
}

fn words((source, destination): (Ipv4Addr, Ipv4Addr)) -> [u16; 4] {
    let (s, d) = (u32::from(source), u32::from(destination));
    [(s >> 16) as u16, s as u16, (d >> 16) as u16, d as u16]
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnet::packet::tcp::{self, MutableTcpPacket, TcpPacket};
    use pnet::packet::udp::{self, MutableUdpPacket, UdpPacket};
    use proptest::prelude::*;

    const TCP: u8 = 6;
    const UDP: u8 = 17;

    /// A packet with right checksums.
    fn packet(protocol: u8, ends: (Ipv4Addr, Ipv4Addr), options: usize, payload: &[u8]) -> Vec<u8> {
        let (header, transport) = (20 + 4 * options, if protocol == TCP { 20 } else { 8 });
        let mut bytes = vec![0; header + transport];
        bytes.extend_from_slice(payload);
        let length = bytes.len() as u16;
        let mut ip = MutableIpv4Packet::new(&mut bytes).unwrap();
        ip.set_version(4);
        ip.set_header_length(5 + options as u8);
        ip.set_total_length(length);
        ip.set_next_level_protocol(IpNextHeaderProtocol(protocol));
        ip.set_source(ends.0);
        ip.set_destination(ends.1);
        ip.set_checksum(ipv4::checksum(&ip.to_immutable()));
        let rest = &mut bytes[header..];
        if protocol == TCP {
            let mut segment = MutableTcpPacket::new(rest).unwrap();
            segment.set_data_offset(5);
            segment.set_checksum(tcp::ipv4_checksum(&segment.to_immutable(), &ends.0, &ends.1));
        } else {
            let mut datagram = MutableUdpPacket::new(rest).unwrap();
            let fresh = udp::ipv4_checksum(&datagram.to_immutable(), &ends.0, &ends.1);
            datagram.set_checksum(if fresh == 0 { 0xFFFF } else { fresh });
        }
        bytes
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        /// The result equals the packet built with the new addresses from the start.
        #[test]
        fn same_as_made_afresh(
            old in any::<(Ipv4Addr, Ipv4Addr)>(),
            new in any::<(Ipv4Addr, Ipv4Addr)>(),
            protocol in prop_oneof![Just(TCP), Just(UDP)],
            options in 0usize..=10,
            payload in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let before = Bytes::from(packet(protocol, old, options, &payload));
            let length = before.len() as u16;
            let after = readdress(&before, length, new.0, new.1);
            prop_assert_eq!(&after[..], &packet(protocol, new, options, &payload)[..]);
            // A packet cut short becomes the beginning of the same packet.
            for cut in 20 + 4 * options..before.len() {
                let readdressed = readdress(&before.slice(..cut), length, new.0, new.1);
                prop_assert_eq!(&readdressed[..], transport_cut(&after, &before, cut));
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let ip = Bytes::from(bytes);
            prop_assert_eq!(readdress(&ip, 80, Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST).len(), ip.len());
        }
    }

    /// The beginning of `after`, with the old bytes of a checksum that was only half captured.
    fn transport_cut(after: &[u8], before: &[u8], cut: usize) -> Vec<u8> {
        let header = usize::from(after[0] & 15) * 4;
        let at = header + if after[9] == TCP { 16 } else { 6 };
        let mut part = after[..cut].to_vec();
        if cut == at + 1 {
            part[at] = before[at];
        }
        part
    }

    const OLD: (Ipv4Addr, Ipv4Addr) = (Ipv4Addr::new(1, 2, 3, 4), Ipv4Addr::new(5, 6, 7, 8));
    const NEW: (Ipv4Addr, Ipv4Addr) = (Ipv4Addr::new(192, 168, 1, 10), Ipv4Addr::new(10, 0, 1, 10));

    #[test]
    fn no_udp_checksum_stays_none_and_a_zero_one_is_all_ones() {
        let mut bytes = packet(UDP, OLD, 0, b"");
        bytes[26..28].fill(0);
        assert_eq!(readdress(&bytes.into(), 28, NEW.0, NEW.1)[26..28], [0, 0]);
        // A payload for which the sum with the new addresses is zero.
        let unbalanced = packet(UDP, NEW, 0, &[0, 0]);
        let payload = &unbalanced[26..28];
        let after = readdress(&packet(UDP, OLD, 0, payload).into(), 30, NEW.0, NEW.1);
        assert_eq!(after[26..28], [0xFF, 0xFF]);
        let datagram = UdpPacket::new(&after[20..]).unwrap();
        assert_eq!(udp::ipv4_checksum(&datagram, &NEW.0, &NEW.1), 0);
    }

    #[test]
    fn later_fragments_and_other_protocols_keep_their_payload() {
        let mut fragment = packet(TCP, OLD, 0, b"");
        fragment[7] = 1;
        assert_eq!(readdress(&Bytes::from(fragment.clone()), 40, NEW.0, NEW.1)[20..], fragment[20..]);
        let mut icmp = packet(TCP, OLD, 0, b"");
        icmp[9] = 1;
        assert_eq!(readdress(&Bytes::from(icmp.clone()), 40, NEW.0, NEW.1)[20..], icmp[20..]);
    }

    #[test]
    fn a_wrong_header_becomes_right_and_a_wrong_segment_stays_wrong() {
        let mut bytes = packet(TCP, OLD, 0, b"x");
        bytes[2..4].fill(0);
        bytes[10..12].fill(0);
        bytes[36] ^= 1;
        let after = readdress(&bytes.into(), 41, NEW.0, NEW.1);
        let header = Ipv4Packet::new(&after).unwrap();
        assert_eq!((header.get_total_length(), header.get_checksum()), (41, ipv4::checksum(&header)));
        let segment = TcpPacket::new(&after[20..]).unwrap();
        assert_ne!(segment.get_checksum(), tcp::ipv4_checksum(&segment, &NEW.0, &NEW.1));
    }
}
