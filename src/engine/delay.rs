//! Delay distributions: an HDR histogram of 64-bit counts (a day at 1 Gbps overflows 32), allocated on first use, with exact
//! minimum and maximum beside it.

use crate::units::SimDuration;
use hdrhistogram::Histogram;

/// Smallest delay told apart, in nanoseconds; quantiles are within 0.1 % above it.
const LOWEST: u64 = 1_000;
/// Largest delay told apart; longer ones count as this long in quantiles (`max` stays exact).
const HIGHEST: u64 = 3_600_000_000_000;

/// Bits of a nanosecond count that no bucket tells apart: 512 ns, the power of two below [`LOWEST`].
const UNIT: u32 = 9;
/// Bits that each bucket tells apart: 2048 steps are the power of two above twice the 1000 of three digits.
const PRECISION: u32 = 11;

/// Delays of packets, in nanoseconds.
#[derive(Debug, Clone, Default)]
pub struct DelayRecorder(Option<Box<Recorded>>);

#[derive(Debug, Clone)]
struct Recorded {
    /// Made for the second bucket: where nothing waits, all delays are alike, and there may be many such links.
    histogram: Option<Histogram<u64>>,
    min: u64,
    max: u64,
    /// Not in the histogram yet.
    run: DelayRun,
}

/// Delays in one bucket of the histogram.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DelayRun {
    /// Where the bucket begins.
    from: u64,
    times: u64,
    min: u64,
    max: u64,
}

/// The last buckets of one sender's delays, counted aside: successive packets wait about equally long, so that few are in use.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DelayRuns([DelayRun; 4]);

/// The width of the bucket that holds `nanos`, as a power of two.
#[inline]
fn magnitude(nanos: u64) -> u32 {
    let significant = u64::BITS - nanos.leading_zeros();
    significant.max(UNIT + PRECISION) - PRECISION
}

impl DelayRuns {
    /// One more delay; if its bucket takes another's place, that one is answered.
    #[inline]
    pub(super) fn add(&mut self, delay: SimDuration) -> Option<DelayRun> {
        let nanos = delay.as_nanos();
        let magnitude = magnitude(nanos);
        let number = nanos >> magnitude;
        let run = &mut self.0[number as usize % 4];
        let from = number << magnitude;
        let evicted = (run.from != from || run.times == 0)
            .then(|| std::mem::replace(run, DelayRun { from, times: 0, min: nanos, max: nanos }));
        run.times += 1;
        run.min = run.min.min(nanos);
        run.max = run.max.max(nanos);
        evicted
    }

    /// As if every delay had come so many times.
    pub(super) fn multiply(&mut self, times: u64) {
        self.0.iter_mut().for_each(|run| *run = run.times(times));
    }

    /// Ends all runs.
    pub(super) fn end(&mut self) -> [DelayRun; 4] {
        std::mem::take(&mut self.0)
    }
}

impl DelayRun {
    fn of(nanos: u64, times: u64) -> DelayRun {
        DelayRun { from: nanos >> magnitude(nanos) << magnitude(nanos), times, min: nanos, max: nanos }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.times == 0
    }

    /// The same delays so many times as often.
    pub(super) fn times(self, factor: u64) -> DelayRun {
        DelayRun { times: self.times * factor, ..self }
    }
}

impl DelayRecorder {
    /// Adds `count` packets of one delay.
    pub fn record(&mut self, delay: SimDuration, count: u64) {
        if count > 0 {
            self.record_run(&DelayRun::of(delay.as_nanos(), count));
        }
    }

    /// Adds the delays of a run.
    pub(super) fn record_run(&mut self, run: &DelayRun) {
        if run.times > 0 {
            self.0.get_or_insert_with(|| Box::new(Recorded::new())).add(run);
        }
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: &DelayRecorder) {
        let Some(other) = &other.0 else { return };
        self.record_run(&other.run);
        let recorded = self.0.get_or_insert_with(|| Box::new(Recorded::new()));
        recorded.min = recorded.min.min(other.min);
        recorded.max = recorded.max.max(other.max);
        if let Some(theirs) = &other.histogram {
            // Bounds are the same by construction, so that nothing can be refused.
            let _ = recorded.histogram.get_or_insert_with(histogram).add(theirs);
        }
    }

    /// How many were recorded.
    pub fn len(&self) -> u64 {
        self.0.as_ref().map_or(0, |r| r.histogram.as_ref().map_or(0, Histogram::len) + r.run.times)
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
        let nanos = recorded.histogram?.value_at_quantile(f64::from(ppb) / 1e9);
        Some(SimDuration::from_nanos(nanos.clamp(recorded.min, recorded.max)))
    }
}

impl Recorded {
    fn new() -> Recorded {
        Recorded { histogram: None, min: u64::MAX, max: 0, run: DelayRun::default() }
    }

    fn add(&mut self, run: &DelayRun) {
        self.min = self.min.min(run.min);
        self.max = self.max.max(run.max);
        if run.from != self.run.from || self.run.times == 0 {
            self.settle();
            self.run = DelayRun { times: 0, ..*run };
        }
        self.run.times += run.times;
    }

    /// Puts the current run into the histogram.
    fn settle(&mut self) {
        if self.run.times > 0 {
            let ended = std::mem::take(&mut self.run);
            self.histogram.get_or_insert_with(histogram).saturating_record_n(ended.from, ended.times);
        }
    }
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(LOWEST, HIGHEST, 3).expect("the bounds are constants that fit")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Every delay of a run counts alike in the histogram, and no delay is lost on the way there.
        #[test]
        fn a_run_stays_in_one_bucket(magnitude in 0u32..42, below in any::<u64>(), others in prop::collection::vec(0u64..1 << 44, 9)) {
            let nanos = (1u64 << magnitude) + below % (1u64 << magnitude);
            let run = DelayRun::of(nanos, 1);
            let last = run.from + (1 << super::magnitude(nanos)) - 1;
            prop_assert!((run.from..=last).contains(&nanos));
            prop_assert!(histogram().equivalent(run.from, last));
            let (mut runs, mut aside, mut single) = (DelayRuns::default(), DelayRecorder::default(), DelayRecorder::default());
            for nanos in others.into_iter().flat_map(|other| [nanos, run.from, other, last]) {
                let delay = SimDuration::from_nanos(nanos);
                runs.add(delay).iter().for_each(|run| aside.record_run(run));
                single.record(delay, 1);
            }
            runs.end().iter().for_each(|run| aside.record_run(run));
            prop_assert_eq!((aside.len(), aside.min(), aside.max()), (single.len(), single.min(), single.max()));
            for percent in 0..=10 {
                prop_assert_eq!(aside.quantile(percent * 100_000_000), single.quantile(percent * 100_000_000));
            }
        }
    }

    #[test]
    fn runs_of_equal_delays_count_like_single_ones() {
        let (mut recorder, mut half, mut other_half) = Default::default();
        let mut plain = histogram();
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
