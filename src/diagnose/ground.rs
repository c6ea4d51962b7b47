//! The network at one instant with its FIBs, which every question is put to. It answers none itself.

use crate::dataplane::fib::Fib;
use crate::dataplane::router::View;
use crate::model::plan::Plan;
use crate::model::{Network, TableId, network_at};
use crate::units::SimTime;

/// A network at one instant, ready to be asked.
pub struct Ground {
    network: Network,
    /// By [`TableId`].
    fibs: Vec<Fib>,
}

impl Ground {
    /// The network that `plan` makes of `network` by the instant `at`, its changes included.
    pub fn at(network: Network, plan: &Plan, at: SimTime) -> Ground {
        Ground::of(network_at(network, plan, at))
    }

    /// A network as it is.
    pub fn of(network: Network) -> Ground {
        let ids: Vec<TableId> = network.tables().map(|(id, _)| id).collect();
        let fibs = ids.into_iter().map(|id| Fib::compile(&network, id)).collect();
        Ground { network, fibs }
    }

    /// What exists.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network as packets see it.
    pub fn view(&self) -> View<'_> {
        View { network: &self.network, fibs: &self.fibs, epoch: 0 }
    }

    /// The FIB of a route table.
    pub fn fib(&self, table: TableId) -> &Fib {
        &self.fibs[table.index()]
    }
}
