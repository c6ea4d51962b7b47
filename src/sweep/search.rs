//! The search for the highest load that passes without loss, as a tester does it (RFC 2544 §26.1): which loads to try
//! next, given what came of those before. A load is a number, such as bits per second or packets of a burst.
//!
//! It doubles or halves from a first load until one passes and a higher one does not, and then narrows the two. Each
//! round has up to three loads that can be tried at once; which they are depends on the outcomes alone. What passes at
//! one load is taken to pass at every lower one; if a lower one turns out to lose, that one counts.

use crate::units::Share;

/// How many loads a round has at most.
const AT_ONCE: u64 = 3;

/// How near to the limit the search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// To this share of what passes.
    Share(Share),
    /// To so much.
    Load(u64),
}

impl Within {
    /// The widest gap at which the search is over.
    fn gap(self, load: u64) -> u64 {
        match self {
            Within::Load(gap) => gap.max(1),
            Within::Share(share) => ((u128::from(load) * u128::from(share.as_ppb()) / 1_000_000_000) as u64).max(1),
        }
    }
}

/// What came of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Packets that got lost.
    pub lost: u64,
    /// Whether any packet arrived: if none did, that none got lost proves nothing.
    pub arrived: bool,
}

/// A load that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// The load.
    pub load: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What is known of the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The highest load that was seen to pass, below all that lose; none if none was.
    pub lossless: Option<u64>,
    /// The lowest load that was seen to lose; none if none was.
    pub lossy: Option<u64>,
}

/// A search under way.
#[derive(Debug, Clone)]
pub struct Search {
    first: u64,
    most: u64,
    within: Within,
    tried: Vec<Tried>,
}

impl Search {
    /// A search from `first` on, for loads from 1 to `most`.
    pub fn new(first: u64, most: u64, within: Within) -> Search {
        let most = most.max(1);
        Search { first: first.clamp(1, most), most, within, tried: Vec::new() }
    }

    /// The loads to try next, ascending and each for the first time; none if the search is over.
    pub fn next(&self) -> Vec<u64> {
        let scaled = |load: u64, powers: std::ops::RangeInclusive<u32>| {
            powers.map(|power| load.saturating_mul(1 << power).min(self.most)).collect()
        };
        let mut loads: Vec<u64> = match (self.clean(), self.lossy()) {
            (None, None) => scaled(self.first, 0..=2),
            (Some(clean), None) if clean == self.most => Vec::new(),
            (Some(clean), None) => scaled(clean, 1..=3),
            (None, Some(1)) => Vec::new(),
            (None, Some(lossy)) => (1..=3).rev().map(|power| (lossy >> power).max(1)).collect(),
            (Some(clean), Some(lossy)) if lossy - clean <= self.within.gap(clean) => Vec::new(),
            (Some(clean), Some(lossy)) => {
                let part = |k: u64| (u128::from(lossy - clean) * u128::from(k) / u128::from(AT_ONCE + 1)) as u64;
                (1..=AT_ONCE).map(|k| clean + part(k)).filter(|load| *load > clean).collect()
            }
        };
        loads.dedup();
        loads
    }

    /// Takes note of what came of a load.
    pub fn note(&mut self, load: u64, outcome: Outcome) {
        self.tried.push(Tried { load, outcome });
    }

    /// Every load that was tried, in order.
    pub fn tried(&self) -> &[Tried] {
        &self.tried
    }

    /// What is known so far.
    pub fn found(&self) -> Found {
        let proven = |load: &u64| self.tried.iter().any(|tried| tried.load == *load && tried.outcome.arrived);
        Found { lossless: self.clean().filter(proven), lossy: self.lossy() }
    }

    /// The lowest load that lost something.
    fn lossy(&self) -> Option<u64> {
        self.tried.iter().filter(|tried| tried.outcome.lost > 0).map(|tried| tried.load).min()
    }

    /// The highest load below it.
    fn clean(&self) -> Option<u64> {
        let below = self.lossy().unwrap_or(u64::MAX);
        self.tried.iter().map(|tried| tried.load).filter(|load| *load < below).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kept::cases;
    use proptest::prelude::*;

    fn searched(first: u64, most: u64, within: Within, lost: impl Fn(u64) -> u64) -> Search {
        let mut search = Search::new(first, most, within);
        loop {
            let loads = search.next();
            if loads.is_empty() {
                return search;
            }
            assert!(loads.len() <= 3 && loads.is_sorted_by(|a, b| a < b), "{loads:?}");
            assert!(loads.iter().all(|load| (1..=most).contains(load)), "{loads:?}");
            let again = |load: &&u64| search.tried().iter().any(|tried| tried.load == **load);
            assert_eq!(loads.iter().find(again), None, "{search:?}");
            for load in loads {
                search.note(load, Outcome { lost: lost(load), arrived: true });
            }
        }
    }

    /// The dull twin: every load from 1 on, until one loses.
    fn scanned(most: u64, limit: u64) -> Found {
        let lossy = (1..=most).find(|load| *load > limit);
        let lossless = lossy.map_or(most, |lossy| lossy - 1);
        Found { lossless: (lossless > 0).then_some(lossless), lossy }
    }

    proptest! {
        #![proptest_config(cases(400, "tests/regressions/search.txt"))]
        #[test]
        fn it_finds_what_a_scan_of_every_load_finds(limit in 0..3_000u64, first in 1..5_000u64, most in 1..4_000u64) {
            let search = searched(first, most, Within::Load(1), |load| load.saturating_sub(limit));
            prop_assert_eq!(search.found(), scanned(most, limit));
        }

        #[test]
        fn it_ends_as_near_as_it_is_asked_to(
            limit in 1..10_000_000_000_u64,
            first in 1..10_000_000_000_u64,
            ppb in 1..100_000_000_u64,
        ) {
            let within = Within::Share(Share::from_ppb(ppb));
            let search = searched(first, 100_000_000_000, within, |load| u64::from(load > limit));
            let Found { lossless: Some(lossless), lossy: Some(lossy) } = search.found() else {
                return Err(TestCaseError::fail("not found"));
            };
            prop_assert!(lossless <= limit && limit < lossy);
            prop_assert!(lossy - lossless <= within.gap(lossless));
            prop_assert!(search.tried().len() < 100, "{} loads", search.tried().len());
        }

        /// Whatever the outcomes, it ends, and what it calls lossless was seen to pass, below all that was seen to
        /// lose.
        #[test]
        fn it_ends_even_where_less_load_loses_more(seed in any::<u64>(), first in 1..5_000u64) {
            let lost = |load: u64| (load ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 63;
            let search = searched(first, 4_000, Within::Load(1), lost);
            let Found { lossless, lossy } = search.found();
            prop_assert!(lossless.is_none_or(|load| lost(load) == 0 && lossy.is_none_or(|lossy| load < lossy)));
            let lowest = search.tried().iter().filter(|tried| tried.outcome.lost > 0).map(|tried| tried.load).min();
            prop_assert_eq!(lossy, lowest);
        }
    }

    #[test]
    fn what_sends_nothing_proves_nothing() {
        let mut search = Search::new(1_000, 1 << 40, Within::Load(1));
        while let loads @ [_, ..] = &search.next()[..] {
            // Every packet is lost; below 100 none is sent.
            loads.iter().for_each(|load| search.note(*load, Outcome { lost: load / 100, arrived: false }));
        }
        assert_eq!(search.found(), Found { lossless: None, lossy: Some(100) });
    }
}
