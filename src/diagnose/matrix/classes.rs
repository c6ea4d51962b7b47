//! Hosts that the network treats alike, as senders and as receivers: it is enough to ask about one of each class. Their
//! twin in the tests asks about every pair.

use super::signature::{Signature, signatures};
use super::tables::Tables;
use crate::model::{HostId, Network, TableId, VpcId};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// The classes of a network's hosts.
pub struct Classes {
    /// The hosts of each, in declaration order.
    members: Vec<Vec<HostId>>,
    /// By host.
    of: Vec<u32>,
}

/// What two hosts of one class have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    vpc: VpcId,
    /// The routes it sends by.
    table: TableId,
    up: bool,
    /// What everybody makes of its address.
    signature: Signature,
    /// Itself, where being alike is not enough.
    alone: Option<HostId>,
}

impl Classes {
    /// The classes of all hosts, in order of their first hosts.
    pub fn of(network: &Network) -> Classes {
        let tables = Tables::of(network);
        let mut addresses: Vec<Ipv4Addr> = network.hosts().map(|(_, host)| host.address).collect();
        addresses.sort_unstable();
        let twins: BTreeSet<Ipv4Addr> = addresses.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
        addresses.dedup();
        let signatures = signatures(network, &tables, &addresses);
        let (mut known, mut members) = (BTreeMap::new(), Vec::<Vec<HostId>>::new());
        let of = network.hosts().map(|(id, host)| {
            // Where two hosts have one address, only the host itself is like it.
            let is_alone = twins.contains(&host.address);
            let at = addresses.partition_point(|address| *address < host.address);
            let table = tables.alike(network.subnet(host.subnet).table);
            let alone = is_alone.then_some(id);
            let key = Key { vpc: host.vpc, table, up: host.up, signature: signatures[at], alone };
            let class = *known.entry(key).or_insert_with(|| {
                members.push(Vec::new());
                members.len() as u32 - 1
            });
            members[class as usize].push(id);
            class
        });
        let of = of.collect();
        Classes { members, of }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// The hosts of a class.
    pub fn members(&self, class: u32) -> &[HostId] {
        &self.members[class as usize]
    }

    /// The class of a host.
    pub fn class_of(&self, host: HostId) -> u32 {
        self.of[host.index()]
    }
}
