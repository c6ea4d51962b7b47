//! The most a plan may ask for: anything longer, faster or larger is a mistake, or could not be counted.

use crate::units::{BitRate, SimDuration};
use std::ops::RangeInclusive;

/// 400 days, a leap year with a margin: the longest time a scenario may name. Nanoseconds then stay far below 64 bits.
pub const TIME_MAX: SimDuration = SimDuration::from_secs(400 * 86_400);
/// 100 Gbps: the highest rate of a traffic entry.
pub const RATE_MAX: BitRate = BitRate::from_mbps(100_000);
/// The years a run can start in: only for these are calendars and time zones well known.
pub const YEARS: RangeInclusive<i16> = 1970..=2200;
/// The most bytes that all senders of a plan may send together: 4 EB. Counters have 64 bits, and replies and ICMP
/// errors may each add as many bytes again, so that four times this must fit.
pub(super) const BYTES_TOGETHER_MAX: u128 = 4_000_000_000_000_000_000;
/// The most bits per second that they may send together: 10 Pbps. The bits that cross a link in five minutes, in both
/// directions, then fit into 64 bits.
pub(super) const RATE_TOGETHER_MAX: u128 = 10_000_000_000_000_000;
