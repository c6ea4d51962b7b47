//! The view model of whole delay distributions, for those who go on with more than the quantiles of a report. It holds
//! counts, draws nothing and knows no format.

use crate::units::{SimDuration, SimTime};
use jiff::Timestamp;

/// The delays of a run, finished or not.
#[derive(Debug, Clone)]
pub struct DelayLog {
    /// The civil instant at which the run begins.
    pub start: Timestamp,
    /// The planned length.
    pub duration: SimTime,
    /// The instant the run has reached.
    pub reached: SimTime,
    /// Those that are not empty: traffic entries in declaration order, the kinds of each in the order of
    /// [`DelayKind`].
    pub books: Vec<DelayBook>,
}

/// One distribution of a traffic entry.
#[derive(Debug, Clone)]
pub struct DelayBook {
    /// The entry's name.
    pub entry: String,
    /// What took so long.
    pub kind: DelayKind,
    /// Each delay with its count, in order of size: exact while there are few, else within the precision that the
    /// report states for its quantiles.
    pub delays: Vec<(SimDuration, u64)>,
}

/// What a delay is the delay of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelayKind {
    /// One way, of packets that reached the host they were meant for.
    Delay,
    /// There and back: of pings, and of TCP segments and their acknowledgements.
    RoundTrip,
    /// From the first SYN of a TCP connection to its last byte.
    Completion,
}

impl DelayKind {
    /// As in the keys of the JSON report.
    pub fn name(self) -> &'static str {
        match self {
            DelayKind::Delay => "delay",
            DelayKind::RoundTrip => "round_trip",
            DelayKind::Completion => "completion",
        }
    }
}
