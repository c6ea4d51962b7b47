//! Counts of drops by reason, of whatever keeps a book: a link, a traffic entry. Knows neither where packets are
//! dropped nor which; that is in `sites.rs`.

use super::sites::DropSites;
use crate::model::DropReason;

/// Drops by reason, in the order of [`DropReason::ALL`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drops([u64; DropReason::COUNT]);

impl Drops {
    /// Adds to the counts.
    pub fn add(&mut self, reason: DropReason, count: u64) {
        self.0[reason as usize] += count;
    }
    /// Packets dropped for one reason.
    pub fn of(&self, reason: DropReason) -> u64 {
        self.0[reason as usize]
    }
    /// Packets dropped for any reason.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
    /// The reasons that occurred.
    pub fn iter(&self) -> impl Iterator<Item = (DropReason, u64)> {
        DropReason::ALL.into_iter().map(|r| (r, self.of(r))).filter(|(_, n)| *n > 0)
    }
    /// Drops at the token bucket: the only ones in the product's loss rate (S38).
    pub fn at_shaper(&self) -> u64 {
        self.iter().filter(|(r, _)| r.is_shaper()).map(|(_, n)| n).sum()
    }
    /// Adds what routers dropped, in whatever subnet.
    pub(super) fn add_sites(&mut self, sites: &DropSites) {
        sites.iter().for_each(|(reason, _, dropped)| self.add(reason, dropped.packets));
    }
    pub(super) fn merge(&mut self, other: &Drops) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}
