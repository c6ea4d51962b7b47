//! What a sending half consists of, and what it says. Does nothing: `sender.rs` sends and hears, `recovery.rs` finds
//! losses, `timers.rs` keeps time.

use super::congestion::Congestion;
use super::rtt::RoundTrip;
use super::scoreboard::Scoreboard;
use crate::units::SimTime;

/// A range that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// First number.
    pub start: u64,
    /// Number after the last.
    pub end: u64,
    /// Whether it was sent before.
    pub is_again: bool,
}

/// What keeps a sender from sending more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limit {
    /// It has nothing more to send.
    #[default]
    Sender,
    /// The other side takes no more.
    Window,
    /// Congestion control.
    Congestion,
}

/// Counts of one sender.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Segments sent again.
    pub retransmissions: u32,
    /// Timeouts.
    pub timeouts: u32,
}

impl Counts {
    /// What was added since it was `before`.
    pub fn since(self, before: Counts) -> Counts {
        Counts {
            retransmissions: self.retransmissions - before.retransmissions,
            timeouts: self.timeouts - before.timeouts,
        }
    }
}

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alarm {
    /// Something that arrived out of order may still turn out to be lost (RFC 8985 §6.2).
    Reorder,
    /// The last segments may be lost: one more shows it (RFC 8985 §7).
    Probe,
    /// Nothing came back (RFC 6298).
    Timeout,
    /// The other side's window is closed.
    Persist,
}

/// How losses are repaired.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Repair {
    /// There are none to repair.
    #[default]
    Done,
    /// The window does not open meanwhile.
    Fast,
    /// After a timeout: the window opens.
    Slow,
}

/// How fast a sender goes while losses are repaired: as fast as what arrives, in proportion to how much the window was
/// reduced (RFC 9937).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Proportion {
    /// Bytes that arrived since the repair began, and that were sent.
    pub(super) delivered: u64,
    pub(super) sent: u64,
    /// Bytes that may be sent now, and that were under way when it began: no window is larger.
    pub(super) allowed: u32,
    pub(super) flight: u32,
}

/// What a sender remembers once something went wrong.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Trouble {
    pub(super) board: Scoreboard,
    pub(super) repair: Repair,
    /// The repair ends when this is acknowledged, or ended then. Where no ranges are told, old duplicates may still
    /// come until more than this is acknowledged (RFC 6582 §3.2).
    pub(super) repaired: u64,
    pub(super) proportion: Proportion,
    /// Everything before this was first sent before something that arrived.
    pub(super) reached: u64,
    /// When the latest segment was sent of those that are known to have arrived.
    pub(super) newest: SimTime,
    /// A last segment sent again to see whether the first was lost: its end, 0 if there is none, and when it was sent.
    pub(super) probed: (u64, SimTime),
    /// Acknowledgments that told nothing new, where the other side does not tell ranges.
    pub(super) duplicates: u32,
    /// Until more than this is acknowledged, neither marks nor losses reduce the window again (RFC 3168 §6.1.2).
    pub(super) reduced: u64,
    /// The first lost segment is sent whatever the window is.
    pub(super) is_urgent: bool,
    /// Everything was repaired: nothing here counts until something goes wrong again.
    pub(super) is_at_rest: bool,
}

/// The sending half.
#[derive(Debug, Clone, PartialEq)]
pub struct Sender {
    /// What is not acknowledged begins here.
    pub(super) unacknowledged: u64,
    /// The next number that was never sent.
    pub(super) next: u64,
    /// The number after the last there is to send.
    pub(super) end: u64,
    /// The number after the last that the other side takes.
    pub(super) edge: u64,
    /// The largest window that the other side advertised.
    pub(super) widest: u32,
    /// The end of the last segment that was shorter than it might have been.
    pub(super) short: u64,
    pub(super) congestion: Congestion,
    pub(super) rtt: RoundTrip,
    /// What is known beyond the acknowledgment, once something went wrong.
    pub(super) trouble: Option<Box<Trouble>>,
    /// When the timer is due, and what it is for.
    pub(super) due: SimTime,
    pub(super) alarm: Alarm,
    /// Timeouts in a row.
    pub(super) in_a_row: u8,
    pub(super) last_sent: SimTime,
    pub(super) counts: Counts,
    /// The longest payload of a segment, in bytes: as in the settings, or less as the path requires.
    pub(super) mss: u32,
    /// Whether the last number is a FIN, which takes no room.
    pub(super) closes: bool,
    /// The window was reduced, which the other side does not know yet.
    pub(super) has_reduced: bool,
    pub(super) limit: Limit,
}
