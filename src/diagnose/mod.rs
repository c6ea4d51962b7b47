//! Questions to a network: who reaches whom ([`matrix`]), why not and what would mend it ([`explain`]), what is wrong
//! with it or will be ([`lint`]), what a change does ([`diff`]), what it looks like ([`graph`]). No packet moves and
//! no time passes: the network is looked at as it is at one instant ([`Ground`]), and every answer comes from the
//! functions that judge packets ([`crate::dataplane::router::path`]), so that answers and packets agree.
//!
//! Queues, policers and random loss do not count, nor forwarding nodes that failed while others are left; states,
//! routes, MTU, TTL, cut links and stopped hosts do.

pub mod diff;
pub mod explain;
mod finding;
pub mod graph;
mod ground;
pub mod lint;
pub mod matrix;
mod reach;
mod way;
pub mod written;

pub use finding::{Finding, Severity};
pub use ground::Ground;
pub use reach::{Judged, judge};
pub use way::{Stop, Trip, Way};
