//! The story of a packet for programs: one JSON document.

use crate::report::format::json::pretty;
use crate::trace::Story;
use serde_json::json;

/// The story as an indented JSON document that ends in a newline.
pub fn story_json(story: &Story, file: &str) -> String {
    pretty(&json!({ "format": "vpcsim-trace", "version": 1, "file": file, "story": story, "nothing": null }))
}

/// The same, where there is no such packet: `why` is the sentence for people.
pub fn no_story_json(why: &str, file: &str) -> String {
    pretty(&json!({ "format": "vpcsim-trace", "version": 1, "file": file, "story": null, "nothing": why }))
}
