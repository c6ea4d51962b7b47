//! What came of many runs of one file: the points of a sweep, the searches for the highest lossless rate, the steps of
//! a service test. Tables for people, CSV and JSON for programs, and what a picture of them shows. It plays nothing.

mod axes;
mod lossless;
mod model;
mod plot;
mod points;
mod service;

pub use axes::AXES_MAX;
pub use lossless::{LOSSLESS_COLUMNS, lossless_csv, lossless_json, lossless_text};
pub use model::*;
pub use plot::{Panel, Quantity, SweepPlot, lossless_plot, service_plot, sweep_plot};
pub use points::{SWEEP_COLUMNS, sweep_csv, sweep_json, sweep_text};
pub use service::{SERVICE_COLUMNS, service_csv, service_json, service_text};
