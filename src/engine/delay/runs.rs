//! Delays collected in the loop over a link's packets, and booked at the boundaries of the books: successive packets
//! wait about equally long, so that few delays, or few buckets of the histogram, are in use. Reports nothing.

use super::FEW;
use crate::units::SimDuration;

/// Low bits of a nanosecond count that no bucket resolves: 512 ns, the power of two below [`super::LOWEST`].
const UNIT: u32 = 9;
/// Significant bits that buckets resolve: 2048 steps, the power of two above twice the 1000 of three digits.
const PRECISION: u32 = 11;

/// How many delays or buckets are counted at once.
pub(super) const SLOTS: usize = 4;

/// Delays that are equal, or lie in one bucket of the histogram.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::engine) struct DelayRun {
    /// The delay, or where the bucket begins.
    pub(super) from: u64,
    pub(super) times: u64,
}

/// The exact values of delays collected in runs; a book gets them before the runs.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct DelaySpan {
    pub(super) min: u64,
    /// How many delays equal the minimum.
    pub(super) at_min: u64,
    pub(super) max: u64,
    /// Whether the runs are buckets.
    pub(super) is_bucketed: bool,
}

/// One sender's delays since the last boundary: individually while there are few, else by bucket. Every book that gets
/// them gets all of them, so it then has too many to keep them individually itself.
#[derive(Debug, Clone)]
pub(in crate::engine) struct DelayRuns {
    /// The runs in use.
    last: [DelayRun; SLOTS],
    /// Earlier runs, in order of size; more than [`FEW`] only if buckets are counted.
    few: Vec<DelayRun>,
    /// All bits set if buckets are counted, else 0: masks [`magnitude`].
    mask: u32,
    min: u64,
    at_min: u64,
    max: u64,
}

impl Default for DelayRuns {
    fn default() -> DelayRuns {
        DelayRuns { last: Default::default(), few: Vec::new(), mask: 0, min: u64::MAX, at_min: 0, max: 0 }
    }
}

/// The width of the bucket that holds `nanos`, as a power of two.
#[inline]
fn magnitude(nanos: u64) -> u32 {
    // Below a unit there is nothing to resolve, as if this bit were set.
    (nanos | 1 << (UNIT + PRECISION - 1)).ilog2() + 1 - PRECISION
}

/// Where the bucket that holds `nanos` begins, and its slot: neighbours have different ones.
#[inline]
pub(super) fn bucket(nanos: u64) -> (u64, usize) {
    let magnitude = magnitude(nanos);
    let number = nanos >> magnitude;
    (number << magnitude, number as usize % SLOTS)
}

impl DelayRuns {
    /// Adds a delay; if its run replaces another one in use, returns that one.
    #[inline]
    pub(in crate::engine) fn add(&mut self, delay: SimDuration) -> Option<DelayRun> {
        let nanos = delay.as_nanos();
        let magnitude = magnitude(nanos) & self.mask;
        let number = nanos >> magnitude;
        let from = number << magnitude;
        let run = &mut self.last[number as usize % SLOTS];
        let evicted = (run.from != from).then(|| std::mem::replace(run, DelayRun { from, times: 0 }));
        run.times += 1;
        if nanos <= self.min {
            self.at_min = if nanos < self.min { 1 } else { self.at_min + 1 };
            self.min = nanos;
        }
        self.max = self.max.max(nanos);
        match evicted {
            Some(evicted) if self.mask == 0 => {
                self.keep(evicted);
                None
            }
            evicted => evicted,
        }
    }

    /// Keeps a run that is no longer in use. If there are too many, buckets are counted from then on.
    #[inline(never)]
    fn keep(&mut self, run: DelayRun) {
        if run.is_empty() {
            return;
        }
        match self.few.binary_search_by_key(&run.from, |known| known.from) {
            Ok(at) => self.few[at].times += run.times,
            Err(at) => self.few.insert(at, run),
        }
        if self.few.len() > FEW {
            self.few.extend(std::mem::take(&mut self.last));
            self.mask = u32::MAX;
        }
    }

    /// Multiplies the count of every delay by `times`.
    pub(in crate::engine) fn multiply(&mut self, times: u64) {
        self.at_min *= times;
        self.last.iter_mut().chain(&mut self.few).for_each(|run| *run = run.times(times));
    }

    /// The span of the delays; `None` if there are none.
    pub(in crate::engine) fn span(&self) -> Option<DelaySpan> {
        let DelayRuns { min, at_min, max, .. } = *self;
        (at_min > 0).then_some(DelaySpan { min, at_min, max, is_bucketed: self.mask != 0 })
    }

    /// Ends all runs.
    pub(in crate::engine) fn end(&mut self, ended: impl FnMut(DelayRun)) {
        self.few.drain(..).chain(std::mem::take(&mut self.last)).for_each(ended);
        (self.mask, self.min, self.at_min, self.max) = (0, u64::MAX, 0, 0);
    }
}

impl DelayRun {
    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.times == 0
    }

    /// The same delays, `factor` times as often.
    pub(in crate::engine) fn times(self, factor: u64) -> DelayRun {
        DelayRun { times: self.times * factor, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Buckets;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        /// All delays of a bucket are equivalent in the histogram, and those beside the bucket are not.
        #[test]
        fn a_bucket_is_the_histograms(size in 0u32..60, below in any::<u64>()) {
            let nanos = (1u64 << size) + below % (1u64 << size);
            let mut histogram = Buckets::new().histogram;
            histogram.record(nanos).expect("it grows");
            prop_assert_eq!(histogram.lowest_equivalent(nanos), bucket(nanos).0);
            prop_assert_eq!(histogram.highest_equivalent(nanos), bucket(nanos).0 + (1 << magnitude(nanos)) - 1);
        }
    }
}
