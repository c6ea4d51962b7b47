//! The engine against its dull twin, record by record and book by book. Not a proof: as good as the worlds aim.

use crate::story::{describe, difference, reduce};
use crate::world::World;
use proptest::prelude::*;

/// As many cases as asked for; PROPTEST_CASES raises it.
pub fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    ProptestConfig { cases: asked.map_or(usual, |n: u32| n.max(usual)), failure_persistence: None, ..Default::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(400) })]

    #[test]
    fn every_packet_ends_as_the_twin_says(seed: u64) {
        let world = World::new(seed);
        if difference(&world).is_some() {
            let least = reduce(&world, |w| difference(w).is_some());
            let told = difference(&least).unwrap_or_default();
            prop_assert!(false, "seed {seed}\n{}\n{told}", describe(&least));
        }
    }
}
