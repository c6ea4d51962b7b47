//! The plan's traffic as senders: one [`Flow`] per traffic entry and source host. A flow says when it next sends and
//! makes the packet; it never reacts.
//!
//! *When* is its schedule's to say, one file a pattern (`constant`, `on_off`, `series`, `poisson`, `ping`, `replay`),
//! each with the random numbers it draws; the rows that make them of the plan's patterns stand in `schedule.rs`. *What*
//! is its template's. A pattern that can say its future has its equal packets counted and passed over without being
//! made.

mod constant;
mod cursor;
mod flow;
mod form;
mod jitter;
mod on_off;
mod ping;
mod poisson;
mod replay;
mod schedule;
mod series;
mod slots;
mod stretch;
mod template;
#[cfg(test)]
mod tests;
mod timing;

pub(super) use flow::{Flow, Seat};
pub(super) use form::{Turn, record};
pub(super) use stretch::Phase;
