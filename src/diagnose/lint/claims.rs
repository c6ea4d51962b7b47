//! Which route of a table decides about which addresses, as ranges: what looking up every address would find. Tests
//! compare it with the data plane's FIB.

use super::ranges::Range;
use crate::model::{Network, Route, TableId};
use ipnet::Ipv4Net;

/// Who decides about some addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// No route.
    Nobody,
    /// The VPC itself.
    Local,
    /// One of [`Claims::routes`].
    Route(usize),
}

/// A table, address by address.
pub(super) struct Claims {
    /// All addresses, in order, each in one range.
    all: Vec<(Range, Holder)>,
    /// The routes in force, in order of prefix.
    pub routes: Vec<InForce>,
}

/// A route in force.
pub(super) struct InForce {
    pub route: Route,
    /// The longest shorter route in force that contains it, among [`Claims::routes`]: it would decide otherwise.
    pub above: Option<usize>,
    /// The addresses it decides about.
    pub won: Vec<Range>,
}

impl Claims {
    /// Longest prefix match over everything, the VPC's own CIDRs included.
    pub(super) fn of(network: &Network, table: TableId) -> Claims {
        let table = network.table(table);
        let mut routes: Vec<InForce> = Vec::new();
        let mut entries: Vec<(Ipv4Net, Holder)> = Vec::new();
        for route in table.routes.values().filter(|route| !route.disabled) {
            entries.push((route.to, Holder::Route(routes.len())));
            routes.push(InForce { route: *route, above: None, won: Vec::new() });
        }
        entries.extend(network.vpc(table.vpc).cidrs.iter().map(|cidr| (*cidr, Holder::Local)));
        // By address, then by length: what contains a prefix comes before it.
        entries.sort_unstable_by_key(|(prefix, _)| *prefix);
        let mut sweep = Sweep { all: Vec::new(), open: vec![(u32::MAX, Holder::Nobody)], next: Some(0) };
        for (prefix, holder) in entries {
            let range = Range::of(prefix);
            sweep.reach(range.first);
            if let (Holder::Route(route), Some((_, Holder::Route(above)))) = (holder, sweep.open.last()) {
                routes[route].above = Some(*above);
            }
            sweep.open.push((range.last, holder));
        }
        sweep.close_before(None);
        for (range, holder) in &sweep.all {
            if let Holder::Route(route) = holder {
                routes[*route].won.push(*range);
            }
        }
        Claims { all: sweep.all, routes }
    }

    /// The parts of `range`, each with who decides about it.
    pub(super) fn within(&self, range: Range) -> impl Iterator<Item = (Range, Holder)> {
        let from = self.all.partition_point(|(part, _)| part.last < range.first);
        self.all[from..].iter().map_while(move |(part, holder)| Some((range.meet(*part)?, *holder)))
    }
}

/// A walk over all addresses.
struct Sweep {
    all: Vec<(Range, Holder)>,
    /// The prefixes around the next address, widest first: where each ends.
    open: Vec<(u32, Holder)>,
    /// The first address that nothing was said about; none at the end.
    next: Option<u32>,
}

impl Sweep {
    /// Goes on to `first`.
    fn reach(&mut self, first: u32) {
        self.close_before(Some(first));
        if let Some((_, holder)) = self.open.last()
            && first > 0
        {
            self.give(first - 1, *holder);
        }
    }

    /// Closes the prefixes that end before `first`, or all.
    fn close_before(&mut self, first: Option<u32>) {
        while let Some((last, holder)) = self.open.pop_if(|(last, _)| first.is_none_or(|first| *last < first)) {
            self.give(last, holder);
        }
    }

    /// Gives everything up to `last` to `holder`.
    fn give(&mut self, last: u32, holder: Holder) {
        if let Some(first) = self.next.filter(|first| *first <= last) {
            self.all.push((Range { first, last }, holder));
            self.next = last.checked_add(1);
        }
    }
}
