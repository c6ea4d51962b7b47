//! The search for a pattern on one link: how long the next one looks, and how long it rests before. Carries nothing.

/// A search looks at so many packets at first, and at twice as many each time it was in vain.
const FIRST: u64 = 1 << 8;
/// Patterns longer than this are not looked for.
const LAST: u64 = 1 << 20;
/// Between two searches so many times as many packets are carried as were looked at: a search costs several times as
/// much a packet.
const REST: u64 = 32;

/// What is known of a link's pattern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// Packets of the pattern that was found last.
    pub found: Option<u64>,
    /// Packets the next search looks at.
    next: u64,
    /// Packets to carry before it.
    rest: u64,
}

impl Default for Search {
    fn default() -> Search {
        Search { found: None, next: FIRST, rest: 0 }
    }
}

impl Search {
    /// Whether a pattern is known, or it is time to look for one.
    pub(super) fn is_worth_it(&self) -> bool {
        self.found.is_some() || self.rest == 0 && self.next <= LAST
    }

    /// How many packets the next search looks at.
    pub(super) fn length(&self) -> u64 {
        self.next
    }

    /// It found nothing.
    pub(super) fn was_in_vain(&mut self) {
        *self = Search { found: None, next: self.next * 2, rest: self.next * REST };
    }

    /// Time was up after so many packets.
    pub(super) fn was_cut_short(&mut self, packets: u64) {
        self.rest = packets * REST;
    }

    /// Packets were carried one by one meanwhile.
    pub(super) fn rested(&mut self, packets: u64) {
        self.rest = self.rest.saturating_sub(packets);
    }
}
