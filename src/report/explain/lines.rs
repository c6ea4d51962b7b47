//! A change as a person writes it: lines to paste into the scenario, and the action that does the same for one command
//! (`--do`). Whether it helps was found out elsewhere.

use crate::diagnose::explain::Step;
use crate::model::{Change, HostSpec, Network, NextHop, PeeringSpec, Route, TableId, Thing, Via};
use crate::units::SimTime;
use ipnet::Ipv4Net;

/// A change in writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What to do with the lines: `add to \[vpc.app.subnet.batch\]`.
    pub how: String,
    /// The lines.
    pub lines: String,
    /// What they are about, for its place in the file.
    pub about: Option<Thing>,
    /// The same as an action, for `--do`; none for what is no action.
    pub action: Option<String>,
}

/// A step, in writing, for a network in which it is not made yet.
pub fn written(network: &Network, step: &Step, at: SimTime) -> Written {
    match step {
        Step::Change(change) => Written { action: action(network, change, at), ..of_change(network, change, at) },
        Step::AddHost(spec) => host(network, spec),
        Step::Size(size) => plain("send packets of at most this many bytes", format!("--size {size}")),
    }
}

fn plain(how: impl Into<String>, lines: String) -> Written {
    Written { how: how.into(), lines, about: None, action: None }
}

fn of_change(network: &Network, change: &Change, at: SimTime) -> Written {
    match change {
        Change::AddRoute { table, to, via, .. } => added(network, *table, *to, via),
        Change::RemoveRoute { table, to } => edited(network, *table, *to, "take out of", |route| route),
        Change::DisableRoute { table, to, disabled } => {
            edited(network, *table, *to, "write instead in", |route| Route { disabled: *disabled, ..route })
        }
        Change::CreatePeering(spec) => plain("add", peering(network, spec)),
        Change::Step { peering, step: crate::model::Step::Accept } => {
            let about = network.find_peering(peering.as_str()).map(Thing::Peering);
            Written { about, ..plain(format!("add to [peering.{peering}]"), "state = \"ACTIVE\"".into()) }
        }
        Change::SetHost { host, up: true, .. } => {
            let found = network.host(*host);
            let how = format!("write in [vpc.{}.host.{}]", network.vpc(found.vpc).name, found.name.base());
            Written { about: Some(Thing::Host(*host)), ..plain(how, "up = true".into()) }
        }
        other => {
            let action = action(network, other, at).unwrap_or_default();
            plain("do it in the course of the run", format!("--do '{action}'"))
        }
    }
}

fn added(network: &Network, table: TableId, to: Ipv4Net, via: &Via) -> Written {
    let via = match via {
        Via::Peering(name) => format!("\"{name}\""),
        Via::Blackhole => "{ blackhole = true }".into(),
    };
    let entry = format!("{{ to = \"{to}\", via = {via} }}");
    let section = section(network, table);
    let (how, lines) = match network.table(table).routes.is_empty() {
        true => (format!("add to {section}"), format!("routes = [{entry}]")),
        false => (format!("add to the routes of {section}"), format!("{entry},")),
    };
    Written { about: Some(Thing::Table(table)), ..plain(how, lines) }
}

/// A route that is there, perhaps changed.
fn edited(network: &Network, table: TableId, to: Ipv4Net, what: &str, change: impl Fn(Route) -> Route) -> Written {
    let route = network.table(table).routes.get(&to).copied().map(change);
    let entry = route.map(|route| entry(network, &route)).unwrap_or_default();
    Written { about: Some(Thing::Route(table, to)), ..plain(format!("{what} {}", section(network, table)), entry) }
}

/// A route as scenarios write it.
fn entry(network: &Network, route: &Route) -> String {
    let via = match route.via {
        NextHop::Peering(id) => format!("\"{}\"", network.peering(id).name),
        NextHop::Blackhole => "{ blackhole = true }".into(),
    };
    let disabled = if route.disabled { ", disabled = true" } else { "" };
    format!("{{ to = \"{}\", via = {via}{disabled} }},", route.to)
}

/// The table of a file that holds the routes of a route table.
fn section(network: &Network, table: TableId) -> String {
    let found = network.table(table);
    let vpc = &network.vpc(found.vpc).name;
    let own = network.find_subnet(found.vpc, found.name.as_str());
    let kind = if own.is_some_and(|subnet| network.subnet(subnet).table == table) { "subnet" } else { "table" };
    format!("[vpc.{vpc}.{kind}.{}]", found.name)
}

fn peering(network: &Network, spec: &PeeringSpec) -> String {
    let [requester, accepter] = [spec.requester, spec.accepter].map(|vpc| &network.vpc(vpc).name);
    let mut lines = format!("[peering.{}]\nrequester = \"{requester}\"\naccepter = \"{accepter}\"", spec.name);
    if let Some(bandwidth) = spec.bandwidth {
        lines += &format!("\nbandwidth = \"{bandwidth}\"");
    }
    lines
}

fn host(network: &Network, spec: &HostSpec) -> Written {
    let subnet = network.subnet(spec.subnet);
    let vpc = &network.vpc(subnet.vpc).name;
    let mut lines = format!("[vpc.{vpc}.host.{}]\nsubnet = \"{}\"", spec.name, subnet.name);
    if let Some(address) = spec.address {
        lines += &format!("\naddress = \"{address}\"");
    }
    plain("add", lines)
}

/// A change as an action of one line.
fn action(network: &Network, change: &Change, at: SimTime) -> Option<String> {
    let time = at.since(SimTime::ZERO);
    let table = |id: &TableId| network.table_name(*id);
    let words = match change {
        Change::AddRoute { table: id, to, via: Via::Peering(name), .. } => {
            format!("add_route {to} table={} via={name}", table(id))
        }
        Change::RemoveRoute { table: id, to } => format!("remove_route {to} table={}", table(id)),
        Change::DisableRoute { table: id, to, disabled } => {
            format!("{}_route {to} table={}", if *disabled { "disable" } else { "enable" }, table(id))
        }
        Change::CreatePeering(spec) => {
            let [requester, accepter] = [spec.requester, spec.accepter].map(|vpc| &network.vpc(vpc).name);
            let bandwidth = spec.bandwidth.map(|rate| format!(" bandwidth=\"{rate}\"")).unwrap_or_default();
            format!("create_peering {} requester={requester} accepter={accepter}{bandwidth}", spec.name)
        }
        Change::Step { peering, step } => format!("{} {peering}", step.name()),
        Change::SetHost { host, up, .. } => {
            format!("host_{} {}", if *up { "up" } else { "down" }, network.host_name(*host))
        }
        Change::SetLink { peering, up, .. } => format!("link_{} {peering}", if *up { "up" } else { "down" }),
        Change::SetNode { peering, node, up, .. } => {
            format!("node_{} {peering} node={node}", if *up { "up" } else { "down" })
        }
        Change::Pay { account } => format!("pay {}", network.account(*account).name),
        _ => return None,
    };
    Some(format!("{time} {words}"))
}
