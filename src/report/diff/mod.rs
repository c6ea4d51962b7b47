//! What a change does, before it is made: a network and its run against another. It asks nothing.

mod json;
mod model;
mod text;

pub use json::diff_json;
pub use model::{BillChange, DiffReport, TrafficChange};
pub use text::diff_text;
