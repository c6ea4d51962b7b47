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
}

impl DelayRecorder {
    /// Adds one packet's delay.
    pub fn record(&mut self, delay: SimDuration) {
        let nanos = delay.as_nanos();
        let recorded = self.0.get_or_insert_with(|| Box::new(Recorded::new()));
        recorded.histogram.saturating_record(nanos);
        recorded.min = recorded.min.min(nanos);
        recorded.max = recorded.max.max(nanos);
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: &DelayRecorder) {
        let Some(other) = &other.0 else { return };
        let recorded = self.0.get_or_insert_with(|| Box::new(Recorded::new()));
        // Bounds are the same by construction, so that nothing can be refused.
        let _ = recorded.histogram.add(&other.histogram);
        recorded.min = recorded.min.min(other.min);
        recorded.max = recorded.max.max(other.max);
    }

    /// How many were recorded.
    pub fn len(&self) -> u64 {
        self.0.as_ref().map_or(0, |r| r.histogram.len())
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
        let recorded = self.0.as_ref()?;
        let nanos = recorded.histogram.value_at_quantile(f64::from(ppb) / 1e9);
        Some(SimDuration::from_nanos(nanos.clamp(recorded.min, recorded.max)))
    }
}

impl Recorded {
    fn new() -> Recorded {
        let histogram = Histogram::new_with_bounds(LOWEST, HIGHEST, 3).expect("the bounds are constants that fit");
        Recorded { histogram, min: u64::MAX, max: 0 }
    }
}
