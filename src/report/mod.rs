//! All reports on results, by subject: a run, a bill, a measurement, peerings, findings. Each has a view model
//! ([`Snapshot`], [`Invoice`], [`BenchReport`], [`PeeringDetails`], [`Remark`]) and everything drawn from it as text,
//! JSON, CSV or SARIF; only the files that build the view model of a run see the engine. Nothing here does I/O: views
//! return text.

mod artifact;
mod bench;
mod bill;
mod complaints;
mod effort;
mod format;
mod lint;
mod peering;
#[cfg(feature = "pictures")]
mod pictures;
mod run;

pub use artifact::Artifact;
pub use bench::*;
pub use bill::*;
pub use complaints::complaints_json;
pub use effort::{EffortReport, carried, packets_per_second};
pub use format::markdown::markdown;
pub use format::page::Page;
pub use format::prose::wrapped;
pub use format::words::counted;
pub use lint::*;
pub use peering::*;
#[cfg(feature = "pictures")]
pub use pictures::pictures;
pub use run::*;
