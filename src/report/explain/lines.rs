//! A change as a person writes it: lines to paste into the scenario, and the action that does the same for one command
//! (`--do`). Whether it helps was found out elsewhere.

use crate::diagnose::explain::Step;
use crate::diagnose::written::{key, route, section};
use crate::model::{Change, HostSpec, Network, PeeringSpec, Route, TableId, Thing, Via};
use crate::units::SimTime;
use ipnet::Ipv4Net;
use serde_json::{Map, Value};
use std::fmt;

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
    /// The same as the keys of `\[\[at\]\]` without `time`, for programs.
    pub keys: Option<Map<String, Value>>,
}

/// A step, in writing, for a network in which it is not made yet. Where the timeline has changed the network by then,
/// lines for the file as it starts would not do: the step becomes an action.
pub fn written(network: &Network, step: &Step, at: SimTime, is_changed: bool) -> Written {
    match step {
        Step::Change(change) => {
            let action = Action::of(network, change);
            let lines = match &action {
                Some(action) if is_changed => plain("add at the end", action.entry(at)),
                _ => of_change(network, change, at),
            };
            let line = action.as_ref().map(|action| action.line(at));
            Written { action: line, keys: action.map(Action::keys), ..lines }
        }
        Step::AddHost(spec) => host(network, spec),
        Step::Size(size) => plain("send packets of at most this many bytes", format!("--size {size}")),
    }
}

fn plain(how: impl Into<String>, lines: String) -> Written {
    Written { how: how.into(), lines, about: None, action: None, keys: None }
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
            Written {
                about,
                ..plain(format!("write in [peering.{}]", key(peering.as_str())), "state = \"ACTIVE\"".into())
            }
        }
        Change::SetHost { host, up: true, .. } => {
            let found = network.host(*host);
            let how = format!(
                "write in [vpc.{}.host.{}]",
                key(network.vpc(found.vpc).name.as_str()),
                key(found.name.base().as_str())
            );
            Written { about: Some(Thing::Host(*host)), ..plain(how, "up = true".into()) }
        }
        other => plain("add at the end", Action::of(network, other).map(|action| action.entry(at)).unwrap_or_default()),
    }
}

fn added(network: &Network, table: TableId, to: Ipv4Net, via: &Via) -> Written {
    let via = match via {
        Via::Peering(name) => format!("\"{name}\""),
        Via::Blackhole => "{ blackhole = true }".into(),
    };
    let entry = format!("{{ to = \"{to}\", via = {via} }}");
    let section = section(network, table);
    let (how, lines) = match network.table(table).is_listed {
        false => (format!("add to {section}"), format!("routes = [{entry}]")),
        true => (format!("add to the routes of {section}"), format!("{entry},")),
    };
    Written { about: Some(Thing::Table(table)), ..plain(how, lines) }
}

/// A route that is there, perhaps changed.
fn edited(network: &Network, table: TableId, to: Ipv4Net, what: &str, change: impl Fn(Route) -> Route) -> Written {
    let (is_listed, found) = (network.table(table).is_listed, network.table(table).routes.get(&to).copied());
    // A file of routes has a line for each.
    let listed = |found: Route| if is_listed { route(network, &found) + "," } else { to.to_string() };
    let entry = found.map(change).map(listed).unwrap_or_default();
    Written { about: Some(Thing::Route(table, to)), ..plain(format!("{what} {}", section(network, table)), entry) }
}

fn peering(network: &Network, spec: &PeeringSpec) -> String {
    let [requester, accepter] = [spec.requester, spec.accepter].map(|vpc| &network.vpc(vpc).name);
    let mut lines =
        format!("[peering.{}]\nrequester = \"{requester}\"\naccepter = \"{accepter}\"", key(spec.name.as_str()));
    if let Some(bandwidth) = spec.bandwidth {
        lines += &format!("\nbandwidth = \"{bandwidth}\"");
    }
    lines
}

fn host(network: &Network, spec: &HostSpec) -> Written {
    let subnet = network.subnet(spec.subnet);
    let vpc = key(network.vpc(subnet.vpc).name.as_str());
    let mut lines = format!("[vpc.{vpc}.host.{}]\nsubnet = \"{}\"", key(spec.name.as_str()), subnet.name);
    if let Some(address) = spec.address {
        lines += &format!("\naddress = \"{address}\"");
    }
    plain("add", lines)
}

/// A change as an entry of the timeline: a verb and its arguments.
struct Action {
    verb: &'static str,
    /// Texts and numbers, which TOML writes as JSON does.
    arguments: Vec<(&'static str, Value)>,
}

impl Action {
    /// None if no verb makes it.
    fn of(network: &Network, change: &Change) -> Option<Action> {
        let table = |id: &TableId| ("table", quoted(&network.table_name(*id)));
        let (verb, arguments) = match change {
            Change::AddRoute { table: id, to, via: Via::Peering(name), .. } => {
                ("add_route", vec![("to", quoted(to)), table(id), ("via", quoted(name))])
            }
            Change::RemoveRoute { table: id, to } => ("remove_route", vec![("to", quoted(to)), table(id)]),
            Change::DisableRoute { table: id, to, disabled } => {
                (if *disabled { "disable_route" } else { "enable_route" }, vec![("to", quoted(to)), table(id)])
            }
            Change::CreatePeering(spec) => {
                let [requester, accepter] = [spec.requester, spec.accepter].map(|vpc| quoted(&network.vpc(vpc).name));
                let ends = vec![("name", quoted(&spec.name)), ("requester", requester), ("accepter", accepter)];
                let bandwidth = spec.bandwidth.map(|rate| ("bandwidth", quoted(&rate)));
                ("create_peering", ends.into_iter().chain(bandwidth).collect())
            }
            Change::Step { peering, step } => (step.name(), vec![("peering", quoted(peering))]),
            Change::SetHost { host, up, .. } => {
                (if *up { "host_up" } else { "host_down" }, vec![("host", quoted(&network.host_name(*host)))])
            }
            Change::SetLink { peering, up, .. } => {
                (if *up { "link_up" } else { "link_down" }, vec![("peering", quoted(peering))])
            }
            Change::SetNode { peering, node, up, .. } => {
                let verb = if *up { "node_up" } else { "node_down" };
                (verb, vec![("peering", quoted(peering)), ("node", (*node).into())])
            }
            Change::Pay { account } => ("pay", vec![("account", quoted(&network.account(*account).name))]),
            _ => return None,
        };
        Some(Action { verb, arguments })
    }

    /// In one line, for `--do`; only what has a space needs its quotes there.
    fn line(&self, at: SimTime) -> String {
        let bare = |value: &Value| {
            let text = value.to_string();
            if text.contains(' ') { text } else { text.replace('"', "") }
        };
        let arguments: Vec<String> =
            self.arguments.iter().map(|(key, value)| format!(" {key}={}", bare(value))).collect();
        format!("{} {}{}", at.since(SimTime::ZERO), self.verb, arguments.concat())
    }

    /// As an entry of the file.
    fn entry(&self, at: SimTime) -> String {
        let head = format!("[[at]]\ntime = \"{}\"\ndo = \"{}\"", at.since(SimTime::ZERO), self.verb);
        let arguments = self.arguments.iter().map(|(key, value)| format!("\n{key} = {value}"));
        head + &arguments.collect::<String>()
    }

    /// As keys of an entry.
    fn keys(self) -> Map<String, Value> {
        let arguments = self.arguments.into_iter().map(|(key, value)| (key.to_owned(), value));
        std::iter::once(("do".to_owned(), self.verb.into())).chain(arguments).collect()
    }
}

fn quoted(value: &impl fmt::Display) -> Value {
    value.to_string().into()
}
