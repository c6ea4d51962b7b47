//! The story of a packet ([`crate::trace::Story`]), as text and JSON. It finds and follows no packet.

mod json;
mod text;

pub use json::{no_story_json, story_json};
pub use text::{no_story, story};
