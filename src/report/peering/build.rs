//! Builds the details of peerings from a network at an instant. No run is needed; draws nothing.

use super::model::{EndDetails, PeeringDetails, RouteDetails};
use crate::model::{Network, NextHop, Node, Peering, PeeringId, QueueLimit, TableId, VpcId, peering_titles};
use std::collections::BTreeMap;

/// The details of every `wanted` peering.
pub fn details(network: &Network, wanted: impl Fn(&Peering) -> bool) -> Vec<PeeringDetails> {
    let mut routes = routes_over(network);
    let shown = network.peerings().zip(peering_titles(network)).filter(|((_, peering), _)| wanted(peering));
    shown.map(|((id, peering), title)| peering_details(network, id, peering, title, &mut routes)).collect()
}

/// The routes over each peering, by the VPC that owns them.
type RoutesOver = BTreeMap<(PeeringId, VpcId), Vec<RouteDetails>>;

/// All routes over peerings, in table order.
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

fn peering_details(
    network: &Network,
    id: PeeringId,
    peering: &Peering,
    name: String,
    routes: &mut RoutesOver,
) -> PeeringDetails {
    let mut end = |role, vpc| end(network, role, vpc, routes.remove(&(id, vpc)).unwrap_or_default());
    let shaping = peering.shaping(&network.rules);
    let queue = match peering.queue {
        QueueLimit::Time(time) => time.to_string(),
        QueueLimit::Bytes(size) => size.to_string(),
        QueueLimit::Packets(count) => format!("{count} packets"),
    };
    PeeringDetails {
        name,
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
