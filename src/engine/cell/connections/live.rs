//! An open connection as its cell holds it: the state machine, and what is booked about it. Sends nothing.

use super::super::wakes::{Waker, Wakes};
use crate::dataplane::packet::SourceId;
use crate::engine::tcp_books::Limited;
use crate::tcp::{Ahead, Connection, Counts, Limit};
use crate::units::{SimDuration, SimTime};

/// An open connection.
#[derive(Clone)]
pub(in crate::engine::cell) struct Live {
    pub connection: Connection,
    /// The end it belongs to, and the port of the end that opened it.
    pub end: u32,
    pub port: u16,
    /// What limits it, and since when.
    limited: Limited,
    since: SimTime,
    /// When the first SYN was sent.
    pub begun: SimTime,
    /// Its earliest scheduled wake-up. A timer that is put off is scheduled again when this comes, not each time.
    pub scheduled: SimTime,
    /// Which it is of its entry's.
    pub number: u64,
}

/// A round trip that is not known yet.
const FIRST_ROUND_TRIP: SimDuration = SimDuration::from_millis(1);

/// What was known of a connection before something happened to it.
pub(super) struct Before {
    delivered: u64,
    counts: Counts,
    is_done: bool,
    acknowledged: u64,
}

/// What came of it.
pub(super) struct Came {
    /// Payload bytes in order for the first time.
    pub taken: u64,
    /// Segments sent again and timeouts.
    pub resent: Counts,
    /// Whether the last byte came.
    pub is_done: bool,
    /// Whether something was acknowledged that was not before.
    pub has_news: bool,
    /// What limited it until now, and for how long.
    pub limited: Option<(Limited, SimDuration)>,
}

impl Live {
    pub(super) fn new(connection: Connection, end: u32, port: u16, number: u64, begun: SimTime) -> Live {
        Live {
            connection,
            end,
            port,
            limited: Limited::Sender,
            since: SimTime::NEVER,
            begun,
            scheduled: SimTime::NEVER,
            number,
        }
    }

    pub(super) fn before(&self) -> Before {
        let connection = &self.connection;
        Before {
            delivered: connection.delivered(),
            counts: connection.sender().counts(),
            is_done: connection.is_done(),
            acknowledged: connection.sender().acknowledged(),
        }
    }

    /// Sees to its next wake-up, at this place; its end has that source.
    #[inline(always)] // Called for every segment.
    pub(super) fn schedule(&mut self, place: u32, source: SourceId, wakes: &mut Wakes) {
        let wake = self.connection.next_wake();
        if wake < self.scheduled {
            self.scheduled = wake;
            wakes.schedule(wake, source, Waker::Connection(place));
        }
    }

    /// What changed since `before`.
    pub(super) fn came(&mut self, now: SimTime, before: &Before) -> Came {
        let connection = &self.connection;
        let (taken, resent) =
            (connection.delivered() - before.delivered, connection.sender().counts().since(before.counts));
        let is_done = connection.is_done() && !before.is_done;
        let has_news = connection.sender().acknowledged() > before.acknowledged;
        Came { taken, resent, is_done, has_news, limited: self.turn(now) }
    }

    /// Notes what limits it from now on; if that is something else than before, what did and for how long.
    #[inline(always)] // Called for every acknowledgment.
    pub(super) fn turn(&mut self, now: SimTime) -> Option<(Limited, SimDuration)> {
        let limited = self.limited_now();
        if self.since == SimTime::NEVER {
            if self.connection.is_open() {
                (self.limited, self.since) = (limited, now);
            }
            return None;
        }
        if limited == self.limited {
            return None;
        }
        let was = (self.limited, now.since(self.since));
        (self.limited, self.since) = (limited, now);
        Some(was)
    }

    /// What limits it, and for how long it has.
    pub(super) fn limited_for(&self, now: SimTime) -> (Limited, SimDuration) {
        (self.limited, if self.since == SimTime::NEVER { SimDuration::ZERO } else { now.since(self.since) })
    }

    /// Whether it is as `before` was, only so far ahead.
    pub(in crate::engine::cell) fn recurs(&self, before: &Live, by: Ahead) -> bool {
        let is_same = (self.port, self.begun, self.limited, self.number)
            == (before.port, before.begun, before.limited, before.number);
        let is_timed = self.since == before.since || self.has_turned(before, by);
        is_same && is_timed && self.connection.recurs(&before.connection, by)
    }

    /// Whether what limits it changed since it was `before`, and as long ago.
    pub(in crate::engine::cell) fn has_turned(&self, before: &Live, by: Ahead) -> bool {
        self.since == by.later(before.since)
    }

    /// Goes so far ahead; `turns` says that what limits it changes again and again.
    pub(in crate::engine::cell) fn go_ahead(&mut self, turns: bool, by: Ahead) {
        self.connection.go_ahead(by);
        if turns {
            self.since = by.later(self.since);
        }
        self.scheduled = SimTime::NEVER;
    }

    /// About how many segments it sends in `span`: what its window lets go each round trip, and one more.
    pub(super) fn about_in(&self, span: SimDuration) -> u64 {
        let sender = self.connection.sender();
        let segments = sender.window() / u64::from(sender.mss()).max(1) + 1;
        let round_trip = sender.round_trip().smoothed().unwrap_or(FIRST_ROUND_TRIP).as_nanos().max(1);
        let most = u128::from(segments) * u128::from(span.as_nanos()) / u128::from(round_trip) + 1;
        sender.left().div_ceil(sender.mss().into()).min(u64::try_from(most).unwrap_or(u64::MAX))
    }

    #[inline(always)] // As `turn`.
    fn limited_now(&self) -> Limited {
        let sender = self.connection.sender();
        match sender.limit() {
            _ if sender.is_stalled() => Limited::Timeout,
            Limit::Sender => Limited::Sender,
            Limit::Window => Limited::ReceiveWindow,
            Limit::Congestion if sender.round_trip().shows_waiting() => Limited::Cap,
            Limit::Congestion => Limited::CongestionWindow,
        }
    }
}
