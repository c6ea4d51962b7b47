//! Builds the graph from a network. No run is needed; draws nothing.

use super::hosts::Folding;
use super::model::*;
use crate::model::{Network, Node, Peering, PeeringId, PeeringState, Vpc, peering_titles};
use crate::units::SimTime;
use std::collections::BTreeMap;

impl Graph {
    /// All VPCs and peerings of `network` as it is, which is at the instant `at` of the scenario of this name.
    pub fn of(network: &Network, scenario: &str, at: SimTime) -> Graph {
        let mut hosts: Vec<Folding> = Vec::new();
        for (_, host) in network.hosts() {
            let place = host.subnet.index();
            if hosts.len() <= place {
                hosts.resize_with(place + 1, Folding::default);
            }
            hosts[place].add(host);
        }
        let mut groups: Vec<Vec<HostGroup>> = hosts.into_iter().map(Folding::groups).collect();
        let titles = peering_titles(network);
        Graph {
            format: FORMAT,
            version: VERSION,
            scenario: scenario.into(),
            at,
            partial: false,
            regions: regions(network),
            vpcs: network.vpcs().map(|(_, one)| vpc(network, one, &mut groups)).collect(),
            peerings: network.peerings().zip(titles).map(|((id, _), title)| peering(network, id, title)).collect(),
        }
    }
}

fn regions(network: &Network) -> Vec<GraphRegion> {
    let mut places = BTreeMap::new();
    let mut regions: Vec<GraphRegion> = Vec::new();
    for (id, vpc) in network.vpcs() {
        let place = *places.entry(vpc.region).or_insert(regions.len());
        if place == regions.len() {
            regions.push(GraphRegion { name: network.regions().name(vpc.region).into(), vpcs: Vec::new() });
        }
        regions[place].vpcs.push(id.index());
    }
    regions
}

fn vpc(network: &Network, vpc: &Vpc, groups: &mut [Vec<HostGroup>]) -> GraphVpc {
    let subnets = vpc.subnets.iter().map(|id| {
        let subnet = network.subnet(*id);
        GraphSubnet {
            name: subnet.name.to_string(),
            cidr: subnet.cidr.to_string(),
            table: network.table(subnet.table).name.to_string(),
            hosts: groups.get_mut(id.index()).map(std::mem::take).unwrap_or_default(),
        }
    });
    GraphVpc {
        name: vpc.name.to_string(),
        label: vpc.label.clone(),
        region: network.regions().name(vpc.region).into(),
        account: network.account(vpc.account).name.to_string(),
        cidrs: vpc.cidrs.iter().map(|cidr| cidr.to_string()).collect(),
        subnets: subnets.collect(),
        dropped_by: Vec::new(),
    }
}

fn peering(network: &Network, id: PeeringId, title: String) -> GraphPeering {
    let peering: &Peering = network.peering(id);
    GraphPeering {
        name: title,
        label: peering.label.clone(),
        requester: network.vpc(peering.requester).name.to_string(),
        accepter: network.vpc(peering.accepter).name.to_string(),
        ends: [peering.requester.index(), peering.accepter.index()],
        state: network.rules.state(peering.state),
        active: peering.state == PeeringState::Active,
        gone: peering.state.is_gone(),
        cross_region: peering.cross_region,
        bandwidth: peering.bandwidth,
        cap: peering.shaping(&network.rules).map(|shaping| shaping.rate),
        delay: peering.delay,
        mtu: peering.mtu,
        down: peering.down,
        nodes: peering.nodes.count(),
        nodes_up: peering.nodes.iter().filter(|node| **node == Node::Up).count(),
        loss: peering.loss,
        load: None,
    }
}
