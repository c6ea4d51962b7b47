//! One packet's story: finds a packet of a run, watches it, and tells what happened to it, step by step, and what became
//! of its reply. Drives the engine as any observer may, and adds nothing to it: [`trace`] plays the same run up to three
//! times, since the same seed gives the same bytes, and keeps only what it needs: a candidate, the steps of one packet,
//! its neighbours. So memory does not grow with the run. Prints nothing; [`crate::report`] does.

mod chart;
mod follow;
mod header;
mod neighbours;
mod passes;
mod reply;
mod search;
mod senders;
mod story;
mod tell;

pub use passes::{Answer, Nothing, Played, Question, trace};
pub use search::Wanted;
pub use senders::{BadName, Senders};
pub use story::*;
