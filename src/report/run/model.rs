//! The view model of a run: everything a view may show, as plain numbers and texts. Text, JSON, CSV and bars are drawn
//! from it.
//!
//! Field names carry their unit (`_ns`, `_bps`, `_bytes`); fields of a type from [`crate::units`] serialise as plain
//! integers of the unit named. The JSON report *is* this structure; [`FORMAT`] and [`VERSION`] name its shape. Fields
//! may be added within a version; none is removed or changes its meaning.

use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime, Span};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::net::Ipv4Addr;

/// The JSON document's `format`.
pub const FORMAT: &str = "vpcsim-report";
/// The JSON document's `version`.
pub const VERSION: u32 = 1;

/// A code or a name: the program's own, or read from a stored document.
pub type Word = Cow<'static, str>;

/// One run, finished or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// [`FORMAT`].
    pub format: Word,
    /// [`VERSION`].
    pub version: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The file it came from.
    pub file: String,
    /// The question it asks.
    pub question: Option<String>,
    /// The seed of every random stream.
    pub seed: u64,
    /// The planned length.
    #[serde(rename = "duration_ns")]
    pub duration: SimTime,
    /// The instant the run has reached; less than `duration` if it was interrupted.
    #[serde(rename = "reached_ns")]
    pub reached: SimTime,
    /// Whether the run was interrupted: expectations are then not evaluated.
    pub partial: bool,
    /// Remarks on the scenario and the run.
    pub notes: Vec<String>,
    /// `emitted = delivered + dropped + in_flight`, checked at the end of every run.
    pub packets: Books,
    /// Both directions of each peering, in declaration order.
    pub links: Vec<LinkReport>,
    /// Each traffic entry, in declaration order.
    pub traffic: Vec<TrafficReport>,
    /// Each peering that an injected fault kept from carrying packets, in declaration order.
    pub availability: Vec<AvailabilityReport>,
    /// Where packets were dropped, and why; VPCs first, then links, in declaration order.
    pub drops: Vec<DropReport>,
    /// Each action, in order.
    pub timeline: Vec<ActionReport>,
    /// Each check of each expectation, in order.
    pub expectations: Vec<ExpectationReport>,
    /// The interval series, if asked for.
    pub intervals: Option<Intervals>,
}

/// Packets by how they ended. Echo replies and ICMP errors are packets too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// Emitted by hosts and visible routers.
    pub emitted: u64,
    /// Accepted by a host.
    pub delivered: u64,
    /// Dropped, for any reason.
    pub dropped: u64,
    /// Queued or on the wire at the end.
    pub in_flight: u64,
}

/// Packets and their IPv4 total bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// How many.
    pub packets: u64,
    /// Their IPv4 total lengths, summed.
    pub bytes: ByteSize,
}

/// A delay distribution. With few distinct delays, the usual case, a quantile is a delay that some packet had; with
/// more, it lies within the stated precision of the true one. `min` and `max` are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delays {
    /// Packets measured.
    pub packets: u64,
    /// The shortest.
    #[serde(rename = "min_ns")]
    pub min: SimDuration,
    /// Half of them are at most this long.
    #[serde(rename = "p50_ns")]
    pub p50: SimDuration,
    /// The largest error of `p50_ns`; 0 if it is exact.
    #[serde(rename = "p50_precision_ns")]
    pub p50_precision: SimDuration,
    /// 99 % of them are at most this long.
    #[serde(rename = "p99_ns")]
    pub p99: SimDuration,
    /// The largest error of `p99_ns`.
    #[serde(rename = "p99_precision_ns")]
    pub p99_precision: SimDuration,
    /// The longest.
    #[serde(rename = "max_ns")]
    pub max: SimDuration,
}

/// One direction of a peering connection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkReport {
    /// The peering's name; if several had this name, the second is `PeerConn#2`.
    pub peering: String,
    /// The VPC that packets leave.
    pub from: String,
    /// The VPC that packets enter.
    pub to: String,
    /// The peering's state at the end.
    pub state: Word,
    /// Whether the two are in different regions.
    pub cross_region: bool,
    /// The shaping rate at the end; none if there is no shaper.
    #[serde(rename = "cap_bps")]
    pub cap: Option<BitRate>,
    /// Bucket size at the end.
    #[serde(rename = "burst_bytes")]
    pub burst: Option<ByteSize>,
    /// Reached the shaper.
    pub offered: Volume,
    /// Left the far end.
    pub carried: Volume,
    /// Dropped by the shaper or policer (S38).
    pub shaper_drops: u64,
    /// Lost to injected faults or to a change of the peering.
    pub other_drops: u64,
    /// Queued or on the wire at the end.
    pub in_flight: u64,
    /// Shaper drops / offered (S38).
    pub loss: Share,
    /// Carried bits divided by the time reached.
    #[serde(rename = "carried_bps")]
    pub carried_rate: BitRate,
    /// The longest queue, in bytes.
    #[serde(rename = "longest_queue_bytes")]
    pub longest_queue: ByteSize,
    /// How long the cap of that time takes to let it through.
    #[serde(rename = "drains_in_ns")]
    pub drains_in: Option<SimDuration>,
    /// From the sending host to the far end of the link, for carried packets.
    pub delay: Option<Delays>,
}

/// One traffic entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrafficReport {
    /// Its name.
    pub name: String,
    /// Free text.
    pub label: Option<String>,
    /// `constant`, `poisson`, `on_off`, `ping`, `series`, `diurnal`, `replay`.
    pub pattern: Word,
    /// Senders and receivers, readable: `VPC1/web -> VPC2/db`; of several, the first sender and the first receiver,
    /// each with the number of others: `VPC1/web-1 (+9) -> VPC2/db-1 (+3), 40 flows`.
    pub path: String,
    /// Emitted (requests, for a ping).
    pub sent: Volume,
    /// Accepted by the intended host.
    pub delivered: Volume,
    /// Accepted by another host.
    pub misdelivered: u64,
    /// Dropped by the network.
    pub dropped: u64,
    /// Still in flight at the end of the run.
    pub in_flight: u64,
    /// Lost / (lost + completed), where lost = dropped + misdelivered, and a ping is complete when answered.
    pub loss: Share,
    /// One way, of delivered packets.
    pub delay: Option<Delays>,
    /// Drops by reason code, most first.
    pub dropped_by: Vec<(Word, u64)>,
    /// The replies, for a ping.
    pub ping: Option<PingReport>,
    /// The connections, of TCP.
    pub tcp: Option<TcpReport>,
    /// ICMP errors about this entry's packets that reached a sender.
    pub icmp_errors: Vec<IcmpErrorReport>,
    /// The content of its file and how it was handled: a capture's packets, a series' rows.
    pub handled: Vec<(String, u64)>,
}

/// The outcome of TCP connections.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TcpReport {
    /// Payload bits per second, in order, from the first SYN to the last byte or the end.
    pub goodput_bps: Option<BitRate>,
    /// Connections that were begun.
    pub connections: u64,
    /// Those that completed.
    pub completed: u64,
    /// Those that were given up, and the reason of each one's last loss, most first: `no_port` or `no_answer` if there
    /// is none.
    pub given_up: u64,
    pub given_up_by: Vec<(Word, u64)>,
    /// Segments sent again.
    pub retransmissions: u64,
    /// Timeouts.
    pub timeouts: u64,
    /// From the first SYN to the last byte.
    pub completion: Option<Delays>,
    /// Round trips.
    pub round_trip: Option<Delays>,
    /// What limited those that open, as shares of the time in which they were open.
    pub limited_by: LimitedBy,
    /// Their congestion windows at the end, in bytes: the mean.
    pub window_bytes: Option<u64>,
    /// Drops of what the answering hosts sent, by reason code, most first.
    pub answers_dropped_by: Vec<(Word, u64)>,
}

/// What limited senders, as shares of time.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct LimitedBy {
    /// The window that the other side advertises.
    pub receive_window: Share,
    /// The congestion window, while nothing waited on the way.
    pub congestion_window: Share,
    /// They had nothing more to send.
    pub sender: Share,
    /// Packets waited on the way: a cap.
    pub cap: Share,
    /// Nothing came back for a whole timeout, and had not since.
    pub timeout: Share,
}

/// The outcome of a ping's replies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PingReport {
    /// Replies that came back to the sender.
    pub answered: u64,
    /// Replies that were dropped on the way back or reached another host.
    pub replies_lost: u64,
    /// Drops of replies by reason code, most first.
    pub replies_dropped_by: Vec<(Word, u64)>,
    /// Round trips.
    pub round_trip: Option<Delays>,
}

/// ICMP errors of one kind from one router.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IcmpErrorReport {
    /// `time exceeded`, `net unreachable`, …
    pub kind: Word,
    /// The router's address.
    pub from: String,
    /// How many reached the sender.
    pub packets: u64,
}

/// Packets dropped at one place for one reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropReport {
    /// `VPC1`, or `PeerConn VPC1 -> VPC2`.
    pub place: String,
    /// The place of that link among [`Snapshot::links`], if it is one.
    pub link: Option<usize>,
    /// In a VPC: the sender's subnet if the packets did not leave it, otherwise the destination's, if that is in one.
    pub subnet: Option<String>,
    /// The sender's route table, if it is the cause.
    pub table: Option<String>,
    /// The reason's code.
    pub reason: Word,
    /// The reason in words.
    pub sentence: Word,
    /// IPFIX forwardingStatus.
    pub forwarding_status: u8,
    /// Number of packets.
    pub packets: u64,
    /// The addresses of one of the packets.
    pub example: ExampleReport,
}

/// The addresses of a packet.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ExampleReport {
    /// The source.
    pub source: Ipv4Addr,
    /// The destination.
    pub destination: Ipv4Addr,
}

/// A peering's availability (S36).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AvailabilityReport {
    /// The peering's name; if several had this name, the second is `PeerConn#2`.
    pub peering: String,
    /// The share of its active time not lost to injected faults, weighted by the affected flows.
    pub availability: Share,
    /// The availability the vendor promises.
    pub promised: Share,
    /// The time lost.
    #[serde(rename = "downtime_ns")]
    pub downtime: SimDuration,
    /// The loss of time that the promise allows within the run's active time.
    #[serde(rename = "budget_ns")]
    pub budget: SimDuration,
    /// The loss of time that the promise allows in 30 days.
    #[serde(rename = "budget_of_month_ns")]
    pub budget_of_month: SimDuration,
}

/// One action of the timeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActionReport {
    /// Its instant.
    #[serde(rename = "time_ns")]
    pub time: SimTime,
    /// The account that asked, if the file names one.
    pub by: Option<String>,
    /// As written in the file; `by itself` for what nobody asked for, such as an expiry.
    pub action: String,
    /// What it did, or the refusal's message.
    pub outcome: String,
    /// The refusal's code.
    pub refused: Option<String>,
    /// Whether that was expected.
    pub as_expected: bool,
}

/// One check of an expectation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExpectationReport {
    /// The stage of the lesson that demands it, if one does.
    pub stage: Option<String>,
    /// Its subject: `traffic sync`, `peering PeerConn from VPC1`.
    pub subject: String,
    /// What is measured: `loss`, `delay_p99`, `dropped_by no_route`.
    pub metric: String,
    /// The part of the run that counts, unless it is the whole run.
    pub between: Option<Span>,
    /// The bound, as written in the file.
    pub expected: String,
    /// The measured value; none if the run was interrupted or there was nothing to measure.
    pub found: Option<String>,
    /// What was missing if there was nothing to measure: `no packets`.
    pub missing: Option<Word>,
    /// Whether it held; none if not evaluated.
    pub held: Option<bool>,
    /// If it did not: the code of the reason why most of the packets it is about were dropped in the part of the run
    /// that counts, if any were.
    pub most_dropped: Option<Word>,
}

/// The per-interval series of every link that was offered packets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Intervals {
    /// Length of each interval; the last may be shorter.
    #[serde(rename = "interval_ns")]
    pub interval: SimDuration,
    /// Where the series end.
    #[serde(rename = "reached_ns")]
    pub reached: SimTime,
    /// One series per link.
    pub links: Vec<IntervalSeries>,
    /// The TCP connection that was asked for.
    pub connection: Option<ConnectionSeries>,
}

/// A TCP connection at the end of each interval.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConnectionSeries {
    /// The traffic entry.
    pub entry: String,
    /// Which of its connections, from 1.
    pub number: u64,
    /// The ends of intervals at which it was open.
    pub rows: Vec<ConnectionRow>,
}

/// What it was like at one instant.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ConnectionRow {
    /// The instant.
    #[serde(rename = "time_ns")]
    pub time: SimTime,
    /// The congestion window.
    pub window_bytes: u64,
    /// Sent, and not known to have arrived or to be lost.
    pub in_flight_bytes: u64,
    /// The smoothed round trip time.
    #[serde(rename = "round_trip_ns")]
    pub round_trip: Option<SimDuration>,
}

/// One link's series.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IntervalSeries {
    /// The peering's name; if several had this name, the second is `PeerConn#2`.
    pub peering: String,
    /// The VPC that packets leave.
    pub from: String,
    /// The VPC that packets enter.
    pub to: String,
    /// The shaping rate at the end; none if there is no shaper.
    #[serde(rename = "cap_bps")]
    pub cap: Option<BitRate>,
    /// Bucket size at the end.
    #[serde(rename = "burst_bytes")]
    pub burst: Option<ByteSize>,
    /// Interval `k` covers `[k · interval, (k + 1) · interval)`.
    pub rows: Vec<IntervalRow>,
}

/// What happened on a link in one interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntervalRow {
    /// Reached the shaper.
    pub offered: Volume,
    /// Left the far end.
    pub carried: Volume,
    /// Dropped on the link, for any reason.
    pub dropped: u64,
    /// The longest queue in the interval, in bytes.
    #[serde(rename = "longest_queue_bytes")]
    pub longest_queue: ByteSize,
    /// Tokens in the bucket at the interval's end; none without a bucket.
    #[serde(rename = "tokens_bytes")]
    pub tokens: Option<ByteSize>,
}

impl Snapshot {
    /// Whether every demand of the scenario was met: expectations held and actions went as expected.
    pub fn demands_met(&self) -> bool {
        self.expectations.iter().all(|e| e.held != Some(false)) && self.timeline.iter().all(|a| a.as_expected)
    }

    /// The longest 99th percentile of the delay of any traffic entry.
    pub fn worst_p99(&self) -> Option<SimDuration> {
        self.traffic.iter().filter_map(|entry| entry.delay).map(|delay| delay.p99).max()
    }

    /// The code of the reason for most dropped packets, over all places; the first of equals.
    pub fn main_reason(&self) -> Option<&Word> {
        let packets = |reason: &Word| self.drops.iter().filter(|d| d.reason == *reason).map(|d| d.packets).sum::<u64>();
        self.drops.iter().map(|drop| &drop.reason).rev().max_by_key(|reason| packets(reason))
    }
}
