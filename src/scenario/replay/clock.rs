//! Turns the capture times of packets into offsets, and computes the time between two passes. It does not see packets.

use crate::units::SimDuration;

/// The time of a replay; it begins with the first packet.
pub(super) struct Clock {
    max_gap: Option<SimDuration>,
    /// When the previous packet was captured, in nanoseconds since 1970.
    captured: Option<i128>,
    /// The offset of the previous packet.
    offset: SimDuration,
    /// How many packets were played.
    packets: u64,
    /// How many silences were shortened.
    pub shortened: u64,
}

impl Clock {
    /// A clock that shortens silences longer than `max_gap` to that length.
    pub(super) fn new(max_gap: Option<SimDuration>) -> Clock {
        Clock { max_gap, captured: None, offset: SimDuration::ZERO, packets: 0, shortened: 0 }
    }

    /// The offset of a packet captured at `time`, in nanoseconds since 1970 and not before the previous packet.
    pub(super) fn play(&mut self, time: i128) -> SimDuration {
        let silence = self.captured.map_or(0, |before| u64::try_from(time - before).unwrap_or(u64::MAX));
        let silence = SimDuration::from_nanos(silence);
        let kept = self.max_gap.map_or(silence, |most| silence.min(most));
        self.shortened += u64::from(kept < silence);
        self.captured = Some(time);
        self.packets += 1;
        self.offset = self.offset + kept;
        self.offset
    }

    /// From the first packet to the last.
    pub(super) fn length(&self) -> SimDuration {
        self.offset
    }

    /// From the start of one pass to the start of the next: the mean gap between packets follows the last packet, in
    /// whole nanoseconds, rounded half up.
    pub(super) fn period(&self) -> SimDuration {
        let gaps = self.packets.saturating_sub(1).max(1);
        let mean = (u128::from(self.offset.as_nanos()) + u128::from(gaps) / 2) / u128::from(gaps);
        self.offset + SimDuration::from_nanos(mean as u64) // not above the offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(max_gap: Option<u64>, times: &[i128]) -> (Vec<u64>, u64, u64) {
        let mut clock = Clock::new(max_gap.map(SimDuration::from_nanos));
        let offsets = times.iter().map(|time| clock.play(*time).as_nanos()).collect();
        (offsets, clock.shortened, clock.period().as_nanos())
    }

    #[test]
    fn time_begins_with_the_first_packet_and_long_silences_are_shortened() {
        assert_eq!(played(None, &[1_000, 1_000, 1_007]), (vec![0, 0, 7], 0, 11));
        assert_eq!(played(Some(100), &[7, 107, 5_000, 5_010]), (vec![0, 100, 200, 210], 1, 280));
        assert_eq!(played(Some(0), &[7, 107, 5_000]), (vec![0, 0, 0], 2, 0));
    }

    #[test]
    fn a_silence_of_ages_saturates() {
        assert_eq!(played(None, &[i128::from(i64::MIN), i128::from(u64::MAX)]).0, [0, u64::MAX]);
        assert_eq!(played(None, &[]), (vec![], 0, 0));
    }
}
