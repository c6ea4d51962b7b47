//! The picture of a network: VPCs as boxes in the frames of their regions, peerings as lines with labels.
//!
//! The layout is our own: a grid of boxes with channels between them, in which every line and every label has a track,
//! so that no texts overlap whatever the network (`plan`). Libraries that lay out layers (`rust-sugiyama`, `layout-rs`)
//! give the same picture every time too, but they know no groups, so regions would interleave; a hub with thirty spokes
//! becomes one row of 7,000 pixels, a ring of 200 VPCs 200 layers; and lines that bend are for the caller to place.
//!
//! Of large networks boxes and labels say less; a table below then has the rest. What colours, dashes and widths say,
//! texts say too. The same graph gives the same bytes.

mod across;
mod bends;
mod block;
mod down;
mod draw;
mod grid;
mod plan;
mod space;
mod svg;
mod table;
#[cfg(test)]
mod tests;
mod tracks;

pub use draw::network_svg;
