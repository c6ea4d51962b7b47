//! Building blocks of random worlds: a seeded die, names and prefixes. Makes no world.

use ipnet::Ipv4Net;
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;
use vpcsim::model::Name;

/// A seeded die.
pub struct Dice(SplitMix64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(SplitMix64::seed_from_u64(seed))
    }
    pub fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n.max(1)
    }
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize].clone()
    }
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

pub fn name(text: &str) -> Name {
    Name::new(text).expect("a name that a test made")
}

pub fn net(text: &str) -> Ipv4Net {
    text.parse().expect("a prefix that a test wrote")
}
