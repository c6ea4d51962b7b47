//! What a session looks like at its instant, as plain facts: [`State`] is what changes all the time, [`NetworkState`]
//! what only changes of the network change.

use super::lesson::LessonState;
use super::session::Session;
use super::written::sections;
use crate::diagnose::graph::Graph;
use crate::model::{HostId, LinkId, Network, NextHop, TableId, VpcId, peering_titles};
use crate::report::{self, PeeringDetails, Word};
use crate::units::{BitRate, ByteSize, SimTime};
use serde::Serialize;
use serde_json::Value;

/// The most hosts of a network that are listed by name.
const HOSTS_MAX: usize = 2_000;

/// A session at its instant.
#[derive(Debug, Clone, Serialize)]
pub struct State {
    /// The instant.
    #[serde(rename = "now_ns")]
    pub now: SimTime,
    /// The end of the scenario.
    #[serde(rename = "end_ns")]
    pub end: SimTime,
    /// Of the network: if it grew, [`NetworkState`] may differ.
    pub version: u64,
    /// Packets sent so far, and what became of them.
    pub emitted: u64,
    pub delivered: u64,
    pub dropped: u64,
    pub in_flight: u64,
    /// By peering, away from the requester and towards it.
    pub links: Vec<LinkState>,
    /// By traffic entry.
    pub traffic: Vec<TrafficState>,
}

/// One direction of a peering.
#[derive(Debug, Clone, Serialize)]
pub struct LinkState {
    /// The peering, by its title.
    pub peering: String,
    /// The VPC that packets leave, and the one they enter.
    pub from: String,
    pub to: String,
    /// Bytes and packets that wait at the bucket.
    #[serde(rename = "waiting_bytes")]
    pub waiting: ByteSize,
    pub waiting_packets: u64,
    /// Whole tokens in the bucket, and how many it takes.
    #[serde(rename = "tokens_bytes")]
    pub tokens: Option<ByteSize>,
    #[serde(rename = "burst_bytes")]
    pub burst: Option<ByteSize>,
    /// The rate at which it fills.
    #[serde(rename = "cap_bps")]
    pub cap: Option<BitRate>,
    /// Packets on it: waiting or on the wire.
    pub in_flight: u64,
    /// Packets so far.
    pub offered: u64,
    pub carried: u64,
    #[serde(rename = "carried_bytes")]
    pub carried_bytes: u64,
    pub dropped: u64,
}

/// One traffic entry.
#[derive(Debug, Clone, Serialize)]
pub struct TrafficState {
    /// Its name and its pattern.
    pub name: String,
    pub pattern: Word,
    /// Packets so far.
    pub sent: u64,
    pub delivered: u64,
    pub dropped: u64,
    /// Replies that came back, of a ping.
    pub answered: Option<u64>,
    /// Why its packets, or replies to them, were dropped, most first.
    pub dropped_by: Vec<(Word, u64)>,
}

/// A network as it is at an instant.
#[derive(Debug, Clone, Serialize)]
pub struct NetworkState {
    /// Of the session's network.
    pub version: u64,
    /// The scenario's name, and the question it asks.
    pub scenario: String,
    pub question: Option<String>,
    /// The picture of the network, as SVG: each VPC is a group with its name in `data-vpc`, each peering one with
    /// `data-peering`, and its line, from the requester to the accepter, one with `data-peering-line`.
    pub picture: String,
    pub vpcs: Vec<VpcState>,
    /// As the console's page of details shows them.
    pub peerings: Vec<PeeringDetails>,
    /// Accounts, by name.
    pub accounts: Vec<String>,
    /// The caps that the console offers (S31).
    #[serde(rename = "menu_bps")]
    pub menu: &'static [BitRate],
    /// What changed it so far.
    pub log: Vec<Logged>,
    /// The lesson it is about.
    pub lesson: Option<LessonState>,
    /// The scenario that was opened, without what was done since.
    pub opened: String,
    /// The same by section and key, with values as they are written: what can be set as if it had always been so.
    pub written: Value,
}

/// A VPC.
#[derive(Debug, Clone, Serialize)]
pub struct VpcState {
    pub name: String,
    pub label: Option<String>,
    pub account: String,
    pub region: String,
    pub cidrs: Vec<String>,
    pub subnets: Vec<SubnetState>,
    pub tables: Vec<TableState>,
    pub hosts: Vec<HostState>,
    /// Hosts that are not listed, because there are too many.
    pub more_hosts: usize,
}

/// A subnet.
#[derive(Debug, Clone, Serialize)]
pub struct SubnetState {
    pub name: String,
    pub cidr: String,
    pub table: String,
}

/// A route table.
#[derive(Debug, Clone, Serialize)]
pub struct TableState {
    /// As actions name it: `VPC1/A`.
    pub name: String,
    pub routes: Vec<RouteState>,
}

/// A route.
#[derive(Debug, Clone, Serialize)]
pub struct RouteState {
    pub to: String,
    /// `local`, the name of a peering, or `blackhole`.
    pub via: String,
    /// Whether it is kept but out of force.
    pub disabled: bool,
}

/// A host.
#[derive(Debug, Clone, Serialize)]
pub struct HostState {
    /// As traffic names it: `VPC1/web`.
    pub name: String,
    pub address: String,
    pub subnet: String,
    pub up: bool,
}

/// Something that changed the network.
#[derive(Debug, Clone, Serialize)]
pub struct Logged {
    #[serde(rename = "time_ns")]
    pub time: SimTime,
    /// As written; none for what happened by itself, such as an expiry.
    pub action: Option<String>,
    /// What it did, or why it was refused.
    pub outcome: String,
    /// The refusal's code.
    pub refused: Option<&'static str>,
}

impl Session {
    /// The session at its instant.
    pub fn state(&mut self) -> State {
        let version = self.version();
        let run = &mut self.played_mut().run;
        let now = run.simulation.now();
        let totals = run.simulation.totals();
        let titles = peering_titles(run.simulation.network());
        let links = (0..titles.len() as u32 * 2).map(LinkId);
        let links = links.map(|link| {
            let queue = run.simulation.queue(link);
            let network = run.simulation.network();
            let ((near, far), peering) = (network.ends(link), network.peering(link.peering()));
            let shaping = peering.shaping(&network.rules);
            let book = &run.simulation.link_book(link).whole;
            LinkState {
                peering: titles[link.peering().index()].clone(),
                from: network.vpc(near).name.to_string(),
                to: network.vpc(far).name.to_string(),
                waiting: queue.waiting,
                waiting_packets: queue.packets,
                tokens: queue.tokens,
                burst: shaping.map(|shaping| shaping.burst),
                cap: shaping.map(|shaping| shaping.rate),
                in_flight: run.simulation.on_link(link),
                offered: book.offered.packets,
                carried: book.carried.packets,
                carried_bytes: book.carried.bytes,
                dropped: book.drops.iter().map(|(_, count)| count).sum(),
            }
        });
        let links = links.collect();
        let snapshot = report::Snapshot::of(run, "", Vec::new(), None);
        let traffic = snapshot.traffic.into_iter().map(|entry| {
            let mut dropped_by = entry.dropped_by;
            dropped_by.extend(entry.ping.iter().flat_map(|ping| ping.replies_dropped_by.iter().cloned()));
            TrafficState {
                name: entry.name,
                pattern: entry.pattern,
                sent: entry.sent.packets,
                delivered: entry.delivered.packets,
                dropped: entry.dropped,
                answered: entry.ping.map(|ping| ping.answered),
                dropped_by,
            }
        });
        State {
            now,
            end: run.plan.duration,
            version,
            emitted: totals.emitted,
            delivered: totals.delivered,
            dropped: totals.dropped,
            in_flight: totals.in_flight,
            links,
            traffic: traffic.collect(),
        }
    }

    /// The network at the session's instant.
    pub fn network_state(&self) -> NetworkState {
        let played = self.played();
        let (network, plan) = (played.network(), &played.run.plan);
        let acted = played.run.outcomes.iter().map(|outcome| Logged {
            time: plan.timeline[outcome.action].time,
            action: Some(plan.timeline[outcome.action].text.clone()),
            outcome: outcome.text.clone(),
            refused: outcome.refused,
        });
        let happened = played.run.simulation.happened().iter();
        let by_itself =
            happened.map(|(time, what)| Logged { time: *time, action: None, outcome: what.0.clone(), refused: None });
        let mut log: Vec<Logged> = acted.chain(by_itself).collect();
        log.sort_by_key(|logged| logged.time);
        let mut room = HOSTS_MAX;
        NetworkState {
            version: self.version(),
            scenario: plan.name.clone(),
            question: plan.question.clone(),
            picture: picture(network, &plan.name, self.now()),
            vpcs: network.vpcs().map(|(id, _)| vpc(network, id, &mut room)).collect(),
            peerings: report::details(network, |_| true),
            accounts: network.accounts().map(|account| account.name.to_string()).collect(),
            menu: network.rules.menu.caps(),
            log,
            lesson: self.lesson(),
            opened: self.parts().0.to_owned(),
            written: sections(self.parts().0),
        }
    }
}

fn picture(network: &Network, scenario: &str, at: SimTime) -> String {
    let mut graph = Graph::of(network, scenario, at);
    graph.forget_gone();
    report::network_svg(&graph)
}

fn vpc(network: &Network, id: VpcId, room: &mut usize) -> VpcState {
    let of = network.vpc(id);
    let hosts: Vec<HostId> = network.hosts().filter(|(_, host)| host.vpc == id).map(|(id, _)| id).collect();
    let listed = hosts.len().min(*room);
    *room -= listed;
    let subnet = |subnet: &crate::model::SubnetId| {
        let of = network.subnet(*subnet);
        SubnetState {
            name: network.subnet_name(*subnet),
            cidr: of.cidr.to_string(),
            table: network.table_name(of.table),
        }
    };
    let host = |id: &HostId| {
        let of = network.host(*id);
        HostState {
            name: network.host_name(*id),
            address: of.address.to_string(),
            subnet: network.subnet_name(of.subnet),
            up: of.up,
        }
    };
    VpcState {
        name: of.name.to_string(),
        label: of.label.clone(),
        account: network.account(of.account).name.to_string(),
        region: network.regions().name(of.region).to_owned(),
        cidrs: of.cidrs.iter().map(ToString::to_string).collect(),
        subnets: of.subnets.iter().map(subnet).collect(),
        tables: network.tables().filter(|(_, table)| table.vpc == id).map(|(id, _)| table(network, id)).collect(),
        hosts: hosts[..listed].iter().map(host).collect(),
        more_hosts: hosts.len() - listed,
    }
}

/// The local routes come first: they follow from the VPC's CIDRs.
fn table(network: &Network, id: TableId) -> TableState {
    let of = network.table(id);
    let cidrs = network.vpc(of.vpc).cidrs.iter();
    let local = cidrs.map(|to| RouteState { to: to.to_string(), via: "local".into(), disabled: false });
    let custom = of.routes.values().map(|route| RouteState {
        to: route.to.to_string(),
        via: match route.via {
            NextHop::Peering(peering) => network.peering(peering).name.to_string(),
            NextHop::Blackhole => "blackhole".into(),
        },
        disabled: route.disabled,
    });
    TableState { name: network.table_name(id), routes: local.chain(custom).collect() }
}
