//! One view model, [`Snapshot`], and everything drawn from it. No view sees the engine; none does I/O: they return text.

mod build;
mod chart;
mod compare;
mod csv;
mod json;
pub mod plot;
#[cfg(test)]
mod sample;
mod sections;
mod show;
mod snapshot;
mod table;
mod text;

pub use chart::bars;
pub use compare::comparison;
pub use csv::intervals_csv;
pub use json::{json, json_array};
pub use show::{EndDetails, PeeringDetails, RouteDetails, details, show};
pub use snapshot::*;
pub use text::text;
