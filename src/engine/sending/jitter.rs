//! Where in its slot a packet goes: at its beginning, or anywhere. Knows no slots.

use super::super::random::Stream;

/// Where in their slots the packets of a flow go. Two equal flows with fixed places would starve each other at a full
/// queue for ever: whoever comes just after a departure takes every freed place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jitter(Option<Stream>);

impl Jitter {
    /// At the beginning.
    pub(super) const NONE: Jitter = Jitter(None);

    /// Anywhere, drawn from `stream` by a packet's number.
    pub(super) fn drawn_from(stream: Stream) -> Jitter {
        Jitter(Some(stream))
    }

    /// How far behind the beginning of its slot, of length `whole`, packet `sequence` goes.
    #[inline]
    pub(super) fn of(self, sequence: u64, whole: u64) -> u64 {
        self.0.map_or(0, |stream| stream.below(sequence, whole))
    }

    pub(super) fn is_none(self) -> bool {
        self.0.is_none()
    }
}
