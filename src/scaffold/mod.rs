//! New scenarios as text: a starter, and one of a requested size. Numbers in, text out: the caller handles files. Like
//! [`crate::import`], it only writes the scenario language.

mod scale;

pub use scale::{Scale, ScaleError, scaled};

/// A small commented scenario to change and run.
pub const STARTER: &str = include_str!("starter.toml");
