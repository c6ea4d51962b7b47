//! Which of many senders is next: a winner tree over their next instants (Knuth, The Art of Computer Programming, vol.
//! 3, §5.4.1). The next sender is at the root; replacing its instant costs one comparison per level. Ties go to the
//! lower number.

use crate::units::SimTime;

/// The next instants of numbered senders, up to a limit ([`Merge::limit`]).
#[derive(Debug, Default)]
pub(super) struct Merge {
    /// The tree: node 1 is the root, node n has children 2n and 2n + 1, the leaves are the last half. A node is an
    /// instant since `base` and, in its lowest `bits`, the sender's number: the lesser of two nodes is found without a
    /// branch, which would be unpredictable.
    nodes: Vec<u64>,
    base: u64,
    limit: u64,
    bits: u32,
    leaves: u32,
}

impl Merge {
    /// Restarts at `base`, before which no instant lies, and keeps its memory.
    pub(super) fn reset(&mut self, base: SimTime, times: impl ExactSizeIterator<Item = SimTime>) {
        let leaves = times.len().next_power_of_two();
        (self.leaves, self.bits) = (leaves as u32, leaves.trailing_zeros());
        self.base = base.as_nanos();
        self.limit = self.base.saturating_add(u64::MAX >> self.bits);
        self.nodes.clear();
        self.nodes.resize(2 * leaves, u64::MAX);
        for (number, time) in times.enumerate() {
            self.nodes[leaves + number] = self.node(number as u32, time);
        }
        for node in (1..leaves).rev() {
            self.nodes[node] = self.nodes[2 * node].min(self.nodes[2 * node + 1]);
        }
    }

    #[inline]
    fn node(&self, number: u32, time: SimTime) -> u64 {
        (time.as_nanos().min(self.limit) - self.base) << self.bits | u64::from(number)
    }

    /// Instants from this one on are not told apart.
    pub(super) fn limit(&self) -> SimTime {
        SimTime::from_nanos(self.limit)
    }

    /// Who is next and when; the limit if no sender is due before it.
    #[inline]
    pub(super) fn first(&self) -> (SimTime, u32) {
        self.turn(self.nodes[1])
    }

    #[inline]
    fn turn(&self, node: u64) -> (SimTime, u32) {
        let number = node & u64::from(self.leaves - 1);
        (SimTime::from_nanos(self.base + (node >> self.bits)), number as u32)
    }

    /// Sets the next instant of `number` to `time`; returns who is next and when.
    #[inline]
    pub(super) fn set(&mut self, number: u32, time: SimTime) -> (SimTime, u32) {
        let mut node = (self.leaves + number) as usize;
        let mut best = self.node(number, time);
        self.nodes[node] = best;
        while node > 1 {
            best = best.min(self.nodes[node ^ 1]);
            node /= 2;
            self.nodes[node] = best;
        }
        self.turn(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        /// Few distinct instants, so that ties are common.
        #[test]
        fn the_first_is_the_least(
            start in prop::collection::vec(0u64..4, 1..20),
            moves in prop::collection::vec(prop_oneof![0u64..4, Just(u64::MAX)], 0..60),
        ) {
            let mut times: Vec<SimTime> = start.into_iter().map(|t| SimTime::from_nanos(1_000 + t)).collect();
            let mut merge = Merge::default();
            merge.reset(SimTime::ZERO, [SimTime::ZERO; 40].into_iter()); // what was there before must not matter
            let base = SimTime::from_nanos(1_000);
            merge.reset(base, times.iter().copied());
            for next in moves.into_iter().map(|t| SimTime::from_nanos(t.saturating_add(1_000))) {
                let least = times.iter().enumerate().map(|(n, t)| ((*t).min(merge.limit()), n as u32)).min();
                prop_assert_eq!(Some(merge.first()), least);
                let (_, number) = merge.first();
                times[number as usize] = next;
                prop_assert_eq!(merge.set(number, next), merge.first());
            }
        }
    }
}
