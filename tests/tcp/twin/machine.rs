//! What a state machine is asked and tells, the fast one and the twin alike: the only place that calls the API of
//! `vpcsim::tcp`. Knows no path and no rule of TCP.

pub use vpcsim::tcp::Settings;
pub use vpcsim::tcp::congestion::Algorithm;

use super::side::Side;
use vpcsim::tcp::segment::Segment;
use vpcsim::tcp::{Arrived, Connection, Outcome};
use vpcsim::units::{SimDuration, SimTime};

/// Instants and durations of the twin, in nanoseconds.
pub type Nanos = u64;

/// What is asked of a machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// It sends its first SYN.
    Open,
    /// A segment came that was sent at this instant; it may be marked.
    Hear(Segment, Nanos, bool),
    /// A timer is due.
    Wake,
    /// The segment with this number did not pass: the payload may have so many bytes.
    Shorten(u64, u32),
}

/// What is seen of a machine beside its segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub outcome: Option<Outcome>,
    /// Bytes that arrived in order, and when the last did.
    pub delivered: u64,
    /// When it wants to be woken; `u64::MAX` for never.
    pub next_wake: Nanos,
    /// The congestion window and what is under way, in bytes.
    pub window: u64,
    pub in_flight: u64,
    pub retransmissions: u32,
    pub timeouts: u32,
}

/// One side of a connection.
pub trait Machine {
    fn tell(&mut self, event: Event, now: Nanos, settings: &Settings, out: &mut Vec<Segment>);
    fn seen(&self) -> Seen;
}

/// The settings of a side, from those that cases vary.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    pub mss: u32,
    pub window: u32,
    pub initial_window: u32,
    pub is_cubic: bool,
    pub sack: bool,
    pub delayed_ack: Nanos,
    pub ack_delay_max: Nanos,
    pub min_rto: Nanos,
    pub retries: u8,
}

impl Manner {
    pub fn settings(self) -> Settings {
        Settings {
            mss: self.mss,
            window: self.window,
            initial_window: self.initial_window,
            congestion: if self.is_cubic { Algorithm::Cubic } else { Algorithm::Reno },
            sack: self.sack,
            ecn: true,
            delayed_ack: SimDuration::from_nanos(self.delayed_ack),
            ack_delay_max: SimDuration::from_nanos(self.ack_delay_max),
            min_rto: SimDuration::from_nanos(self.min_rto),
            retries: self.retries,
            ..Settings::default()
        }
    }
}

/// Makes two machines that send so much.
pub type Pair = fn([&Settings; 2], Option<u64>, u64) -> [Box<dyn Machine>; 2];

/// A client and a server of the crate; the client sends without end if it has no size.
pub fn fast(settings: [&Settings; 2], size: Option<u64>, response: u64) -> [Box<dyn Machine>; 2] {
    [Box::new(Connection::client(settings[0], size)), Box::new(Connection::server(settings[1], response))]
}

/// Their twins.
pub fn dull(settings: [&Settings; 2], size: Option<u64>, response: u64) -> [Box<dyn Machine>; 2] {
    [Box::new(Side::client(settings[0], size)), Box::new(Side::server(settings[1], response))]
}

impl Machine for Connection {
    fn tell(&mut self, event: Event, now: Nanos, settings: &Settings, out: &mut Vec<Segment>) {
        let now = SimTime::from_nanos(now);
        match event {
            Event::Open => self.open(now, settings, out),
            Event::Hear(segment, sent, is_marked) => {
                let arrived = Arrived { now, sent: SimTime::from_nanos(sent), is_marked };
                self.hear(&segment, arrived, settings, out);
            }
            Event::Wake => self.wake(now, settings, out),
            Event::Shorten(start, mss) => self.shorten((mss, start), now, settings, out),
        }
    }

    fn seen(&self) -> Seen {
        let counts = self.sender().counts();
        Seen {
            outcome: self.outcome(),
            delivered: self.delivered(),
            next_wake: self.next_wake().as_nanos(),
            window: self.sender().window(),
            in_flight: self.sender().in_flight(),
            retransmissions: counts.retransmissions,
            timeouts: counts.timeouts,
        }
    }
}
