//! Which of many senders is next: a winner tree over their next instants (Knuth, The Art of Computer Programming, vol. 3, §5.4.1). The
//! next one is at the root; putting a new instant in its place costs one comparison a level. Ties go to the lower number.

use crate::units::SimTime;

/// The next instants of numbered senders.
#[derive(Debug, Default)]
pub(super) struct Merge {
    /// The tree: node 1 is the root, node n has children 2n and 2n + 1, the leaves are the last half.
    nodes: Vec<(SimTime, u32)>,
}

impl Merge {
    /// Starts anew, keeping its memory.
    pub(super) fn reset(&mut self, times: impl ExactSizeIterator<Item = SimTime>) {
        let leaves = times.len().next_power_of_two();
        self.nodes.clear();
        self.nodes.resize(2 * leaves, (SimTime::NEVER, u32::MAX));
        for (number, time) in times.enumerate() {
            self.nodes[leaves + number] = (time, number as u32);
        }
        for node in (1..leaves).rev() {
            self.nodes[node] = winner(self.nodes[2 * node], self.nodes[2 * node + 1]);
        }
    }

    /// Who is next and when; [`SimTime::NEVER`] if nobody is.
    #[inline]
    pub(super) fn first(&self) -> (SimTime, u32) {
        self.nodes[1]
    }

    /// `number`'s next instant is `time`.
    #[inline]
    pub(super) fn set(&mut self, number: u32, time: SimTime) {
        let mut node = self.nodes.len() / 2 + number as usize;
        let mut best = (time, number);
        self.nodes[node] = best;
        while node > 1 {
            best = winner(best, self.nodes[node ^ 1]);
            node /= 2;
            self.nodes[node] = best;
        }
    }
}

/// The earlier of two, or the lower number.
#[inline]
fn winner(a: (SimTime, u32), b: (SimTime, u32)) -> (SimTime, u32) {
    // Both comparisons are made, so that no branch has to be guessed.
    if (b.0 < a.0) | ((b.0 == a.0) & (b.1 < a.1)) { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Few distinct instants, so that ties are the rule.
        #[test]
        fn the_first_is_the_least(
            start in prop::collection::vec(0u64..4, 1..20),
            moves in prop::collection::vec(prop_oneof![0u64..4, Just(u64::MAX)], 0..60),
        ) {
            let mut times: Vec<SimTime> = start.into_iter().map(SimTime::from_nanos).collect();
            let mut merge = Merge::default();
            merge.reset([SimTime::ZERO; 40].into_iter()); // what was there before must not matter
            merge.reset(times.iter().copied());
            for next in moves.into_iter().map(SimTime::from_nanos) {
                let least = times.iter().enumerate().map(|(n, t)| (*t, n as u32)).min();
                prop_assert_eq!(Some(merge.first()), least);
                let (_, number) = merge.first();
                times[number as usize] = next;
                merge.set(number, next);
            }
        }
    }
}
