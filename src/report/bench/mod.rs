//! Measurements of the program's speed: the view model, a table, JSON. Nothing here measures.

mod json;
mod model;
mod text;

pub use json::bench_json;
pub use model::*;
pub use text::bench_text;
