//! Tables and subnets as wholes: a table that no subnet uses, a subnet without routes.

use super::list::{SUBNET_WITHOUT_ROUTES, TABLE_UNUSED};
use super::returns::Returns;
use super::scene::Scene;
use crate::diagnose::finding::{Finding, Severity};
use crate::model::Thing;

/// Finds tables without subnets, and subnets without routes.
pub(super) fn tables(scene: &Scene<'_>, returns: &Returns) -> Vec<Finding> {
    let network = scene.network;
    let mut found = Vec::new();
    for (id, table) in network.tables().filter(|(id, _)| scene.users[id.index()].is_empty()) {
        let routes = if table.routes.is_empty() { "" } else { ": its routes decide about nothing" };
        found.push(Finding {
            severity: Severity::Warning,
            code: TABLE_UNUSED,
            about: Thing::Table(id),
            sentence: format!("no subnet uses table `{}`{routes} (S5)", network.table_name(id)),
            fix: None,
        });
    }
    for (vpc, class) in scene.classes().filter(|(_, class)| class.claims.routes.is_empty()) {
        let peers = scene.peer_count(vpc);
        let subnets = class.tables.iter().flat_map(|table| &scene.users[table.index()]);
        for subnet in subnets.filter(|subnet| peers > 0 && !returns.stranded.contains(subnet)) {
            let peers = if peers == 1 { "one peer".to_owned() } else { format!("{peers} peers") };
            found.push(Finding {
                severity: Severity::Info,
                code: SUBNET_WITHOUT_ROUTES,
                about: Thing::Subnet(*subnet),
                sentence: format!(
                    "subnet {} has no route in force: it reaches nobody beyond its VPC, which has {peers} (S4)",
                    scene.subnet(*subnet)
                ),
                fix: None,
            });
        }
    }
    found
}
