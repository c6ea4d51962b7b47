//! IPv4 (RFC 791) and UDP (RFC 768) headers in the first 40 bytes of a packet: build with pnet, check, decrement the
//! TTL. Options are read but never built. Nothing is fragmented or reassembled.

use super::payload;
use pnet::packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols};
use pnet::packet::ipv4::{self, Ipv4Flags, Ipv4Packet, MutableIpv4Packet};
use pnet::packet::udp::MutableUdpPacket;
use std::net::Ipv4Addr;

/// The TTL that hosts and routers send with, unless traffic sets another.
pub const TTL: u8 = 64;

/// Bytes of a packet that a record carries verbatim.
pub const HEAD: usize = 40;
/// An IPv4 header without options.
pub const IPV4_HEADER: usize = 20;
/// A UDP header.
pub const UDP_HEADER: usize = 8;

/// The word of flags and fragment offset in what hosts send (RFC 1191).
pub(super) const DONT_FRAGMENT: u16 = 1 << 14;

/// The addressing of a packet to build.
#[derive(Debug, Clone, Copy)]
pub struct Addressing {
    /// Source address.
    pub source: Ipv4Addr,
    /// Destination address.
    pub destination: Ipv4Addr,
    /// Time to live.
    pub ttl: u8,
}

/// Why bytes are not an IPv4 packet that a router would accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// Version, header length, total length or the bytes at hand contradict each other.
    Length,
    /// The header checksum is wrong.
    Checksum,
}

/// Writes an IPv4 header of 20 bytes for a packet of `total` bytes, DF set as hosts do (RFC 1191), and its checksum.
pub fn write_header(head: &mut [u8], to: Addressing, protocol: IpNextHeaderProtocol, total: u16, identification: u16) {
    let Some(mut ip) = MutableIpv4Packet::new(head) else { return };
    ip.set_version(4);
    ip.set_header_length((IPV4_HEADER / 4) as u8);
    ip.set_total_length(total);
    ip.set_identification(identification);
    ip.set_flags(Ipv4Flags::DontFragment);
    ip.set_ttl(to.ttl);
    ip.set_next_level_protocol(protocol);
    ip.set_source(to.source);
    ip.set_destination(to.destination);
    ip.set_checksum(0);
    let checksum = ipv4::checksum(&ip.to_immutable());
    ip.set_checksum(checksum);
}

/// The head of a UDP packet of `total` IPv4 bytes with synthetic payload, both checksums right (RFC 768).
pub fn udp_head(to: Addressing, ports: (u16, u16), total: u16, identification: u16) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    write_header(&mut head, to, IpNextHeaderProtocols::Udp, total, identification);
    let length = total - IPV4_HEADER as u16;
    let payload_length = usize::from(length).saturating_sub(UDP_HEADER);
    for (i, b) in head[IPV4_HEADER + UDP_HEADER..].iter_mut().enumerate().take(payload_length) {
        *b = payload::byte(i);
    }
    if let Some(mut udp) = MutableUdpPacket::new(&mut head[IPV4_HEADER..]) {
        udp.set_source(ports.0);
        udp.set_destination(ports.1);
        udp.set_length(length);
    }
    let pseudo_header = payload::sum_bytes(&head[12..20]) + u64::from(IpNextHeaderProtocols::Udp.0) + u64::from(length);
    let header = payload::sum_bytes(&head[IPV4_HEADER..IPV4_HEADER + UDP_HEADER]);
    let sum = pseudo_header + header + payload::sum(0, payload_length);
    let checksum = match payload::fold(sum) {
        0 => 0xffff, // a computed zero is sent as all ones: zero means "no checksum"
        c => c,
    };
    head[26..28].copy_from_slice(&checksum.to_be_bytes());
    head
}

/// Sets the identification and corrects the header checksum by the difference (RFC 1624, equation 3).
#[inline]
pub fn set_identification(head: &mut [u8; HEAD], identification: u16) {
    let sum = u32::from(!word(head, 10)) + u32::from(!word(head, 4)) + u32::from(identification);
    // Three 16-bit words: after one round of folding the carry is at most 1, and fits.
    let folded = (sum & 0xffff) + (sum >> 16);
    head[4..6].copy_from_slice(&identification.to_be_bytes());
    head[10..12].copy_from_slice(&(!((folded + (folded >> 16)) as u16)).to_be_bytes());
}

/// In the second byte of a header: the sender takes marks of congestion (RFC 3168 §5).
pub const ECT_0: u8 = 0b10;

/// Marks a packet whose sender takes marks; answers whether it does (RFC 3168 §5).
pub fn mark(head: &mut [u8; HEAD]) -> bool {
    let takes_marks = head[1] & 0b11 > 0;
    if takes_marks {
        let old = word(head, 0);
        head[1] |= 0b11;
        correct(head, 10, old.into(), word(head, 0).into());
    }
    takes_marks
}

/// Whether a packet was marked (RFC 3168 §5).
pub fn is_marked(head: &[u8; HEAD]) -> bool {
    head[1] & 0b11 == 0b11
}

/// Decrements the TTL and corrects the header checksum by the difference (RFC 1624). The TTL must not be 0.
pub fn decrement_ttl(head: &mut [u8; HEAD]) {
    set_ttl(head, head[8] - 1);
}

/// Sets the TTL and corrects the header checksum by the difference (RFC 1624).
pub fn set_ttl(head: &mut [u8; HEAD], ttl: u8) {
    let old = word(head, 8);
    head[8] = ttl;
    correct(head, 10, old.into(), word(head, 8).into());
}

/// The 16 bits at an offset.
pub(super) fn word(head: &[u8; HEAD], at: usize) -> u16 {
    u16::from_be_bytes([head[at], head[at + 1]])
}

/// Corrects the checksum at an offset, after up to eight words that it covers changed: the sum of them was `old` and is
/// `new` (RFC 1624, equation 3; a complemented word is one subtracted from 0xffff).
#[inline]
pub(super) fn correct(head: &mut [u8; HEAD], at: usize, old: u64, new: u64) {
    let corrected = payload::fold(u64::from(!word(head, at)) + (8 * 0xffff - old) + new);
    head[at..at + 2].copy_from_slice(&corrected.to_be_bytes());
}

/// Where the payload of a UDP, TCP or ICMP packet begins, by its headers (RFC 9293 §3.1 for TCP's length).
pub fn payload_offset(head: &[u8; HEAD]) -> usize {
    let transport = usize::from(head[0] & 0xf) * 4;
    let is_tcp = head[9] == IpNextHeaderProtocols::Tcp.0;
    let words = head.get(transport + 12).filter(|_| is_tcp).map_or(2, |offset| usize::from(offset >> 4));
    transport + words * 4
}

/// Whether a router would accept a packet of `length` bytes that begins with `bytes`, of which it reads only the
/// header: RFC 1812 §5.2.2 without the link-layer part. Returns the total length.
///
/// # Errors
/// The first of [`Malformed`] that applies.
pub fn check(bytes: &[u8], length: usize) -> Result<u16, Malformed> {
    let ip = Ipv4Packet::new(bytes).ok_or(Malformed::Length)?;
    let header = usize::from(ip.get_header_length()) * 4;
    let total = usize::from(ip.get_total_length());
    if ip.get_version() != 4 || header < IPV4_HEADER || total < header || length < total {
        return Err(Malformed::Length);
    }
    if payload::fold(payload::sum_bytes(bytes.get(..header).ok_or(Malformed::Length)?)) != 0 {
        return Err(Malformed::Checksum);
    }
    Ok(total as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnet::packet::udp::{self, UdpPacket};

    const TO: Addressing =
        Addressing { source: Ipv4Addr::new(192, 168, 1, 10), destination: Ipv4Addr::new(10, 0, 1, 10), ttl: 64 };

    fn whole(head: &[u8; HEAD], total: usize) -> Vec<u8> {
        (0..total).map(|i| if i < HEAD { head[i] } else { payload::byte(i - 28) }).collect()
    }

    #[test]
    fn udp_checksums_agree_with_pnet_at_every_length() {
        for total in (28..=1500).chain([8500, 65_535]) {
            let head = udp_head(TO, (49_152, 5001), total, 7);
            let bytes = whole(&head, total.into());
            assert_eq!(check(&bytes, bytes.len()), Ok(total));
            let udp = UdpPacket::new(&bytes[20..]).unwrap();
            let expected = udp::ipv4_checksum(&udp, &TO.source, &TO.destination);
            assert_eq!(udp.get_checksum(), expected, "length {total}");
        }
    }

    #[test]
    fn edits_keep_the_header_checksum_right() {
        let mut head = udp_head(TO, (1, 2), 100, 0);
        for id in [0, 1, 0xffff, 0x8000, 0x7fff, 0] {
            set_identification(&mut head, id);
            assert_eq!(check(&whole(&head, 100), 100), Ok(100), "identification {id}");
        }
        for _ in 0..64 {
            decrement_ttl(&mut head);
            assert_eq!(check(&whole(&head, 100), 100), Ok(100), "ttl {}", head[8]);
        }
        assert_eq!(head[8], 0);
    }

    #[test]
    fn damage_is_seen() {
        let bytes = whole(&udp_head(TO, (1, 2), 100, 0), 100);
        assert_eq!(check(&bytes, 99), Err(Malformed::Length));
        let mut flipped = bytes.clone();
        flipped[15] ^= 1;
        assert_eq!(check(&flipped, 100), Err(Malformed::Checksum));
        assert_eq!(check(&[], 0), Err(Malformed::Length));
    }
}
