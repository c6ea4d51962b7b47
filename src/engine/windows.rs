//! Sums by time window, for any number of overlapping windows: time is cut at every edge of a window, each instant lies
//! in one segment, and a window is the sum of its segments. Knows nothing of what is summed.

use crate::units::SimTime;
use std::sync::Arc;

/// The instants where windows begin or end: in order, each once.
pub(super) type Edges = Arc<[SimTime]>;

/// The edges of `windows`.
pub(super) fn edges(windows: impl Iterator<Item = (SimTime, SimTime)>) -> Edges {
    let mut edges: Vec<SimTime> = windows.flat_map(|(from, to)| [from, to]).collect();
    edges.sort_unstable();
    edges.dedup();
    edges.into()
}

/// A value that can be added up in any order.
pub trait Sum: Default {
    /// Adds another sum.
    fn merge(&mut self, other: &Self);
}

/// The sums of each segment between two edges.
#[derive(Debug, Clone, Default)]
pub struct Windows<T> {
    edges: Edges,
    /// Indexed by the edge at which each begins; made when something is added.
    segments: Vec<Option<Box<T>>>,
    /// The segment asked for last, and when it ends: most instants lie in the same segment as the previous one.
    last: Option<(usize, SimTime)>,
}

impl<T: Sum> Windows<T> {
    pub(super) fn new(edges: Edges) -> Windows<T> {
        Windows { edges, segments: Vec::new(), last: None }
    }

    /// Adds to the sums of the segment that holds `time`, if it lies in a window.
    #[inline(always)] // As `LinkBook::each`.
    pub(super) fn with(&mut self, time: SimTime, f: impl FnMut(&mut T)) {
        if !self.edges.is_empty() {
            self.with_segment(time, f);
        }
    }

    #[inline(never)] // Mostly there are no windows, and in line it doubles the code of every booking.
    fn with_segment(&mut self, time: SimTime, f: impl FnMut(&mut T)) {
        self.at(time).into_iter().for_each(f);
    }

    /// The sums of the segment that holds `time`; `None` outside all windows.
    fn at(&mut self, time: SimTime) -> Option<&mut T> {
        let at = match self.last {
            Some((at, until)) if self.edges[at] <= time && time < until => at,
            _ => {
                let behind = self.edges.partition_point(|edge| *edge <= time);
                let (at, until) = (behind.checked_sub(1)?, *self.edges.get(behind)?);
                self.last = Some((at, until));
                at
            }
        };
        if at >= self.segments.len() {
            self.segments.resize_with(at + 1, || None);
        }
        Some(self.segments[at].get_or_insert_default())
    }

    /// The first edge after `time`.
    pub(super) fn edge_after(&self, time: SimTime) -> SimTime {
        edge_after(&self.edges, time)
    }

    pub(super) fn edges(&self) -> &[SimTime] {
        &self.edges
    }

    /// Every segment with something in it, with its beginning.
    pub fn segments(&self) -> impl Iterator<Item = (SimTime, &T)> {
        let filled = self.segments.iter().zip(self.edges.iter());
        filled.filter_map(|(sums, begin)| Some((*begin, sums.as_deref()?)))
    }

    /// Adds all sums of another with the same edges.
    pub(super) fn merge(&mut self, other: &Windows<T>) {
        for (begin, sums) in other.segments() {
            if let Some(mine) = self.at(begin) {
                mine.merge(sums);
            }
        }
    }

    /// The sums over many windows.
    pub(super) fn spans(&self) -> Spans<T> {
        let count = self.edges.len().saturating_sub(1);
        let mut nodes: Vec<T> = (0..2 * count).map(|_| T::default()).collect();
        for (leaf, sums) in nodes[count..].iter_mut().zip(&self.segments) {
            sums.iter().for_each(|sums| leaf.merge(sums));
        }
        for node in (1..count).rev() {
            let (above, below) = nodes.split_at_mut(2 * node);
            below[..2].iter().for_each(|child| above[node].merge(child));
        }
        Spans { edges: self.edges.clone(), nodes }
    }
}

/// The first of `edges` after `time`; [`SimTime::NEVER`] if there is none.
pub(super) fn edge_after(edges: &[SimTime], time: SimTime) -> SimTime {
    edges.get(edges.partition_point(|edge| *edge <= time)).copied().unwrap_or(SimTime::NEVER)
}

/// Segments added up in groups of two, four and so on, so that any window is the sum of few groups.
pub(super) struct Spans<T> {
    edges: Edges,
    /// A binary tree: the segments are the last half, node n is the sum of 2n and 2n + 1.
    nodes: Vec<T>,
}

impl<T: Sum> Spans<T> {
    /// The sum over `[from, to)`, both of them edges.
    pub(super) fn between(&self, from: SimTime, to: SimTime) -> T {
        let mut sum = T::default();
        let leaf = |edge: SimTime| self.edges.partition_point(|e| *e < edge) + self.nodes.len() / 2;
        let (mut first, mut end) = (leaf(from), leaf(to));
        while first < end {
            if first % 2 == 1 {
                sum.merge(&self.nodes[first]);
                first += 1;
            }
            if end % 2 == 1 {
                end -= 1;
                sum.merge(&self.nodes[end]);
            }
            (first, end) = (first / 2, end / 2);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    struct Times(Vec<u64>);

    impl Sum for Times {
        fn merge(&mut self, other: &Times) {
            self.0.extend(&other.0);
            self.0.sort_unstable();
        }
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        /// Windows that touch, nest and overlap, and instants on and beside their edges.
        #[test]
        fn a_window_holds_what_lies_in_it(
            windows in prop::collection::vec((0u64..40, 1u64..20), 0..12),
            times in prop::collection::vec(0u64..70, 0..60),
            split in 0usize..60,
        ) {
            let at = SimTime::from_nanos;
            let span = |(from, length): &(u64, u64)| (at(*from), at(from + length));
            let windows: Vec<(SimTime, SimTime)> = windows.iter().map(span).collect();
            let edges = edges(windows.iter().copied());
            let (mut kept, mut others) = (Windows::<Times>::new(edges.clone()), Windows::<Times>::new(edges));
            for (n, time) in times.iter().enumerate() {
                let part = if n < split { &mut kept } else { &mut others };
                part.at(at(*time)).into_iter().for_each(|sums| sums.0.push(*time));
            }
            kept.merge(&others);
            let spans = kept.spans();
            for (from, to) in windows {
                let mut inside: Vec<u64> = times.iter().copied().filter(|t| (from..to).contains(&at(*t))).collect();
                inside.sort_unstable();
                let mut found = spans.between(from, to).0;
                found.sort_unstable();
                prop_assert_eq!(found, inside);
            }
        }
    }
}
