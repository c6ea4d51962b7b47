//! The view models of sweeps: what was varied, and what was measured at each point. Rows hold the values of the axes in
//! their order; a search over frame sizes and the steps of a service test are axes too.

use crate::report::run::{Delays, Snapshot, TrafficReport, Word};
use crate::sweep::Axis;
use crate::units::{BitRate, Share, SimDuration};
use serde::Serialize;

/// What all of them begin with.
#[derive(Debug, Clone, Serialize)]
pub struct Head {
    /// The scenario's name.
    pub scenario: String,
    /// The file it came from.
    pub file: String,
    /// The seed of every random stream.
    pub seed: u64,
    /// Whether a signal came before all was measured.
    pub partial: bool,
    /// Remarks on the scenario at any of the points.
    pub notes: Vec<String>,
    /// What was varied; the last changes fastest.
    pub axes: Vec<Axis>,
}

/// A sweep.
#[derive(Debug, Clone, Serialize)]
pub struct SweepReport {
    /// What was varied.
    #[serde(flatten)]
    pub head: Head,
    /// How many points were planned.
    pub planned: usize,
    /// Those that were begun, in order.
    pub points: Vec<PointReport>,
}

/// One point: what a run with these values came to.
#[derive(Debug, Clone, Serialize)]
pub struct PointReport {
    /// A value for each axis.
    pub values: Vec<String>,
    /// Whether the run was interrupted.
    pub partial: bool,
    /// How many checks of expectations there are, and how many of them hold.
    pub expectations: usize,
    pub held: usize,
    /// Whether the actions of the timeline went as the file says.
    pub timeline_as_expected: bool,
    /// Packets: emitted = delivered + dropped + in flight.
    pub emitted: u64,
    pub delivered: u64,
    pub dropped: u64,
    pub in_flight: u64,
    /// Dropped / (delivered + dropped).
    pub loss: Share,
    /// What traffic entries delivered, divided by the length of the run.
    #[serde(rename = "delivered_bps")]
    pub delivered_rate: BitRate,
    /// The longest 99th percentile of the delay of any entry.
    #[serde(rename = "worst_p99_ns")]
    pub worst_p99: Option<SimDuration>,
    /// The code of the reason for most drops.
    pub main_drop_reason: Option<Word>,
}

impl PointReport {
    /// What `run` came to.
    pub fn of(values: &[String], run: &Snapshot) -> PointReport {
        let bytes = run.traffic.iter().map(|entry| entry.delivered.bytes).fold(Default::default(), |a, b| a + b);
        let books = run.packets;
        PointReport {
            values: values.to_vec(),
            partial: run.partial,
            expectations: run.expectations.len(),
            held: run.expectations.iter().filter(|expectation| expectation.held == Some(true)).count(),
            timeline_as_expected: run.timeline.iter().all(|action| action.as_expected),
            emitted: books.emitted,
            delivered: books.delivered,
            dropped: books.dropped,
            in_flight: books.in_flight,
            loss: Share::of(books.dropped, books.delivered + books.dropped),
            delivered_rate: BitRate::average(bytes, SimDuration::from_nanos(run.reached.as_nanos())),
            worst_p99: run.worst_p99(),
            main_drop_reason: run.main_reason().cloned(),
        }
    }

    /// Whether every demand of the file was met.
    pub fn demands_met(&self) -> bool {
        self.held == self.expectations && self.timeline_as_expected
    }
}

/// The highest rate without loss, at each point.
#[derive(Debug, Clone)]
pub struct LosslessReport {
    /// What was varied.
    pub head: Head,
    /// The key that was searched.
    pub key: String,
    /// The highest rate that was to be tried.
    pub line_rate: BitRate,
    /// One for each point that was begun.
    pub searches: Vec<LosslessSearch>,
}

/// One search for the highest rate without loss.
#[derive(Debug, Clone)]
pub struct LosslessSearch {
    /// A value for each axis.
    pub values: Vec<String>,
    /// The entry's senders, each of which sends at the rate.
    pub senders: usize,
    /// How long they send at each rate.
    pub trial: SimDuration,
    /// The highest rate at which packets arrived and none was lost; none if there is none, or it was not found yet.
    pub lossless: Option<BitRate>,
    /// From there to the lowest rate that lost something, if one did.
    pub resolution: Option<BitRate>,
    /// Packets a second of one sender at that rate, if all have one size.
    pub packets_per_s: Option<u64>,
    /// Why it is no higher.
    pub limited_by: Option<String>,
    /// One way, at that rate.
    pub delay: Option<Delays>,
    /// The longest burst at line rate, if asked for.
    pub burst: Option<Burst>,
    /// Every rate that was tried, in order.
    pub tried: Vec<TriedRate>,
}

/// The longest burst at line rate that loses nothing.
#[derive(Debug, Clone, Serialize)]
pub struct Burst {
    /// Packets of one sender; none if even the shortest burst loses some.
    pub packets: Option<u64>,
    /// Why it is no longer.
    pub limited_by: Option<String>,
    /// How long the burst lasts, less what passes meanwhile at the lossless rate: the time at line rate for which there
    /// is room to wait (RFC 9004 §6.4).
    #[serde(rename = "buffer_ns")]
    pub buffer: Option<SimDuration>,
}

/// A rate, and the packets it lost.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct TriedRate {
    /// The rate.
    #[serde(rename = "bps")]
    pub rate: BitRate,
    /// Packets.
    pub lost: u64,
}

/// A service test, at each point.
#[derive(Debug, Clone)]
pub struct ServiceReport {
    /// What was varied; the last axis has the steps.
    pub head: Head,
    /// The key whose rate was stepped.
    pub key: String,
    /// The steps that were begun.
    pub steps: Vec<ServiceStep>,
}

/// One step of a service test (ITU-T Y.1564), of all senders of the entry together.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceStep {
    /// A value for each axis.
    #[serde(skip)]
    pub values: Vec<String>,
    /// The entry's senders, each of which sends at the step's rate.
    pub senders: usize,
    /// The committed information rate, of each sender.
    #[serde(rename = "cir_bps")]
    pub committed: BitRate,
    /// The step, in percent of it.
    pub percent: u64,
    /// Whether its run was interrupted.
    pub partial: bool,
    /// Information rate: IPv4 bits that were sent and that were delivered, divided by the time in which the entry
    /// sends.
    #[serde(rename = "sent_bps")]
    pub sent: BitRate,
    #[serde(rename = "delivered_bps")]
    pub delivered: BitRate,
    /// Frame loss ratio.
    pub loss: Share,
    /// Frame transfer delay, one way.
    pub delay: Option<Delays>,
    /// Frame delay variation: from the shortest delay to the 99th percentile (ITU-T Y.1540).
    #[serde(rename = "delay_variation_ns")]
    pub delay_variation: Option<SimDuration>,
    /// How many checks of expectations there are, and how many of them hold.
    pub expectations: usize,
    pub held: usize,
    /// The code of the reason for most of its drops.
    pub main_drop_reason: Option<Word>,
}

impl ServiceStep {
    /// What the step's run came to for `entry`, whose `senders` send for `window`.
    pub fn of(
        values: &[String],
        (committed, percent): (BitRate, u64),
        (senders, window): (usize, SimDuration),
        run: &Snapshot,
        entry: &TrafficReport,
    ) -> ServiceStep {
        ServiceStep {
            values: values.to_vec(),
            senders,
            committed,
            percent,
            partial: run.partial,
            sent: BitRate::average(entry.sent.bytes, window),
            delivered: BitRate::average(entry.delivered.bytes, window),
            loss: entry.loss,
            delay: entry.delay,
            delay_variation: entry.delay.map(|delay| delay.p99 - delay.min),
            expectations: run.expectations.len(),
            held: run.expectations.iter().filter(|expectation| expectation.held == Some(true)).count(),
            main_drop_reason: entry.dropped_by.first().map(|(reason, _)| reason.clone()),
        }
    }

    /// Whether it sent more than the committed rate and lost nothing.
    pub fn is_unlimited(&self) -> bool {
        self.percent > 100 && !self.partial && self.loss == Share::ZERO
    }
}
