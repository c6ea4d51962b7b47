//! ICMP (RFC 792): echo requests that carry their send time, echo replies, and the errors routers send. Not a ping
//! program.

use super::ipv4::{Addressing, DONT_FRAGMENT, HEAD, IPV4_HEADER, correct, set_identification, word, write_header};
use super::payload;
use pnet::packet::icmp::{IcmpCode, IcmpPacket, IcmpType, IcmpTypes, MutableIcmpPacket, destination_unreachable};
use pnet::packet::ip::IpNextHeaderProtocols;
use pnet::packet::ipv4::Ipv4Packet;

/// ICMP header of an echo or an error.
pub const ICMP_HEADER: usize = 8;
/// Smallest echo request that is sent: room for the send time.
pub const ECHO_MIN: u16 = (IPV4_HEADER + ICMP_HEADER + 8) as u16;
/// IPv4 bytes of an ICMP error: two headers, the quoted header and 8 bytes of its payload (RFC 792).
pub const ERROR_LENGTH: u16 = (IPV4_HEADER + ICMP_HEADER + IPV4_HEADER + 8) as u16;

/// The head of an echo request of `total` bytes (at least [`ECHO_MIN`]) whose payload begins with `sent_ns`, as ping
/// programs do.
pub fn echo_request(to: Addressing, total: u16, identifier: u16, sequence: u16, sent_ns: u64) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    write_header(&mut head, to, IpNextHeaderProtocols::Icmp, total, sequence);
    head[20] = IcmpTypes::EchoRequest.0;
    head[24..26].copy_from_slice(&identifier.to_be_bytes());
    head[26..28].copy_from_slice(&sequence.to_be_bytes());
    head[28..36].copy_from_slice(&sent_ns.to_be_bytes());
    let payload_length = usize::from(total) - IPV4_HEADER - ICMP_HEADER;
    for (i, b) in head[36..].iter_mut().enumerate().take(payload_length - 8) {
        *b = payload::byte(i + 8);
    }
    let sum = payload::sum_bytes(&head[20..36]) + payload::sum(8, payload_length);
    head[22..24].copy_from_slice(&payload::fold(sum).to_be_bytes());
    head
}

/// Turns the head of an echo that carries its send time into that of another one: with this sequence number, which is
/// its identification too, and send time. Checksums are corrected by the difference (RFC 1624).
#[inline]
pub fn set_echo(head: &mut [u8; HEAD], sequence: u16, sent_ns: u64) {
    set_identification(head, sequence);
    let old = u64::from(word(head, 26)) + payload::sum_words(echo_sent_ns(head));
    head[26..28].copy_from_slice(&sequence.to_be_bytes());
    head[28..36].copy_from_slice(&sent_ns.to_be_bytes());
    correct_icmp(head, old, u64::from(sequence) + payload::sum_words(sent_ns));
}

/// [`correct`] for the checksum of an echo. The difference does not tell a sum of 0, all bytes being zero, from one of
/// 0xffff: the checksum of the first is 0xffff, that of the other 0.
#[inline]
fn correct_icmp(head: &mut [u8; HEAD], old: u64, new: u64) {
    correct(head, 22, old, new);
    if word(head, 22) == 0 {
        correct_zeros(head);
    }
}

#[cold]
#[inline(never)]
fn correct_zeros(head: &mut [u8; HEAD]) {
    if head[20..].iter().all(|byte| *byte == 0) {
        head[22..24].fill(0xff);
    }
}

/// Turns the head of an unfragmented echo request without options into that of its reply: addresses swapped, which
/// changes no checksum, type 0, DF set, new TTL; checksums are corrected by the difference (RFC 1624).
pub fn echo_reply(request: &[u8; HEAD], ttl: u8) -> [u8; HEAD] {
    let mut head = *request;
    head[12..16].copy_from_slice(&request[16..20]);
    head[16..20].copy_from_slice(&request[12..16]);
    head[6..8].copy_from_slice(&DONT_FRAGMENT.to_be_bytes());
    head[8] = ttl;
    head[20] = IcmpTypes::EchoReply.0;
    let flags_and_ttl = |head: &[u8; HEAD]| u64::from(word(head, 6)) + u64::from(word(head, 8));
    let (new, kind) = (flags_and_ttl(&head), word(&head, 20));
    correct(&mut head, 10, flags_and_ttl(request), new);
    correct_icmp(&mut head, word(request, 20).into(), kind.into());
    head
}

/// Whether the head is an unfragmented ICMP packet of `kind` without IP options.
fn is(head: &[u8; HEAD], kind: IcmpType) -> bool {
    let first_fragment = u16::from_be_bytes([head[6], head[7]]) & 0x1fff == 0;
    head[0] == 0x45 && head[9] == IpNextHeaderProtocols::Icmp.0 && first_fragment && head[20] == kind.0
}

/// What distinguishes an echo from others between the same two hosts (RFC 792).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Echo {
    /// Usually the same for all echoes of one program.
    pub identifier: u16,
    /// Usually counts up.
    pub sequence: u16,
}

/// Whether `ip`, a packet from its IPv4 header on, is an echo request (or else a reply), and which; `None` if it is
/// neither, a later fragment, or cut off before its ICMP header ends.
pub fn echo(ip: &[u8]) -> Option<(bool, Echo)> {
    let packet = Ipv4Packet::new(ip)?;
    let is_icmp = packet.get_next_level_protocol() == IpNextHeaderProtocols::Icmp && packet.get_fragment_offset() == 0;
    let icmp = ip.get(usize::from(packet.get_header_length()) * 4..).filter(|_| is_icmp)?;
    let [kind, _, _, _, a, b, c, d, ..] = icmp else { return None };
    let echo = Echo { identifier: u16::from_be_bytes([*a, *b]), sequence: u16::from_be_bytes([*c, *d]) };
    match IcmpType(*kind) {
        IcmpTypes::EchoRequest => Some((true, echo)),
        IcmpTypes::EchoReply => Some((false, echo)),
        _ => None,
    }
}

/// Whether the packet asks for an echo reply.
pub fn is_echo_request(head: &[u8; HEAD]) -> bool {
    is(head, IcmpTypes::EchoRequest)
}

/// The send time in the payload of a simulated echo, in nanoseconds.
pub fn echo_sent_ns(head: &[u8; HEAD]) -> u64 {
    u64::from_be_bytes([head[28], head[29], head[30], head[31], head[32], head[33], head[34], head[35]])
}

/// Whether it is an ICMP error: no ICMP error is sent about an error (RFC 1122 §3.2.2).
pub fn is_error(head: &[u8; HEAD]) -> bool {
    [
        IcmpTypes::DestinationUnreachable,
        IcmpTypes::TimeExceeded,
        IcmpTypes::ParameterProblem,
        IcmpTypes::SourceQuench,
        IcmpTypes::RedirectMessage,
    ]
    .into_iter()
    .any(|kind| is(head, kind))
}

/// The errors that a simulated router sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// Type 11 code 0.
    TimeExceeded,
    /// Type 3 code 0.
    NetUnreachable,
    /// Type 3 code 1.
    HostUnreachable,
    /// Type 3 code 4, with the MTU of the next hop (RFC 1191).
    FragmentationNeeded { mtu: u16 },
    /// Type 3 code 13 (RFC 1812).
    Prohibited,
}

impl ErrorKind {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::TimeExceeded => "time exceeded",
            ErrorKind::NetUnreachable => "net unreachable",
            ErrorKind::HostUnreachable => "host unreachable",
            ErrorKind::FragmentationNeeded { .. } => "fragmentation needed",
            ErrorKind::Prohibited => "prohibited",
        }
    }

    fn type_code(self) -> (IcmpType, IcmpCode) {
        use destination_unreachable::IcmpCodes as Code;
        let unreachable = IcmpTypes::DestinationUnreachable;
        match self {
            ErrorKind::TimeExceeded => (IcmpTypes::TimeExceeded, IcmpCode(0)),
            ErrorKind::NetUnreachable => (unreachable, Code::DestinationNetworkUnreachable),
            ErrorKind::HostUnreachable => (unreachable, Code::DestinationHostUnreachable),
            ErrorKind::FragmentationNeeded { .. } => (unreachable, Code::FragmentationRequiredAndDFFlagSet),
            ErrorKind::Prohibited => (unreachable, Code::CommunicationAdministrativelyProhibited),
        }
    }

    /// The error that a packet's head reports.
    pub fn of(head: &[u8; HEAD]) -> Option<ErrorKind> {
        let icmp = IcmpPacket::new(&head[IPV4_HEADER..])?;
        let found = (icmp.get_icmp_type(), icmp.get_icmp_code());
        let mtu = u16::from_be_bytes([head[26], head[27]]);
        [
            ErrorKind::TimeExceeded,
            ErrorKind::NetUnreachable,
            ErrorKind::HostUnreachable,
            ErrorKind::FragmentationNeeded { mtu },
            ErrorKind::Prohibited,
        ]
        .into_iter()
        .find(|k| k.type_code() == found)
    }
}

/// The whole error about a packet whose first bytes are `quoted` (IPv4 header and 8 bytes more): [`ERROR_LENGTH`]
/// bytes.
pub fn error(to: Addressing, kind: ErrorKind, quoted: &[u8; IPV4_HEADER + 8]) -> [u8; ERROR_LENGTH as usize] {
    let mut bytes = [0; ERROR_LENGTH as usize];
    write_header(&mut bytes, to, IpNextHeaderProtocols::Icmp, ERROR_LENGTH, 0);
    let (icmp_type, icmp_code) = kind.type_code();
    if let Some(mut icmp) = MutableIcmpPacket::new(&mut bytes[IPV4_HEADER..]) {
        icmp.set_icmp_type(icmp_type);
        icmp.set_icmp_code(icmp_code);
    }
    if let ErrorKind::FragmentationNeeded { mtu } = kind {
        bytes[26..28].copy_from_slice(&mtu.to_be_bytes());
    }
    bytes[28..].copy_from_slice(quoted);
    let checksum = payload::fold(payload::sum_bytes(&bytes[IPV4_HEADER..]));
    bytes[22..24].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnet::packet::icmp;
    use proptest::prelude::*;

    fn checksum_is_right(bytes: &[u8]) -> bool {
        IcmpPacket::new(&bytes[20..]).is_some_and(|p| p.get_checksum() == icmp::checksum(&p))
    }

    fn whole(head: &[u8; HEAD], total: usize) -> Vec<u8> {
        (0..total).map(|i| if i < HEAD { head[i] } else { payload::byte(i - 28) }).collect()
    }

    #[test]
    fn request_and_reply_bear_right_checksums() {
        let to = Addressing { source: [10, 0, 0, 5].into(), destination: [10, 1, 0, 9].into(), ttl: 3 };
        for total in [ECHO_MIN, 37, 39, 40, 41, 84, 85, 1500] {
            let head = echo_request(to, total, 0x1234, 0xfffe, 86_400_123_456_789);
            assert!(is_echo_request(&head) && checksum_is_right(&whole(&head, total.into())), "{total}");
            let reply = echo_reply(&head, 64);
            assert!(!is_echo_request(&reply) && checksum_is_right(&whole(&reply, total.into())), "{total}");
            assert_eq!(super::super::ipv4::check(&reply, total.into()), Ok(total));
            assert_eq!(echo_sent_ns(&reply), 86_400_123_456_789);
            let named = Echo { identifier: 0x1234, sequence: 0xfffe };
            assert_eq!((echo(&head), echo(&reply)), (Some((true, named)), Some((false, named))));
        }
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        #[test]
        fn an_edited_echo_is_one_built_anew(
            total in ECHO_MIN..100,
            identifier in prop_oneof![Just(0), any::<u16>()],
            echoes in prop::collection::vec(
                (prop_oneof![Just(0), any::<u16>()], prop_oneof![Just(0), Just(u64::MAX), any::<u64>()]),
                1..5,
            ),
            ttls in any::<(u8, u8)>(),
        ) {
            let there = Addressing { source: [10, 0, 0, 5].into(), destination: [10, 1, 0, 9].into(), ttl: ttls.0 };
            let back = Addressing { source: there.destination, destination: there.source, ttl: ttls.1 };
            let mut head = echo_request(there, total, identifier, 0, 0);
            for (sequence, sent) in echoes {
                set_echo(&mut head, sequence, sent);
                prop_assert_eq!(head, echo_request(there, total, identifier, sequence, sent));
                let mut reply = echo_request(back, total, identifier, sequence, sent);
                reply[20] = 0;
                let whole = whole(&reply, total.into());
                let checksum = IcmpPacket::new(&whole[20..]).map(|p| icmp::checksum(&p)).expect("long enough");
                reply[22..24].copy_from_slice(&checksum.to_be_bytes());
                prop_assert_eq!(echo_reply(&head, ttls.1), reply);
                let mut edited = echo_reply(&echo_request(there, total, identifier, 0, 0), ttls.1);
                set_echo(&mut edited, sequence, sent);
                prop_assert_eq!(edited, reply);
            }
        }
    }

    #[test]
    fn an_error_quotes_the_packet_and_says_what_it_is() {
        let to = Addressing { source: [10, 0, 0, 1].into(), destination: [10, 1, 0, 9].into(), ttl: 64 };
        let kind = ErrorKind::FragmentationNeeded { mtu: 1500 };
        let bytes = error(to, kind, &[7; 28]);
        assert!(checksum_is_right(&bytes) && bytes[28..] == [7; 28]);
        let head: [u8; HEAD] = bytes[..HEAD].try_into().unwrap();
        assert_eq!(echo(&head), None);
        assert!(is_error(&head));
        assert_eq!(ErrorKind::of(&head), Some(kind));
    }
}
