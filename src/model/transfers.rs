//! The TCP connections of a traffic entry: how many, when they open, and what each carries. Opens none.

use crate::tcp::Settings;
use crate::units::SimDuration;
use std::sync::Arc;

/// What the flows of an entry do.
#[derive(Debug, Clone)]
pub struct Transfers {
    /// How both sides behave; its maximum segment size is that of paths that are not known.
    pub settings: Settings,
    /// The longest payload of a segment; as the path takes it if unset.
    pub mss: Option<u32>,
    /// Whether every segment has a timestamp (RFC 7323).
    pub timestamps: bool,
    /// Payload of a connection.
    pub size: TransferSize,
    /// Payload bytes that the other side answers with.
    pub response: u64,
    /// Connections that open at the same time for each pair of hosts.
    pub connections: u32,
    /// From one opening to the next.
    pub interval: SimDuration,
    /// How the openings follow each other.
    pub arrivals: Arrivals,
}

/// Payload bytes of connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferSize {
    /// They send until the entry stops.
    Endless,
    /// All the same.
    Fixed(u64),
    /// Drawn with the given weights (parts of their sum).
    Mix(Arc<[(u64, u32)]>),
}

impl TransferSize {
    /// Whether connections with it end.
    pub fn ends(&self) -> bool {
        *self != TransferSize::Endless
    }
}

/// How openings follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arrivals {
    /// Evenly.
    #[default]
    Spaced,
    /// At random, with exponential gaps.
    Poisson,
}
