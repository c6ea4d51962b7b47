//! The course of a run: what links carried, what was dropped and why, how far each traffic entry got, interval by
//! interval, for charts. It looks at the books between slices and notes what they grew by, how long each queue was at
//! most, and what the first open connection of an entry is like; it observes no packet, so packets take the roads they
//! take anyway. Not the interval series of `--interval`, which watches packets and also knows tokens.

mod column;
mod interval;
mod lines;
mod recorder;

pub use column::Column;
pub use interval::{POINTS_MAX, round_interval};
pub use lines::{EntryLine, LinkLine, RouterLine};
pub use recorder::{Course, Lines};
