//! The plan's traffic as senders: one [`Flow`] per traffic entry and source host.

mod flow;
mod slots;
mod steps;
mod stretch;

pub(super) use flow::{Flow, Seat, Turn, record};
pub(super) use stretch::Beat;
