//! What packets of one flow have in common, and what tells them apart: the form is shared by all packets of one size,
//! the turn identifies one packet. Makes no heads.

use super::slots::Slot;
use crate::dataplane::router::Path;
use crate::units::SimTime;
use crate::wire::ipv4::HEAD;

/// A prepared head of one size, and the path its packets take.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Form {
    /// The path found for it, and the epoch in which it was looked up.
    pub path: Option<(u64, Path)>,
    pub length: u16,
    pub(super) head: [u8; HEAD],
    /// The slot of a packet of this size.
    pub(super) slot: Slot,
}

/// A packet that is not made yet: when it is sent, its number, its form.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::engine) struct Turn {
    pub at: SimTime,
    pub sequence: u64,
    pub form: u32,
}
