//! A run: its view model, the readable report, bars of its interval series, a comparison of several runs, JSON and CSV.

mod bars;
mod compare;
mod course;
pub(super) mod csv;
mod json;
mod model;
mod reach;
#[cfg(test)]
pub(super) mod sample;
mod sections;
mod snapshot;
mod text;

pub use bars::bars;
pub use compare::comparison;
pub use course::*;
pub use csv::intervals_csv;
pub use json::{FileOutcome, json, json_array};
pub use model::*;
pub use reach::reach_reports;
pub use text::text;
