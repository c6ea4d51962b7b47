//! Custom routes: what may be written into a route table (S5, S8, S25a).

use crate::model::ids::*;
use crate::model::network::Network;
use crate::model::notice::Notice;
use crate::model::refusal::Refusal;
use crate::model::state::PeeringState;
use crate::model::vpc::{NextHop, Route, RouteTable};
use ipnet::Ipv4Net;

/// A route to make.
#[derive(Debug, Clone, Copy)]
pub struct RouteSpec {
    /// Destination.
    pub to: Ipv4Net,
    /// Next hop.
    pub via: NextHop,
    /// Kept, but not in force.
    pub disabled: bool,
}

impl Network {
    /// Adds a custom route to a table (S5, S8, S25a).
    ///
    /// # Errors
    /// Host bits, a destination inside the own VPC, a second next hop, or a peering of other VPCs; in strict mode, a
    /// destination outside the peer.
    pub fn add_route(&mut self, table: TableId, spec: RouteSpec) -> Result<(), Refusal> {
        Refusal::check_host_bits(spec.to)?;
        let vpc = self.vpc(self.table(table).vpc);
        if let Some(cidr) = vpc.holding(spec.to) {
            let (to, vpc) = (spec.to, vpc.name.to_string());
            return Err(Refusal::RouteInsideVpc { to, vpc, cidr });
        }
        if self.table(table).routes.contains_key(&spec.to) {
            let table = self.table_name(table);
            return Err(Refusal::Ecmp { table, to: spec.to });
        }
        if let NextHop::Peering(peering) = spec.via {
            self.check_next_hop(self.table(table).vpc, spec.to, peering)?;
        }
        let RouteSpec { to, via, disabled } = spec;
        if let NextHop::Peering(peering) = via {
            self.routes_over[peering.index()].push((table, to));
        }
        self.edit(table).put(Route { to, via, disabled });
        Ok(())
    }

    /// Notes that the scenario lists routes in a table.
    pub fn list_routes(&mut self, table: TableId) {
        self.tables[table.index()].is_listed = true;
    }

    /// The table, noted as changed, for editing.
    pub(in crate::model) fn edit(&mut self, table: TableId) -> &mut RouteTable {
        if self.touched.tables.last() != Some(&table) {
            self.touched.tables.push(table);
        }
        &mut self.tables[table.index()]
    }

    fn check_next_hop(&mut self, vpc: VpcId, to: Ipv4Net, id: PeeringId) -> Result<(), Refusal> {
        let peering = self.peering(id);
        let (name, state) = (peering.name.clone(), peering.state);
        let Some(peer) = peering.peer_of(vpc).map(|p| self.vpc(p)) else {
            let vpc = self.vpc(vpc).name.to_string();
            return Err(Refusal::ForeignPeering { peering: name.to_string(), vpc });
        };
        let peer_name = peer.name.clone();
        if peer.holding(to).is_none() {
            if self.rules.strict_routes {
                let (peering, peer) = (name.to_string(), peer_name.to_string());
                return Err(Refusal::RouteOutsidePeer { to, peering, peer });
            }
            let (peering, peer) = (name.clone(), peer_name);
            self.notices.push(Notice::RouteOutsidePeer { to, peering, peer });
        }
        if state != PeeringState::Active {
            let called = self.rules.state(state);
            self.notices.push(Notice::RouteToInactive { to, peering: name, state, called });
        }
        Ok(())
    }
}
