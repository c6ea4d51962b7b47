//! A segment of a connection on its way between two ends, in short: what the packet would say, where nobody but the
//! other end looks at it; or two that were sent at once. Not a packet: one is made where the link may lose it, where it
//! is dropped, and where it outlasts an advance (`cell/segments.rs`).

use super::arrival::Arrives;
use crate::model::LinkId;
use crate::tcp::segment::{FlagByte, Plain};
use crate::units::SimTime;

/// A segment at the far end of its path. Small, since each is moved several times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SegmentArrival {
    pub time: SimTime,
    /// When the next one arrives, which is equal but for its numbers; never if there is none.
    pub second: SimTime,
    pub link: LinkId,
    /// Its number among the packets of the link.
    pub sequence: u64,
    /// When it was sent.
    pub emitted: SimTime,
    /// The end that hears it, and the port of the end that opened its connection.
    pub end: u32,
    pub port: u16,
    /// IPv4 total length.
    pub wire_length: u16,
    pub plain: Plain,
    pub flags: FlagByte,
    /// Whether it waited so long that it was marked.
    pub is_marked: bool,
}

const _: () = assert!(size_of::<SegmentArrival>() <= 80);

impl Arrives for SegmentArrival {
    fn time(&self) -> SimTime {
        self.time
    }
    fn link(&self) -> u32 {
        self.link.0
    }
    fn sequence(&self) -> u64 {
        self.sequence
    }
    #[inline]
    fn go_over(&mut self) -> bool {
        if self.second == SimTime::NEVER {
            return false;
        }
        (self.time, self.second) = (self.second, SimTime::NEVER);
        self.sequence += 1;
        self.plain.sequence += u64::from(self.plain.length);
        true
    }
}
