//! What packets of one flow have in common, and what tells them apart: the form they share with those of their size,
//! and whose turn it is. Makes no heads.

use super::slots::Slot;
use crate::dataplane::router::Path;
use crate::units::SimTime;
use crate::wire::ipv4::HEAD;

/// A prepared head of one size, and the path its packets take.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Form {
    /// What the routers said about it, and in which epoch.
    pub path: Option<(u64, Path)>,
    pub length: u16,
    pub(super) head: [u8; HEAD],
    /// What a packet of this size has for itself.
    pub(super) slot: Slot,
}

/// A packet that is not made yet: when it goes, its number, its form.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::engine) struct Turn {
    pub at: SimTime,
    pub sequence: u64,
    pub form: u32,
}
