//! One VPC's share of the simulation ([`Cell`]): its senders, the links that leave it, its timers and its books. A cell
//! carries packets from emission to their end, or to the mailbox if something at the far end will react. It never looks
//! into another cell.
//!
//! Senders to which nothing reacts are grouped by route ([`aggregate`]) and carried one after the other where no packet
//! waits ([`passing`]). A link where order matters is a [`link_run`], carried by the cheapest road ([`carry`]): proven
//! to conform ([`proof`]), repeated ([`repetition`]) or looped ([`looped`]). What something reacts to is an event
//! ([`events`], [`dispatch`], [`journey`], [`programs`], [`segments`]): one more sender of a link, whose packets are
//! known late. Before it is offered, the link's other senders are carried up to its turn, by their own roads.

mod aggregate;
mod answers;
mod calm;
mod carry;
#[allow(clippy::module_inception, reason = "the room is named for what it holds")]
mod cell;
mod connections;
mod contents;
mod dispatch;
mod events;
mod journey;
mod lane;
mod link_run;
mod lone;
mod looped;
mod merge;
mod passing;
mod paths;
mod programs;
mod proof;
mod repetition;
mod search;
mod segments;
mod trains;
mod wakes;
mod work;

pub(super) use cell::Cell;
pub use connections::Watched;
pub(super) use connections::{Connections, End, Openings, Watch};
pub(super) use events::Raw;
pub(super) use lane::Lane;
pub(super) use lone::{Likeness, Pair, Places, Turn};
pub(super) use work::EVENT;
