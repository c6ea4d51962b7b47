//! Ranges of addresses: what two have in common, what one has beyond others, and how they are named. They know no
//! network.

use ipnet::{Ipv4Net, Ipv4Subnets};
use std::fmt;
use std::net::Ipv4Addr;

/// The most prefixes that are named.
const NAMED: usize = 3;

/// Addresses from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    pub first: u32,
    pub last: u32,
}

impl Range {
    /// All addresses of a prefix.
    pub(super) fn of(prefix: Ipv4Net) -> Range {
        Range { first: prefix.network().into(), last: prefix.broadcast().into() }
    }

    /// What both contain.
    pub(super) fn meet(self, other: Range) -> Option<Range> {
        let both = Range { first: self.first.max(other.first), last: self.last.min(other.last) };
        (both.first <= both.last).then_some(both)
    }
}

impl fmt::Display for Range {
    /// As a prefix, if it is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (Ipv4Addr::from(self.first), Ipv4Addr::from(self.last));
        match Ipv4Subnets::new(first, last, 0).next().filter(|whole| whole.broadcast() == last) {
            Some(prefix) => write!(f, "{prefix}"),
            None => write!(f, "{first}-{last}"),
        }
    }
}

/// The parts of `range` in `all`, which are disjoint and in order.
pub(super) fn inside(range: Range, all: &[Range]) -> impl Iterator<Item = Range> {
    let from = all.partition_point(|other| other.last < range.first);
    all[from..].iter().map_while(move |other| range.meet(*other))
}

/// The parts of `ranges` outside `all`, which are disjoint and in order.
pub(super) fn outside(ranges: &[Range], all: &[Range]) -> Vec<Range> {
    let mut left = Vec::new();
    for range in ranges {
        // The first address not yet decided about; none after the last address of all.
        let mut next = Some(range.first);
        for taken in inside(*range, all) {
            if let Some(first) = next.filter(|first| *first < taken.first) {
                left.push(Range { first, last: taken.first - 1 });
            }
            next = taken.last.checked_add(1);
        }
        left.extend(next.filter(|first| *first <= range.last).map(|first| Range { first, last: range.last }));
    }
    left
}

/// Joins neighbours; the ranges are disjoint and in order.
pub(super) fn joined(ranges: &[Range]) -> Vec<Range> {
    let mut all: Vec<Range> = Vec::new();
    for range in ranges {
        match all.last_mut().filter(|last| last.last.checked_add(1) == Some(range.first)) {
            Some(last) => last.last = range.last,
            None => all.push(*range),
        }
    }
    all
}

/// The first few ranges by name, as prefixes where they are some: `10.0.0.0/16, 10.2.0.1-10.2.0.9 and 4 more ranges`.
pub(super) fn named(ranges: &[Range]) -> String {
    some(joined(ranges).iter().map(Range::to_string), NAMED, ["range", "ranges"])
}

/// The first few of some names: `a`, `a and b`, `a, b, c and 4 more things`. Only these are asked for.
pub(super) fn some(mut names: impl ExactSizeIterator<Item = String>, most: usize, [one, many]: [&str; 2]) -> String {
    let more = names.len().saturating_sub(most);
    let shown: Vec<String> = names.by_ref().take(most).collect();
    match (shown.as_slice(), more) {
        ([], _) => String::new(),
        ([only], 0) => only.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, 1) => format!("{} and 1 more {one}", shown.join(", ")),
        (shown, more) => format!("{} and {more} more {many}", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(all: &[(u32, u32)]) -> Vec<Range> {
        all.iter().map(|(first, last)| Range { first: *first, last: *last }).collect()
    }

    #[test]
    fn what_is_outside_is_all_that_is_not_inside() {
        let all = ranges(&[(5, 9), (10, 10), (20, u32::MAX)]);
        assert_eq!(outside(&ranges(&[(0, 7), (9, 30)]), &all), ranges(&[(0, 4), (11, 19)]));
        assert_eq!(outside(&ranges(&[(6, 8), (21, u32::MAX)]), &all), []);
        assert_eq!(outside(&ranges(&[(11, 12)]), &[]), ranges(&[(11, 12)]));
    }

    #[test]
    fn names_are_few_and_the_rest_is_counted() {
        let net = |text: &str| Range::of(text.parse().expect("a prefix"));
        assert_eq!(named(&[net("10.0.0.0/24"), net("10.0.1.0/24")]), "10.0.0.0/23");
        assert_eq!(named(&[net("10.0.1.0/24"), net("10.0.2.0/24")]), "10.0.1.0-10.0.2.255");
        assert_eq!(named(&[net("0.0.0.0/0")]), "0.0.0.0/0");
        let five = ["10.0.0.0/24", "10.2.0.0/24", "10.4.0.0/24", "10.6.0.0/24", "10.8.0.0/24"].map(net);
        assert_eq!(named(&five[..2]), "10.0.0.0/24 and 10.2.0.0/24");
        assert_eq!(named(&five), "10.0.0.0/24, 10.2.0.0/24, 10.4.0.0/24 and 2 more ranges");
    }
}
