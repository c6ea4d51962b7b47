//! The plan of a run as plain valid data: traffic, timeline, expectations. It schedules nothing; the engine does.

use super::change::Change;
use super::ids::{AccountId, HostId, TrafficId, VpcId};
pub use super::metric::Metric;
use super::name::Name;
pub use super::pattern::{Pace, Pattern};
pub use super::receivers::{Destination, Pick, Receiver};
use crate::units::{BitRate, NANOS_PER_SECOND, SimDuration, SimTime, Span};
use jiff::Zoned;
use jiff::civil::Date;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// What to do with a network, for how long, and what should come of it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The scenario's name.
    pub name: String,
    /// The question it asks.
    pub question: Option<String>,
    /// The civil instant of time 0, in the billing zone (S40).
    pub start: Zoned,
    /// The run covers `[0, duration)`.
    pub duration: SimTime,
    /// Feeds every random stream.
    pub seed: u64,
    /// In declaration order; a [`TrafficId`] indexes it.
    pub traffic: Vec<Traffic>,
    /// Ordered by time, then by place in the file.
    pub timeline: Vec<Action>,
    /// In declaration order.
    pub expectations: Vec<Expectation>,
    /// What a bill needs to know beside the packets.
    pub billing: Billing,
}

/// What a bill needs to know beside the packets (S40–S44). Which prices there are is not said here.
#[derive(Debug, Clone, Default)]
pub struct Billing {
    /// The price book; unset is the guide's.
    pub book: Option<BookChoice>,
    /// Free bandwidth of single peerings (S44).
    pub free: Vec<FreeBandwidth>,
    /// What picks the tier where some of the peak is free (S44).
    pub free_basis: FreeBasis,
    /// Accounts that are VIP customers (S44): 100 Mbps free on each of their mainland peerings.
    pub vip: Vec<AccountId>,
}

/// The price books that come with the program (S42).
pub const SHIPPED_BOOKS: [&str; 4] = ["guide-2017", "cny-2022", "usd-2018", "cny-2016"];

/// Where prices come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookChoice {
    /// A book that comes with the program.
    Shipped(String),
    /// The user's own: the file's name and its text.
    Own { file: String, text: String },
}

/// Bandwidth that is not billed (S44).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeBandwidth {
    /// The name the peering was made with.
    pub peering: Name,
    /// How much.
    pub bandwidth: BitRate,
    /// First civil day; unset is the day the peering was made.
    pub from: Option<Date>,
    /// Last civil day.
    pub until: Date,
}

/// What picks the tier of a peak of which some is free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FreeBasis {
    /// The part that is billed.
    #[default]
    Excess,
    /// The whole peak.
    Peak,
}

/// One traffic entry: one flow per source host (per captured host for a replay), or for each pair of hosts
/// ([`Pick::Every`]).
#[derive(Debug, Clone)]
pub struct Traffic {
    /// Unique.
    pub name: Name,
    /// Free text.
    pub label: Option<String>,
    /// The sources, in order of flow number, each named once. Empty for a replay.
    pub from: Arc<[HostId]>,
    /// Where the packets go.
    pub to: Destination,
    /// When they go.
    pub pattern: Pattern,
    /// How large they are.
    pub size: PacketSize,
    /// A forged source address.
    pub source: Option<Ipv4Addr>,
    /// UDP source port of flow 0; flow n takes the n-th after it, wrapping.
    pub source_port: u16,
    /// UDP destination port.
    pub destination_port: u16,
    /// First and last TTL; unequal, successive packets step through the range and start again.
    pub ttl: (u8, u8),
    /// No packet before.
    pub start: SimTime,
    /// No packet at or after.
    pub stop: SimTime,
    /// Offset of each flow's first packet from `start`, the others evenly spaced behind it. Unset, every packet goes at
    /// a random instant of its own slot, so that equal flows do not march in step.
    pub phase: Option<SimDuration>,
    /// Packets per flow at most.
    pub count: Option<u64>,
}

/// The most senders of a plan: a packet's name has 24 bits for its sender, and programs on hosts need some too.
pub const SENDERS_MAX: usize = 16_000_000;

impl Traffic {
    /// Whether it asks for echoes.
    pub fn is_ping(&self) -> bool {
        matches!(self.pattern, Pattern::Ping { .. })
    }
}

/// IPv4 total lengths in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PacketSize {
    /// All alike.
    Fixed(u16),
    /// Drawn with the given weights (parts of their sum).
    Mix(Arc<[(u16, u32)]>),
}

impl PacketSize {
    /// The largest that can occur.
    pub fn max(&self) -> u16 {
        match self {
            PacketSize::Fixed(n) => *n,
            PacketSize::Mix(m) => m.iter().map(|(n, _)| *n).max().unwrap_or(0),
        }
    }
}

/// One entry of the timeline.
#[derive(Debug, Clone)]
pub struct Action {
    /// When.
    pub time: SimTime,
    /// What, as the file says it: `change_bandwidth PeerConn 50 Mbps`.
    pub text: String,
    /// Who asks; none is whoever may.
    pub by: Option<AccountId>,
    /// What to do.
    pub change: Change,
    /// The refusal that is expected, by its code or the last part of it; another outcome fails the run.
    pub refused: Option<String>,
}

/// One `[[expect]]`: a subject, a window and what must hold.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Whom it is about.
    pub subject: Subject,
    /// Packets count by the instant they were sent (traffic) or carried (peering). The whole run by
    /// default.
    pub between: Span,
    /// Every one must hold.
    pub checks: Vec<Check>,
}

/// Whom an expectation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A traffic entry.
    Traffic(TrafficId),
    /// The directions away from a VPC of all peerings that ever bear a name, added up.
    Link { peering: Name, from: VpcId },
    /// All peerings that ever bear a name.
    Peering { peering: Name },
}

/// A quantity and the range it must lie in, bounds included, in the quantity's base unit.
#[derive(Debug, Clone)]
pub struct Check {
    /// What is measured.
    pub metric: Metric,
    /// Smallest allowed value.
    pub low: u64,
    /// Largest allowed value.
    pub high: u64,
    /// As the file says it: `< 40 %`.
    pub text: String,
}

impl Plan {
    /// How far into its civil minute the run starts.
    pub fn minute_offset(&self) -> SimDuration {
        let (seconds, nanos) = (self.start.second(), self.start.subsec_nanosecond());
        SimDuration::from_nanos(seconds as u64 * NANOS_PER_SECOND + nanos as u64)
    }
    /// Whether a span is the whole run.
    pub fn is_whole(&self, span: Span) -> bool {
        span.from == SimTime::ZERO && span.until >= self.duration
    }
    /// One traffic entry.
    pub fn entry(&self, id: TrafficId) -> &Traffic {
        &self.traffic[id.index()]
    }
}
