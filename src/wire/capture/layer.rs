//! Strips the headers, tags and labels in front of an IPv4 packet, however they are nested. It looks neither into the
//! packet nor into tunnels above IPv4, where the outer packet is the one that was on the wire.

#[cfg(test)]
mod tests;

use pnet::packet::ethernet::{EtherType, EtherTypes};

/// Smallest EtherType; smaller values are a length, and LLC follows (IEEE 802.3 §3.2.6).
const ETHER_TYPE_MIN: u16 = 0x0600;
/// `AF_INET`, the same number on every system.
const AF_INET: u32 = 2;
/// `NFULA_PAYLOAD`, the type of the packet's part in an NFLOG frame.
const NFLOG_PAYLOAD: u16 = 9;

/// What comes next in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    Ipv4,
    /// Nothing that leads to IPv4.
    Other,
    /// IPv4 or IPv6, by its first four bits.
    Raw,
    /// Two MAC addresses and an EtherType.
    Ethernet,
    /// Two bytes and an EtherType: 802.1Q, 802.1ad and their forerunners.
    Vlan,
    /// Four bytes and an EtherType: 802.1BR's forerunner VN-Tag.
    VnTag,
    /// Four bytes, then a whole Ethernet frame: 802.1ah, or a pseudowire's control word (RFC 4448).
    Inner,
    /// Logical link control (IEEE 802.2), perhaps with SNAP (RFC 1042).
    Llc,
    /// One label of a stack (RFC 3032).
    Mpls,
    /// Behind the last label.
    Unlabelled,
    /// Six bytes, then PPP (RFC 2516).
    Pppoe,
    /// A protocol number of one or two bytes (RFC 1661).
    Ppp,
    /// PPP, framed as in HDLC (RFC 1662) or bare, or Cisco HDLC.
    Serial,
    /// Address, control, EtherType.
    CiscoHdlc,
    /// A direction in place of the address, then control, then PPP.
    DirectedPppd,
    DirectedPpp,
    DirectedCiscoHdlc,
    /// Linux cooked: 16 bytes, of which the last two are an EtherType.
    Cooked,
    /// Linux cooked, version 2: 20 bytes, of which the first two are an EtherType.
    Cooked2,
    /// BSD loopback: an address family.
    Family,
    /// Netfilter's log: parts with lengths, one of which is the packet.
    Nflog,
}

/// What a frame carries.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    /// Everything after the headers, padding included.
    Ipv4(&'a [u8]),
    /// Something else.
    Other,
    /// A header in front of the packet is not whole.
    Short,
}

/// What was removed besides the link header.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Removed {
    pub vlan: bool,
    pub mpls: bool,
    /// PPP inside Ethernet.
    pub ppp: bool,
}

/// A frame without the headers in front of its packet.
pub(super) struct Peeled<'a> {
    pub content: Content<'a>,
    pub removed: Removed,
}

/// Removes layer after layer, beginning with `layer`, until it reaches IPv4 or something that does not lead to it.
pub(super) fn peel(mut layer: Layer, mut rest: &[u8]) -> Peeled<'_> {
    let mut removed = Removed::default();
    loop {
        let content = match layer {
            Layer::Ipv4 => Content::Ipv4(rest),
            Layer::Other => Content::Other,
            // Each step removes bytes or leads to one of the two above, so the loop ends.
            _ => match step(layer, rest) {
                Some((next, behind)) => {
                    removed.vlan |= matches!(layer, Layer::Vlan | Layer::VnTag);
                    removed.mpls |= layer == Layer::Mpls;
                    removed.ppp |= layer == Layer::Pppoe;
                    (layer, rest) = (next, behind);
                    continue;
                }
                None => Content::Short,
            },
        };
        return Peeled { content, removed };
    }
}

/// The next layer and where it begins, or `None` if this one is not whole.
fn step(layer: Layer, rest: &[u8]) -> Option<(Layer, &[u8])> {
    // A header of `length` bytes with its EtherType at `at`.
    let typed = |length: usize, at: usize| {
        let (header, behind) = rest.split_at_checked(length)?;
        Some((of_type(u16::from_be_bytes([header[at], header[at + 1]])), behind))
    };
    let skip = |length: usize, next: Layer| Some((next, rest.get(length..)?));
    match layer {
        Layer::Ipv4 | Layer::Other => Some((layer, rest)),
        // Any other version is left to the header check.
        Layer::Raw => Some((if rest.first()? >> 4 == 6 { Layer::Other } else { Layer::Ipv4 }, rest)),
        Layer::Ethernet => typed(14, 12),
        Layer::Vlan => typed(4, 2),
        Layer::VnTag => typed(6, 4),
        Layer::Inner => skip(4, Layer::Ethernet),
        Layer::Llc => llc(rest),
        Layer::Mpls => {
            let (label, behind) = rest.split_first_chunk::<4>()?;
            Some((if label[2] & 1 == 1 { Layer::Unlabelled } else { Layer::Mpls }, behind))
        }
        Layer::Unlabelled => Some((unlabelled(rest)?, rest)),
        Layer::Pppoe => skip(6, Layer::Ppp),
        Layer::Ppp => ppp(rest),
        Layer::Serial => match rest {
            [0xFF, 0x03, behind @ ..] => Some((Layer::Ppp, behind)),
            [0x0F | 0x8F, ..] => Some((Layer::CiscoHdlc, rest)),
            _ => Some((Layer::Ppp, rest)),
        },
        Layer::CiscoHdlc => typed(4, 2),
        Layer::DirectedPppd => skip(2, Layer::Ppp),
        Layer::DirectedPpp => skip(1, Layer::Serial),
        Layer::DirectedCiscoHdlc => skip(1, Layer::CiscoHdlc),
        Layer::Cooked => typed(16, 14),
        Layer::Cooked2 => typed(20, 0),
        Layer::Family => family(rest),
        Layer::Nflog => nflog(rest),
    }
}

fn of_type(number: u16) -> Layer {
    const MORE_VLAN: [u16; 2] = [0x9200, 0x9300];
    const VN_TAG: u16 = 0x8926;
    const BACKBONE: u16 = 0x88E7;
    match EtherType(number) {
        EtherTypes::Ipv4 => Layer::Ipv4,
        EtherTypes::Vlan | EtherTypes::PBridge | EtherTypes::QinQ => Layer::Vlan,
        EtherTypes::Mpls | EtherTypes::MplsMcast => Layer::Mpls,
        EtherTypes::PppoeSession => Layer::Pppoe,
        EtherType(number) if MORE_VLAN.contains(&number) => Layer::Vlan,
        EtherType(VN_TAG) => Layer::VnTag,
        EtherType(BACKBONE) => Layer::Inner,
        EtherType(length) if length < ETHER_TYPE_MIN => Layer::Llc,
        _ => Layer::Other,
    }
}

/// SNAP with an EtherType (RFC 1042, 802.1H), or IPv4 without one (RFC 948).
fn llc(rest: &[u8]) -> Option<(Layer, &[u8])> {
    match rest {
        [0xAA, 0xAA, 0x03, 0, 0, 0 | 0xF8, high, low, behind @ ..] => {
            Some((of_type(u16::from_be_bytes([*high, *low])), behind))
        }
        [0xAA, 0xAA, 0x03, ..] if rest.len() < 8 => None,
        [0x06, 0x06, 0x03, behind @ ..] => Some((Layer::Ipv4, behind)),
        [_, _, _, ..] => Some((Layer::Other, rest)),
        _ => None,
    }
}

/// Labels do not say what they carry; readers go by the first four bits (RFC 4928 §3).
fn unlabelled(rest: &[u8]) -> Option<Layer> {
    Some(match rest {
        [first, ..] if first >> 4 == 4 => Layer::Ipv4,
        [0, 0, ..] => Layer::Inner,
        [] | [0] => return None,
        _ => Layer::Other,
    })
}

/// An odd first byte is a compressed protocol number (RFC 1661 §6.5).
fn ppp(rest: &[u8]) -> Option<(Layer, &[u8])> {
    let (protocol, behind) = match rest {
        [only, behind @ ..] if only & 1 == 1 => (u16::from(*only), behind),
        [high, low, behind @ ..] => (u16::from_be_bytes([*high, *low]), behind),
        _ => return None,
    };
    let layer = match protocol {
        0x0021 => Layer::Ipv4,
        0x0281 | 0x0283 => Layer::Mpls,
        _ => Layer::Other,
    };
    Some((layer, behind))
}

/// LOOP has network byte order and NULL that of the capturing host, which may differ from the file's.
fn family(rest: &[u8]) -> Option<(Layer, &[u8])> {
    let (family, behind) = rest.split_first_chunk()?;
    let is_ipv4 = u32::from_be_bytes(*family) == AF_INET || u32::from_le_bytes(*family) == AF_INET;
    Some((if is_ipv4 { Layer::Ipv4 } else { Layer::Other }, behind))
}

/// Family, version, resource, then parts: a length that includes itself, a type, a value padded to four bytes. Length
/// and type are in the byte order of the capturing host: the one that leads to a packet.
fn nflog(rest: &[u8]) -> Option<(Layer, &[u8])> {
    let ([family, ..], parts) = rest.split_first_chunk::<4>()?;
    if u32::from(*family) != AF_INET {
        return Some((Layer::Other, parts));
    }
    let packet = nflog_packet(parts, u16::from_le_bytes).or_else(|| nflog_packet(parts, u16::from_be_bytes))?;
    Some((Layer::Ipv4, packet))
}

fn nflog_packet(mut parts: &[u8], number: impl Fn([u8; 2]) -> u16) -> Option<&[u8]> {
    loop {
        let ([a, b, c, d], behind) = parts.split_first_chunk::<4>()?;
        let (length, kind) = (usize::from(number([*a, *b])).checked_sub(4)?, number([*c, *d]) & 0x7FFF);
        if kind == NFLOG_PAYLOAD {
            // The end of a packet may not have been captured.
            return Some(&behind[..length.min(behind.len())]);
        }
        parts = behind.get(length.next_multiple_of(4)..)?;
    }
}
