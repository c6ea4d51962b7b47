//! How much a sender may have under way: the congestion window, by Reno (RFC 5681) or CUBIC (RFC 9438). Told of
//! acknowledgments and losses; detects neither. Windows are counted in 2⁻¹⁶ bytes, so that small steps add up.

mod cubic;
mod slow_start;

use super::ahead::Ahead;
use crate::units::{SimDuration, SimTime};
use cubic::Cubic;
use slow_start::HyStart;

/// Fractions of a byte in a byte.
const SCALE: u32 = 16;
/// No window is larger: 256 GiB.
const WINDOW_MAX: u64 = 1 << 38;

/// A way to control congestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// RFC 5681, with acknowledged bytes counted (§3.1).
    Reno,
    /// RFC 9438, with slow start by HyStart++ (RFC 9406).
    #[default]
    Cubic,
}

/// The congestion window of one sender.
#[derive(Debug, Clone, PartialEq)]
pub struct Congestion {
    /// In 2⁻¹⁶ bytes.
    window: u64,
    /// Slow start ends here, in bytes.
    threshold: u64,
    /// Maximum segment size, in bytes.
    mss: u32,
    control: Control,
}

#[derive(Debug, Clone, PartialEq)]
enum Control {
    Reno,
    /// The first slow start of CUBIC.
    Start(HyStart),
    Cubic(Cubic),
}

/// An acknowledgment of new data.
#[derive(Debug, Clone, Copy)]
pub struct Acknowledged {
    /// When it came.
    pub now: SimTime,
    /// How many bytes it tells of.
    pub bytes: u64,
    /// The round trip that it closes.
    pub rtt: SimDuration,
    /// The smoothed round trip time.
    pub smoothed: SimDuration,
    /// All before this is acknowledged, and this was sent so far.
    pub to: u64,
    pub sent: u64,
}

impl Congestion {
    /// The window of a new connection, `initial` bytes (RFC 6928).
    pub fn new(algorithm: Algorithm, initial: u64, mss: u32) -> Congestion {
        let control = match algorithm {
            Algorithm::Reno => Control::Reno,
            Algorithm::Cubic => Control::Start(HyStart::default()),
        };
        Congestion { window: initial << SCALE, threshold: WINDOW_MAX, mss, control }
    }

    /// The window, in whole bytes.
    pub fn bytes(&self) -> u64 {
        self.window >> SCALE
    }

    /// Where slow start ends, in bytes.
    pub fn threshold(&self) -> u64 {
        self.threshold
    }

    /// Whether the window grows with each acknowledged byte.
    pub fn is_in_slow_start(&self) -> bool {
        self.bytes() < self.threshold
    }

    /// The window opens: call it only while the window is what limits the sender.
    pub fn open(&mut self, acknowledged: Acknowledged) {
        if self.is_in_slow_start() {
            let room = self.threshold - self.bytes();
            let grown = match &mut self.control {
                Control::Reno | Control::Cubic(_) => acknowledged.bytes << SCALE,
                Control::Start(start) => start.growth(acknowledged.bytes, self.mss),
            };
            self.window += grown.min(room << SCALE);
        } else {
            match &mut self.control {
                Control::Cubic(cubic) => self.window = cubic.window(self.window, self.mss, acknowledged),
                // One segment for each window that is acknowledged.
                _ => self.window += ((u64::from(self.mss) * acknowledged.bytes) << SCALE) / self.bytes(),
            }
        }
        self.window = self.window.min(WINDOW_MAX << SCALE);
    }

    /// Notes a round trip, which may end slow start before anything is lost.
    pub fn note_round(&mut self, acknowledged: Acknowledged) {
        if let Control::Start(start) = &mut self.control
            && start.is_over(acknowledged)
        {
            self.threshold = self.window >> SCALE;
            self.control = Control::Cubic(Cubic::default());
        }
    }

    /// Goes so far ahead.
    pub(super) fn go_ahead(&mut self, by: Ahead) {
        match &mut self.control {
            Control::Reno => {}
            Control::Start(start) => start.go_ahead(by),
            Control::Cubic(cubic) => cubic.go_ahead(by),
        }
    }

    /// Segments have `mss` bytes from now on; the window stays.
    pub fn shorten(&mut self, mss: u32) {
        self.mss = mss;
        if let Control::Cubic(cubic) = &mut self.control {
            cubic.bend();
        }
    }

    /// Something was lost, or a mark came, with `flight` bytes sent and not acknowledged (RFC 5681 §3.2, RFC 9438
    /// §4.6).
    pub fn reduce(&mut self, flight: u64) {
        let flight = flight.min(self.bytes());
        if let Control::Start(_) = self.control {
            self.control = Control::Cubic(Cubic::default());
        }
        let kept = match &mut self.control {
            Control::Cubic(cubic) => {
                cubic.reduce(self.window);
                cubic::kept(flight)
            }
            _ => flight / 2,
        };
        self.threshold = kept.max(2 * u64::from(self.mss));
        self.window = self.threshold << SCALE;
    }

    /// Nothing came back for a whole timeout (RFC 5681 §3.1): one segment. `is_first` says that it is no repetition of
    /// a timeout, which would reduce the threshold once more.
    pub fn collapse(&mut self, flight: u64, is_first: bool) {
        if is_first {
            self.reduce(flight);
        }
        if let Control::Cubic(cubic) = &mut self.control {
            *cubic = Cubic::default(); // its curve begins anew where slow start ends (RFC 9438 §4.8)
        }
        self.window = u64::from(self.mss) << SCALE;
    }

    /// Nothing was sent for `idle`, longer than a timeout (RFC 5681 §4.1, RFC 9438 §5.8).
    pub fn rest(&mut self, idle: SimDuration, initial: u64) {
        self.window = self.window.min(initial << SCALE);
        if let Control::Cubic(cubic) = &mut self.control {
            cubic.rest(idle);
        }
    }
}

#[cfg(test)]
mod tests;
