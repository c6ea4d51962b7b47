//! What to write instead, as lines to paste into the scenario, each below a line that says where. They decide nothing.

use super::scene::Scene;
use crate::diagnose::finding::Severity;
use crate::diagnose::written::{route, section};
use crate::model::{NextHop, PeeringId, Route, TableId};
use ipnet::Ipv4Net;

/// The most lines of one fix.
const LINES: usize = 8;

/// A finding about a route, before it is known in which of several equal tables.
pub(super) struct AboutRoute {
    pub severity: Severity,
    pub code: &'static str,
    /// What is wrong, after `route of … to …`.
    pub sentence: String,
    pub fix: Fix,
}

/// What to do about a route.
pub(super) enum Fix {
    Nothing,
    /// Take it out.
    Remove,
    /// Let it lead over this peering instead.
    Over(PeeringId),
}

/// The lines that do it in one table.
pub(super) fn of_route(scene: &Scene<'_>, table: TableId, route: &Route, fix: &Fix) -> Option<String> {
    match fix {
        Fix::Nothing => None,
        Fix::Remove => Some(remove(scene, table, route)),
        Fix::Over(via) => Some(replace(scene, table, route, route.to, *via)),
    }
}

/// Adds routes over peerings to a table.
pub(super) fn add(scene: &Scene<'_>, table: TableId, routes: &[(Ipv4Net, PeeringId)]) -> String {
    let elements: Vec<String> = routes.iter().take(LINES).map(|(to, via)| element(scene, *to, *via)).collect();
    let section = section(scene.network, table);
    if !scene.network.table(table).is_listed {
        return format!("in {section}:\nroutes = [{}]", elements.join(", "));
    }
    format!("in the routes of {section}:\n{},", elements.join(",\n"))
}

/// Writes a route in place of another.
pub(super) fn replace(scene: &Scene<'_>, table: TableId, old: &Route, to: Ipv4Net, via: PeeringId) -> String {
    let new = match scene.network.table(table).is_listed {
        true => element(scene, to, via),
        false => format!("{to} {}", scene.network.peering(via).first_name),
    };
    format!("{}, instead of {}:\n{new}", place(scene, table), self::old(scene, table, old))
}

/// Takes a route out.
pub(super) fn remove(scene: &Scene<'_>, table: TableId, route: &Route) -> String {
    format!("{}, take out:\n{}", place(scene, table), old(scene, table, route))
}

/// Where the routes of a table stand: listed, or as the lines of a file.
fn place(scene: &Scene<'_>, table: TableId) -> String {
    let lines = if scene.network.table(table).is_listed { "" } else { "file of the " };
    format!("in the {lines}routes of {}", section(scene.network, table))
}

fn element(scene: &Scene<'_>, to: Ipv4Net, via: PeeringId) -> String {
    route(scene.network, &Route { to, via: NextHop::Peering(via), disabled: false })
}

/// A route as it stands there.
fn old(scene: &Scene<'_>, table: TableId, old: &Route) -> String {
    if scene.network.table(table).is_listed { route(scene.network, old) } else { old.to.to_string() }
}
