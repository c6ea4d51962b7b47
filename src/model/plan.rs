//! The plan of a run as plain valid data: traffic, timeline, expectations. It schedules nothing; the engine does.

pub use super::action::Action;
use super::ids::{AccountId, HostId, TrafficId, VpcId};
use super::lesson::Lesson;
pub use super::metric::Metric;
use super::name::Name;
pub use super::pattern::{Pace, Pattern};
use super::probe::Probe;
pub use super::receivers::{Destination, Pick, Receiver};
pub use super::traffic::{PacketSize, SENDERS_MAX, Traffic};
pub use super::transfers::{Arrivals, TransferSize, Transfers};
use crate::units::{BitRate, NANOS_PER_SECOND, SimDuration, SimTime, Span};
use jiff::Zoned;
use jiff::civil::Date;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// What to do with a network, for how long, and what is expected of it.
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
    /// Demands on who reaches whom, in declaration order. No packet of the run counts for them.
    pub reach: Vec<Reach>,
    /// What a bill needs to know besides the packets.
    pub billing: Billing,
    /// What it teaches, if it is a lesson; the demands of its stages are among those above.
    pub lesson: Option<Lesson>,
}

/// What a bill needs to know besides the packets (S40–S44). Prices are not defined here.
#[derive(Debug, Clone, Default)]
pub struct Billing {
    /// The price book; unset means the guide's.
    pub book: Option<BookChoice>,
    /// Free bandwidth of single peerings (S44).
    pub free: Vec<FreeBandwidth>,
    /// What selects the price tier if part of the peak is free (S44).
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
    /// First civil day; unset means the day the peering was made.
    pub from: Option<Date>,
    /// Last civil day.
    pub until: Date,
}

/// What selects the price tier of a peak that is partly free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FreeBasis {
    /// The part that is billed.
    #[default]
    Excess,
    /// The whole peak.
    Peak,
}

/// One `[[expect]]`: a subject, a window and what must hold.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// What it is about.
    pub subject: Subject,
    /// Packets count by the instant they were sent (traffic) or carried (peering). The whole run by
    /// default.
    pub between: Span,
    /// All of them must hold.
    pub checks: Vec<Check>,
}

/// What an expectation is about.
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
    /// As stated in the file: `< 40 %`.
    pub text: String,
}

/// One `reach` or `unreachable` of an `[[expect]]`: every ordered pair of different hosts must, or none may, have a
/// round trip.
#[derive(Debug, Clone)]
pub struct Reach {
    /// As stated in the file: `VPC1/* -> VPC2/db`.
    pub text: String,
    /// The senders.
    pub from: Arc<[HostId]>,
    /// The receivers.
    pub to: ReachTo,
    /// Whether the pairs must have a round trip; otherwise none may.
    pub wanted: bool,
    /// Only the way there counts.
    pub one_way: bool,
    /// About the network as it is then, changes of that instant included.
    pub at: SimTime,
    /// The packet to ask with.
    pub probe: Probe,
}

/// Who is to be reached.
#[derive(Debug, Clone)]
pub enum ReachTo {
    /// Each of these hosts.
    Hosts(Arc<[HostId]>),
    /// Whoever has this address.
    Address(Ipv4Addr),
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
    /// Whether anything is done to the network at or before an instant.
    pub fn changes_by(&self, at: SimTime) -> bool {
        self.timeline.first().is_some_and(|action| action.time <= at)
    }
    /// One traffic entry.
    pub fn entry(&self, id: TrafficId) -> &Traffic {
        &self.traffic[id.index()]
    }
}
