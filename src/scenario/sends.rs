//! What the readers of a traffic entry's keys tell each other: what its senders send, and what is read before its
//! pattern. Reads nothing.

use crate::model::HostId;
use crate::model::plan::Destination;
use crate::units::Span;

/// What the senders of an entry send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sends {
    /// UDP datagrams of the sizes given in the entry.
    Datagrams,
    /// Echo requests to every receiver, of the usual size unless the entry gives another.
    Echoes,
    /// Segments of connections to every receiver.
    Segments,
    /// The packets of a capture, which gives their ends and sizes.
    Capture,
}

/// The parts of an entry that are read before its pattern; `None` after a complaint.
pub(super) struct Frame<'a> {
    pub from: Option<&'a [HostId]>,
    pub to: Option<&'a Destination>,
    pub window: Option<Span>,
}
