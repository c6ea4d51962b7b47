//! What packets are, and which segment acknowledges which, read from their headers alone.

use crate::dataplane::packet::PacketKind;
use crate::engine::Record;
use crate::wire::icmp;
use crate::wire::ipv4::{HEAD, payload_offset};
use crate::wire::tcp::flags;
use pnet::packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols};

/// Where the fields of TCP's header are in a head whose IPv4 header has no options.
const SEQUENCE: usize = 24;
const ACKNOWLEDGMENT: usize = 28;
const FLAGS: usize = 33;

fn number(head: &[u8; HEAD], at: usize) -> u32 {
    u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]])
}

/// Bytes of data behind the headers.
fn payload(segment: &Record) -> u32 {
    usize::from(segment.wire_length).saturating_sub(payload_offset(&segment.head)) as u32
}

/// How much of the sequence a segment takes: its payload, and one each for SYN and FIN (RFC 9293 §3.4).
fn span(segment: &Record) -> u32 {
    let flag = |bit: u8| u32::from(segment.head[FLAGS] & bit > 0);
    payload(segment) + flag(flags::SYN) + flag(flags::FIN)
}

/// Whether a segment is acknowledged when it arrives: it takes part of the sequence.
pub(super) fn asks_for_acknowledgment(segment: &Record) -> bool {
    segment.head[FLAGS] & flags::RST == 0 && span(segment) > 0
}

/// Whether `answer`, of the other side, acknowledges all of `segment`.
pub(super) fn acknowledges(answer: &Record, segment: &Record) -> bool {
    let (answer, head) = (&answer.head, &segment.head);
    let same_ports = answer[20..22] == head[22..24] && answer[22..24] == head[20..22];
    let end = number(head, SEQUENCE).wrapping_add(span(segment));
    let beyond = number(answer, ACKNOWLEDGMENT).wrapping_sub(end);
    same_ports && answer[FLAGS] & flags::ACK > 0 && beyond < 1 << 31
}

/// What a packet is, by its header: `UDP`, `echo request`, `TCP SYN`.
pub(super) fn what(record: &Record) -> String {
    let head = &record.head;
    if let Some(error) = icmp::ErrorKind::of(head).filter(|_| record.kind.is_error()) {
        return format!("ICMP error ({})", error.name());
    }
    match IpNextHeaderProtocol(head[9]) {
        IpNextHeaderProtocols::Udp => "UDP".to_owned(),
        IpNextHeaderProtocols::Icmp if icmp::is_echo_request(head) => "echo request".to_owned(),
        IpNextHeaderProtocols::Icmp if record.kind == PacketKind::Reply => "echo reply".to_owned(),
        IpNextHeaderProtocols::Tcp => segment(record),
        other => other.to_string(),
    }
}

fn segment(record: &Record) -> String {
    const NAMES: [(u8, &str); 4] = [(flags::SYN, "SYN"), (flags::FIN, "FIN"), (flags::RST, "RST"), (flags::ACK, "ACK")];
    let of = |(bit, name): &(u8, &'static str)| (record.head[FLAGS] & bit > 0).then_some(*name);
    let names: Vec<&str> = NAMES.iter().filter_map(of).collect();
    let data = payload(record);
    let data = if data > 0 { format!(" with {data} B of data") } else { String::new() };
    format!("TCP {}{data}", names.join("+"))
}
