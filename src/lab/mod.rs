//! A network that people build, watch, break and mend while time passes. [`Session`] holds one; [`Ask`] is what can be
//! asked of it, as JSON, and [`Session::answer`] answers. Whoever serves it, a page or a terminal, uses nothing else.
//! It owns no rule of forwarding: it drives the engine as any run does, and opens no file.
//!
//! **A session is a scenario text and an instant.** What somebody does at an instant becomes part of the text: an
//! action of the timeline, or traffic that starts then (`written.rs`). The run is then played again up to that instant,
//! which gives the same bytes. So going back is playing up to an earlier instant, what was done can be taken away as a
//! scenario that repeats it, and nothing can happen in a lab that a scenario cannot say.
//!
//! What is played again up to an instant takes the fast roads; only what comes after it is watched, packet by packet.

mod ask;
mod failure;
mod files;
mod lesson;
mod news;
mod played;
mod questions;
mod session;
mod state;
#[cfg(test)]
mod tests;
mod written;

pub use ask::{Answer, Ask, StepOf};
pub use failure::Failure;
pub use lesson::{LessonState, StageState, lessons};
pub use news::{News, Seen};
pub use session::{Opened, Session};
pub use state::{LinkState, NetworkState, RouteState, State, TableState, VpcState};
