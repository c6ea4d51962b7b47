//! A network as a graph: what a run adds to its edges, and drawings of it as text: JSON, Mermaid, Graphviz's DOT. The
//! SVG picture is in `report/pictures/network`. The facts are those of [`crate::diagnose::graph`].

mod dot;
mod json;
mod load;
mod mermaid;
#[cfg(test)]
pub(super) mod sample;
#[cfg(test)]
mod tests;
pub(super) mod words;

use crate::diagnose::graph::FORMAT;
pub use dot::graph_dot;
pub use json::graph_json;
pub use load::measured;
pub use mermaid::graph_mermaid;

/// What every drawing says of itself in a comment on its first line.
const MADE: &str = "A network drawn by vpcsim graph";

/// Whether a file that begins with `text` is one of the drawings, of any format.
pub(super) fn begins(text: &str) -> bool {
    let json = format!("{{\n  \"format\": \"{FORMAT}\",\n");
    let heads = [mermaid::head(), dot::head(), svg_head()];
    text.starts_with(&json) || heads.iter().any(|head| text.starts_with(&format!("{head}\n")))
}

/// The first line of an SVG picture.
pub(super) fn svg_head() -> String {
    format!("<!-- {MADE} -->")
}
