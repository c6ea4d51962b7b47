//! A cursor over a rate that changes in steps: finds the instant at which a given number of further bits has passed,
//! exactly. The remainder of a division into nanoseconds is carried, across steps too. A step with rate zero costs one
//! comparison, however long it is.

use crate::model::RateSeries;
use crate::units::{BitRate, SimTime};
use std::sync::Arc;

/// A place in a series. By the start of its nanosecond, `owed` billionths of a bit are still to pass before it is
/// reached.
#[derive(Debug, Clone, Copy)]
struct Position {
    /// The step that contains `nanos`, which is never before the first step.
    step: usize,
    nanos: u64,
    owed: u64,
}

/// A place in a series that moves by bits.
#[derive(Debug, Clone)]
pub(super) struct Cursor {
    series: Arc<RateSeries>,
    position: Position,
}

impl Cursor {
    /// Stands where the first bit at or after `first` passes.
    pub(super) fn new(series: Arc<RateSeries>, first: SimTime) -> Cursor {
        let step = series.begun_by(first).saturating_sub(1);
        let begin = series.step(step).map_or(SimTime::NEVER, |(begin, _)| begin);
        let mut cursor = Cursor { series, position: Position { step, nanos: first.max(begin).as_nanos(), owed: 0 } };
        cursor.pass(0);
        cursor
    }

    /// The same series from `first` on.
    pub(super) fn restarted(&self, first: SimTime) -> Cursor {
        Cursor::new(self.series.clone(), first)
    }

    /// Moves on by `amount` billionths of a bit.
    pub(super) fn pass(&mut self, amount: u64) {
        self.position = self.after(amount);
    }

    /// Moves on by `count` equal amounts.
    pub(super) fn pass_many(&mut self, amount: u64, count: u64) {
        // As many at once as fit into the integer together with `owed`.
        let most = (u64::MAX / 2 / amount.max(1)).max(1);
        let mut left = count;
        while left > 0 {
            let some = left.min(most);
            self.pass(amount * some);
            left -= some;
        }
    }

    /// How many billionths of a bit pass from here to `t`.
    pub(super) fn until(&self, t: u64) -> u128 {
        let Position { mut step, mut nanos, owed } = self.position;
        let mut passed = 0u128;
        while nanos < t {
            let Some((_, rate)) = self.series.step(step) else { break };
            let end = self.series.step(step + 1).map_or(u64::MAX, |(begin, _)| begin.as_nanos());
            passed += u128::from(rate.as_bps()) * u128::from(end.min(t) - nanos);
            (step, nanos) = (step + 1, end);
        }
        passed.saturating_sub(u128::from(owed))
    }

    /// The highest rate of all.
    pub(super) fn peak(&self) -> BitRate {
        self.series.peak()
    }

    /// The rate at `t`, wherever the cursor stands, and when it next changes.
    pub(super) fn rate_at(&self, t: SimTime) -> (BitRate, SimTime) {
        let at = self.series.begun_by(t);
        let rate =
            at.checked_sub(1).and_then(|before| self.series.step(before)).map_or(BitRate::default(), |(_, rate)| rate);
        (rate, self.series.step(at).map_or(SimTime::NEVER, |(begin, _)| begin))
    }

    /// The instant, rounded down, at which `amount` more billionths of a bit have passed; `u64::MAX` if they never
    /// will.
    pub(super) fn ahead(&self, amount: u64) -> u64 {
        self.after(amount).nanos
    }

    /// The position after the next `amount`, where anything beyond it begins to pass: never inside a step with rate
    /// zero.
    fn after(&self, amount: u64) -> Position {
        let Position { mut step, mut nanos, owed } = self.position;
        let mut left = owed.saturating_add(amount);
        while let Some((_, rate)) = self.series.step(step) {
            let end = self.series.step(step + 1).map_or(u64::MAX, |(begin, _)| begin.as_nanos());
            let rate = rate.as_bps();
            if let Some(needed) = left.checked_div(rate) {
                let reached = nanos.saturating_add(needed);
                if reached < end {
                    return Position { step, nanos: reached, owed: left % rate };
                }
                // Subtracts at most `left`, since the step ends first.
                left -= rate * (end - nanos);
            }
            (step, nanos) = (step + 1, end);
        }
        Position { step, nanos: u64::MAX, owed: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cursor(steps: &[(u64, u64)], first: u64) -> Cursor {
        let steps = steps.iter().map(|(at, rate)| (SimTime::from_nanos(*at), BitRate::from_bps(*rate))).collect();
        Cursor::new(Arc::new(RateSeries::of_steps(steps)), SimTime::from_nanos(first))
    }

    /// The nanosecond in which more than `amount` since `first` has passed for the first time, by one wide sum per
    /// step.
    fn dull(steps: &[(u64, u64)], first: u64, amount: u128) -> u64 {
        let mut passed = 0u128;
        for (at, (begin, rate)) in steps.iter().enumerate() {
            let end = steps.get(at + 1).map_or(u64::MAX, |next| next.0);
            let begin = (*begin).max(first);
            if begin >= end {
                continue;
            }
            let here = u128::from(*rate) * u128::from(end - begin);
            if passed + here > amount {
                return begin + ((amount - passed) / u128::from(*rate)) as u64;
            }
            passed += here;
        }
        u64::MAX
    }

    #[test]
    fn a_rate_of_zero_is_jumped_over() {
        let hour = 3_600_000_000_000;
        // 12 000 bits at 1 kbps take 12 s; the second packet's slot begins after the silence.
        let mut at = cursor(&[(0, 1_000), (12_000_000_000, 0), (9 * hour, 2_000), (10 * hour, 0)], 0);
        at.pass(12_000 * 1_000_000_000);
        assert_eq!(at.ahead(0), 9 * hour);
        at.pass(3_600 * 2_000 * 1_000_000_000);
        assert_eq!(at.ahead(0), u64::MAX);
        at.pass(1);
        assert_eq!(at.ahead(0), u64::MAX);
        assert_eq!(cursor(&[], 5).ahead(0), u64::MAX);
        assert_eq!(cursor(&[(7, 0), (9, 1)], 0).ahead(0), 9);
    }

    #[test]
    fn a_week_of_awkward_rates_does_not_drift() {
        let steps: Vec<(u64, u64)> = (0..2_016).map(|n| (n * 300_000_000_000, 33_333 + n * 7 % 1_009)).collect();
        let mut at = cursor(&steps, 0);
        let packet = 12_000 * 1_000_000_000;
        for n in 1..1_600_000u128 {
            at.pass(packet);
            if n % 10_007 == 0 {
                assert_eq!(at.ahead(0), dull(&steps, 0, n * u128::from(packet)));
            }
        }
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        #[test]
        fn it_stands_where_wide_integers_put_it(
            lengths in prop::collection::vec((1u64..2_000_000_000, prop_oneof![Just(0), 1u64..100_000_000_000]), 0..9),
            first in 0u64..3_000_000_000,
            packets in prop::collection::vec((28u64..=65_535, 0u64..1_000), 1..60),
        ) {
            let mut begin = 0;
            let steps: Vec<(u64, u64)> = lengths.iter().map(|(length, rate)| {
                begin += length;
                (begin - length / 2, *rate)
            }).collect();
            let mut at = cursor(&steps, first);
            let mut passed = 0u128;
            for (bytes, part) in packets {
                prop_assert_eq!(at.ahead(0), dull(&steps, first, passed));
                let amount = bytes * 8_000_000_000;
                let some = amount / 1_000 * part;
                prop_assert_eq!(at.ahead(some), dull(&steps, first, passed + u128::from(some)));
                at.pass(amount);
                passed += u128::from(amount);
            }
        }

        /// Many packets at once, and instants on and around the borders of steps.
        #[test]
        fn many_packets_at_once_are_many_single_ones(
            lengths in prop::collection::vec((1u64..2_000_000_000, prop_oneof![Just(0), 1u64..100_000_000_000]), 1..9),
            bytes in 28u64..=65_535, count in 0u64..50, at in 0usize..9, nudge in 0i64..3,
        ) {
            let mut begin = 0;
            let steps: Vec<(u64, u64)> = lengths.iter().map(|(length, rate)| {
                begin += length;
                (begin, *rate)
            }).collect();
            let amount = bytes * 8_000_000_000;
            let start = cursor(&steps, 0);
            let (mut single, mut at_once) = (start.clone(), start.clone());
            at_once.pass_many(amount, count);
            (0..count).for_each(|_| single.pass(amount));
            prop_assert_eq!(single.ahead(0), at_once.ahead(0));
            let t = [steps[at % steps.len()].0, single.ahead(0).min(1 << 60)][at % 2].saturating_add_signed(nudge - 1);
            let mut dull = 0;
            let mut slot = start.clone();
            while slot.ahead(0) < t && dull < 100_000 {
                dull += 1;
                slot.pass(amount);
            }
            prop_assert_eq!(super::super::slots::count(start.until(t), u128::from(amount)).min(100_000), dull);
        }
    }
}
