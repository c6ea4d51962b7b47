//! A traffic entry of the plan: who sends what to whom, from when until when. Its individual flows are in `flows.rs`.

use super::ids::HostId;
use super::name::Name;
use super::pattern::Pattern;
use super::receivers::Destination;
use super::transfers::Transfers;
use super::volume::Volume;
use crate::units::{SimDuration, SimTime};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// One traffic entry: one flow per source host (per captured host for a replay), or for each pair of hosts
/// ([`super::receivers::Pick::Every`]).
#[derive(Debug, Clone)]
pub struct Traffic {
    /// Unique.
    pub name: Name,
    /// Free text.
    pub label: Option<String>,
    /// The sources, in order of flow number, each named once. Empty for a replay.
    pub from: Arc<[HostId]>,
    /// Where the packets go.
    pub to: Destination,
    /// When they go.
    pub pattern: Pattern,
    /// How large they are.
    pub size: PacketSize,
    /// A forged source address.
    pub source: Option<Ipv4Addr>,
    /// UDP source port of flow 0; flow n takes the n-th after it, wrapping.
    pub source_port: u16,
    /// UDP destination port.
    pub destination_port: u16,
    /// First and last TTL; if they differ, successive packets step through the range and start again.
    pub ttl: (u8, u8),
    /// No packet is sent before.
    pub start: SimTime,
    /// No packet is sent at or after.
    pub stop: SimTime,
    /// Offset of each flow's first packet from `start`; the others follow evenly spaced. If unset, every packet is sent
    /// at a random instant of its own slot, so that equal flows are not synchronized.
    pub phase: Option<SimDuration>,
    /// The most packets per flow.
    pub count: Option<u64>,
}

/// The most senders of a plan: a packet's id has 24 bits for its sender, and programs on hosts need some too.
pub const SENDERS_MAX: usize = 16_000_000;

impl Traffic {
    /// Whether it sends echo requests.
    pub fn is_ping(&self) -> bool {
        matches!(self.pattern, Pattern::Ping { .. })
    }

    /// Whether its receivers send something back: echo replies, or what connections need.
    pub fn is_answered(&self) -> bool {
        self.is_ping() || self.transfers().is_some()
    }

    /// What its flows transfer, if they are connections.
    pub fn transfers(&self) -> Option<&Transfers> {
        if let Pattern::Tcp(transfers) = &self.pattern { Some(transfers) } else { None }
    }

    /// How many sources of packets it makes: two of each connection that is open at the same time.
    pub fn sources(&self) -> usize {
        let ends = self.transfers().map_or(1, |transfers| 2 * transfers.connections as usize);
        self.senders().saturating_mul(ends)
    }

    /// The most that its senders can send: each at its highest rate from start to stop.
    pub fn volume(&self) -> Volume {
        let largest = self.size.max();
        let one = self.pattern.volume(largest, self.stop.since(self.start));
        let counted = |count: u64| one.bytes.min(u128::from(count) * u128::from(largest));
        let bytes = self.count.map_or(one.bytes, counted);
        let senders = self.senders() as u128;
        Volume { bytes: bytes.saturating_mul(senders), rate: one.rate.saturating_mul(senders) }
    }
}

/// IPv4 total lengths in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PacketSize {
    /// All the same size.
    Fixed(u16),
    /// Drawn with the given weights (parts of their sum).
    Mix(Arc<[(u16, u32)]>),
}

impl PacketSize {
    /// The largest that can occur.
    pub fn max(&self) -> u16 {
        match self {
            PacketSize::Fixed(n) => *n,
            PacketSize::Mix(m) => m.iter().map(|(n, _)| *n).max().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::pattern::Pace;
    use crate::units::{BitRate, NANOS_PER_SECOND};

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
