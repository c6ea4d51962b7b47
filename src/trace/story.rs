//! What is told of a packet: plain facts with names, instants and numbers, for whoever draws them. No ids, no engine.

use crate::units::{ByteSize, SimDuration, SimTime};
use serde::{Serialize, Serializer};
use std::net::Ipv4Addr;

/// The story of a packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    /// Its name.
    pub name: String,
    /// Which of those that bear its name was found: the place of its way in `ways`.
    pub found: usize,
    /// The packet's way, then those of what came of it: its reply or acknowledgment, and ICMP errors.
    pub ways: Vec<Way>,
    /// Why there is no reply, if there is none.
    pub no_reply: Option<String>,
    /// When the run was interrupted before the story was over, if it was.
    #[serde(rename = "interrupted_ns")]
    pub interrupted: Option<SimTime>,
}

/// What a packet is to the sender whose name it bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Sent by it.
    Packet,
    /// The echo reply to such a packet.
    Reply,
    /// An ICMP error about such a packet.
    Error,
    /// An ICMP error about the echo reply.
    ErrorAboutReply,
}

/// The way of one packet from its sender to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
    /// Its name, or that of the packet it answers.
    pub name: String,
    /// What it is to the sender of that name.
    pub kind: Kind,
    /// What it is: `UDP`, `echo reply`.
    pub what: String,
    /// IPv4 total length.
    pub bytes: u16,
    /// Who sends it: a host, or a router's subnet.
    pub sender: String,
    /// Source address in the header.
    pub source: Ipv4Addr,
    /// Destination address in the header.
    pub destination: Ipv4Addr,
    /// When it was sent.
    #[serde(rename = "emitted_ns")]
    pub emitted: SimTime,
    /// When it ended; none if it is under way.
    #[serde(rename = "ended_ns")]
    pub ended: Option<SimTime>,
    /// What happened, in order.
    pub steps: Vec<Moment>,
    /// Its header.
    pub header: Header,
    /// Its neighbours at the bucket of each link, in the order of its way.
    pub queues: Vec<Queue>,
}

/// Something that happened to a packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When.
    #[serde(rename = "time_ns")]
    pub time: SimTime,
    /// A VPC, or a direction of a peering.
    pub place: String,
    /// What.
    #[serde(flatten)]
    pub event: Event,
    /// What it changed in the header.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It was sent.
    Emitted { sender: String },
    /// It was looked up in the table of its sender's subnet.
    Routed {
        subnet: String,
        table: String,
        /// The entry with the longest prefix that holds its destination; none if no entry does.
        entry: Option<Entry>,
        /// Those that hold it too and were not taken, longest prefix first.
        lost: Vec<Loser>,
    },
    /// It reached a link.
    Offered {
        /// Tokens in the bucket as it met them; none without a bucket.
        #[serde(rename = "tokens_bytes")]
        tokens: Option<ByteSize>,
        /// Packets that waited when it came.
        ahead: u64,
        /// Their bytes.
        #[serde(rename = "ahead_bytes")]
        ahead_bytes: ByteSize,
        /// How it goes on.
        then: Then,
    },
    /// The control plane, or a fault, changed the link under it.
    Changed {
        /// What was changed.
        change: String,
        /// Whether it had departed already.
        is_on_wire: bool,
    },
    /// It left the bucket.
    Departed {
        #[serde(rename = "waited_ns")]
        waited: SimDuration,
    },
    /// It left the far end of the link.
    Arrived {
        #[serde(rename = "delay_ns")]
        delay: SimDuration,
    },
    /// A host accepted it.
    Delivered {
        host: String,
        /// Whether the host is the one it was meant for.
        is_meant: bool,
    },
    /// It was dropped.
    Dropped { reason: &'static str, sentence: &'static str },
}

impl Event {
    /// Whether it is a departure without waiting.
    pub fn is_departure_at_once(&self) -> bool {
        matches!(self, Event::Departed { waited } if *waited == SimDuration::ZERO)
    }
}

/// What a bucket does with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It departs at once.
    Departs,
    /// It waits.
    Waits,
    /// It is not let in.
    Refused,
}

/// An entry of a route table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its prefix.
    pub prefix: String,
    /// Where it leads: `local`, `blackhole`, the name of a peering.
    pub next_hop: String,
}

/// An entry that holds a destination and was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loser {
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
    /// Why not: its end code of rules.md B3, in lower case, and in words.
    pub why: &'static str,
    pub words: &'static str,
}

/// The header of a packet, from the IPv4 header to where the payload begins, at most 40 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// As it was sent.
    #[serde(serialize_with = "hex")]
    pub emitted: Vec<u8>,
    /// As it was when it ended.
    #[serde(serialize_with = "hex")]
    pub ended: Vec<u8>,
    /// The fields that differ.
    pub changed: Vec<Edit>,
}

/// A field of a header that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// Its name.
    pub field: &'static str,
    /// Its value before.
    pub before: String,
    /// Its value after.
    pub after: String,
}

/// A packet and its neighbours at the bucket of a link, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// The direction of a peering.
    pub link: String,
    /// Up to three ahead of it, itself, up to three behind it.
    pub packets: Vec<Queued>,
}

/// A packet at a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queued {
    /// Its name, or that of the packet it answers.
    pub name: String,
    /// What it is to the sender of that name.
    pub kind: Kind,
    /// Whether it is the one whose story is told.
    pub is_it: bool,
    /// IPv4 total length.
    pub bytes: u16,
    /// When it came.
    #[serde(rename = "offered_ns")]
    pub offered: SimTime,
    /// When it left for the wire; none if it was dropped, or that was not seen.
    #[serde(rename = "departed_ns")]
    pub departed: Option<SimTime>,
    /// When it was dropped at the bucket, if it was.
    #[serde(rename = "dropped_ns")]
    pub dropped: Option<SimTime>,
    /// Why.
    pub reason: Option<&'static str>,
}

fn hex<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
