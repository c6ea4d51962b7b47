//! Why two ends do or do not talk: an answer as text and as JSON, and changes written as lines of a scenario. It asks
//! nothing.

mod json;
mod lines;
mod text;
mod words;

pub use json::explanation_json;
pub use lines::{Written, written};
pub use text::explanation;
