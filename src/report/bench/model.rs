//! The view model of a measurement: what `vpcsim bench` measured and on which machine. Nothing here measures.

use crate::report::effort::EffortReport;
use crate::units::{ByteSize, SimDuration};
use serde::{Serialize, Serializer};
use std::time::Duration;

/// Everything one command measured. Keys carry their unit, as in the report of a run.
#[derive(Debug, Clone, Serialize)]
pub struct BenchReport {
    /// `vpcsim-bench`.
    pub format: &'static str,
    /// The version of the document's shape.
    pub version: u32,
    /// The program's version.
    pub program: &'static str,
    /// The machine it ran on.
    pub machine: Machine,
    /// How many times each workload was measured; the median is reported.
    pub repeat: usize,
    /// In the order requested.
    pub measurements: Vec<Measurement>,
}

/// A machine, as far as it is known.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// The processor's model name.
    pub cpu: Option<String>,
    /// Cores that the program may use.
    pub cores: usize,
    /// Main memory.
    #[serde(rename = "memory_bytes")]
    pub memory: Option<ByteSize>,
    /// Operating system and its version.
    pub os: String,
    /// Whether the program was built with optimisation; without it, the speed means nothing.
    pub optimised: bool,
}

/// One workload, measured.
#[derive(Debug, Clone, Serialize)]
pub struct Measurement {
    /// Its name.
    pub workload: &'static str,
    /// `packets` or `runs`.
    pub mode: &'static str,
    /// Threads.
    pub workers: usize,
    /// The simulated time.
    #[serde(rename = "span_ns")]
    pub span: SimDuration,
    /// Emitted by hosts; equals delivered + dropped + in flight, which is checked.
    #[serde(rename = "packets_emitted")]
    pub emitted: u64,
    /// Accepted by a host.
    pub delivered: u64,
    /// Dropped, for any reason.
    pub dropped: u64,
    /// Queued or on the wire at the end.
    pub in_flight: u64,
    /// From the first packet to the last, without building the network.
    #[serde(rename = "wall_s", serialize_with = "seconds")]
    pub wall: Duration,
    /// The shortest and the longest time of all repetitions.
    #[serde(rename = "wall_min_s", serialize_with = "seconds")]
    pub wall_min: Duration,
    /// See [`Measurement::wall_min`].
    #[serde(rename = "wall_max_s", serialize_with = "seconds")]
    pub wall_max: Duration,
    /// Processor time of all threads during `wall_s`.
    #[serde(rename = "cpu_s", serialize_with = "maybe_seconds")]
    pub cpu: Option<Duration>,
    /// Emitted packets divided by wall time, rounded.
    pub packets_per_s: u64,
    /// The most memory the process held, including the network.
    #[serde(rename = "peak_rss_bytes")]
    pub peak_rss: Option<ByteSize>,
    /// Whether that peak is this workload's own; otherwise it is the peak since the process started.
    pub peak_rss_is_own: bool,
    /// How the packets were carried.
    pub effort: EffortReport,
    /// What kept more workers from helping, if anything did.
    pub limited_by: Option<String>,
}

impl BenchReport {
    /// The report of `measurements` on `machine`, each the median of `repeat`.
    pub fn new(machine: Machine, repeat: usize, measurements: Vec<Measurement>) -> BenchReport {
        let program = env!("CARGO_PKG_VERSION");
        BenchReport { format: "vpcsim-bench", version: 1, program, machine, repeat, measurements }
    }
}

fn seconds<S: Serializer>(span: &Duration, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_f64(span.as_secs_f64())
}

fn maybe_seconds<S: Serializer>(span: &Option<Duration>, s: S) -> Result<S::Ok, S::Error> {
    span.map(|span| span.as_secs_f64()).serialize(s)
}
