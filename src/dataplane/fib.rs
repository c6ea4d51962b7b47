//! The FIB: what a route table looks like to a packet. One `IpNetworkTable` per route table, local route included, disabled
//! routes left out; rebuilt only when the table changed. What the user wrote stays in [`crate::model::RouteTable`].

use crate::model::{Network, NextHop, TableId};
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
    disabled: Vec<Ipv4Net>,
    compiled_from: (u64, usize),
}

impl Fib {
    /// Compiles a route table of `network`.
    pub fn compile(network: &Network, id: TableId) -> Fib {
        let table = network.table(id);
        let vpc = network.vpc(table.vpc);
        let mut entries = IpNetworkTable::with_capacity(table.routes.len() + vpc.cidrs.len(), 0);
        let mut disabled = Vec::new();
        for route in table.routes.values() {
            if route.disabled {
                disabled.push(route.to);
            } else {
                entries.insert(key(route.to), FibEntry::Via(route.via));
            }
        }
        for &cidr in &vpc.cidrs {
            entries.insert(key(cidr), FibEntry::Local);
        }
        Fib { entries, disabled, compiled_from: (table.revision, vpc.cidrs.len()) }
    }

    /// Whether the table, or the VPC's CIDRs, changed since.
    pub fn is_stale(&self, network: &Network, id: TableId) -> bool {
        let table = network.table(id);
        self.compiled_from != (table.revision, network.vpc(table.vpc).cidrs.len())
    }

    /// The entry with the longest prefix that holds `destination` (S8).
    pub fn lookup(&self, destination: Ipv4Addr) -> Option<FibEntry> {
        self.entries.longest_match_ipv4(destination).map(|(_, entry)| *entry)
    }

    /// Whether a disabled route would have matched.
    pub fn has_disabled(&self, destination: Ipv4Addr) -> bool {
        self.disabled.iter().any(|to| to.contains(&destination))
    }
}

/// `ipnet` and `ip_network` say the same thing in two types; host bits are zero by the model's rules.
fn key(cidr: Ipv4Net) -> Ipv4Network {
    Ipv4Network::new_truncate(cidr.network(), cidr.prefix_len()).unwrap_or(Ipv4Network::DEFAULT_ROUTE)
}
