//! The graph as a Mermaid flowchart, which many sites draw in a Markdown file. Mermaid places everything itself. Of
//! more than a few dozen VPCs the boxes say less, since Mermaid refuses long texts.

use super::{MADE, words};
use crate::diagnose::graph::{Graph, GraphPeering};
use crate::report::format::words::counted;
use std::fmt::Write;

/// The first line.
pub fn head() -> String {
    format!("%% {MADE}")
}
/// The graph as Mermaid text.
pub fn graph_mermaid(graph: &Graph) -> String {
    let in_short = words::is_large(graph);
    let mut out = format!("{}\nflowchart LR\n", head());
    let vpcs = counted(graph.vpcs.len() as u64, "VPC");
    let peerings = counted(graph.peerings.len() as u64, "peering");
    line(&mut out, &format!("  accTitle: {}", plain(&words::headline(graph))));
    line(&mut out, &format!("  accDescr: {vpcs} and {peerings}"));
    for (at, region) in graph.regions.iter().enumerate() {
        line(&mut out, &format!("  subgraph r{at}[\"{}\"]", text(&region.name)));
        for &place in &region.vpcs {
            let vpc = &graph.vpcs[place];
            let lines = if in_short { words::vpc_in_short(vpc) } else { words::vpc(vpc) };
            line(&mut out, &format!("    v{place}[\"{}\"]", joined(&vpc.name, &lines)));
        }
        line(&mut out, "  end");
    }
    for peering in &graph.peerings {
        let mut lines = if in_short { words::peering_in_short(peering) } else { words::peering(peering) };
        if in_short {
            lines.insert(0, words::transport(peering));
        }
        let [from, to] = peering.ends;
        line(&mut out, &format!("  v{from} {}|\"{}\"| v{to}", stroke(peering), joined(&peering.name, &lines)));
    }
    out
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

/// Dotted where nothing is carried, thick where packets were dropped.
fn stroke(peering: &GraphPeering) -> &'static str {
    match peering {
        peering if !peering.carries() => "-.-",
        peering if peering.has_dropped() => "===",
        _ => "---",
    }
}

fn joined(name: &str, lines: &[String]) -> String {
    std::iter::once(name).chain(lines.iter().map(|line| line.trim_start())).map(text).collect::<Vec<_>>().join("<br>")
}

/// `text` inside quotes: whatever could mean something to Mermaid, to Markdown or to HTML is a numbered character.
fn text(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || !c.is_ascii() || " .,:/()+-".contains(c) => out.push(c),
            // Writing to a String cannot fail.
            c => drop(write!(out, "#{};", u32::from(c))),
        }
    }
    out
}

/// `text` for a statement that ends with its line, without what Mermaid would read as something else.
fn plain(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " .,:/()+-'?!".contains(c) || !c.is_ascii();
    text.chars().map(|c| if harmless(c) { c } else { ' ' }).collect()
}
