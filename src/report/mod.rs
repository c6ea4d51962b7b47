//! A view model a subject, [`Snapshot`] of a run, [`Invoice`] of a bill, [`BenchReport`] of a measurement, and
//! everything drawn from it. No view sees the engine; none does I/O: they return text.

mod artifact;
mod bench;
mod build;
mod chart;
mod compare;
mod csv;
mod effort;
mod extent;
mod focus;
mod invoice;
mod invoice_text;
mod json;
mod monitoring;
#[cfg(feature = "pictures")]
mod pictures;
#[cfg(feature = "pictures")]
pub mod plot;
#[cfg(test)]
mod sample;
mod sections;
mod show;
mod snapshot;
mod table;
mod text;
mod what_if;

pub use artifact::Artifact;
pub use bench::*;
pub use chart::bars;
pub use compare::comparison;
pub use csv::intervals_csv;
pub use effort::EffortReport;
pub use focus::focus_csv;
pub use invoice::*;
pub use invoice_text::invoice_text;
pub use json::{FileOutcome, bench_json, complaints_json, invoice_json, json, json_array};
pub use monitoring::monitoring_csv;
#[cfg(feature = "pictures")]
pub use pictures::pictures;
pub use show::{EndDetails, PeeringDetails, RouteDetails, details, show};
pub use snapshot::*;
pub use text::text;
pub use what_if::*;
