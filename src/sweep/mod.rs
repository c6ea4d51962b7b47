//! What a network tester turns, and where it looks next: axes of values for a key ([`Axis`], [`Grid`]), the search for
//! the highest lossless load ([`Search`]), the steps of a service test ([`steps`]). It plays nothing and knows no key:
//! the command line plays the points, and says what came of them.

mod axis;
mod range;
mod search;
mod service;

pub use axis::{Axis, Grid, Point};
pub use search::{Found, Outcome, Search, Tried, Within};
pub use service::{OVERSHOOT, STEPS, Step, steps};
