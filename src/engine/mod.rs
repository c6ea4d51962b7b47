//! Virtual time: epochs, events, endpoints, observers, books. Drives the data plane's pure functions; owns no
//! forwarding rule.
//!
//! Three calls move a [`Simulation`]: [`Simulation::apply`] (a change of the control plane), [`Simulation::inject`] (a
//! packet from outside) and [`Simulation::advance`]. [`Run`] is the driver that plays a scenario's plan through them.
//!
//! Each VPC is a `cell`: its senders (`sending`), the links that leave it, its timers. A cell decides a packet's fate
//! to its end as soon as it departs, unless something at the far end would react to it (an echo, an endpoint, a visible
//! router's error): only those packets cross to another cell, as events, at the end of a window no longer than the
//! shortest link between such cells. A `partition` holds cells and exchanges mail with the other partitions of the run
//! ([`Exchange`]).
//!
//! Only `road` chooses how packets are carried, and only `booking` counts their outcome.

mod arrival;
mod booking;
mod books;
mod cell;
mod cycles;
mod delay;
mod drops;
mod echoes;
mod endpoint;
mod exchange;
mod intervals;
mod mail;
mod meter;
mod observe;
mod options;
mod partition;
mod random;
mod recent;
mod road;
mod run;
mod segment;
mod sending;
mod shared;
mod simulation;
mod sites;
mod sums;
mod tcp_books;
mod verify;
mod windows;
mod workers;

pub use books::{Counts, LinkBook, PingCounts, TrafficBook, VpcBook};
pub use cell::Watched;
pub use delay::{DelayRecorder, Quantile};
pub use drops::Drops;
pub use endpoint::{Endpoint, Hears, Outbox, Received};
pub use exchange::Exchange;
pub use intervals::{Intervals, Row};
pub use mail::Mail;
pub use meter::{MINUTE, Meter, Minute};
pub use observe::{Interest, Observer, Place, Record, Step};
pub use options::{Effort, Meetings, Mode, Options, Which};
pub use road::Road;
pub use run::{ActionOutcome, Pass, Run};
pub use simulation::{AttachError, InjectError, Progress, Queue, Simulation, Totals, TrafficLedger, Unbalanced, flows};
pub use sites::{DropSites, Dropped, Example};
pub use tcp_books::{Limited, LimitedFor, TcpCounts};
pub use verify::{CheckOutcome, Measured, verify};
pub use windows::{Sum, Windows};
