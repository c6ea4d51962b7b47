//! Drawings as text, read back: every name is there, and what a stranger wrote is neither markup nor lost.

use super::sample::{HOSTILE, generated, load, pair};
use super::*;
use crate::diagnose::graph::{Graph, HostGroup};
use crate::units::{escaped, steers};

/// A stranger's texts wherever a file may have one.
fn hostile() -> Graph {
    let mut graph = pair();
    graph.scenario = HOSTILE.into();
    graph.vpcs[0].label = Some(HOSTILE.into());
    graph.peerings[0].label = Some(HOSTILE.into());
    graph
}

/// What follows each `before` up to the next quote that `is_end` accepts.
fn quoted<'t>(text: &'t str, before: &str, end: &str) -> Vec<&'t str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

/// Numbered characters, as Mermaid reads them.
fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('#') {
        let (digits, after) = after.split_once(';').expect("a number ends in a semicolon");
        out += before;
        out.push(digits.parse().ok().and_then(char::from_u32).expect("a character's number"));
        rest = after;
    }
    out + rest
}

#[test]
fn mermaid_has_a_line_for_each_thing() {
    for graph in [pair(), generated(3, 12), generated(5, 60)] {
        let text = graph_mermaid(&graph);
        let lines = |begins: &str| text.lines().filter(|line| line.starts_with(begins)).count();
        assert_eq!(lines("  subgraph r"), graph.regions.len());
        assert_eq!(lines("    v"), graph.vpcs.len());
        assert_eq!(lines("  v"), graph.peerings.len());
        let others = ["%% ", "flowchart LR", "  accTitle: ", "  accDescr: ", "  end"].map(lines).iter().sum::<usize>();
        let things = graph.regions.len() + graph.vpcs.len() + graph.peerings.len();
        assert_eq!(text.lines().count(), things + others, "{text}");
    }
}

#[test]
fn mermaid_reads_a_stranger_s_text_as_text() {
    let text = graph_mermaid(&hostile());
    let labels = [quoted(&text, "[\"", "\"]"), quoted(&text, "|\"", "\"|")].concat();
    assert_eq!(labels.len(), 5);
    for label in &labels {
        let plain = label.replace("<br>", "");
        let tame = |c: char| c.is_alphanumeric() || !c.is_ascii() || " .,:/()+-#;".contains(c);
        assert!(plain.chars().all(|c| tame(c) && !steers(c)), "{label}");
    }
    let told = labels.iter().filter(|label| label.split("<br>").any(|line| decoded(line) == escaped(HOSTILE)));
    assert_eq!(told.count(), 2, "the VPC's and the peering's: {text}");
    let title = text.lines().find(|line| line.starts_with("  accTitle: ")).expect("a title");
    assert!(!title.contains(['"', '<', ';', '%', '{', '#']), "{title}");
}

/// The texts of DOT's labels, unescaped into lines.
fn dot_labels(text: &str) -> Vec<Vec<String>> {
    let mut labels = Vec::new();
    for rest in text.split("label=\"").skip(1) {
        let (mut lines, mut line) = (Vec::new(), String::new());
        let mut letters = rest.chars();
        while let Some(c) = letters.next().filter(|c| *c != '"') {
            match (c, if c == '\\' { letters.next() } else { None }) {
                (_, Some('l' | 'n')) => lines.push(std::mem::take(&mut line)),
                (_, Some(escaped)) => line.push(escaped),
                (c, None) => line.push(c),
            }
        }
        lines.extend((!line.is_empty()).then_some(line));
        labels.push(lines.iter().map(|line| line.replace("&amp;", "&")).collect());
    }
    labels
}

#[test]
fn dot_reads_a_stranger_s_text_as_text() {
    let graph = hostile();
    let labels = dot_labels(&graph_dot(&graph));
    let told = labels.iter().filter(|lines| lines.iter().any(|line| *line == escaped(HOSTILE)));
    assert_eq!(told.count(), 3, "the title, the VPC's and the peering's: {labels:?}");
    assert_eq!(labels.len(), 1 + graph.regions.len() + graph.vpcs.len() + graph.peerings.len());
}

#[test]
fn what_does_not_carry_and_what_drops_is_marked_in_every_drawing() {
    let mut graph = pair();
    assert!(graph_mermaid(&graph).contains(" --- ".trim()) && !graph_dot(&graph).contains("dashed"));
    graph.peerings[0].load = Some([load("VPC2", 99, true), load("VPC1", 1, false)]);
    assert!(graph_mermaid(&graph).contains("v0 ===|"));
    assert!(graph_dot(&graph).contains(", penwidth=5, color="));
    graph.peerings[0].down = true;
    assert!(graph_mermaid(&graph).contains("v0 -.-|") && graph_mermaid(&graph).contains("<br>CUT<br>"));
    assert!(graph_dot(&graph).contains(", style=dashed"));
}

#[test]
fn an_edge_tells_loads_losses_and_drops() {
    let mut graph = pair();
    let unused = crate::diagnose::graph::EdgeLoad { offered_packets: 0, ..load("VPC1", 0, false) };
    graph.peerings[0].load = Some([load("VPC2", 80, true), unused]);
    let told = words::peering(&graph.peerings[0]);
    let wanted = [
        "100 Mbps, 18.4 ms",
        "to VPC2: 80 Mbps (80 %)",
        "  busiest 160 Mbps (160 %)",
        "  lost at cap 10 %",
        "  8,000 dropped: shaper_queue_full",
        "to VPC1: nothing",
    ];
    assert_eq!(told, wanted);
    assert_eq!(words::peering_in_short(&graph.peerings[0]), ["80 Mbps (80 %)", "8,000 dropped"]);
}

#[test]
fn many_subnets_and_hosts_are_counted_and_not_listed() {
    let mut graph = pair();
    let subnet = graph.vpcs[0].subnets[0].clone();
    let hosts = (0..9).map(|at| HostGroup { first: format!("h{at}"), last: format!("h{at}"), count: 1, down: 0 });
    graph.vpcs[0].subnets = vec![subnet; 10];
    graph.vpcs[0].subnets[0].hosts = hosts.collect();
    let told = words::vpc(&graph.vpcs[0]);
    assert_eq!(told[..4], ["10.0.0.0/16", "subnet-0 10.0.0.0/24", "  h0, h1", "  h2, h3"]);
    assert_eq!((told[4].as_str(), told.last().map(String::as_str)), ("  5 more", Some("2 subnets more")));
}

#[test]
fn the_document_has_every_key_in_its_unit() {
    let mut graph = pair();
    graph.peerings[0].load = Some([load("VPC2", 80, true), load("VPC1", 1, false)]);
    let value: serde_json::Value = serde_json::from_str(&graph_json(&graph)).expect("JSON");
    assert_eq!((&value["format"], &value["version"]), (&"vpcsim-graph".into(), &1.into()));
    assert_eq!(value["regions"][1]["vpcs"], serde_json::json!([1]));
    assert_eq!(value["vpcs"][0]["subnets"][0]["hosts"][0]["count"], 1_000);
    let peering = &value["peerings"][0];
    assert_eq!((&peering["cap_bps"], &peering["delay_ns"]), (&100_000_000.into(), &18_400_000.into()));
    assert_eq!(peering["load"][0]["mean_bps"], 80_000_000);
    assert_eq!(peering["load"][0]["dropped_by"], serde_json::json!([["shaper_queue_full", 8_000]]));
}
