//! TCP connections without payload: state machines that are told what arrives and when, and say what is sent. In whole
//! numbers throughout, so that the same bytes come out on any machine and a state that comes again is recognised. Sends
//! no packet, reads no clock, knows no network.

mod ahead;
pub mod congestion;
mod connection;
mod receiver;
mod recovery;
mod rtt;
mod scoreboard;
pub mod segment;
mod sender;
mod state;
mod timers;
mod usual;

pub use ahead::Ahead;
pub use connection::{Connection, Outcome};
pub use rtt::RoundTrip;
pub use state::{Counts, Limit};
pub use usual::Burst;

use crate::units::{SimDuration, SimTime};
use congestion::Algorithm;

/// How a segment arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrived {
    /// When.
    pub now: SimTime,
    /// When the other side sent it.
    pub sent: SimTime,
    /// Whether it was marked on the way, since it waited (RFC 3168 §5).
    pub is_marked: bool,
}

/// How one side of a connection behaves.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The longest payload of a segment, in bytes; read when a connection is made.
    pub mss: u32,
    /// Bytes it takes ahead of what it acknowledged.
    pub window: u32,
    /// The first congestion window, in segments (RFC 6928).
    pub initial_window: u32,
    /// Congestion control.
    pub congestion: Algorithm,
    /// Whether acknowledgments tell what arrived beyond gaps (RFC 2018).
    pub sack: bool,
    /// Whether marks are asked for and told (RFC 3168).
    pub ecn: bool,
    /// How long an acknowledgment of less than two segments waits (RFC 5681 §4.2).
    pub delayed_ack: SimDuration,
    /// How long the other side may wait with its.
    pub ack_delay_max: SimDuration,
    /// The shortest retransmission timeout (RFC 6298 §2.4).
    pub min_rto: SimDuration,
    /// Timeouts in a row after which a connection is given up, and the same while it opens.
    pub retries: u8,
    pub syn_retries: u8,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            mss: 1_460,
            window: 6_000_000,
            initial_window: 10,
            congestion: Algorithm::Cubic,
            sack: true,
            ecn: false,
            delayed_ack: SimDuration::from_millis(40),
            ack_delay_max: SimDuration::from_millis(40),
            min_rto: SimDuration::from_millis(200),
            retries: 15,
            syn_retries: 6,
        }
    }
}
