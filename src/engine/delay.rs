//! Delay distributions: an HDR histogram of 64-bit counts (a day at 1 Gbps overflows 32), allocated on first use, with exact
//! minimum and maximum beside it.

use crate::units::SimDuration;
use hdrhistogram::Histogram;

/// Smallest delay told apart, in nanoseconds; quantiles are within 0.1 % above it.
const LOWEST: u64 = 1_000;
/// Largest delay told apart; longer ones count as this long in quantiles (`max` stays exact).
const HIGHEST: u64 = 3_600_000_000_000;

/// Delays of packets, in nanoseconds.
#[derive(Debug, Clone, Default)]
pub struct DelayRecorder(Option<Box<Recorded>>);

#[derive(Debug, Clone)]
struct Recorded {
    histogram: Histogram<u64>,
    min: u64,
    max: u64,
    /// A delay that came so often in a row, not in the histogram yet: on a link where nothing waits, all are alike.
    last: u64,
    times: u64,
}

impl DelayRecorder {
    /// Adds one packet's delay.
    pub fn record(&mut self, delay: SimDuration) {
        let nanos = delay.as_nanos();
        let recorded = self.0.get_or_insert_with(|| Box::new(Recorded::new()));
        if recorded.times > 0 && recorded.last == nanos {
            recorded.times += 1;
            return;
        }
        recorded.settle();
        (recorded.last, recorded.times) = (nanos, 1);
        recorded.min = recorded.min.min(nanos);
        recorded.max = recorded.max.max(nanos);
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: &DelayRecorder) {
        let Some(other) = &other.0 else { return };
        let recorded = self.0.get_or_insert_with(|| Box::new(Recorded::new()));
        // Bounds are the same by construction, so that nothing can be refused.
        let _ = recorded.histogram.add(&other.histogram);
        recorded.histogram.saturating_record_n(other.last, other.times);
        recorded.min = recorded.min.min(other.min);
        recorded.max = recorded.max.max(other.max);
    }

    /// How many were recorded.
    pub fn len(&self) -> u64 {
        self.0.as_ref().map_or(0, |r| r.histogram.len() + r.times)
    }
    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The exact minimum.
    pub fn min(&self) -> Option<SimDuration> {
        self.0.as_ref().map(|r| SimDuration::from_nanos(r.min))
    }
    /// The exact maximum.
    pub fn max(&self) -> Option<SimDuration> {
        self.0.as_ref().map(|r| SimDuration::from_nanos(r.max))
    }
    /// The quantile at `ppb` parts per billion (500 000 000 is the median), within 0.1 % and within `[min, max]`.
    pub fn quantile(&self, ppb: u32) -> Option<SimDuration> {
        let mut recorded = self.0.clone()?;
        recorded.settle();
        let nanos = recorded.histogram.value_at_quantile(f64::from(ppb) / 1e9);
        Some(SimDuration::from_nanos(nanos.clamp(recorded.min, recorded.max)))
    }
}

impl Recorded {
    fn new() -> Recorded {
        let histogram = Histogram::new_with_bounds(LOWEST, HIGHEST, 3).expect("the bounds are constants that fit");
        Recorded { histogram, min: u64::MAX, max: 0, last: 0, times: 0 }
    }

    /// Puts the delays that were counted aside into the histogram.
    fn settle(&mut self) {
        self.histogram.saturating_record_n(self.last, std::mem::take(&mut self.times));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_equal_delays_count_like_single_ones() {
        let (mut recorder, mut half, mut other_half) = Default::default();
        let mut plain = Recorded::new().histogram;
        let delays = [0, 0, 18_400_000, 18_400_000, 5, 18_400_000, 7_200_000_000_000, 7_200_000_000_000, 100_000];
        for (at, nanos) in delays.into_iter().enumerate() {
            plain.saturating_record(nanos);
            DelayRecorder::record(&mut recorder, SimDuration::from_nanos(nanos));
            let part: &mut DelayRecorder = if at % 2 == 0 { &mut half } else { &mut other_half };
            part.record(SimDuration::from_nanos(nanos));
        }
        half.merge(&other_half);
        for recorder in [recorder, half] {
            assert_eq!(recorder.len(), 9);
            assert_eq!(
                (recorder.min(), recorder.max()),
                (Some(SimDuration::ZERO), Some(SimDuration::from_secs(7_200)))
            );
            for percent in [0, 10, 30, 50, 70, 80] {
                let expected = plain.value_at_quantile(f64::from(percent) / 100.0);
                assert_eq!(
                    recorder.quantile(percent * 10_000_000).map(SimDuration::as_nanos),
                    Some(expected),
                    "p{percent}"
                );
            }
        }
    }
}
