//! The search for a pattern on one link: how many packets the next search examines, and how long it pauses before.
//! Carries nothing.

/// Packets the first search examines; the number doubles after each search in vain.
const FIRST: u64 = 1 << 8;
/// Patterns longer than this are not looked for.
const LAST: u64 = 1 << 20;
/// Between two searches, this many times the packets examined are carried without a search: a search costs several
/// times as much per packet.
const REST: u64 = 32;

/// What is known of a link's pattern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// Packets of the pattern that was found last.
    pub found: Option<u64>,
    /// Packets the next search examines.
    next: u64,
    /// Packets to carry before it.
    rest: u64,
    /// How often in a row the pattern was carried and did not repeat.
    misses: u32,
}

/// A pattern is given up after so many misses: a packet that something reacts to disturbs it, but not for long.
const MISSES: u32 = 4;

impl Default for Search {
    fn default() -> Search {
        Search { found: None, next: FIRST, rest: 0, misses: 0 }
    }
}

impl Search {
    /// Whether a pattern is known, or it is time to look for one.
    pub(super) fn is_worth_it(&self) -> bool {
        self.found.is_some() || self.rest == 0 && self.next <= LAST
    }

    /// How many packets the next search examines.
    pub(super) fn length(&self) -> u64 {
        self.next
    }

    /// Notes that the search found nothing.
    pub(super) fn was_in_vain(&mut self) {
        *self = Search { next: self.next * 2, rest: self.next * REST, ..Search::default() };
    }

    /// Notes whether the pattern repeated when it was carried once more.
    pub(super) fn was_tried(&mut self, repeats: bool) {
        self.misses = if repeats { 0 } else { self.misses + 1 };
        if self.misses > MISSES {
            *self = Search::default();
        }
    }

    /// Notes that time ran out after `packets` packets.
    pub(super) fn was_cut_short(&mut self, packets: u64) {
        self.rest = packets * REST;
    }

    /// Notes that packets were carried one by one since the last search.
    pub(super) fn rested(&mut self, packets: u64) {
        self.rest = self.rest.saturating_sub(packets);
    }
}
