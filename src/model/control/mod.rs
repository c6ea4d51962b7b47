//! The control plane: one operation per thing a user can create or do, each checked against the rules before anything
//! changes. Loading a file and editing a running network go through the same operations. [`super::change`] dispatches
//! changes during a run.
//!
//! * things are made in `accounts`, `regions`, `vpcs`, `routes`, `peerings`; `pairs` and `bandwidth` decide which
//!   peerings are allowed
//! * a peering's changes of state are in `lifecycle`, who may ask for them in `permission`
//! * what goes wrong is in `faults` and `arrears`, what happens by itself in `due`
//! * `upkeep` updates the data that the network derives from its things

mod accounts;
mod arrears;
mod bandwidth;
mod due;
mod faults;
mod lifecycle;
mod pairs;
mod peerings;
mod permission;
mod regions;
mod routes;
mod upkeep;
mod vpcs;

pub use bandwidth::BUFFER_MAX;
pub use lifecycle::Step;
pub use peerings::PeeringSpec;
pub use regions::{DELAY_MAX, DELAY_MIN, check_delay};
pub use routes::RouteSpec;
pub use vpcs::HostSpec;
