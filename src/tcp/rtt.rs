//! The round trip time as a sender knows it, and the retransmission timeout that follows from it (RFC 6298). In whole
//! nanoseconds; sets no timer.

use crate::units::SimDuration;

/// Before the first sample (RFC 6298 §2.1).
const INITIAL: SimDuration = SimDuration::from_secs(1);
/// No timeout is longer (RFC 6298 §2.5 allows at least a minute; Linux has two).
const LONGEST: SimDuration = SimDuration::from_secs(120);

/// What the samples of one connection say.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RoundTrip {
    /// In eighths of a nanosecond; 0 before the first sample.
    smoothed: u64,
    /// In quarters of a nanosecond.
    variation: u64,
    /// The least sample; 0 before the first.
    least: SimDuration,
}

impl RoundTrip {
    /// Takes a sample (RFC 6298 §2.2 and §2.3, with α = 1/8 and β = 1/4).
    pub fn sample(&mut self, rtt: SimDuration) {
        let sample = rtt.as_nanos().max(1);
        self.least = if self.smoothed == 0 { rtt } else { self.least.min(rtt) };
        if self.smoothed == 0 {
            self.smoothed = sample * 8;
            self.variation = sample * 2;
        } else {
            let error = (self.smoothed / 8).abs_diff(sample);
            self.variation = self.variation - self.variation / 4 + error;
            self.smoothed = self.smoothed - self.smoothed / 8 + sample;
        }
    }

    /// The smoothed round trip time; `None` before the first sample.
    pub fn smoothed(&self) -> Option<SimDuration> {
        (self.smoothed > 0).then(|| SimDuration::from_nanos(self.smoothed / 8))
    }

    /// The least sample; 0 before the first.
    pub fn least(&self) -> SimDuration {
        self.least
    }

    /// Whether packets wait on the way: round trips take longer than the least one, by more than a sixteenth and half a
    /// millisecond.
    pub fn shows_waiting(&self) -> bool {
        let least = self.least.as_nanos();
        self.smoothed / 8 > least + least / 16 + 500_000
    }

    /// The timeout, before it is backed off (RFC 6298 §2.3). As in Linux, `min` is the least that is added to the
    /// smoothed round trip: samples from each acknowledgment vary little, and a timeout close to the round trip would
    /// come too early.
    pub fn timeout(&self, min: SimDuration) -> SimDuration {
        match self.smoothed() {
            Some(smoothed) => (smoothed + SimDuration::from_nanos(self.variation).max(min)).min(LONGEST),
            None => INITIAL,
        }
    }

    /// The timeout after `times` of them in a row (RFC 6298 §5.5).
    pub fn backed_off(&self, min: SimDuration, times: u8) -> SimDuration {
        let once = self.timeout(min);
        if times == 0 {
            return once;
        }
        SimDuration::from_nanos(once.as_nanos().saturating_mul(1 << times.min(20))).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(samples: &[u64]) -> RoundTrip {
        let mut rtt = RoundTrip::default();
        samples.iter().for_each(|sample| rtt.sample(SimDuration::from_millis(*sample)));
        rtt
    }

    #[test]
    fn the_timeout_follows_the_rfc() {
        let min = SimDuration::from_millis(1);
        assert_eq!(of(&[]).timeout(min), SimDuration::from_secs(1));
        // R + 4 × R/2.
        assert_eq!(of(&[100]).timeout(min), SimDuration::from_millis(300));
        // RTTVAR = 3/4 × 50 + 1/4 × 100, SRTT = 7/8 × 100 + 1/8 × 200.
        assert_eq!(of(&[100, 200]).timeout(min), SimDuration::from_micros(112_500 + 250_000));
        assert_eq!(of(&[10]).timeout(SimDuration::from_millis(200)), SimDuration::from_millis(210));
        assert_eq!(of(&[300, 20]).least(), SimDuration::from_millis(20));
    }

    #[test]
    fn each_timeout_in_a_row_doubles_it_to_two_minutes() {
        let rtt = of(&[100]);
        let after = |times| rtt.backed_off(SimDuration::from_millis(200), times);
        assert_eq!([after(0), after(1), after(3)].map(|t| t.as_nanos() / 1_000_000), [300, 600, 2_400]);
        assert_eq!(after(60), SimDuration::from_secs(120));
    }
}
