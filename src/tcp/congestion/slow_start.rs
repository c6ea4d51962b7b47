//! HyStart++ (RFC 9406): the first slow start of a connection slows down when round trips grow, before something is
//! lost. Knows no window.

use super::super::ahead::Ahead;
use super::{Acknowledged, SCALE};
use crate::units::SimDuration;

/// Round trips must grow by an eighth, but by no less and no more than these (RFC 9406 §4.3).
const THRESHOLD_MIN: SimDuration = SimDuration::from_millis(4);
const THRESHOLD_MAX: SimDuration = SimDuration::from_millis(16);
/// Samples before a round is judged.
const SAMPLES: u8 = 8;
/// While it is conservative, the window grows this many times slower, for this many rounds.
const DIVISOR: u64 = 4;
const ROUNDS: u8 = 5;
/// At most so many segments are counted of one acknowledgment.
const SEGMENTS: u64 = 8;

#[derive(Debug, Clone, PartialEq)]
pub struct HyStart {
    /// The round ends when this is acknowledged.
    round_end: u64,
    /// The least round trips of this round and the last.
    current: SimDuration,
    last: SimDuration,
    /// The least round trip when the window began to grow slowly.
    baseline: SimDuration,
    samples: u8,
    /// Rounds in which the window still grows slowly; 0 if it does not.
    rounds: u8,
}

/// Larger than any round trip.
const UNKNOWN: SimDuration = SimDuration::from_nanos(u64::MAX);

impl Default for HyStart {
    fn default() -> HyStart {
        HyStart { round_end: 0, current: UNKNOWN, last: UNKNOWN, baseline: UNKNOWN, samples: 0, rounds: 0 }
    }
}

impl HyStart {
    /// How much the window grows, in 2⁻¹⁶ bytes.
    pub fn growth(&self, bytes: u64, mss: u32) -> u64 {
        let counted = bytes.min(SEGMENTS * u64::from(mss)) << SCALE;
        if self.rounds > 0 { counted / DIVISOR } else { counted }
    }

    /// Goes so far ahead.
    pub fn go_ahead(&mut self, by: Ahead) {
        self.round_end += by.bytes;
    }

    /// Takes an acknowledgment; whether slow start is over.
    pub fn is_over(&mut self, acknowledged: Acknowledged) -> bool {
        if acknowledged.to >= self.round_end {
            self.round_end = acknowledged.sent;
            (self.last, self.current, self.samples) = (self.current, UNKNOWN, 0);
            if self.rounds == 1 {
                return true;
            }
            self.rounds = self.rounds.saturating_sub(1);
        }
        self.current = self.current.min(acknowledged.rtt);
        self.samples = self.samples.saturating_add(1);
        if self.samples < SAMPLES {
            return false;
        }
        if self.rounds > 0 && self.current < self.baseline {
            self.rounds = 0;
        } else if self.rounds == 0 && self.last < UNKNOWN && self.current >= self.last + threshold(self.last) {
            (self.baseline, self.rounds) = (self.current, ROUNDS);
        }
        false
    }
}

fn threshold(last: SimDuration) -> SimDuration {
    SimDuration::from_nanos(last.as_nanos() / 8).clamp(THRESHOLD_MIN, THRESHOLD_MAX)
}
