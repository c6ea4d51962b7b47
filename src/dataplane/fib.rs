//! The FIB: a route table as packets see it. One `IpNetworkTable` per route table, with the local route and without
//! disabled routes; an update costs in proportion to what changed. The routes as the user wrote them stay in
//! [`crate::model::RouteTable`].

use crate::model::{Network, NextHop, Route, RouteTable, TableId};
use ip_network::Ipv4Network;
use ip_network_table::IpNetworkTable;
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// Where a look-up leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FibEntry {
    /// Inside the VPC (the immutable local route, S8).
    Local,
    /// A custom route.
    Via(NextHop),
}

/// One route table, compiled.
pub struct Fib {
    entries: IpNetworkTable<FibEntry>,
    /// Disabled routes. Boxed: most tables have none, and an empty `IpNetworkTable` is large.
    disabled: Option<Box<IpNetworkTable<()>>>,
    /// The table's revision and the number of the VPC's CIDRs it was compiled from.
    compiled_from: (u64, usize),
}

impl Fib {
    /// Compiles a route table of `network`.
    pub fn compile(network: &Network, id: TableId) -> Fib {
        let mut fib = Fib { entries: IpNetworkTable::new(), disabled: None, compiled_from: (0, 0) };
        let table = network.table(id);
        table.routes.values().for_each(|route| fib.put(route));
        fib.add_cidrs(&network.vpc(table.vpc).cidrs);
        fib.compiled_from.0 = table.revision;
        fib
    }

    /// Applies the changes of the table and of the VPC's CIDRs since the last update: edit by edit, or by compiling
    /// anew if there were too many to remember.
    pub fn update(&mut self, network: &Network, id: TableId) {
        if !self.is_stale(network, id) {
            return;
        }
        let table = network.table(id);
        let Some(edited) = table.edited_since(self.compiled_from.0) else {
            *self = Fib::compile(network, id);
            return;
        };
        edited.for_each(|to| self.follow(table, to));
        self.add_cidrs(&network.vpc(table.vpc).cidrs);
        self.compiled_from.0 = table.revision;
    }

    /// Whether the table, or the VPC's CIDRs, changed since the last update.
    pub fn is_stale(&self, network: &Network, id: TableId) -> bool {
        let table = network.table(id);
        self.compiled_from != (table.revision, network.vpc(table.vpc).cidrs.len())
    }

    /// The entry with the longest prefix that contains `destination`, and that prefix (S8).
    pub fn lookup(&self, destination: Ipv4Addr) -> Option<(Ipv4Net, FibEntry)> {
        self.entries.longest_match_ipv4(destination).map(|(prefix, entry)| (cidr(prefix), *entry))
    }

    /// Whether a disabled route matches `destination`.
    pub fn has_disabled(&self, destination: Ipv4Addr) -> bool {
        self.disabled.as_ref().is_some_and(|disabled| disabled.longest_match_ipv4(destination).is_some())
    }

    /// Sets the entry for `to` to the table's current route. A destination edited twice gets the last edit both times.
    fn follow(&mut self, table: &RouteTable, to: Ipv4Net) {
        self.entries.remove(key(to));
        if let Some(disabled) = &mut self.disabled {
            disabled.remove(key(to));
        }
        if let Some(route) = table.routes.get(&to) {
            self.put(route);
        }
    }

    fn put(&mut self, route: &Route) {
        if route.disabled {
            self.disabled.get_or_insert_default().insert(key(route.to), ());
        } else {
            self.entries.insert(key(route.to), FibEntry::Via(route.via));
        }
    }

    /// CIDRs are only ever added, and no custom route lies inside one.
    fn add_cidrs(&mut self, cidrs: &[Ipv4Net]) {
        for cidr in &cidrs[self.compiled_from.1..] {
            self.entries.insert(key(*cidr), FibEntry::Local);
        }
        self.compiled_from.1 = cidrs.len();
    }
}

/// `ipnet` and `ip_network` have different types for the same thing; the model's rules keep host bits zero.
fn key(cidr: Ipv4Net) -> Ipv4Network {
    Ipv4Network::new_truncate(cidr.network(), cidr.prefix_len()).unwrap_or(Ipv4Network::DEFAULT_ROUTE)
}

fn cidr(key: Ipv4Network) -> Ipv4Net {
    Ipv4Net::new_assert(key.network_address(), key.netmask())
}
