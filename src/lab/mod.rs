//! A network that people build, watch, break and mend while time passes. [`Session`] holds one; [`Ask`] is what can be
//! asked of it, as JSON, and [`Session::answer`] answers. Whoever serves it, a page or a terminal, needs little else:
//! what is taken away, and whether somebody else changed it. It owns no rule of forwarding: it drives the engine as any
//! run does, and opens no file.
//!
//! **A session is a scenario text and an instant.** What somebody does at an instant becomes part of the text: an
//! action of the timeline, or traffic that starts then (`written.rs`). The run is then played again up to that instant,
//! which gives the same bytes. So going back is playing up to an earlier instant, what was done can be taken away as a
//! scenario that repeats it, and nothing can happen in a lab that a scenario cannot say.
//!
//! What is played again up to an instant takes the fast roads; only what comes after it is watched, packet by packet.
//!
//! # The product guide in the lab
//!
//! Where each section of the product guide is done in the page, and the test in `tests/browser` that does it there:
//! `lab` is `lab.test.mjs`, `lessons` is `lessons.test.mjs`.
//!
//! | section of the guide | in the lab | test |
//! |---|---|---|
//! | Introduction | a host sends to another over a peering | lab: *a host sends pings, UDP and TCP* |
//! | Interconnectivity … Is Not Transitive | a host, "Explain"; a lesson | lessons: *non-transitivity …* |
//! | Regional … and Cross-region … | a peering: kind, cap, one way | lab: *a peering within an account …* |
//! | Workflow for Establishing | "Create a peering", "Accept", routes | lab: *a peering with another account …* |
//! | Workflow for Deleting | a peering: "Delete…" | lab: *the page of details …* |
//! | Service Limits | refusals with codes; a request expires | lab: *what is refused …*; lessons: *expiry …* |
//! | Billing Method Description | "The bill so far"; lessons | lab: *the bill so far …*; lessons: *tiers …* |
//! | Free … bandwidth campaign | a lesson | lessons: *free-quota …* |
//! | Quick Start, same account | the quick start of a peering's page | lab: *a route is missing, …* |
//! | Quick Start, cross-account | the same, and "Act as" | lab: *a peering with another account …* |
//! | Step 1: Creating a peering connection | "Create a peering" | lab: *a peering within an account …* |
//! | Step 2: Accepting request | a peering: "Accept" | lab: *a peering with another account …* |
//! | Step 3: Configuring routing tables | a table, or a peering: "Add a route" | lab: *routes are disabled, …* |
//! | Viewing Routing Policy | a peering: "Related routing policies", both ends | lab: *the page of details …* |
//! | Viewing monitoring data | a peering: "Monitoring" | lab: *what flows is monitored, …* |
//! | Configuring Traffic Control | a peering: "Change Bandwidth" | lab: *the page of …*; lessons: *changing-…* |
//! | Rejecting Peering Connection | a peering: "Reject" | lab: *a peering with another account …* |
//! | Deleting Peering Connection | a peering: "Delete…", with its routes | lab: *the page of …*; lessons: *deletion* |
//! | Viewing Peer Account ID | a peering: both ends with their accounts | lab: *a peering with another account …* |
//! | Related APIs | `POST /api/CODE/ask`, the requests of [`Ask`] | `tests/lab.rs` |

mod ask;
mod failure;
mod files;
mod lately;
mod lesson;
mod news;
mod played;
mod questions;
mod sample;
mod session;
mod state;
mod take_away;
#[cfg(test)]
mod tests;
mod written;

pub use ask::{Answer, Ask, StepOf};
pub use failure::Failure;
pub use lesson::{LessonState, StageState, lessons};
pub use news::{News, Seen};
pub use session::{Opened, Session};
pub use state::{LinkState, NetworkState, RouteState, State, TableState, VpcState};
pub use take_away::{Moment, Recording};
