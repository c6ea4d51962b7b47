//! The entries of a route table that contain an address and were not taken, and why: for those who explain a look-up.
//! Forwarding does not need them; [`super::fib`] finds the one that is taken.

use super::fib::FibEntry;
use crate::model::{Network, Route, TableId};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// Why an entry that contains the address was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostTo {
    /// Another entry has a longer prefix (end code 10).
    LongerPrefix,
    /// The address is the VPC's own (end code 11).
    LocalRoute,
    /// It is disabled (S8).
    Disabled,
}

impl LostTo {
    /// The lower-cased code of rules.md B3.
    pub const fn code(self) -> &'static str {
        match self {
            LostTo::LongerPrefix => "more_specific_route",
            LostTo::LocalRoute => "local_route_wins",
            LostTo::Disabled => "route_disabled",
        }
    }

    /// The same in words, of an entry.
    pub const fn words(self) -> &'static str {
        match self {
            LostTo::LongerPrefix => "loses: its prefix is shorter",
            LostTo::LocalRoute => "loses: the local route always wins",
            LostTo::Disabled => "is disabled",
        }
    }
}

/// An entry that contains the address and was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// The entry.
    pub route: Route,
    /// Why not.
    pub to: LostTo,
}

/// The routes of a table that contain an address, the longest first.
pub fn containing(network: &Network, table: TableId, address: Ipv4Addr) -> impl Iterator<Item = Route> + use<'_> {
    // Entries are in order of address, then of length: the longest come last.
    network.table(table).routes.values().rev().filter(move |route| route.to.contains(&address)).copied()
}

/// Those that lost, longest prefix first, where `matched` was taken.
pub fn lost(network: &Network, table: TableId, to: Ipv4Addr, matched: Option<(Ipv4Net, FibEntry)>) -> Vec<Lost> {
    let losers = containing(network, table, to).filter(|route| {
        let is_matched = matched.is_some_and(|(to, entry)| to == route.to && entry != FibEntry::Local);
        route.disabled || !is_matched
    });
    let why = |route: &Route| match matched {
        _ if route.disabled => LostTo::Disabled,
        Some((_, FibEntry::Local)) => LostTo::LocalRoute,
        _ => LostTo::LongerPrefix,
    };
    losers.map(|route| Lost { route, to: why(&route) }).collect()
}
