//! A peering's details page, as the console has it: both ends, state, cap, quota, and the routes of both ends (S7). Of
//! the network at an instant; nothing has to run.

use super::table::{Column::*, Table};
use crate::model::{Network, NextHop, Node, Peering, PeeringId, QueueLimit, TableId, VpcId};
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime, escaped};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// One peering connection at an instant.
#[derive(Debug, Clone, Serialize)]
pub struct PeeringDetails {
    /// Its name.
    pub name: String,
    /// Free text.
    pub label: Option<String>,
    /// The vendor's state.
    pub state: &'static str,
    /// Since when it is in that state.
    #[serde(rename = "since_ns")]
    pub since: SimTime,
    /// When the request runs out, while it is pending (S19).
    #[serde(rename = "expires_ns")]
    pub expires: Option<SimTime>,
    /// Whether its VPCs are in different regions.
    pub cross_region: bool,
    /// The user's cap per direction.
    #[serde(rename = "bandwidth_bps")]
    pub bandwidth: Option<BitRate>,
    /// The rate that shapes each direction: the cap, or the platform's ceiling.
    #[serde(rename = "shaped_to_bps")]
    pub shaped_to: Option<BitRate>,
    /// Bucket size.
    #[serde(rename = "burst_bytes")]
    pub burst: Option<ByteSize>,
    /// What may wait, as the user put it.
    pub queue: String,
    /// Host to host, one way.
    #[serde(rename = "delay_ns")]
    pub delay: SimDuration,
    /// Largest IPv4 packet.
    #[serde(rename = "mtu_bytes")]
    pub mtu: u16,
    /// Forwarding nodes, and how many of them are up.
    pub nodes: usize,
    /// Those that are up.
    pub nodes_up: usize,
    /// Whether its transport is cut.
    pub down: bool,
    /// Injected loss.
    pub loss: Share,
    /// Requester, then accepter.
    pub ends: [EndDetails; 2],
}

/// One end of a peering.
#[derive(Debug, Clone, Serialize)]
pub struct EndDetails {
    /// `requester` or `accepter`.
    pub role: &'static str,
    /// The VPC.
    pub vpc: String,
    /// Its owner.
    pub account: String,
    /// Its region.
    pub region: String,
    /// Its CIDRs.
    pub cidrs: Vec<String>,
    /// How many more peerings it may have (S23).
    pub free_quota: u32,
    /// Its routes whose next hop is the peering, one for each subnet that uses the table.
    pub routes: Vec<RouteDetails>,
}

/// One route over a peering.
#[derive(Debug, Clone, Serialize)]
pub struct RouteDetails {
    /// Destination.
    pub to: String,
    /// The subnet whose packets it is for; none if no subnet uses the table.
    pub subnet: Option<String>,
    /// The route table it stands in.
    pub table: String,
    /// Whether it is out of force.
    pub disabled: bool,
}

/// The details of every peering; of those that are gone (S20, S21) only if `all`.
pub fn details(network: &Network, all: bool) -> Vec<PeeringDetails> {
    let mut routes = routes_over(network);
    let shown = network.peerings().filter(|(_, peering)| all || !peering.state.is_gone());
    shown.map(|(id, peering)| peering_details(network, id, peering, &mut routes)).collect()
}

/// The routes over each peering, by the VPC whose they are.
type RoutesOver = BTreeMap<(PeeringId, VpcId), Vec<RouteDetails>>;

/// All routes over peerings, in order of tables.
fn routes_over(network: &Network) -> RoutesOver {
    let mut users: BTreeMap<TableId, Vec<String>> = BTreeMap::new();
    for subnet in network.vpcs().flat_map(|(_, vpc)| &vpc.subnets).map(|id| network.subnet(*id)) {
        users.entry(subnet.table).or_default().push(subnet.name.to_string());
    }
    let mut routes = RoutesOver::new();
    for (id, table) in network.tables() {
        for route in table.routes.values() {
            let NextHop::Peering(peering) = route.via else { continue };
            let entry = |subnet: Option<String>| RouteDetails {
                to: route.to.to_string(),
                subnet,
                table: table.name.to_string(),
                disabled: route.disabled,
            };
            let over = routes.entry((peering, table.vpc)).or_default();
            match users.get(&id) {
                None => over.push(entry(None)),
                Some(subnets) => over.extend(subnets.iter().map(|subnet| entry(Some(subnet.clone())))),
            }
        }
    }
    routes
}

fn peering_details(network: &Network, id: PeeringId, peering: &Peering, routes: &mut RoutesOver) -> PeeringDetails {
    let mut end = |role, vpc| end(network, role, vpc, routes.remove(&(id, vpc)).unwrap_or_default());
    let shaping = peering.shaping(&network.rules);
    let queue = match peering.queue {
        QueueLimit::Time(time) => time.to_string(),
        QueueLimit::Bytes(size) => size.to_string(),
        QueueLimit::Packets(count) => format!("{count} packets"),
    };
    PeeringDetails {
        name: peering.name.to_string(),
        label: peering.label.clone(),
        state: network.rules.state(peering.state),
        since: peering.since(),
        expires: peering.expires,
        cross_region: peering.cross_region,
        bandwidth: peering.bandwidth,
        shaped_to: shaping.map(|s| s.rate),
        burst: shaping.map(|s| s.burst),
        queue,
        delay: peering.delay,
        mtu: peering.mtu,
        nodes: peering.nodes.count(),
        nodes_up: peering.nodes.iter().filter(|n| **n == Node::Up).count(),
        down: peering.down,
        loss: peering.loss,
        ends: [end("requester", peering.requester), end("accepter", peering.accepter)],
    }
}

fn end(network: &Network, role: &'static str, vpc_id: VpcId, routes: Vec<RouteDetails>) -> EndDetails {
    let vpc = network.vpc(vpc_id);
    EndDetails {
        role,
        vpc: vpc.name.to_string(),
        account: network.account(vpc.account).name.to_string(),
        region: network.regions().name(vpc.region).into(),
        cidrs: vpc.cidrs.iter().map(|c| c.to_string()).collect(),
        free_quota: network.free_quota(vpc_id),
        routes,
    }
}

/// The details as text, at most `width` columns.
pub fn show(details: &[PeeringDetails], width: usize) -> String {
    let mut out = String::new();
    for (at, peering) in details.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        // Writing to a String cannot fail.
        let _ = headline(&mut out, peering);
        out += &ends(peering).render(width);
        out.push('\n');
        let routes = routes(peering);
        if routes.is_empty() {
            out += "  no route on either side leads over it: nothing gets across (S4)\n";
        } else {
            out += &routes.render(width);
        }
        for end in peering.ends.iter().filter(|e| !routes.is_empty() && e.routes.iter().all(|r| r.disabled)) {
            let _ = writeln!(
                out,
                "  no route of {} leads over it: nothing gets from there to the other side (S4)",
                end.vpc
            );
        }
    }
    out
}

fn headline(out: &mut String, peering: &PeeringDetails) -> std::fmt::Result {
    let kind = if peering.cross_region { "cross-region" } else { "regional" };
    write!(out, "{}: {kind}, {} since {}", peering.name, peering.state, peering.since)?;
    if let Some(expires) = peering.expires {
        write!(out, ", expires at {expires}")?;
    }
    if let Some(label) = &peering.label {
        write!(out, " ({})", escaped(label))?;
    }
    write!(out, "\n  ")?;
    match (peering.bandwidth, peering.shaped_to, peering.burst) {
        (Some(cap), _, Some(burst)) => write!(out, "cap {cap} per direction, burst {burst}, queue {}", peering.queue)?,
        (_, Some(ceiling), Some(burst)) => {
            write!(
                out,
                "no cap, the platform's ceiling {ceiling} per direction, burst {burst}, queue {}",
                peering.queue
            )?;
        }
        _ => write!(out, "no cap")?,
    }
    write!(out, ", delay {}, MTU {} B", peering.delay, peering.mtu)?;
    if peering.nodes_up < peering.nodes {
        write!(out, ", {} of {} nodes up", peering.nodes_up, peering.nodes)?;
    }
    if peering.down {
        write!(out, ", CUT")?;
    }
    if peering.loss > Share::ZERO {
        write!(out, ", loses {}", peering.loss)?;
    }
    writeln!(out)
}

fn ends(peering: &PeeringDetails) -> Table {
    let mut table = Table::new(&[
        ("end", Text),
        ("VPC", Text),
        ("account", Text),
        ("region", Text),
        ("CIDRs", Text),
        ("free quota", Number),
    ]);
    for end in &peering.ends {
        table.row([
            end.role.into(),
            end.vpc.clone(),
            end.account.clone(),
            end.region.clone(),
            end.cidrs.join(", "),
            end.free_quota.to_string(),
        ]);
    }
    table
}

fn routes(peering: &PeeringDetails) -> Table {
    let mut table = Table::new(&[("routes of", Text), ("subnet", Text), ("table", Text), ("to", Text), ("", Text)]);
    for end in &peering.ends {
        for route in &end.routes {
            table.row([
                end.vpc.clone(),
                route.subnet.clone().unwrap_or_else(|| "none".into()),
                route.table.clone(),
                route.to.clone(),
                if route.disabled { "disabled".into() } else { String::new() },
            ]);
        }
    }
    table
}
