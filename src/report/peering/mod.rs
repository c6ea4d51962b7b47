//! The peerings of a network at an instant: their view model, a page of text for each, JSON.

mod build;
mod json;
mod model;
mod text;

pub use build::details;
pub use json::details_json;
pub use model::*;
pub use text::show;
