//! What drawings of a graph write at its boxes and edges, line by line. What controls a display is written out, as
//! everywhere; what means something in a drawing's language is left to that drawing.

use crate::diagnose::graph::{EdgeLoad, Graph, GraphPeering, GraphVpc, percent};
use crate::report::format::words::counted;
use crate::report::run::Word;
use crate::units::{BitRate, Share, escaped, grouped};

/// With more VPCs than this, or more peerings, boxes and edges say less.
const VPCS: usize = 30;
const PEERINGS: usize = 40;
/// Groups of hosts named for one subnet.
const GROUPS: usize = 4;
/// Subnets named in one box.
const SUBNETS: usize = 8;

/// Whether boxes and edges say only the most important, so that the whole stays readable.
pub fn is_large(graph: &Graph) -> bool {
    graph.vpcs.len() > VPCS || graph.peerings.len() > PEERINGS
}

/// What is drawn, in one line.
pub fn headline(graph: &Graph) -> String {
    let mut out = if graph.partial { "PARTIAL: ".to_owned() } else { String::new() };
    out += &escaped(&graph.scenario);
    out
}

/// How large the network is, and which instant is shown.
pub fn subtitle(graph: &Graph) -> String {
    let vpcs = counted(graph.vpcs.len() as u64, "VPC");
    let regions = counted(graph.regions.len() as u64, "region");
    let peerings = counted(graph.peerings.len() as u64, "peering");
    let loads = graph.peerings.iter().any(|peering| peering.load.is_some());
    let when = match loads {
        true => format!("after a run of {}", graph.at),
        false => format!("at {}", graph.at),
    };
    format!("{vpcs} in {regions}, {peerings}, {when}")
}

fn label(text: &Option<String>) -> Vec<String> {
    text.iter().map(|text| escaped(text).into_owned()).collect()
}

/// The lines of a VPC's box after its name.
pub fn vpc(vpc: &GraphVpc) -> Vec<String> {
    let mut lines: Vec<String> = label(&vpc.label);
    lines.extend(vpc.cidrs.iter().cloned());
    for subnet in vpc.subnets.iter().take(SUBNETS) {
        let mut hosts: Vec<String> = subnet.hosts.iter().take(GROUPS).map(|group| group.to_string()).collect();
        let unnamed: u64 = subnet.hosts.iter().skip(GROUPS).map(|group| group.count).sum();
        hosts.extend((unnamed > 0).then(|| format!("{} more", grouped(unnamed))));
        lines.push(format!("{} {}", subnet.name, subnet.cidr));
        lines.extend(hosts.chunks(2).map(|some| format!("  {}", some.join(", "))));
    }
    let rest = vpc.subnets.len().saturating_sub(SUBNETS);
    lines.extend((rest > 0).then(|| format!("{} more", counted(rest as u64, "subnet"))));
    lines.extend(vpc.dropped_by.iter().map(dropped));
    lines
}

/// The same in short.
pub fn vpc_in_short(vpc: &GraphVpc) -> Vec<String> {
    let first = vpc.cidrs.first().cloned().unwrap_or_default();
    let more = vpc.cidrs.len().saturating_sub(1);
    let cidrs = if more > 0 { format!("{first} (+{more})") } else { first };
    let subnets = counted(vpc.subnets.len() as u64, "subnet");
    let mut lines = vec![cidrs, format!("{subnets}, {}", counted(vpc.hosts(), "host"))];
    let dropped: u64 = vpc.dropped_by.iter().map(|(_, packets)| packets).sum();
    lines.extend((dropped > 0).then(|| format!("{} dropped", counted(dropped, "packet"))));
    lines
}

/// What limits each direction.
pub fn cap(peering: &GraphPeering) -> String {
    match (peering.bandwidth, peering.cap) {
        (Some(cap), _) => cap.to_string(),
        (None, Some(ceiling)) => format!("ceiling {ceiling}"),
        (None, None) => "no cap".into(),
    }
}

/// Its cap and its delay.
pub fn transport(peering: &GraphPeering) -> String {
    format!("{}, {}", cap(peering), peering.delay)
}

/// What keeps the peering from carrying all packets: its state, a cut, failed nodes, loss. Nothing if all is well.
pub fn trouble(peering: &GraphPeering) -> Vec<String> {
    let mut out = Vec::new();
    out.extend((!peering.active).then(|| peering.state.to_owned()));
    out.extend(peering.down.then(|| "CUT".to_owned()));
    out.extend(
        (peering.nodes_up < peering.nodes).then(|| format!("{} of {} nodes up", peering.nodes_up, peering.nodes)),
    );
    out.extend((peering.loss > Share::ZERO).then(|| format!("loses {}", peering.loss)));
    out
}

/// The lines of an edge after its name.
pub fn peering(peering: &GraphPeering) -> Vec<String> {
    let mut lines: Vec<String> = label(&peering.label);
    lines.push(transport(peering));
    lines.extend(trouble(peering));
    lines.extend(peering.load.iter().flatten().flat_map(|load| direction(load, peering.cap)));
    lines
}

/// The same in short: trouble, the load of the busier direction, the sum of the drops.
pub fn peering_in_short(peering: &GraphPeering) -> Vec<String> {
    let mut lines = trouble(peering);
    if let Some(loads) = peering.load.as_ref().filter(|_| peering.is_used()) {
        let busier = if loads[1].mean > loads[0].mean { &loads[1] } else { &loads[0] };
        lines.push(rate(busier.mean, peering.cap));
        let dropped: u64 = loads.iter().flat_map(|load| &load.dropped_by).map(|(_, packets)| packets).sum();
        lines.extend((dropped > 0).then(|| format!("{} dropped", grouped(dropped))));
    }
    lines
}

/// One direction after a run.
fn direction(load: &EdgeLoad, cap: Option<BitRate>) -> Vec<String> {
    if load.offered_packets == 0 {
        return vec![format!("to {}: nothing", load.to)];
    }
    let mut lines = vec![format!("to {}: {}", load.to, rate(load.mean, cap))];
    lines.extend(load.busiest.map(|busiest| format!("  busiest {}", rate(busiest, cap))));
    lines.extend((load.loss > Share::ZERO).then(|| format!("  lost at cap {}", load.loss)));
    lines.extend(load.dropped_by.iter().map(|drop| format!("  {}", dropped(drop))));
    lines
}

/// `79.853 Mbps (80 %)`: in percent of the cap at the end.
fn rate(rate: BitRate, cap: Option<BitRate>) -> String {
    match cap.and_then(|cap| percent(rate, cap)) {
        Some(0) if rate > BitRate::default() => format!("{rate} (< 1 %)"),
        Some(percent) => format!("{rate} ({percent} %)"),
        None => rate.to_string(),
    }
}

fn dropped((reason, packets): &(Word, u64)) -> String {
    format!("{} dropped: {reason}", grouped(*packets))
}
