//! The steps of a service test as ITU-T Y.1564 §8.1 describes it: the committed information rate in quarters, then
//! more than was promised, which a policer is to keep out. It judges nothing.

use crate::units::BitRate;

/// The steps towards the committed rate, in percent of it.
pub const STEPS: [u64; 4] = [25, 50, 75, 100];
/// The step that shows what keeps the rest out.
pub const OVERSHOOT: u64 = 125;

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Of the committed rate, in percent.
    pub percent: u64,
    /// What is sent, rounded down.
    pub rate: BitRate,
}

/// All steps of a service with this committed rate.
pub fn steps(committed: BitRate) -> Vec<Step> {
    let rate = |percent: u64| (u128::from(committed.as_bps()) * u128::from(percent) / 100) as u64;
    let step = |percent: u64| Step { percent, rate: BitRate::from_bps(rate(percent).max(1)) };
    STEPS.into_iter().chain([OVERSHOOT]).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_and_what_is_too_much() {
        let rates: Vec<u64> = steps(BitRate::from_bps(1_001)).iter().map(|step| step.rate.as_bps()).collect();
        assert_eq!(rates, [250, 500, 750, 1_001, 1_251]);
        assert_eq!(steps(BitRate::from_bps(1))[0].rate.as_bps(), 1);
    }
}
