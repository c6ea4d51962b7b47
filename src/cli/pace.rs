//! The length of one slice of a run: it should take about [`SLICE`] of wall time, whatever happens in it, so that
//! progress is shown and signals are noticed, and not less, since each slice has a fixed cost. Reads no clock.

use crate::units::{SimDuration, SimTime};
use std::time::Duration;

/// How long a slice should take.
pub(super) const SLICE: Duration = Duration::from_millis(30);
/// The work of the first slice, in packets carried one by one: about a millisecond.
const FIRST: u64 = 30_000;
/// The work of the largest slice: about a twentieth of a second, whatever earlier slices took.
const MOST: u64 = 2_000_000;
/// The work of any slice may be this many times that of the shortest: below that, shorter slices cost more than they
/// save.
const OF_SHORTEST: u64 = 4;

/// The length of the next slice.
#[derive(Debug)]
pub(super) struct Pace {
    /// The most virtual time, in nanoseconds.
    span: u64,
    /// The most work.
    work: u64,
    /// The estimated work of the last slice.
    planned: u64,
    /// The fixed cost of a slice, which grows with the number of VPCs: a slice should take several times as long.
    overhead: Duration,
}

impl Pace {
    /// For a run of this duration.
    pub(super) fn new(duration: SimTime) -> Pace {
        let span = (duration.as_nanos() / 1000).clamp(1, 10_000_000);
        Pace { span, work: FIRST, planned: 0, overhead: Duration::MAX }
    }

    /// The end of a slice that begins at `now`; `work` estimates the work up to an instant.
    pub(super) fn next(&mut self, now: SimTime, mut work: impl FnMut(SimTime) -> u64) -> SimTime {
        let mut work = |span| work(now + SimDuration::from_nanos(span));
        self.planned = work(self.span);
        if self.planned > self.work {
            let most = self.work.max(work(1).saturating_mul(OF_SHORTEST));
            while self.planned > most && self.span > 1 {
                self.span /= 2;
                self.planned = work(self.span);
            }
        }
        now + SimDuration::from_nanos(self.span)
    }

    /// Adapts to the time that the slice took.
    pub(super) fn took(&mut self, took: Duration) {
        self.overhead = self.overhead.min(took);
        // Only a slice close to the allowed work shows how long that much work takes.
        let is_full = self.planned > self.work / 2;
        if took < SLICE.max(self.overhead * 5) {
            self.span = self.span.saturating_mul(2);
            self.work = if is_full { (self.work * 2).min(MOST) } else { self.work };
        } else {
            self.span = (self.span / 2).max(1);
            self.work = if is_full { (self.work / 2).max(1) } else { self.work };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest slice of a run whose work is `rate` units per nanosecond, each taking `cost` nanoseconds of wall
    /// time.
    fn longest(duration: u64, rate: impl Fn(u64) -> u64, cost: u64) -> (Duration, usize) {
        let (mut pace, mut now, mut slices, mut longest) =
            (Pace::new(SimTime::from_nanos(duration)), 0, 0, Duration::ZERO);
        // In steps of a thousandth of the run.
        let step = duration / 1_000;
        let work = |from: u64, to: u64| {
            (from / step..to.div_ceil(step))
                .map(|n| rate(n) * (to.min((n + 1) * step) - from.max(n * step)))
                .sum::<u64>()
        };
        while now < duration {
            let until = pace.next(SimTime::from_nanos(now), |until| work(now, until.as_nanos().min(duration)));
            let until = until.as_nanos().min(duration);
            let took = Duration::from_nanos(work(now, until) * cost + 10_000);
            pace.took(took);
            (now, slices, longest) = (until, slices + 1, longest.max(took));
        }
        (longest, slices)
    }

    #[test]
    fn a_slice_is_short_whatever_comes_behind_idle_time() {
        let hundred_seconds = 100_000_000_000;
        // Nothing most of the time, then one unit per nanosecond.
        let (took, slices) = longest(hundred_seconds, |step| if step < 990 { 0 } else { 1 }, 30);
        assert!(took < SLICE * 4, "{took:?}");
        let fitting = (Duration::from_secs(30).as_millis() / SLICE.as_millis()) as usize;
        assert!(slices < 2 * fitting + 200, "{slices}");
    }

    #[test]
    fn many_senders_do_not_stop_time() {
        // Any slice costs twice the most work, as where a million senders are looked at.
        let mut pace = Pace::new(SimTime::from_nanos(1_000_000_000));
        let (mut now, mut slices) = (SimTime::ZERO, 0);
        while now < SimTime::from_nanos(1_000_000_000) && slices < 1_000 {
            let until = pace.next(now, |until| 2 * MOST + until.since(now).as_nanos() / 100);
            pace.took(SLICE * 2);
            (now, slices) = (until, slices + 1);
        }
        assert!(slices < 30, "{slices}");
    }

    #[test]
    fn cheap_time_passes_in_few_slices() {
        let (_, slices) = longest(400 * 86_400_000_000_000, |_| 0, 30);
        assert!(slices < 60, "{slices}");
    }
}
