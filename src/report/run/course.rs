//! The course of a run, for charts: what happened in each interval, and the distributions of delays. One JSON document
//! beside the report, in one line.
//!
//! ```json
//! {"format": "vpcsim-course", "version": 1, "interval_ns": 20000000, "points": 500, "reached_ns": 10000000000,
//!  "links": [{"peering": "PeerConn", "from": "VPC1", "to": "VPC2", "cap_bps": [[0, 100000000]],
//!             "offered_packets": [133, 134, …], "dropped": {"shaper_queue_full": [0, 0, 7, …]}, …}],
//!  "vpcs": [{"vpc": "VPC1", "dropped": {"no_route": [1, 1]}}],
//!  "traffic": [{"name": "sync", "sent_packets": […], "delay_curve": [[0, 18400000], [1000000000, 18400000]], …}]}
//! ```
//!
//! Value `k` of a list belongs to `[k · interval, (k + 1) · interval)`; the last interval may be shorter, and zeros at
//! the end of a list are left out. All lists are sums over the interval, but for `longest_queue_bytes`, a maximum.
//! Their totals are the numbers of the report. Keys may be added within a version.

use crate::report::format::json::line;
use crate::units::{BitRate, SimDuration, SimTime};
use serde::Serialize;
use std::collections::BTreeMap;

/// The JSON document's `format`.
pub const COURSE_FORMAT: &str = "vpcsim-course";
/// The JSON document's `version`.
pub const COURSE_VERSION: u32 = 1;

/// Values by interval.
pub type Steps = Vec<u64>;
/// Dropped packets by reason code.
pub type DroppedSteps = BTreeMap<&'static str, Steps>;
/// Shares in parts per billion with the delay that this share of the packets does not exceed, in order. Between two
/// of them the delay rises evenly as far as is known; where it does not rise, only the ends are given.
pub type DelayCurve = Vec<(u32, SimDuration)>;

/// The course of a run, finished or not.
#[derive(Debug, Clone, Serialize)]
pub struct CourseReport {
    /// [`COURSE_FORMAT`].
    pub format: &'static str,
    /// [`COURSE_VERSION`].
    pub version: u32,
    /// The length of an interval.
    #[serde(rename = "interval_ns")]
    pub interval: SimDuration,
    /// How many there are.
    pub points: usize,
    /// Where the last ends.
    #[serde(rename = "reached_ns")]
    pub reached: SimTime,
    /// Each direction that was offered packets, in declaration order.
    pub links: Vec<LinkCourse>,
    /// Each VPC whose router dropped packets, in declaration order.
    pub vpcs: Vec<VpcCourse>,
    /// Each traffic entry, in declaration order.
    pub traffic: Vec<TrafficCourse>,
}

/// One direction of a peering.
#[derive(Debug, Clone, Serialize)]
pub struct LinkCourse {
    /// As in the report.
    pub peering: String,
    pub from: String,
    pub to: String,
    /// Every cap, from the instant on at which it began.
    #[serde(rename = "cap_bps")]
    pub caps: Vec<(SimTime, BitRate)>,
    /// Reached the shaper.
    pub offered_packets: Steps,
    pub offered_bytes: Steps,
    /// Left the far end.
    pub carried_packets: Steps,
    pub carried_bytes: Steps,
    /// Dropped on the link.
    pub dropped: DroppedSteps,
    /// The most bytes that waited at any instant.
    pub longest_queue_bytes: Steps,
    /// From the sending host to the far end.
    pub delay_curve: DelayCurve,
}

/// The drops of a VPC's router.
#[derive(Debug, Clone, Serialize)]
pub struct VpcCourse {
    /// The VPC.
    pub vpc: String,
    /// What it dropped.
    pub dropped: DroppedSteps,
}

/// One traffic entry; each packet counts when it was sent, delivered or dropped.
#[derive(Debug, Clone, Serialize)]
pub struct TrafficCourse {
    /// Its name.
    pub name: String,
    /// Emitted.
    pub sent_packets: Steps,
    pub sent_bytes: Steps,
    /// Accepted by the intended host.
    pub delivered_packets: Steps,
    pub delivered_bytes: Steps,
    /// Dropped by the network.
    pub dropped: DroppedSteps,
    /// One way, of delivered packets.
    pub delay_curve: DelayCurve,
    /// The replies, for a ping.
    pub ping: Option<PingCourse>,
    /// The connections, of TCP.
    pub tcp: Option<TcpCourse>,
}

/// The replies of a ping.
#[derive(Debug, Clone, Serialize)]
pub struct PingCourse {
    /// Came back to the sender.
    pub answered: Steps,
    /// Dropped on the way back.
    pub dropped: DroppedSteps,
    /// Round trips.
    pub round_trip_curve: DelayCurve,
}

/// TCP connections of an entry.
#[derive(Debug, Clone, Serialize)]
pub struct TcpCourse {
    /// Payload that arrived in order for the first time: goodput.
    pub payload_bytes: Steps,
    /// Segments sent again.
    pub retransmissions: Steps,
    /// Timeouts.
    pub timeouts: Steps,
    /// The first connection that is open, at the end of each interval in which one is.
    pub connection: ConnectionCourse,
    /// Round trips.
    pub round_trip_curve: DelayCurve,
    /// From the first SYN to the last byte.
    pub completion_curve: DelayCurve,
}

/// A connection at several instants; the lists are of one length.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ConnectionCourse {
    /// The instants.
    #[serde(rename = "time_ns")]
    pub time: Vec<SimTime>,
    /// Which of the entry's it is, from 1.
    pub number: Vec<u64>,
    /// Its congestion window.
    pub window_bytes: Vec<u64>,
    /// Sent, and not known to have arrived or to be lost.
    pub in_flight_bytes: Vec<u64>,
    /// The smoothed round trip time.
    #[serde(rename = "round_trip_ns")]
    pub round_trip: Vec<Option<SimDuration>>,
}

/// The course as a JSON document in one line.
pub fn course_json(course: &CourseReport) -> String {
    line(course) + "\n"
}
