//! Delay distributions: every distinct delay with its count while there are few, which is the usual case and exact;
//! beyond that an HDR histogram of 64-bit counts (a day at 1 Gbps overflows 32 bits). Minimum and maximum are always
//! exact. Which of the two a recorder keeps depends only on the delays, not on the order or the batches in which they
//! are recorded.

mod curve;
mod runs;

pub(super) use runs::{DelayRun, DelayRuns, DelaySpan};

use crate::units::SimDuration;
use hdrhistogram::Histogram;

/// The most distinct delays that are kept individually: 16 bytes each.
const FEW: usize = 64;
/// Smallest delay that the histogram resolves, in nanoseconds; above that its buckets are at most 0.1 % wide.
const LOWEST: u64 = 1_000;
/// The significant decimal digits that the histogram keeps.
const DIGITS: u8 = 3;

/// Delays of packets, in nanoseconds.
#[derive(Debug, Clone, Default)]
pub struct DelayRecorder(Option<Box<Recorded>>);

/// A quantile of delays: its smallest and its largest possible value, both included. They are equal where the quantile
/// is known exactly; else they are the ends of the histogram's bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantile {
    /// The smallest possible value.
    pub low: SimDuration,
    /// The largest possible value.
    pub high: SimDuration,
}

impl Quantile {
    /// The middle of the range, rounded down to 1 ns.
    pub fn value(self) -> SimDuration {
        SimDuration::from_nanos(self.low.as_nanos() + (self.high - self.low).as_nanos() / 2)
    }
    /// How far it can lie from [`Quantile::value`], rounded up to 1 ns; zero where it is exact.
    pub fn precision(self) -> SimDuration {
        SimDuration::from_nanos((self.high - self.low).as_nanos().div_ceil(2))
    }
}

#[derive(Debug, Clone)]
struct Recorded {
    min: u64,
    /// How many packets had the minimum: most, where packets seldom wait.
    at_min: u64,
    max: u64,
    delays: Delays,
}

#[derive(Debug, Clone)]
enum Delays {
    Few(Few),
    Many(Buckets),
}

/// Each distinct delay and its count, in order.
#[derive(Debug, Clone, Default)]
struct Few {
    delays: Vec<(u64, u64)>,
    /// The place of the last one: successive delays are often equal.
    last: usize,
}

#[derive(Debug, Clone)]
struct Buckets {
    histogram: Histogram<u64>,
    /// The buckets of the last delays, each at its slot: where it begins, and its count so far. Successive delays
    /// mostly fall into one bucket or its neighbours.
    last: [(u64, u64); runs::SLOTS],
}

impl DelayRecorder {
    /// Adds `count` packets of one delay.
    #[inline(always)] // As `Recorded::repeat`.
    pub fn record(&mut self, delay: SimDuration, count: u64) {
        let nanos = delay.as_nanos();
        if !self.0.as_mut().is_some_and(|recorded| recorded.repeat(nanos, count)) {
            self.record_another(nanos, count);
        }
    }

    #[inline(never)]
    fn record_another(&mut self, nanos: u64, count: u64) {
        if count > 0 {
            self.spanning(nanos, count, nanos).delays.add(nanos, count);
        }
    }

    /// Prepares for runs that span this.
    pub(super) fn record_span(&mut self, span: DelaySpan) {
        let recorded = self.spanning(span.min, span.at_min, span.max);
        if span.is_bucketed {
            recorded.delays.become_many();
        }
    }

    /// Adds the delays of a run inside a span that was recorded before.
    pub(super) fn record_run(&mut self, run: DelayRun) {
        if let Some(recorded) = &mut self.0 {
            recorded.delays.add(run.from, run.times);
        }
    }

    /// Adds all delays of another recorder.
    pub fn merge(&mut self, other: &DelayRecorder) {
        let Some(other) = &other.0 else { return };
        let recorded = self.spanning(other.min, other.at_min, other.max);
        match &other.delays {
            Delays::Few(few) => few.delays.iter().for_each(|(nanos, times)| recorded.delays.add(*nanos, *times)),
            Delays::Many(many) => recorded.delays.become_many().merge(many),
        }
    }

    /// The recorded delays, extended to reach at least from `min`, which `at_min` more packets had, to `max`.
    fn spanning(&mut self, min: u64, at_min: u64, max: u64) -> &mut Recorded {
        let new = || Box::new(Recorded { min, at_min: 0, max, delays: Delays::Few(Few::default()) });
        let recorded = self.0.get_or_insert_with(new);
        if min <= recorded.min {
            recorded.at_min = at_min + if min == recorded.min { recorded.at_min } else { 0 };
            recorded.min = min;
        }
        recorded.max = recorded.max.max(max);
        recorded
    }

    /// How many delays were recorded.
    pub fn len(&self) -> u64 {
        self.0.as_ref().map_or(0, |recorded| recorded.delays.len())
    }
    /// Whether no delay was recorded.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
    /// The exact minimum.
    pub fn min(&self) -> Option<SimDuration> {
        self.0.as_ref().map(|r| SimDuration::from_nanos(r.min))
    }
    /// The exact maximum.
    pub fn max(&self) -> Option<SimDuration> {
        self.0.as_ref().map(|r| SimDuration::from_nanos(r.max))
    }
    /// The quantile at `ppb` parts per billion (500 000 000 is the median): the smallest delay that at least this share
    /// of the packets does not exceed. Exact with up to 64 distinct delays and where it is the minimum; otherwise
    /// within 0.1 % and within `[min, max]`.
    pub fn quantile(&self, ppb: u32) -> Option<Quantile> {
        self.quantiles(&[ppb]).pop()
    }

    /// Each delay with its count, in order of size: each distinct one where [`DelayRecorder::quantile`] is exact;
    /// otherwise the minimum, the middle of each bucket as far as it lies between minimum and maximum, and the maximum.
    pub fn counted(&self) -> Vec<(SimDuration, u64)> {
        let Some(recorded) = &self.0 else { return Vec::new() };
        let steps = recorded.delays.steps();
        let mut counted = match &recorded.delays {
            Delays::Few(_) => steps.into_iter().map(|(nanos, _, times)| (nanos, times)).collect(),
            Delays::Many(_) => recorded.middles(&steps),
        };
        counted.retain(|(_, times)| *times > 0);
        counted.into_iter().map(|(nanos, times)| (SimDuration::from_nanos(nanos), times)).collect()
    }
}

impl Delays {
    /// Adds `times` packets of one delay, or of the bucket that it lies in.
    fn add(&mut self, nanos: u64, times: u64) {
        match self {
            Delays::Many(buckets) => buckets.add(nanos, times),
            Delays::Few(few) => {
                if !few.add(nanos, times) {
                    self.become_many().add(nanos, times);
                }
            }
        }
    }

    /// Switches to buckets.
    fn become_many(&mut self) -> &mut Buckets {
        if let Delays::Few(few) = self {
            let mut buckets = Buckets::new();
            few.delays.iter().for_each(|(nanos, times)| buckets.add(*nanos, *times));
            *self = Delays::Many(buckets);
        }
        match self {
            Delays::Many(buckets) => buckets,
            Delays::Few(_) => unreachable!("it was made to keep buckets above"),
        }
    }

    fn len(&self) -> u64 {
        match self {
            Delays::Few(few) => few.delays.iter().map(|(_, times)| times).sum(),
            Delays::Many(buckets) => buckets.histogram.len() + buckets.last.iter().map(|(_, times)| times).sum::<u64>(),
        }
    }

    /// The smallest and the largest possible value of delays, and how many packets had one in between, in order: the
    /// one walk over them.
    fn steps(&self) -> Vec<(u64, u64, u64)> {
        match self {
            Delays::Few(few) => few.delays.iter().map(|(nanos, times)| (*nanos, *nanos, *times)).collect(),
            Delays::Many(buckets) => {
                let mut buckets = buckets.clone();
                buckets.flush();
                let histogram = &buckets.histogram;
                let step =
                    |nanos, times| (histogram.lowest_equivalent(nanos), histogram.highest_equivalent(nanos), times);
                let recorded = histogram.iter_recorded();
                recorded.map(|bucket| step(bucket.value_iterated_to(), bucket.count_at_value())).collect()
            }
        }
    }
}

impl Recorded {
    /// The minimum, the buckets' middles without what is known to be the minimum or the maximum, and the maximum; the
    /// buckets are at least one.
    fn middles(&self, buckets: &[(u64, u64, u64)]) -> Vec<(u64, u64)> {
        let middle = |(low, high, times): &(u64, u64, u64)| {
            let (low, high) = (*low.max(&self.min), *high.min(&self.max));
            (low + (high - low) / 2, *times)
        };
        let ends = [[(self.min, self.at_min)], [(self.max, 1)]];
        let mut counted: Vec<(u64, u64)> =
            ends[0].into_iter().chain(buckets.iter().map(middle)).chain(ends[1]).collect();
        let last = counted.len() - 2;
        counted[1].1 -= self.at_min;
        counted[last].1 -= 1;
        counted
    }

    /// Adds `times` packets if their delay is the last one that was added, or lies in its bucket.
    #[inline(always)] // Called for every packet that is an event, three times for a segment.
    fn repeat(&mut self, nanos: u64, times: u64) -> bool {
        match &mut self.delays {
            Delays::Few(few) => match few.delays.get_mut(few.last) {
                Some((last, count)) if *last == nanos => {
                    *count += times;
                    self.at_min += if nanos == self.min { times } else { 0 };
                }
                _ => return false,
            },
            Delays::Many(buckets) => {
                let (begin, slot) = runs::bucket(nanos);
                let last = &mut buckets.last[slot];
                if nanos > self.max || last.0 != begin {
                    return false;
                }
                // Of many delays, few are the least: then nothing is counted, not even 0.
                if nanos <= self.min {
                    if nanos < self.min {
                        return false;
                    }
                    self.at_min += times;
                }
                last.1 += times;
            }
        }
        true
    }
}

impl Few {
    /// Adds `times` packets of one delay, unless there are too many delays already.
    fn add(&mut self, nanos: u64, times: u64) -> bool {
        let place = self.delays.binary_search_by_key(&nanos, |(known, _)| *known);
        match place {
            Ok(at) => self.delays[at].1 += times,
            Err(at) if self.delays.len() < FEW => self.delays.insert(at, (nanos, times)),
            Err(_) => return false,
        }
        self.last = place.unwrap_or_else(|at| at);
        true
    }
}

impl Buckets {
    fn new() -> Buckets {
        let histogram = Histogram::new_with_bounds(LOWEST, 2 * LOWEST, DIGITS);
        let mut histogram = histogram.expect("the bounds are constants that fit");
        // The histogram grows with the delays: 16 kB up to a millisecond, 98 kB up to a second.
        histogram.auto(true);
        Buckets { histogram, last: Default::default() }
    }

    fn add(&mut self, nanos: u64, times: u64) {
        let (begin, slot) = runs::bucket(nanos);
        let last = &mut self.last[slot];
        if last.0 != begin {
            let evicted = std::mem::replace(last, (begin, 0));
            self.put(evicted);
        }
        self.last[slot].1 += times;
    }

    fn merge(&mut self, other: &Buckets) {
        other.last.iter().for_each(|(begin, times)| self.add(*begin, *times));
        self.histogram.add(&other.histogram).expect("it grows to hold what the other holds");
    }

    /// Puts the last buckets into the histogram.
    fn flush(&mut self) {
        std::mem::take(&mut self.last).into_iter().for_each(|last| self.put(last));
    }

    fn put(&mut self, (begin, times): (u64, u64)) {
        if times > 0 {
            self.histogram.record_n(begin, times).expect("it grows to hold any delay");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The quantile by sorting.
    fn dull(delays: &[u64], ppb: u32) -> u64 {
        let mut sorted = delays.to_vec();
        sorted.sort_unstable();
        let rank = (delays.len() as u128 * u128::from(ppb)).div_ceil(1_000_000_000).max(1);
        sorted[rank as usize - 1]
    }

    fn recorded(delays: &[u64]) -> DelayRecorder {
        let mut recorder = DelayRecorder::default();
        delays.iter().for_each(|nanos| recorder.record(SimDuration::from_nanos(*nanos), 1));
        recorder
    }

    /// Records delays the way the loop does: collected in runs, in portions of `portion`.
    fn counted_aside(delays: &[u64], portion: usize) -> DelayRecorder {
        let mut recorder = DelayRecorder::default();
        let mut runs = DelayRuns::default();
        for part in delays.chunks(portion) {
            let mut ended: Vec<DelayRun> =
                part.iter().filter_map(|nanos| runs.add(SimDuration::from_nanos(*nanos))).collect();
            recorder.record_span(runs.span().expect("no portion is empty"));
            runs.end(|run| ended.push(run));
            ended.into_iter().filter(|run| !run.is_empty()).for_each(|run| recorder.record_run(run));
        }
        recorder
    }

    /// Few values of any size, so that there are repeats, neighbours and both fewer and more than 64.
    fn delays() -> impl Strategy<Value = Vec<u64>> {
        let values = prop::collection::vec((0u32..44, any::<u64>()), 1..90);
        let picks = prop::collection::vec((any::<prop::sample::Index>(), 0u64..3, any::<bool>()), 1..400);
        (values, picks, any::<bool>()).prop_map(|(values, picks, is_idle)| {
            let values: Vec<u64> = values.into_iter().map(|(size, n)| (1 << size) + n % (1 << size)).collect();
            let least = values.iter().copied().min().unwrap_or_default();
            let pick = |at: prop::sample::Index, near: u64| at.get(&values) + near % 2 * (near + 7);
            picks.into_iter().map(|(at, near, waits)| if is_idle && !waits { least } else { pick(at, near) }).collect()
        })
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        #[test]
        fn quantiles_are_those_of_the_sorted_delays(delays in delays(), portion in 1usize..300, split in 0usize..400) {
            let (head, tail) = delays.split_at(split.min(delays.len()));
            let mut merged = recorded(head);
            merged.merge(&counted_aside(tail, portion));
            let distinct = delays.iter().collect::<std::collections::BTreeSet<_>>().len();
            for recorder in [recorded(&delays), counted_aside(&delays, portion), merged] {
                prop_assert_eq!(recorder.len(), delays.len() as u64);
                prop_assert_eq!(recorder.min().map(SimDuration::as_nanos), delays.iter().min().copied());
                prop_assert_eq!(recorder.max().map(SimDuration::as_nanos), delays.iter().max().copied());
                let counted = recorder.counted();
                prop_assert!(counted.is_sorted() && counted.iter().all(|(_, times)| *times > 0));
                let all: Vec<u64> =
                    counted.iter().flat_map(|(delay, n)| vec![delay.as_nanos(); *n as usize]).collect();
                prop_assert_eq!(all.len(), delays.len());
                for ppb in [0, 1, 500_000_000, 900_000_000, 990_000_000, 999_000_000, 1_000_000_000] {
                    let Quantile { low, high } = recorder.quantile(ppb).expect("there are delays");
                    let exact = dull(&delays, ppb);
                    prop_assert!((low.as_nanos()..=high.as_nanos()).contains(&exact), "{:?} {} {}", low, exact, high);
                    let told = dull(&all, ppb);
                    prop_assert!((low.as_nanos()..=high.as_nanos()).contains(&told), "{:?} {} {}", low, told, high);
                    let is_min = exact == delays.iter().copied().min().unwrap_or_default();
                    prop_assert!(low == high || distinct > FEW && !is_min, "{:?} {} {:?}", low, exact, high);
                    prop_assert!((high - low).as_nanos() <= (exact / 1_000).max(LOWEST));
                }
            }
        }
    }

    #[test]
    fn the_middle_and_the_precision_cover_what_a_quantile_can_be() {
        let of = |low, high| Quantile { low: SimDuration::from_nanos(low), high: SimDuration::from_nanos(high) };
        let told = |quantile: Quantile| (quantile.value().as_nanos(), quantile.precision().as_nanos());
        assert_eq!(
            (told(of(8, 8)), told(of(8, 15)), told(of(0, u64::MAX))),
            ((8, 0), (11, 4), (u64::MAX / 2, 1 << 63))
        );
    }

    #[test]
    fn a_recorder_of_few_delays_is_small() {
        let mut recorder = DelayRecorder::default();
        (0..1_000_000).for_each(|n| recorder.record(SimDuration::from_nanos(n % FEW as u64 * 1_000_003), 1));
        let Some(Delays::Few(few)) = recorder.0.as_ref().map(|recorded| &recorded.delays) else { panic!("many") };
        assert_eq!((few.delays.len(), few.delays.capacity() * size_of::<(u64, u64)>()), (FEW, 1_024));
    }
}
