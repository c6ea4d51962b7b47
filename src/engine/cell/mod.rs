//! One VPC's share of the simulation ([`Cell`]): its senders, the links that leave it, its timers and its books. A cell
//! carries packets from emission to their end, or to the mailbox if something at the far end will react. It never looks
//! into another cell.
//!
//! A cell in which nothing reacts runs alone: its senders, grouped by route ([`aggregate`]), are carried one after the
//! other where no packet waits ([`passing`]). A link where order matters is a [`link_run`], carried by the cheapest
//! road ([`carry`]): proven to conform ([`proof`]), repeated ([`repetition`]) or looped ([`looped`]). All other cells
//! run in windows, event by event ([`events`], [`journey`], [`react`]).

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
