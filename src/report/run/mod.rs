//! A run: its view model, the readable report, bars of its interval series, a comparison of several runs, JSON and CSV.

mod bars;
mod compare;
mod course;
pub(super) mod csv;
mod delays;
#[cfg(feature = "notebooks")]
pub(super) mod hgrm;
mod json;
mod model;
#[cfg(feature = "notebooks")]
pub(super) mod parquet;
mod reach;
#[cfg(test)]
pub(super) mod sample;
mod sections;
mod snapshot;
mod text;
pub(super) mod verdict;

pub use bars::bars;
pub use compare::comparison;
pub use course::*;
pub use csv::intervals_csv;
pub use delays::{DelayBook, DelayKind, DelayLog};
#[cfg(feature = "notebooks")]
pub use hgrm::hgrm;
pub use json::{FileOutcome, json, json_array};
pub use model::*;
#[cfg(feature = "notebooks")]
pub use parquet::intervals_parquet;
pub use reach::reach_reports;
pub use text::text;
