//! How much a plan's traffic can come to at most, so that no counter of a run can overflow: a plan beyond these bounds
//! is refused where it is written. Sends nothing.

use super::limits::{BYTES_TOGETHER_MAX, RATE_TOGETHER_MAX};
use super::plan::Traffic;
use crate::units::{BitRate, NANOS_PER_SECOND, SimDuration};

/// What some senders can come to at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Volume {
    /// IPv4 total lengths, summed.
    pub bytes: u128,
    /// IPv4 bits per second, while they all send.
    pub rate: u128,
}

impl Volume {
    /// Together with another's.
    pub fn and(self, other: Volume) -> Volume {
        Volume { bytes: self.bytes.saturating_add(other.bytes), rate: self.rate.saturating_add(other.rate) }
    }
    /// Of one sender with this rate for `span`, in packets of at most `largest` bytes.
    pub fn steady(rate: BitRate, largest: u16, span: SimDuration) -> Volume {
        let (rate, span) = (u128::from(rate.as_bps()), u128::from(span.as_nanos()));
        Volume { bytes: rate * span / (8 * u128::from(NANOS_PER_SECOND)) + u128::from(largest), rate }
    }
    /// Of one sender of a packet of at most `largest` bytes every `interval` for `span`.
    pub fn spaced(interval: SimDuration, largest: u16, span: SimDuration) -> Volume {
        let (interval, largest) = (u128::from(interval.as_nanos()).max(1), u128::from(largest));
        let rate = largest * 8 * u128::from(NANOS_PER_SECOND) / interval;
        Volume { bytes: (u128::from(span.as_nanos()) / interval + 1) * largest, rate }
    }
    /// Whether it can be counted.
    pub fn is_countable(self) -> bool {
        self.bytes <= BYTES_TOGETHER_MAX && self.rate <= RATE_TOGETHER_MAX
    }
}

impl Traffic {
    /// What its senders can come to at most: each at its highest rate from start to stop.
    pub fn volume(&self) -> Volume {
        let largest = self.size.max();
        let one = self.pattern.volume(largest, self.stop.since(self.start));
        let counted = |count: u64| one.bytes.min(u128::from(count) * u128::from(largest));
        let bytes = self.count.map_or(one.bytes, counted);
        let senders = self.senders() as u128;
        Volume { bytes: bytes.saturating_mul(senders), rate: one.rate.saturating_mul(senders) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::{Destination, Pace, PacketSize, Pattern};
    use crate::model::{HostId, Name};
    use crate::units::SimTime;
    use std::net::Ipv4Addr;

    fn entry(senders: u32, pattern: Pattern, days: u64) -> Traffic {
        Traffic {
            name: Name::new("t").expect("a name"),
            label: None,
            from: (0..senders).map(HostId).collect(),
            to: Destination::Address(Ipv4Addr::LOCALHOST),
            pattern,
            size: PacketSize::Fixed(1_500),
            source: None,
            source_port: 1,
            destination_port: 1,
            ttl: (64, 64),
            start: SimTime::ZERO,
            stop: SimTime::from_nanos(days * 86_400 * NANOS_PER_SECOND),
            phase: None,
            count: None,
        }
    }

    #[test]
    fn what_cannot_be_counted_is_known_before_it_is_sent() {
        let gbps = |n: u64| Pattern::Constant(Pace::Rate(BitRate::from_mbps(n * 1_000)));
        // 100 Gbps for 400 days are 432 PB.
        assert_eq!(entry(1, gbps(100), 400).volume().bytes, 432_000_000_000_001_500);
        assert!(entry(9, gbps(100), 400).volume().is_countable());
        assert!(!entry(10, gbps(100), 400).volume().is_countable());
        assert!(!entry(100_001, gbps(100), 1).volume().is_countable());
        let ping = |micros| Pattern::Ping { interval: SimDuration::from_micros(micros) };
        let hourly = Traffic { count: Some(24), ..entry(1, ping(3_600_000_000), 1) };
        assert_eq!(hourly.volume().bytes, 24 * 1_500);
        assert_eq!(entry(2, ping(1), 1).volume().rate, 2 * 12_000_000_000);
    }
}
