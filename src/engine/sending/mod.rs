//! The plan's traffic as senders: one [`Flow`] per traffic entry and source host. A flow says when it next sends and
//! makes the packet; it never reacts.
//!
//! The schedule decides *when*: one file per pattern (`patterns/`), each with the random numbers it draws. The template
//! decides *what*. If a pattern can foresee its packets, equal ones are counted and skipped without being made.

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
