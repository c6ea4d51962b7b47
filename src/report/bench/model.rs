//! The view model of a measurement: what `vpcsim bench` measured and on which machine. Nothing here measures.

use crate::report::effort::EffortReport;
use crate::units::{ByteSize, SimDuration};
use serde::{Serialize, Serializer};
use std::time::Duration;

/// All that was measured by one command. Keys carry their unit, as in the report of a run.
#[derive(Debug, Clone, Serialize)]
pub struct BenchReport {
    /// `vpcsim-bench`.
    pub format: &'static str,
    /// Of the document's shape.
    pub version: u32,
    /// Of the program.
    pub program: &'static str,
    /// Where.
    pub machine: Machine,
    /// How often each was measured; the one in the middle is told.
    pub repeat: usize,
    /// In the order asked for.
    pub measurements: Vec<Measurement>,
}

/// A machine, as far as it tells.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// What the processor calls itself.
    pub cpu: Option<String>,
    /// Cores that the program may use.
    pub cores: usize,
    /// Main memory.
    #[serde(rename = "memory_bytes")]
    pub memory: Option<ByteSize>,
    /// Operating system and its version.
    pub os: String,
    /// Whether the program was built with optimisation: if not, its speed says nothing.
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
    /// The virtual time that passed.
    #[serde(rename = "span_ns")]
    pub span: SimDuration,
    /// By hosts; equals delivered + dropped + in flight, which is checked.
    #[serde(rename = "packets_emitted")]
    pub emitted: u64,
    /// Accepted by a host.
    pub delivered: u64,
    /// Dropped, any reason.
    pub dropped: u64,
    /// Waiting or on the way at the end.
    pub in_flight: u64,
    /// From the first packet to the last; building the network is not in it.
    #[serde(rename = "wall_s", serialize_with = "seconds")]
    pub wall: Duration,
    /// The shortest and the longest of all times it was measured.
    #[serde(rename = "wall_min_s", serialize_with = "seconds")]
    pub wall_min: Duration,
    /// See [`Measurement::wall_min`].
    #[serde(rename = "wall_max_s", serialize_with = "seconds")]
    pub wall_max: Duration,
    /// What all threads used in the time told as `wall_s`.
    #[serde(rename = "cpu_s", serialize_with = "maybe_seconds")]
    pub cpu: Option<Duration>,
    /// Emitted, by wall time, rounded.
    pub packets_per_s: u64,
    /// Most memory the process held, building the network included.
    #[serde(rename = "peak_rss_bytes")]
    pub peak_rss: Option<ByteSize>,
    /// Whether that is this workload's own; else it is the process's since it started.
    pub peak_rss_is_own: bool,
    /// How the packets were carried.
    pub effort: EffortReport,
    /// What kept more of the workers from helping, if something did.
    pub limited_by: Option<String>,
}

impl BenchReport {
    /// What `measurements` say of `machine`, each the median of `repeat`.
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
