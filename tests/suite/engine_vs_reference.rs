//! The engine against its dull twin, record by record and book by book. Not a proof: it is only as good as the worlds.

use crate::kept;
use crate::reference::Reference;
use crate::story::{describe, difference, reduce};
use crate::traffic;
use crate::world::World;
use proptest::prelude::*;
use std::collections::BTreeSet;
use vpcsim::model::{DropReason, Peering, PeeringState};

/// As many cases as requested; PROPTEST_CASES raises it.
pub fn cases(usual: u32) -> ProptestConfig {
    kept::cases(usual, "tests/regressions/suite.txt")
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(1000) })]

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

/// If the generator no longer reached a reason, a full queue or a tie, the comparison above would be hollow.
#[test]
fn the_worlds_reach_every_end_and_every_tie() {
    let mut missing: BTreeSet<&str> = DropReason::ALL.iter().map(|r| r.code()).collect();
    // Only segments of connections are lost periodically: `connections.rs`.
    let never = [DropReason::BadLength, DropReason::BadChecksum, DropReason::PeriodicLoss];
    missing.retain(|code| never.iter().all(|n| n.code() != *code));
    let (mut on_departure, mut answered, mut complaints) = (0, 0, 0);
    let (mut emptied, mut late_carriers, mut expired) = (0, 0, 0);
    for seed in 0..400 {
        let world = World::new(seed);
        let senders = traffic::senders(&world.network, &world.plan);
        let mut twin = Reference::new(&world.network, &world.plan, &senders);
        twin.run();
        for drops in twin.tally.vpcs.iter().map(|v| &v.drops).chain(twin.tally.links.iter().map(|l| &l.drops)) {
            missing.retain(|code| !drops.contains_key(code));
        }
        on_departure += twin.changes_on_departures;
        emptied += twin.emptied;
        let late = &twin.tally.links[world.network.peerings().len() * 2..];
        late_carriers += late.iter().filter(|l| l.carried.0 > 0).count();
        let ran_out = |p: &Peering| p.history.iter().skip(1).any(|(_, state)| *state == PeeringState::Expired);
        expired += twin.network.peerings().filter(|(_, p)| ran_out(p)).count();
        answered += twin.tally.traffic.iter().filter(|t| t.answered > 0).count();
        complaints += twin.tally.traffic.iter().filter(|t| !t.icmp_errors.is_empty()).count();
    }
    // Only segments of connections are lost at even distances: those have worlds of their own.
    missing.remove(DropReason::PeriodicLoss.code());
    assert_eq!(missing, BTreeSet::new(), "no world drops packets so");
    assert!(on_departure > 20, "only {on_departure} changes fell on the very departure of a waiting packet");
    assert!(emptied > 20, "only {emptied} changes took packets off links");
    assert!(late_carriers > 20, "only {late_carriers} links made on the way carried anything");
    assert!(expired > 20, "only {expired} requests ran out");
    assert!(answered > 20 && complaints > 20, "{answered} entries were answered, {complaints} were sent ICMP errors");
}
