//! All reports on results, by subject: a run, a bill, a measurement, a sweep, peerings, a network, questions to it,
//! findings, the story of a packet, a lesson. Each has a view model ([`Snapshot`], [`Invoice`], [`BenchReport`],
//! [`PeeringDetails`], [`Remark`]) and everything drawn from it as text, JSON, CSV, SARIF or pictures; only the files
//! that build the view model of a run see the engine. Nothing here does I/O: views return text.

mod artifact;
mod bench;
mod bill;
mod complaints;
mod diff;
mod effort;
mod explain;
mod format;
mod graph;
#[cfg(feature = "pictures")]
mod html;
mod lesson;
mod lint;
mod matrix;
#[cfg(feature = "metrics")]
mod metrics;
mod peering;
#[cfg(feature = "pictures")]
mod pictures;
mod run;
mod sweep;
mod trace;

pub use artifact::Artifact;
pub use bench::*;
pub use bill::*;
pub use complaints::complaints_json;
pub use diff::*;
pub use effort::{EffortReport, carried, packets_per_second};
pub use explain::*;
pub use format::csv::interruption;
pub use format::markdown::markdown;
pub use format::page::Page;
pub use format::prose::wrapped;
pub use format::words::counted;
pub use graph::*;
#[cfg(feature = "pictures")]
pub use html::{BillPage, RunPage, WrongDocument, bill_page, run_page};
pub use lesson::*;
pub use lint::*;
pub use matrix::*;
#[cfg(feature = "metrics")]
pub use metrics::{OPEN_METRICS, metrics};
pub use peering::*;
#[cfg(feature = "pictures")]
pub use pictures::{network_svg, pictures, sweep_picture};
pub use run::*;
pub use sweep::*;
pub use trace::*;
