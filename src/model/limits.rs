//! How much a plan may ask for at most: longer, faster and larger is a mistake, or could not be counted.

use crate::units::{BitRate, SimDuration};
use std::ops::RangeInclusive;

/// 400 days: the longest time a scenario may name. A leap year and a margin; nanoseconds then stay far from 64 bits.
pub const TIME_MAX: SimDuration = SimDuration::from_secs(400 * 86_400);
/// 100 Gbps: no traffic entry is faster.
pub const RATE_MAX: BitRate = BitRate::from_mbps(100_000);
/// The years a run can start in: calendars and time zones are well known in these only.
pub const YEARS: RangeInclusive<i16> = 1970..=2200;
/// Bytes that all senders of a plan may send together: 4 EB. Counters have 64 bits; replies and ICMP errors may come to
/// as much again, each, so that four times this must fit.
pub(super) const BYTES_TOGETHER_MAX: u128 = 4_000_000_000_000_000_000;
/// Bits per second that they may send together: 10 Pbps. The bits that cross a link in five minutes, both ways, then
/// fit into 64 bits.
pub(super) const RATE_TOGETHER_MAX: u128 = 10_000_000_000_000_000;
