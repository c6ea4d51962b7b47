//! One VPC's share of the simulation ([`Cell`]): its senders, the links that leave it, its timers, its books. A cell
//! sees packets off from emission to their end, or to the mailbox if somebody at the far end will react. It never looks
//! into another cell.
//!
//! A cell that nobody reacts to runs alone: its senders, gathered by where they lead ([`aggregate`]), pass one after
//! the other where none waits ([`passing`]); a link where order matters is a [`link_run`], which is carried by the road
//! that is cheapest ([`carry`]): proven to conform ([`proof`]), repeated ([`repetition`]) or looped ([`looped`]). The
//! others run in windows, event by event ([`events`], [`journey`], [`react`]).

mod aggregate;
mod answers;
mod carry;
#[allow(clippy::module_inception, reason = "the room is named for what it holds")]
mod cell;
mod events;
mod journey;
mod lane;
mod link_run;
mod looped;
mod merge;
mod passing;
mod proof;
mod react;
mod repetition;
mod search;
mod trains;
mod work;

pub(super) use cell::Cell;
pub(super) use events::Raw;
pub(super) use lane::Lane;
