//! Random streams derived from the seed: each is keyed by a stable hash of (seed, purpose, name, flow number), so that
//! another entry in a file changes no other entry's numbers. A stream is a counter-based generator: the n-th number
//! does not depend on earlier ones, so that stretches of packets can be skipped. The engine's only floating-point
//! arithmetic is here and goes through `libm`.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// What SplitMix64 adds to its state for each number.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// One sender's random numbers, by index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stream(u64);

impl Stream {
    /// The stream of flow `flow` of the traffic entry `name`, for one purpose.
    pub(super) fn new(seed: u64, purpose: &str, name: &str, flow: u64) -> Stream {
        // Names hold no NUL, so two different keys never give the same bytes.
        let key = [purpose.as_bytes(), b"\0", name.as_bytes(), b"\0", &flow.to_le_bytes()].concat();
        Stream(xxh3_64_with_seed(&key, seed))
    }

    #[inline]
    fn number(self, index: u64) -> u64 {
        SplitMix64::seed_from_u64(self.0.wrapping_add(index.wrapping_mul(STEP))).next_u64()
    }

    /// The number at `index`, uniform over `0..n`; 0 for `n = 0`.
    #[inline]
    pub(super) fn below(self, index: u64, n: u64) -> u64 {
        ((u128::from(self.number(index)) * u128::from(n)) >> 64) as u64
    }

    /// The number at `index`, exponentially distributed, rounded to whole units of the mean. The mean is a fraction:
    /// numerator and divisor.
    pub(super) fn exponential(self, index: u64, (mean, divisor): (u64, u64)) -> u64 {
        // 53 bits in (0, 1]: the logarithm is finite.
        let uniform = ((self.number(index) >> 11) + 1) as f64 / (1u64 << 53) as f64;
        (-libm::log(uniform) * (mean as f64 / divisor as f64) + 0.5) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_by_index_are_the_generators_in_order() {
        let stream = Stream::new(7, "place", "entry", 3);
        let mut generator = SplitMix64::seed_from_u64(stream.0);
        for index in 0..1_000 {
            assert_eq!(stream.number(index), generator.next_u64());
        }
    }
}
