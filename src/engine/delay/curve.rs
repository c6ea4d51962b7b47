//! Quantiles of one distribution, however many, in one walk over its delays. Knows nothing of how these are kept.

use super::{DelayRecorder, Quantile};
use crate::units::SimDuration;

impl DelayRecorder {
    /// The quantiles at these shares, in parts per billion and ascending order: each that of
    /// [`DelayRecorder::quantile`]. Empty without delays.
    pub fn quantiles(&self, shares: &[u32]) -> Vec<Quantile> {
        let Some(recorded) = self.0.as_ref() else { return Vec::new() };
        let mut steps = recorded.delays.steps().into_iter();
        let mut at = steps.next();
        let mut seen = at.map_or(0, |(.., times)| u128::from(times));
        let within = |nanos: u64| SimDuration::from_nanos(nanos.clamp(recorded.min, recorded.max));
        let quantile = |share: &u32| {
            let rank = (u128::from(self.len()) * u128::from(*share)).div_ceil(1_000_000_000).max(1);
            while seen < rank {
                let Some(next) = steps.next() else { break };
                seen += u128::from(next.2);
                at = Some(next);
            }
            let is_min = rank <= u128::from(recorded.at_min);
            let (low, high) = at.filter(|_| !is_min).map_or((recorded.min, recorded.min), |(low, high, _)| (low, high));
            Quantile { low: within(low), high: within(high) }
        };
        shares.iter().map(quantile).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(crate::kept::cases(64, "tests/regressions/unit.txt"))]

        /// The twin asks for one at a time.
        #[test]
        fn many_at_once_are_those_one_by_one(
            delays in prop::collection::vec((1u64..5_000_000, 1u64..50), 0..120),
            shares in prop::collection::vec(0u32..=1_000_000_000, 0..20),
        ) {
            let mut recorder = DelayRecorder::default();
            delays.iter().for_each(|(nanos, count)| recorder.record(SimDuration::from_nanos(*nanos), *count));
            let mut shares = shares;
            shares.sort_unstable();
            let one_by_one: Vec<Quantile> = shares.iter().filter_map(|share| recorder.quantile(*share)).collect();
            prop_assert_eq!(recorder.quantiles(&shares), one_by_one);
        }
    }
}
