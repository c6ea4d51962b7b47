//! A bill: its view model, the readable invoice, JSON, FOCUS rows, and the monitoring beside it. Nothing here meters or
//! prices.

mod build;
mod extent;
pub(super) mod focus;
mod json;
mod loads;
mod model;
pub(super) mod monitoring;
mod samples;
mod text;
mod totals;
mod what_if;
mod what_if_text;

pub use focus::focus_csv;
pub use json::invoice_json;
pub use loads::*;
pub use model::*;
pub use monitoring::monitoring_csv;
pub use samples::samples_note;
pub use text::{invoice_in_brief, invoice_text};
pub use what_if::*;
