//! Route tables of one VPC with the same routes are one: which are the same.

use crate::model::{Network, Route, TableId, VpcId};
use std::collections::BTreeMap;

/// Which tables have the same routes.
pub struct Tables {
    /// By table: the first of its VPC with the same routes.
    first: Vec<TableId>,
}

impl Tables {
    /// Those of a network.
    pub fn of(network: &Network) -> Tables {
        let mut known: BTreeMap<(VpcId, Vec<Route>), TableId> = BTreeMap::new();
        let first = network.tables().map(|(id, table)| {
            let routes = table.routes.values().copied().collect();
            *known.entry((table.vpc, routes)).or_insert(id)
        });
        Tables { first: first.collect() }
    }

    /// The first table with the routes of `id`.
    pub fn alike(&self, id: TableId) -> TableId {
        self.first[id.index()]
    }

    /// One of each kind.
    pub fn different(&self) -> impl Iterator<Item = TableId> {
        (0..).map(TableId).zip(&self.first).filter(|(id, first)| id == *first).map(|(id, _)| id)
    }
}
