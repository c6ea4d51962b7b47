//! The network as a graph: VPCs by region with what is in them, and the peerings between them. Plain facts, also as
//! JSON; what a run adds to them, loads and drops, is filled in by the reports. Draws nothing.

mod build;
mod hosts;
mod model;
#[cfg(test)]
mod tests;

pub use model::*;
