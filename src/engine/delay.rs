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
    /// The bucket of the histogram that came so often in a row, not in it yet: from `bucket` on, `width` wide. Successive packets of
    /// a link wait about equally long.
    bucket: u64,
    width: u64,
    times: u64,
}

impl DelayRecorder {
    /// Adds `count` packets of one delay.
    #[inline]
    pub fn record(&mut self, delay: SimDuration, count: u64) {
        self.0.get_or_insert_with(|| Box::new(Recorded::new())).record(delay.as_nanos(), count);
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: &DelayRecorder) {
        let Some(other) = &other.0 else { return };
        let recorded = self.0.get_or_insert_with(|| Box::new(Recorded::new()));
        // Bounds are the same by construction, so that nothing can be refused.
        let _ = recorded.histogram.add(&other.histogram);
        recorded.histogram.saturating_record_n(other.bucket, other.times);
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
        Recorded { histogram, min: u64::MAX, max: 0, bucket: 0, width: 0, times: 0 }
    }

    #[inline]
    fn record(&mut self, nanos: u64, count: u64) {
        self.min = self.min.min(nanos);
        self.max = self.max.max(nanos);
        if nanos.wrapping_sub(self.bucket) >= self.width {
            self.settle();
            self.bucket = self.histogram.lowest_equivalent(nanos);
            self.width = self.histogram.equivalent_range(nanos);
        }
        self.times += count;
    }

    /// Puts the delays that were counted aside into the histogram.
    #[cold]
    fn settle(&mut self) {
        self.histogram.saturating_record_n(self.bucket, std::mem::take(&mut self.times));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_equal_delays_count_like_single_ones() {
        let (mut recorder, mut half, mut other_half) = Default::default();
        let mut plain = Recorded::new().histogram;
        // Zero, neighbours in and beside one bucket (8,192 ns wide there), what lies above all buckets, and back.
        let delays = [0, 0, 18_400_000, 18_400_001, 18_408_192, 5, 18_399_999, 7_200_000_000_000, 7_300_000_000_000];
        for (at, nanos) in delays.into_iter().enumerate() {
            plain.saturating_record(nanos);
            DelayRecorder::record(&mut recorder, SimDuration::from_nanos(nanos), 1);
            let part: &mut DelayRecorder = if at % 2 == 0 { &mut half } else { &mut other_half };
            part.record(SimDuration::from_nanos(nanos), 1);
        }
        half.merge(&other_half);
        for recorder in [recorder, half] {
            assert_eq!(recorder.len(), 9);
            assert_eq!(
                (recorder.min(), recorder.max()),
                (Some(SimDuration::ZERO), Some(SimDuration::from_secs(7_300)))
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
