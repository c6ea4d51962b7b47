//! New scenarios as text: one to start from, and one of a wanted size. Numbers in, text out: files are the caller's.
//! Like [`crate::import`], it knows the language of scenarios only as words to write.

mod scale;

pub use scale::{Scale, ScaleError, scaled};

/// A small commented scenario to change and run.
pub const STARTER: &str = include_str!("starter.toml");
