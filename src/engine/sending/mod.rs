//! The plan's traffic as senders: one [`Flow`] per traffic entry and source host. A flow says when it next sends and
//! makes the packet; it never reacts.
//!
//! *When* is its schedule's to say, one file a pattern (`patterns/`), each with the random numbers it draws. *What* is
//! its template's. A pattern that can say its future has its equal packets counted and passed over without being made.

mod cursor;
mod flow;
mod form;
mod jitter;
mod patterns;
mod slots;
mod stretch;
mod template;
#[cfg(test)]
mod tests;
mod timing;

pub(super) use flow::{BATCH, Batch, Flow, Seat, batch};
pub(super) use form::Turn;
pub(super) use stretch::Phase;
