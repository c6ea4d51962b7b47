//! The graph in Graphviz's DOT language. Graphviz places everything itself; regions are its clusters. Of large networks
//! boxes say less.

use super::{MADE, words};
use crate::diagnose::graph::{Graph, GraphPeering};
use std::fmt::Write;

/// The first line.
pub fn head() -> String {
    format!("// {MADE}")
}
/// The graph as DOT text.
pub fn graph_dot(graph: &Graph) -> String {
    let in_short = words::is_large(graph);
    let mut out = format!("{}\ngraph {{\n", head());
    let title = lines(&words::headline(graph), &[words::subtitle(graph)], "\\n");
    line(&mut out, &format!("  graph [label=\"{title}\", labelloc=t, fontname=\"sans-serif\"];"));
    line(&mut out, "  node [shape=box, fontname=\"sans-serif\", fontsize=11];");
    line(&mut out, "  edge [fontname=\"sans-serif\", fontsize=10];");
    for (at, region) in graph.regions.iter().enumerate() {
        line(&mut out, &format!("  subgraph cluster_{at} {{"));
        line(&mut out, &format!("    label=\"{}\";", quoted(&region.name)));
        for &place in &region.vpcs {
            let vpc = &graph.vpcs[place];
            let said = if in_short { words::vpc_in_short(vpc) } else { words::vpc(vpc) };
            line(&mut out, &format!("    v{place} [label=\"{}\"];", lines(&vpc.name, &said, "\\l")));
        }
        line(&mut out, "  }");
    }
    for peering in &graph.peerings {
        let [from, to] = peering.ends;
        let label = lines(&peering.name, &words::peering(peering), "\\l");
        line(&mut out, &format!("  v{from} -- v{to} [label=\"{label}\"{}];", stroke(peering)));
    }
    out + "}\n"
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

/// Dashed where nothing is carried, wider with load, red where packets were dropped, as the label says too.
fn stroke(peering: &GraphPeering) -> String {
    let mut out = String::new();
    if !peering.carries() {
        out += ", style=dashed";
    }
    if let Some(percent) = peering.percent().filter(|percent| *percent > 0) {
        // 1 to 5 points.
        let _ = write!(out, ", penwidth={}", 1 + percent.div_ceil(25));
    }
    if peering.has_dropped() {
        out += ", color=\"#D55E00\"";
    }
    out
}

/// A name and lines below it; `end`, in DOT's own escape, ends a line and aligns it.
fn lines(name: &str, lines: &[String], end: &str) -> String {
    std::iter::once(name).chain(lines.iter().map(String::as_str)).map(|line| quoted(line) + end).collect()
}

/// `text` inside quotes: DOT reads backslashes and, in labels, HTML's entities.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}
