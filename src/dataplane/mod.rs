//! One hop at a time (to come).
mod verdict;
pub use verdict::{DropReason, Verdict};
