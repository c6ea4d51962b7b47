//! A capture mapped onto hosts, ready to be sent: what each host sends and when, pass after pass. It reads no captures.

use super::ids::HostId;
use crate::units::{Factor, SimDuration};
use bytes::Bytes;

/// The most packets one replay may stand for, all passes together: hours of work, and far below the 2⁴⁰ that a packet's
/// id can count.
pub const REPLAYED_MAX: u64 = 10_000_000_000;

/// A capture mapped onto hosts.
#[derive(Debug, Clone)]
pub struct Replay {
    /// Source hosts in order of first appearance: flow n sends `flows[n]`.
    pub flows: Vec<ReplayFlow>,
    /// How many times the capture is played, one after the other.
    pub passes: u64,
    /// From the beginning of one pass to that of the next, in captured time; no frame's offset exceeds it.
    pub period: SimDuration,
    /// How many times as fast as it was captured; not zero.
    pub speed: Factor,
    /// What the file held and how it was handled, for the report.
    pub handled: Vec<(String, u64)>,
}

/// The packets one host sends in one pass, in order of time.
#[derive(Debug, Clone)]
pub struct ReplayFlow {
    /// The sender.
    pub from: HostId,
    /// Its packets; at least one.
    pub frames: Vec<ReplayFrame>,
}

/// One packet of a replay, addresses and checksums already rewritten.
#[derive(Debug, Clone)]
pub struct ReplayFrame {
    /// Captured time since the first packet of the pass.
    pub offset: SimDuration,
    /// The host its destination address belongs to.
    pub to: HostId,
    /// From the IPv4 header on, as far as captured; at least the IPv4 header.
    pub bytes: Bytes,
    /// IPv4 total length as it was on the wire.
    pub wire_length: u16,
    /// Whether it is an echo request, which the receiving host answers.
    pub is_answered: bool,
}

impl Replay {
    /// How many packets a flow sends if nothing ends it early.
    pub fn packets(&self, flow: usize) -> u64 {
        self.flows[flow].frames.len() as u64 * self.passes
    }

    /// The `sequence`-th packet of a flow, if it has that many.
    pub fn frame(&self, flow: usize, sequence: u64) -> Option<&ReplayFrame> {
        let frames = &self.flows[flow].frames;
        (sequence < self.packets(flow)).then(|| &frames[(sequence % frames.len() as u64) as usize])
    }

    /// When the `sequence`-th packet of a flow is sent, since the start of the replay: computed directly from the
    /// captured time, so that nothing drifts. Saturates after 584 years.
    pub fn offset(&self, flow: usize, sequence: u64) -> Option<SimDuration> {
        let frame = self.frame(flow, sequence)?;
        let pass = sequence / self.flows[flow].frames.len() as u64;
        let captured = u128::from(pass) * u128::from(self.period.as_nanos()) + u128::from(frame.offset.as_nanos());
        Some(self.speed.shorten(captured))
    }

    /// How many packets of a flow are sent before `span` has passed since the start of the replay.
    pub fn packets_before(&self, flow: usize, span: SimDuration) -> u64 {
        let (mut low, mut high) = (0, self.packets(flow));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.offset(flow, middle).is_some_and(|offset| offset < span) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replay(offsets: &[u64], passes: u64, period: u64, speed: &str) -> Replay {
        let frame = |offset: &u64| ReplayFrame {
            offset: SimDuration::from_nanos(*offset),
            to: HostId(1),
            bytes: Bytes::new(),
            wire_length: 20,
            is_answered: false,
        };
        let frames = offsets.iter().map(frame).collect();
        Replay {
            flows: vec![ReplayFlow { from: HostId(0), frames }],
            passes,
            period: SimDuration::from_nanos(period),
            speed: speed.parse().unwrap(),
            handled: Vec::new(),
        }
    }

    fn offsets(replay: &Replay) -> Vec<u64> {
        (0..).map_while(|n| replay.offset(0, n)).map(SimDuration::as_nanos).collect()
    }

    #[test]
    fn passes_follow_each_other_and_speed_divides_what_was_captured() {
        assert_eq!(offsets(&replay(&[0, 10, 10], 2, 15, "1")), [0, 10, 10, 15, 25, 25]);
        // Thirds are rounded one by one: the third of 1,000,000 periods of 10 ns has not drifted.
        let thirds = replay(&[0, 1, 2], 1_000_000, 10, "3");
        assert_eq!(offsets(&thirds)[..6], [0, 0, 1, 3, 4, 4]);
        assert_eq!(thirds.offset(0, 2_999_999), Some(SimDuration::from_nanos(3_333_331)));
        assert_eq!(offsets(&replay(&[0, 3], 1, 0, "0.5")), [0, 6]);
    }

    #[test]
    fn a_span_is_counted_as_packets_are_sent() {
        let replay = replay(&[0, 4, 4, 9], 3, 12, "2");
        for span in 0..20 {
            let span = SimDuration::from_nanos(span);
            let counted = (0..).map_while(|n| replay.offset(0, n)).filter(|offset| *offset < span).count();
            assert_eq!(replay.packets_before(0, span), counted as u64, "{span}");
        }
    }

    #[test]
    fn years_of_passes_do_not_wrap() {
        let replay = replay(&[0], u64::MAX, u64::MAX, "1");
        assert_eq!(replay.offset(0, u64::MAX - 1), Some(SimDuration::from_nanos(u64::MAX)));
    }
}
