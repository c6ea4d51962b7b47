//! Endpoints from outside the plan that run on a host: a program, a lesson, later a TCP stack or a live device. The
//! plan's own traffic ([`super::sending`]) is sent by built-in endpoints, and every host answers echo requests by
//! itself, unless that is switched off for it.

use crate::dataplane::packet::Packet;
use crate::units::SimTime;
use crate::wire::icmp::{self, ICMP_HEADER};
use crate::wire::ipv4::{HEAD, IPV4_HEADER};
use bytes::Bytes;
use pnet::packet::ip::IpNextHeaderProtocols;

/// A program on a host that sends by itself and reacts to what arrives. Sans I/O: time and packets are passed as
/// arguments.
pub trait Endpoint: Send {
    /// When it next wants [`Endpoint::on_wake`]; [`SimTime::NEVER`] if it only reacts. Asked after every call. An
    /// instant that has passed means now; if it never moves on after [`Endpoint::on_wake`], time stops.
    fn next_wake(&self) -> SimTime;
    /// Called at the instant it asked for.
    fn on_wake(&mut self, now: SimTime, out: &mut Outbox);
    /// Called when a packet that it hears arrives at its host.
    fn on_packet(&mut self, now: SimTime, packet: &Received, out: &mut Outbox);
}

/// Which of the packets for its host an endpoint hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hears {
    /// Those of a protocol to a port (UDP and TCP), and the ICMP errors about what was sent from it (RFC 1122 §4.1.3.3
    /// and §4.2.3.9).
    Port {
        /// As in the IPv4 header: 6 for TCP, 17 for UDP; nothing is heard of others, which have no ports.
        protocol: u8,
        /// In the byte order of this machine.
        port: u16,
    },
    /// All that no other endpoint of the host hears.
    Rest,
}

/// A packet that arrived. Its bytes are not made unless they are asked for.
#[derive(Debug)]
pub struct Received {
    packet: Packet,
    tail: Option<Bytes>,
}

impl Received {
    pub(super) fn new(packet: Packet, tail: Option<Bytes>) -> Received {
        Received { packet, tail }
    }
    /// Its first 40 bytes, from the IPv4 header on; zero beyond its length.
    pub fn head(&self) -> &[u8; HEAD] {
        &self.packet.head
    }
    /// IPv4 total length, in bytes.
    pub fn length(&self) -> u16 {
        self.packet.wire_length
    }
    /// The bytes after the head, if they were sent; `None` if they are synthetic ([`crate::wire::payload`]).
    pub fn tail(&self) -> Option<&Bytes> {
        self.tail.as_ref()
    }
    /// All bytes, from the IPv4 header on.
    pub fn bytes(&self) -> Bytes {
        self.packet.bytes(self.tail.as_ref())
    }

    /// The port that it is for: its destination port, or of an ICMP error the source port of what it quotes; `None` for
    /// other protocols, later fragments, a quote with options, and where the port is cut off.
    pub(super) fn port(&self) -> Option<Hears> {
        let bytes = header(&self.packet.head, self.tail.as_ref());
        let own = usize::from(bytes[0] & 0xf) * 4;
        let quote = IPV4_HEADER + ICMP_HEADER;
        let (ip, port) = if icmp::is_error(&self.packet.head) { (quote, quote + IPV4_HEADER) } else { (0, own + 2) };
        let (protocol, is_later) = (bytes[ip + 9], u16::from_be_bytes([bytes[ip + 6], bytes[ip + 7]]) & 0x1fff > 0);
        let has_ports = [IpNextHeaderProtocols::Tcp.0, IpNextHeaderProtocols::Udp.0].contains(&protocol) && !is_later;
        let is_there = port + 2 <= usize::from(self.length()) && (ip == 0 || bytes[ip] == 0x45);
        let port = bytes.get(port..port + 2).filter(|_| has_ports && is_there)?;
        Some(Hears::Port { protocol, port: u16::from_be_bytes([port[0], port[1]]) })
    }
}

/// A sender on a host, either a flow of the plan or a program. A sender that can foresee what it sends need not be
/// woken for each packet; any other must be.
pub(super) trait Sends {
    /// When it next sends, as far as it knows now; [`SimTime::NEVER`] if nothing is to come.
    fn next_wake(&self) -> SimTime;
    /// Whether it is known in advance what it sends and when, whatever happens meanwhile, and its packets are alike.
    fn says_its_future(&self) -> bool;
}

/// Where an endpoint puts the packets it wants sent, in order. One that a router would not accept is dropped as
/// `bad_length` or `bad_checksum`. A host that is down sends nothing, and nothing is counted.
#[derive(Debug, Default)]
pub struct Outbox {
    pub(super) packets: Vec<Sent>,
}

impl Outbox {
    /// Sends an IPv4 packet.
    pub fn send(&mut self, packet: Bytes) {
        self.packets.push(Sent::of(packet));
    }

    /// Sends an IPv4 packet of `length` bytes that begins with `head`. If it is longer, `tail` is what follows, filled
    /// up with zeros; without a tail, what follows the UDP, TCP or ICMP header is synthetic payload, of which no byte
    /// is made ([`crate::wire::payload`]), and headers beyond 40 bytes are zeros.
    pub fn send_head(&mut self, head: [u8; HEAD], length: u16, tail: Option<Bytes>) {
        self.packets.push(Sent { head, length: length.into(), tail });
    }
}

/// A packet that a program or somebody outside sends.
#[derive(Debug)]
pub(super) struct Sent {
    pub head: [u8; HEAD],
    /// How many bytes there are; the header may say otherwise.
    pub length: usize,
    pub tail: Option<Bytes>,
}

impl Sent {
    /// These bytes.
    pub(super) fn of(bytes: Bytes) -> Sent {
        let mut head = [0; HEAD];
        let held = bytes.len().min(HEAD);
        head[..held].copy_from_slice(&bytes[..held]);
        Sent { head, length: bytes.len(), tail: (bytes.len() > HEAD).then(|| bytes.slice(HEAD..)) }
    }

    /// Its first bytes; zero beyond its length.
    pub(super) fn header(&self) -> [u8; HEADER_MAX] {
        header(&self.head, self.tail.as_ref())
    }
}

/// Bytes of the longest IPv4 header and the ports behind it; an ICMP error about a packet without options is shorter.
const HEADER_MAX: usize = 64;

fn header(head: &[u8; HEAD], tail: Option<&Bytes>) -> [u8; HEADER_MAX] {
    let mut header = [0; HEADER_MAX];
    header[..HEAD].copy_from_slice(head);
    if let Some(tail) = tail {
        let held = tail.len().min(HEADER_MAX - HEAD);
        header[HEAD..][..held].copy_from_slice(&tail[..held]);
    }
    header
}
