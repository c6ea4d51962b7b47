//! The most that a plan's traffic can amount to, so that no counter of a run can overflow: a plan beyond the limits is
//! refused when it is read. Sends nothing.

use super::limits::{BYTES_TOGETHER_MAX, RATE_TOGETHER_MAX};
use crate::units::{BitRate, NANOS_PER_SECOND, SimDuration};

/// The most that some senders can send.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Volume {
    /// IPv4 total lengths, summed.
    pub bytes: u128,
    /// IPv4 bits per second, while they all send.
    pub rate: u128,
}

impl Volume {
    /// The sum of this and another.
    pub fn and(self, other: Volume) -> Volume {
        Volume { bytes: self.bytes.saturating_add(other.bytes), rate: self.rate.saturating_add(other.rate) }
    }
    /// The volume of one sender at this rate for `span`, in packets of at most `largest` bytes.
    pub fn steady(rate: BitRate, largest: u16, span: SimDuration) -> Volume {
        let (rate, span) = (u128::from(rate.as_bps()), u128::from(span.as_nanos()));
        Volume { bytes: rate * span / (8 * u128::from(NANOS_PER_SECOND)) + u128::from(largest), rate }
    }
    /// The volume of one sender of a packet of at most `largest` bytes every `interval` for `span`.
    pub fn spaced(interval: SimDuration, largest: u16, span: SimDuration) -> Volume {
        let (interval, largest) = (u128::from(interval.as_nanos()).max(1), u128::from(largest));
        let rate = largest * 8 * u128::from(NANOS_PER_SECOND) / interval;
        Volume { bytes: (u128::from(span.as_nanos()) / interval + 1) * largest, rate }
    }
    /// Whether it stays within what counters can hold.
    pub fn is_countable(self) -> bool {
        self.bytes <= BYTES_TOGETHER_MAX && self.rate <= RATE_TOGETHER_MAX
    }
}
