//! What tells one flow from another in a packet's first bytes: addresses, protocol, ports (RFC 6146's 5-tuple), and
//! the flags that open and close connections. It reads headers and checks nothing.

use super::ipv4::{HEAD, word};
use pnet::packet::ip::IpNextHeaderProtocols;
use std::net::Ipv4Addr;

/// FIN, SYN, RST and ACK in the flags of a TCP header (RFC 9293 §3.1).
const FIN_SYN_RST: u8 = 0b111;
const SYN: u8 = 0b10;
const ACK: u8 = 0b1_0000;

/// Both ends of a packet and its protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tuple {
    /// Source address.
    pub source: Ipv4Addr,
    /// Destination address.
    pub destination: Ipv4Addr,
    /// The number of the protocol above IPv4.
    pub protocol: u8,
    /// Source port; 0 for what has no ports, and for fragments beyond the first.
    pub source_port: u16,
    /// Destination port, likewise.
    pub destination_port: u16,
}

impl Tuple {
    /// That of a packet that begins with `head`.
    pub fn of(head: &[u8; HEAD]) -> Tuple {
        let address = |at: usize| Ipv4Addr::new(head[at], head[at + 1], head[at + 2], head[at + 3]);
        let port = |at: usize| transport(head, at).map_or(0, |bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
        let has_ports = [IpNextHeaderProtocols::Tcp.0, IpNextHeaderProtocols::Udp.0].contains(&head[9]);
        Tuple {
            source: address(12),
            destination: address(16),
            protocol: head[9],
            source_port: if has_ports { port(0) } else { 0 },
            destination_port: if has_ports { port(2) } else { 0 },
        }
    }
}

/// The flags of a TCP segment that open and close connections, FIN 1, SYN 2, RST 4, and ACK 16 only beside SYN; 0 for
/// everything else.
pub fn opening_and_closing(head: &[u8; HEAD]) -> u8 {
    let is_tcp = head[9] == IpNextHeaderProtocols::Tcp.0;
    let flags = transport(head, 12).filter(|_| is_tcp).map_or(0, |bytes| bytes[1]);
    flags & if flags & SYN > 0 { FIN_SYN_RST | ACK } else { FIN_SYN_RST }
}

/// Two bytes at `at` of what follows the IPv4 header, if the packet is not a later fragment and they are at hand.
fn transport(head: &[u8; HEAD], at: usize) -> Option<&[u8]> {
    const FRAGMENT_OFFSET: u16 = 0x1fff;
    let from = usize::from(head[0] & 0xf) * 4 + at;
    head.get(from..from + 2).filter(|_| word(head, 6) & FRAGMENT_OFFSET == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ipv4::{Addressing, TTL, udp_head};

    fn udp() -> [u8; HEAD] {
        let to = Addressing { source: [10, 0, 0, 2].into(), destination: [10, 1, 0, 3].into(), ttl: TTL };
        udp_head(to, (49_152, 53), 100, 7)
    }

    #[test]
    fn both_ends_are_read_where_they_stand() {
        let tuple = Tuple::of(&udp());
        let ends = (tuple.source.to_string(), tuple.source_port, tuple.destination.to_string(), tuple.destination_port);
        assert_eq!(ends, ("10.0.0.2".into(), 49_152, "10.1.0.3".into(), 53));
        assert_eq!(tuple.protocol, 17);
        // Behind four bytes of options.
        let mut longer = udp();
        longer.copy_within(20..36, 24);
        longer[0] = 0x46;
        assert_eq!(Tuple::of(&longer), tuple);
    }

    #[test]
    fn what_has_no_ports_has_none() {
        let ports = |head: &[u8; HEAD]| (Tuple::of(head).source_port, Tuple::of(head).destination_port);
        let (mut ping, mut fragment, mut options) = (udp(), udp(), udp());
        ping[9] = 1;
        fragment[7] = 1;
        options[0] = 0x4f;
        assert_eq!([ping, fragment, options].map(|head| ports(&head)), [(0, 0); 3]);
    }

    #[test]
    fn an_acknowledgment_shows_only_beside_a_syn() {
        let flags = |flags: u8, protocol: u8| {
            let mut head = udp();
            (head[9], head[33]) = (protocol, flags);
            opening_and_closing(&head)
        };
        assert_eq!([0x02, 0x12, 0x10, 0x18, 0x11, 0x14].map(|f| flags(f, 6)), [2, 18, 0, 0, 1, 4]);
        assert_eq!(flags(0x02, 17), 0);
    }
}
