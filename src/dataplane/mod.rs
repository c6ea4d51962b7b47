//! One hop at a time: what routers, shapers and links do to a packet. Pure functions of (state, now, packet): no
//! events, no counters, no clock. `router.rs` follows the packet's journey; [`crate::model::DropReason`] lists every
//! way it can be dropped.

pub mod fib;
pub mod link;
pub mod losers;
pub mod packet;
pub mod router;
pub mod shaper;
