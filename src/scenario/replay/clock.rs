//! Turns the instants of a capture into offsets, and says how far apart two passes are. It knows no packets.

use crate::units::SimDuration;

/// The time of a replay, which begins with the first packet it is told of.
pub(super) struct Clock {
    max_gap: Option<SimDuration>,
    /// When the packet before was captured, in nanoseconds since 1970.
    captured: Option<i128>,
    /// The offset of the packet before.
    offset: SimDuration,
    /// How many packets it was told of.
    packets: u64,
    /// Silences that were shortened.
    pub shortened: u64,
}

impl Clock {
    /// A clock for which longer silences than `max_gap` are as long as that.
    pub(super) fn new(max_gap: Option<SimDuration>) -> Clock {
        Clock { max_gap, captured: None, offset: SimDuration::ZERO, packets: 0, shortened: 0 }
    }

    /// The offset of a packet captured at `time`, in nanoseconds since 1970 and not before the packet before.
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

    /// From the beginning of one pass to that of the next: behind the last packet comes the mean gap of those before,
    /// in whole nanoseconds, rounded half up.
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
