//! A connection that comes back to where it was: how much later and how many bytes further. Each part of a connection
//! says in its own file what of it moves along, and what no longer counts.

use crate::units::{SimDuration, SimTime};

/// So much later, and so many bytes further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// How much later.
    pub time: SimDuration,
    /// How many bytes further.
    pub bytes: u64,
}

impl Ahead {
    /// The same so many times.
    pub fn times(self, times: u64) -> Ahead {
        Ahead { time: self.time * times, bytes: self.bytes * times }
    }

    /// The instant that lies so much later; never stays never.
    pub fn later(self, time: SimTime) -> SimTime {
        time + self.time
    }
}
