//! What to write instead, as lines to paste into the scenario, each below a line that says where. They decide nothing.

use super::scene::Scene;
use crate::diagnose::finding::Severity;
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
    let header = header(scene, table);
    if !scene.network.table(table).is_listed {
        return format!("in {header}:\nroutes = [{}]", elements.join(", "));
    }
    format!("in the routes of {header}:\n{},", elements.join(",\n"))
}

/// Writes a route in place of another.
pub(super) fn replace(scene: &Scene<'_>, table: TableId, old: &Route, to: Ipv4Net, via: PeeringId) -> String {
    let new = element(scene, to, via);
    format!("in the routes of {}, instead of {}:\n{new}", header(scene, table), self::old(scene, old))
}

/// Takes a route out.
pub(super) fn remove(scene: &Scene<'_>, table: TableId, route: &Route) -> String {
    format!("in the routes of {}, take out:\n{}", header(scene, table), old(scene, route))
}

/// `[vpc.VPC1.subnet.A]`, the table with a table's routes.
fn header(scene: &Scene<'_>, table: TableId) -> String {
    let known = scene.network.table(table);
    let kind = if scene.own_of(table).is_some() { "subnet" } else { "table" };
    format!("[vpc.{}.{kind}.{}]", key(scene.network.vpc(known.vpc).name.as_str()), key(known.name.as_str()))
}

/// A name as a part of a key: TOML wants quotes around a dot.
pub(super) fn key(name: &str) -> String {
    if name.contains('.') { format!("\"{name}\"") } else { name.to_owned() }
}

/// The name that a scenario declares a peering under.
pub(super) fn declared<'a>(scene: &Scene<'a>, id: PeeringId) -> &'a str {
    scene.network.peering(id).first_name.as_str()
}

fn element(scene: &Scene<'_>, to: Ipv4Net, via: PeeringId) -> String {
    written(to, declared(scene, via))
}

fn written(to: Ipv4Net, via: &str) -> String {
    format!("{{ to = \"{to}\", via = \"{via}\" }}")
}

/// A route as it stands in the scenario.
fn old(scene: &Scene<'_>, route: &Route) -> String {
    let via = match route.via {
        NextHop::Peering(id) => format!("\"{}\"", declared(scene, id)),
        NextHop::Blackhole => "{ blackhole = true }".into(),
    };
    let disabled = if route.disabled { ", disabled = true" } else { "" };
    format!("{{ to = \"{}\", via = {via}{disabled} }}", route.to)
}
