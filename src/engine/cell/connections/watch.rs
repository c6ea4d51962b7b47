//! What a connection is like at an instant: its congestion window, round trip and bytes in flight; and the one that is
//! watched, at the end of each interval (`--tcp-rows`). Not an observer: it sees no packet, and changes nothing.

use super::end::End;
use super::live::Live;
use crate::engine::options::Which;
use crate::units::{SimDuration, SimTime};

/// Which connection is watched, and what was seen.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Watch {
    which: Which,
    interval: SimDuration,
    /// When the current interval ends.
    end: SimTime,
    rows: Vec<Watched>,
}

/// What a connection was like at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// The instant.
    pub time: SimTime,
    /// The congestion window, in bytes.
    pub window: u64,
    /// Bytes sent of which it is not known that they arrived or were lost.
    pub in_flight: u64,
    /// The smoothed round trip time; none before the first sample.
    pub round_trip: Option<SimDuration>,
}

impl Watched {
    /// What a connection is like at `time`.
    pub(super) fn of(time: SimTime, live: &Live) -> Watched {
        let sender = live.connection.sender();
        let (window, in_flight, round_trip) = (sender.window(), sender.in_flight(), sender.round_trip().smoothed());
        Watched { time, window, in_flight, round_trip }
    }
}

impl Watch {
    pub(in crate::engine) fn new(which: Which, interval: SimDuration) -> Watch {
        Watch { which, interval, end: SimTime::ZERO + interval, rows: Vec::new() }
    }

    /// Something is about to happen to a connection: if it is the watched one, notes what it was like until now.
    pub(super) fn pass(&mut self, now: SimTime, end: &End, live: &Live) {
        if self.end <= now && self.is_on(end, live) {
            let until = self.upcoming(now, live);
            self.rows.extend(until);
            while self.end <= now {
                self.end += self.interval;
            }
        }
    }

    fn upcoming(&self, now: SimTime, live: &Live) -> Vec<Watched> {
        let ends = std::iter::successors(Some(self.end), |end| Some(*end + self.interval));
        let begun = ends.take_while(|end| *end <= now).filter(|end| *end > live.begun);
        begun.map(|time| Watched::of(time, live)).collect()
    }

    /// The rows until `now`, if the connection is still open with what it is like.
    pub(super) fn rows(&self, now: SimTime, open: Option<&Live>) -> Vec<Watched> {
        let rest = open.map(|live| self.upcoming(now, live)).unwrap_or_default();
        self.rows.iter().copied().chain(rest).collect()
    }

    /// Whether it is this connection.
    pub(super) fn is_on(&self, end: &End, live: &Live) -> bool {
        let which = Which { traffic: end.traffic, number: live.number };
        end.is_opener() && which == self.which
    }
}
