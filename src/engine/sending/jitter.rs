//! Where in its slot a packet is sent: at the beginning, or anywhere. Knows no slots.

use super::super::random::Stream;

/// Where in their slots the packets of a flow are sent. With fixed places, one of two equal flows would starve the
/// other at a full queue for ever: the one that sends just after a departure takes every freed place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jitter(Option<Stream>);

impl Jitter {
    /// At the beginning.
    pub(super) const NONE: Jitter = Jitter(None);

    /// Anywhere, drawn from `stream` by a packet's number.
    pub(super) fn drawn_from(stream: Stream) -> Jitter {
        Jitter(Some(stream))
    }

    /// How long after the beginning of its slot, of length `whole`, packet `sequence` is sent.
    #[inline]
    pub(super) fn of(self, sequence: u64, whole: u64) -> u64 {
        self.0.map_or(0, |stream| stream.below(sequence, whole))
    }

    pub(super) fn is_none(self) -> bool {
        self.0.is_none()
    }
}
