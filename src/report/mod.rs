//! One view model, [`Snapshot`], and everything drawn from it. No view sees the engine; none does I/O: they return text.

mod build;
mod snapshot;

pub use snapshot::*;
