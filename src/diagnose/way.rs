//! One probe's way to where it ends, and the way of its reply: the same functions that judge packets, on an idle
//! network. It explains nothing.

use super::ground::Ground;
use crate::dataplane::link;
use crate::dataplane::packet::Packet;
use crate::dataplane::router::{self, Exit, Path, Sender};
use crate::model::{DropReason, HostId, Probe, Protocol};
use crate::wire::icmp;
use crate::wire::ipv4::{self, Addressing, TTL};
use crate::wire::tcp;
use std::net::Ipv4Addr;

/// The port that probes are sent from (RFC 6335 §6).
const PORT: u16 = 49_152;

/// Why a probe does not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// End code 42: the source is stopped and sends nothing.
    SrcHostDown,
    /// It is dropped.
    Dropped(DropReason),
}

impl Stop {
    /// The lower-cased code of rules.md B3.
    pub const fn code(self) -> &'static str {
        match self {
            Stop::SrcHostDown => "src_host_down",
            Stop::Dropped(reason) => reason.code(),
        }
    }

    /// The rules of peering behind it; empty where none is.
    pub const fn rules(self) -> &'static str {
        match self {
            Stop::SrcHostDown => "",
            Stop::Dropped(reason) => reason.rules(),
        }
    }

    /// Why, for a person.
    pub const fn sentence(self) -> &'static str {
        match self {
            Stop::SrcHostDown => "the source host is down and sends nothing",
            Stop::Dropped(reason) => reason.sentence(),
        }
    }
}

/// How a probe goes from a host to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// The sending host.
    pub from: HostId,
    /// Where it is sent.
    pub to: Ipv4Addr,
    /// What the routers do with it.
    pub path: Path,
    /// The host that accepts it, or why none does.
    pub end: Result<HostId, Stop>,
}

impl Way {
    /// The way of a probe from `from` to `to`.
    pub fn of(ground: &Ground, probe: Probe, from: HostId, to: Ipv4Addr) -> Way {
        Way::with(ground, from, to, packet(probe, ground.network().host(from).address, to))
    }

    fn with(ground: &Ground, from: HostId, to: Ipv4Addr, mut packet: Packet) -> Way {
        let network = ground.network();
        let path = router::path(ground.view(), Sender::Host(from), &mut packet);
        let end = match path.leave {
            _ if !network.host(from).up => Err(Stop::SrcHostDown),
            Ok(Exit::Over(link)) => {
                link::carries(network.peering(link.peering())).and(path.enter).map_err(Stop::Dropped)
            }
            Ok(Exit::Local(_)) | Err(_) => path.enter.map_err(Stop::Dropped),
        };
        Way { from, to, path, end }
    }

    /// `delivered`, or the code of what stops it.
    pub fn verdict(&self) -> &'static str {
        self.end.map_or_else(Stop::code, |_| "delivered")
    }
}

/// A probe's way and that of its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trip {
    /// The way there.
    pub request: Way,
    /// The way back, from whoever accepted it; none if nobody did.
    pub reply: Option<Way>,
}

impl Trip {
    /// The round trip of a probe from `from` to `to`.
    pub fn of(ground: &Ground, probe: Probe, from: HostId, to: Ipv4Addr) -> Trip {
        let source = ground.network().host(from).address;
        let request = Way::of(ground, probe, from, to);
        let reply = request.end.ok().map(|landed| Way::with(ground, landed, source, reply(probe, to, source)));
        Trip { request, reply }
    }

    /// The host that accepted the reply.
    pub fn reply_landed(&self) -> Option<HostId> {
        self.reply.and_then(|reply| reply.end.ok())
    }

    /// Whether the probe reached `to`, or any host if none is named.
    pub fn arrives(&self, to: Option<HostId>) -> bool {
        self.request.end.is_ok_and(|landed| to.is_none_or(|to| landed == to))
    }

    /// Whether it did, and the reply came home.
    pub fn returns(&self, to: Option<HostId>) -> bool {
        self.arrives(to) && self.reply_landed() == Some(self.request.from)
    }
}

/// The packet of a probe.
fn packet(probe: Probe, source: Ipv4Addr, destination: Ipv4Addr) -> Packet {
    let to = Addressing { source, destination, ttl: TTL };
    let head = match probe.protocol {
        Protocol::Icmp => icmp::echo_request(to, probe.size, 1, 1, 0),
        Protocol::Udp => ipv4::udp_head(to, (PORT, probe.port), probe.size, 0),
        Protocol::Tcp => tcp_head(to, (PORT, probe.port)),
    };
    Packet::of(head, probe.size)
}

/// The packet of its reply, which comes from the address that was asked.
fn reply(probe: Probe, source: Ipv4Addr, destination: Ipv4Addr) -> Packet {
    let to = Addressing { source, destination, ttl: TTL };
    let head = match probe.protocol {
        Protocol::Icmp => icmp::echo_reply(&packet(probe, destination, source).head, TTL),
        Protocol::Udp => ipv4::udp_head(to, (probe.port, PORT), probe.size, 0),
        Protocol::Tcp => tcp_head(to, (probe.port, PORT)),
    };
    Packet::of(head, probe.size)
}

/// As much of a segment's head as decides its way.
fn tcp_head(to: Addressing, ports: (u16, u16)) -> [u8; ipv4::HEAD] {
    let mut head = tcp::Template::new(to).probe();
    head[20..22].copy_from_slice(&ports.0.to_be_bytes());
    head[22..24].copy_from_slice(&ports.1.to_be_bytes());
    head
}
