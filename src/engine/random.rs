//! The seed turned into streams: each is keyed by a stable hash of (seed, purpose, name, flow number), so that one more entry in
//! a file changes no other entry's numbers. The only floats of the engine live here and go through `libm`.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// One sender's random numbers; 8 bytes of state.
#[derive(Debug, Clone)]
pub(super) struct Stream(SplitMix64);

impl Stream {
    /// The stream of flow `flow` of the traffic entry `name`, for one purpose.
    pub(super) fn new(seed: u64, purpose: &str, name: &str, flow: u64) -> Stream {
        // Names hold no NUL, so that two different keys never spell the same bytes.
        let key = [purpose.as_bytes(), b"\0", name.as_bytes(), b"\0", &flow.to_le_bytes()].concat();
        Stream(SplitMix64::seed_from_u64(xxh3_64_with_seed(&key, seed)))
    }

    /// Uniform over `0..n`; 0 for `n = 0`.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// Exponentially distributed, in the unit of the mean, rounded to whole units. The mean is a fraction.
    pub(super) fn exponential(&mut self, (mean, divisor): (u64, u64)) -> u64 {
        // 53 bits in (0, 1]: the logarithm is finite.
        let uniform = ((self.0.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64;
        (-libm::log(uniform) * (mean as f64 / divisor as f64) + 0.5) as u64
    }
}
