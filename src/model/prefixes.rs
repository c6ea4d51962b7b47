//! Prefixes in order of address: those that overlap a given one are found without searching the others. They check
//! no rules.

use super::ids::PeeringId;
use ipnet::Ipv4Net;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// Prefixes no two of which overlap, each with its owner.
#[derive(Debug, Clone)]
pub(super) struct Disjoint<T> {
    /// By first address.
    by_first: BTreeMap<u32, (Ipv4Net, T)>,
}

impl<T> Default for Disjoint<T> {
    fn default() -> Self {
        Disjoint { by_first: BTreeMap::new() }
    }
}

impl<T: Copy> Disjoint<T> {
    /// Adds a prefix that overlaps none of the others.
    pub(super) fn insert(&mut self, prefix: Ipv4Net, owner: T) {
        self.by_first.insert(u32::from(prefix.network()), (prefix, owner));
    }

    /// The lowest prefix that shares addresses with `prefix`.
    pub(super) fn overlapping(&self, prefix: Ipv4Net) -> Option<(Ipv4Net, T)> {
        let (first, last) = (u32::from(prefix.network()), u32::from(prefix.broadcast()));
        let around = self.holding(prefix.network());
        around.or_else(|| self.by_first.range(first..=last).next().map(|(_, found)| *found))
    }

    /// The prefix that contains `address`.
    pub(super) fn holding(&self, address: Ipv4Addr) -> Option<(Ipv4Net, T)> {
        let (_, found) = self.by_first.range(..=u32::from(address)).next_back()?;
        found.0.contains(&address).then_some(*found)
    }
}

/// Prefixes that may overlap, each with its peerings.
#[derive(Debug, Clone, Default)]
pub(super) struct Overlapping {
    by_prefix: BTreeMap<Ipv4Net, BTreeSet<PeeringId>>,
}

impl Overlapping {
    pub(super) fn insert(&mut self, prefix: Ipv4Net, peering: PeeringId) {
        self.by_prefix.entry(prefix).or_default().insert(peering);
    }

    pub(super) fn remove(&mut self, prefix: Ipv4Net, peering: PeeringId) {
        if let Some(peerings) = self.by_prefix.get_mut(&prefix) {
            peerings.remove(&peering);
            if peerings.is_empty() {
                self.by_prefix.remove(&prefix);
            }
        }
    }

    /// All prefixes that share addresses with `prefix`: those that contain it, widest first, then those inside it.
    pub(super) fn meeting(&self, prefix: Ipv4Net) -> impl Iterator<Item = (Ipv4Net, PeeringId)> {
        let shorter = (0..prefix.prefix_len()).filter_map(move |length| Ipv4Net::new(prefix.addr(), length).ok());
        let around = shorter.filter_map(|wide| self.by_prefix.get_key_value(&wide.trunc()));
        // Prefixes are ordered by address, then by length, so the range starts with the first one inside.
        let inside = self.by_prefix.range(prefix..).take_while(move |(found, _)| prefix.contains(*found));
        around.chain(inside).flat_map(|(found, peerings)| peerings.iter().map(move |peering| (*found, *peering)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn overlaps(a: Ipv4Net, b: Ipv4Net) -> bool {
        a.contains(&b) || b.contains(&a)
    }

    /// Prefixes close to each other, so that they touch, contain and equal one another.
    fn prefixes() -> impl Strategy<Value = Vec<Ipv4Net>> {
        let one = (0u32..64, 24u8..=32).prop_map(|(low, length)| {
            let address = Ipv4Addr::from(0xffff_ff00 | (low << 2));
            Ipv4Net::new(address, length).expect("a length").trunc()
        });
        prop::collection::vec(one, 1..30)
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        #[test]
        fn overlaps_are_those_that_a_look_at_each_finds(all in prefixes(), asked in prefixes()) {
            let (mut disjoint, mut kept) = (Disjoint::default(), Vec::new());
            let mut overlapping = Overlapping::default();
            for (at, prefix) in (0..).map(PeeringId).zip(&all) {
                prop_assert_eq!(disjoint.overlapping(*prefix).is_some(), kept.iter().any(|k| overlaps(*k, *prefix)));
                if disjoint.overlapping(*prefix).is_none() {
                    disjoint.insert(*prefix, ());
                    kept.push(*prefix);
                }
                overlapping.insert(*prefix, at);
            }
            // Every third is taken out again.
            let removed = |at: &usize| at.is_multiple_of(3);
            (0..all.len()).filter(removed).for_each(|at| overlapping.remove(all[at], PeeringId(at as u32)));
            for prefix in asked {
                let lowest = kept.iter().filter(|k| overlaps(**k, prefix)).min();
                prop_assert_eq!(disjoint.overlapping(prefix).map(|(found, ())| found), lowest.copied());
                let holder = kept.iter().find(|k| k.contains(&prefix.addr()));
                prop_assert_eq!(disjoint.holding(prefix.addr()).map(|(found, ())| found), holder.copied());
                let mut found: Vec<_> = overlapping.meeting(prefix).collect();
                found.sort();
                let met = (0..all.len()).filter(|at| !removed(at) && overlaps(all[*at], prefix));
                let mut dull: Vec<_> = met.map(|at| (all[at], PeeringId(at as u32))).collect();
                dull.sort();
                prop_assert_eq!(found, dull);
            }
        }
    }
}
