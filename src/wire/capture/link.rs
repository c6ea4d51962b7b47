//! Finds the IPv4 packet behind a frame's link header. It does not look into the packet.
//! Link types: <https://www.tcpdump.org/linktypes.html>.

use pnet::packet::ethernet::{EtherType, EtherTypes, EthernetPacket};
use pnet::packet::sll::SLLPacket;
use pnet::packet::sll2::SLL2Packet;
use pnet::packet::vlan::VlanPacket;

/// For hints.
pub(super) const SUPPORTED: &str = "Ethernet, raw IP, Linux cooked (SLL, SLL2), BSD loopback";

const NULL: u32 = 0;
const ETHERNET: u32 = 1;
/// What `DLT_RAW` is on most systems, and on OpenBSD; some programs write it instead of 101.
const RAW_OF_SYSTEMS: [u32; 2] = [12, 14];
const RAW: u32 = 101;
const LOOP: u32 = 108;
const LINUX_SLL: u32 = 113;
const IPV4: u32 = 228;
const LINUX_SLL2: u32 = 276;

/// Whole lengths of the cooked headers: the minimum sizes that `pnet` states leave out their address field, and the
/// getters behind it would read past a frame of such a size.
const SLL_HEADER: usize = 16;
const SLL2_HEADER: usize = 20;

/// `AF_INET`, the same number on every system.
const AF_INET: u32 = 2;
/// A customer's tag inside a provider's (802.1ad).
const MOST_TAGS: usize = 2;

/// A frame without its link header.
pub(super) struct Stripped<'a> {
    pub content: Content<'a>,
    pub tagged: bool,
}

/// What a frame carries.
pub(super) enum Content<'a> {
    /// All that follows the link header, padding included.
    Ipv4(&'a [u8]),
    /// Something else.
    Other,
    /// The link header itself is not whole.
    Short,
    /// No telling.
    UnsupportedLink,
}

/// Whether frames of this link type can be read.
pub(super) fn is_supported(link: u32) -> bool {
    !matches!(strip(link, &[]).content, Content::UnsupportedLink)
}

/// Removes the link header, and VLAN tags behind it.
pub(super) fn strip(link: u32, frame: &[u8]) -> Stripped<'_> {
    let plain = |content| Stripped { content, tagged: false };
    match link {
        ETHERNET => match EthernetPacket::new(frame) {
            Some(header) => untag(header.get_ethertype(), &frame[EthernetPacket::minimum_packet_size()..]),
            None => plain(Content::Short),
        },
        LINUX_SLL => match frame.split_at_checked(SLL_HEADER) {
            Some((header, rest)) => cooked(SLLPacket::new(header).map(|h| h.get_protocol()), rest),
            None => plain(Content::Short),
        },
        LINUX_SLL2 => match frame.split_at_checked(SLL2_HEADER) {
            Some((header, rest)) => cooked(SLL2Packet::new(header).map(|h| h.get_protocol_type()), rest),
            None => plain(Content::Short),
        },
        NULL | LOOP => plain(behind_family(frame)),
        IPV4 => plain(Content::Ipv4(frame)),
        _ if link == RAW || RAW_OF_SYSTEMS.contains(&link) => plain(raw(frame)),
        _ => plain(Content::UnsupportedLink),
    }
}

fn cooked(kind: Option<EtherType>, rest: &[u8]) -> Stripped<'_> {
    kind.map_or(Stripped { content: Content::Short, tagged: false }, |kind| untag(kind, rest))
}

fn untag(mut kind: EtherType, mut rest: &[u8]) -> Stripped<'_> {
    let mut tags = 0;
    while tags < MOST_TAGS && [EtherTypes::Vlan, EtherTypes::PBridge, EtherTypes::QinQ].contains(&kind) {
        let Some(tag) = VlanPacket::new(rest) else {
            return Stripped { content: Content::Short, tagged: true };
        };
        kind = tag.get_ethertype();
        rest = &rest[VlanPacket::minimum_packet_size()..];
        tags += 1;
    }
    let content = if kind == EtherTypes::Ipv4 { Content::Ipv4(rest) } else { Content::Other };
    Stripped { content, tagged: tags > 0 }
}

/// BSD loopback: the address family comes first, for LOOP in network order and for NULL in that of the capturing host,
/// which may differ from the file's.
fn behind_family(frame: &[u8]) -> Content<'_> {
    let Some((family, rest)) = frame.split_first_chunk() else {
        return Content::Short;
    };
    if u32::from_be_bytes(*family) == AF_INET || u32::from_le_bytes(*family) == AF_INET {
        Content::Ipv4(rest)
    } else {
        Content::Other
    }
}

fn raw(frame: &[u8]) -> Content<'_> {
    match frame.first().map(|byte| byte >> 4) {
        Some(6) => Content::Other,
        Some(_) => Content::Ipv4(frame),
        None => Content::Short,
    }
}
