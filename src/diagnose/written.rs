//! How a scenario writes things, for advice that is to be pasted into one. It gives no advice.

use crate::model::{Network, NextHop, Route, TableId};

/// A name as a part of a key: TOML wants quotes around a dot.
pub fn key(name: &str) -> String {
    if name.contains('.') { format!("\"{name}\"") } else { name.to_owned() }
}

/// `[vpc.VPC1.subnet.A]`, the section that holds the routes of a table.
pub fn section(network: &Network, table: TableId) -> String {
    let found = network.table(table);
    let own = network.find_subnet(found.vpc, found.name.as_str());
    let kind = if own.is_some_and(|subnet| network.subnet(subnet).table == table) { "subnet" } else { "table" };
    format!("[vpc.{}.{kind}.{}]", key(network.vpc(found.vpc).name.as_str()), key(found.name.as_str()))
}

/// `{ to = "10.0.0.0/16", via = "PeerConn" }`; a peering by the name it is declared under.
pub fn route(network: &Network, route: &Route) -> String {
    let via = match route.via {
        NextHop::Peering(id) => format!("\"{}\"", network.peering(id).first_name),
        NextHop::Blackhole => "{ blackhole = true }".into(),
    };
    let disabled = if route.disabled { ", disabled = true" } else { "" };
    format!("{{ to = \"{}\", via = {via}{disabled} }}", route.to)
}
