//! Who sends to whom: the flows of an entry against two nested loops, on overlapping lists. What is sent does not
//! matter here.

use crate::engine_vs_reference::cases;
use proptest::prelude::*;
use std::collections::BTreeSet;
use vpcsim::engine::flows;
use vpcsim::model::HostId;
use vpcsim::model::plan::{Destination, Pick, Receiver, Traffic};
use vpcsim::workload;

fn entry(from: &[HostId], to: &[HostId], pick: Pick) -> Traffic {
    Traffic { from: from.into(), to: Destination::Hosts { hosts: to.into(), pick }, ..workload::entry("t") }
}

fn pairs(entry: &Traffic, seed: u64) -> Vec<(HostId, HostId)> {
    let named = |(from, receiver)| match receiver {
        Receiver::Host(to) => (from, to),
        Receiver::Address(address) => panic!("{address} was not asked for"),
    };
    flows(entry, seed).map(named).collect()
}

/// Some of six hosts, in any order.
fn hosts() -> impl Strategy<Value = Vec<HostId>> {
    proptest::sample::subsequence((0..6).map(HostId).collect::<Vec<_>>(), 1..=6).prop_shuffle()
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn every_is_two_nested_loops(from in hosts(), to in hosts(), seed: u64) {
        let mut right = Vec::new();
        for a in &from {
            for b in &to {
                if a != b {
                    right.push((*a, *b));
                }
            }
        }
        let every = entry(&from, &to, Pick::Every);
        prop_assert_eq!(every.senders(), right.len());
        prop_assert_eq!(pairs(&every, seed), right);
    }

    #[test]
    fn in_order_goes_round_and_passes_over_the_sender(from in hosts(), to in hosts(), seed: u64) {
        let mut right = Vec::new();
        for (number, a) in from.iter().enumerate() {
            let mut place = number;
            while place >= to.len() {
                place -= to.len();
            }
            if to[place] == *a {
                place += 1;
            }
            if place == to.len() {
                place = 0;
            }
            right.push((*a, to[place]));
        }
        let in_order = entry(&from, &to, Pick::InOrder);
        prop_assert_eq!(in_order.senders(), right.len());
        prop_assert_eq!(pairs(&in_order, seed), right);
    }

    #[test]
    fn random_takes_each_of_the_others_and_never_the_sender(from in hosts(), to in hosts()) {
        let random = entry(&from, &to, Pick::Random);
        let mut met = BTreeSet::new();
        for seed in 0..200 {
            let found = pairs(&random, seed);
            prop_assert_eq!(found.iter().map(|(a, _)| *a).collect::<Vec<_>>(), &from[..]);
            met.extend(found);
        }
        let mut right: BTreeSet<_> = from.iter().flat_map(|a| to.iter().map(move |b| (*a, *b))).collect();
        right.retain(|(a, b)| a != b || to.len() == 1);
        prop_assert_eq!(met, right);
    }
}
