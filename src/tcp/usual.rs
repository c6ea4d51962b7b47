//! The usual segment, predicted: nothing is wrong, and one side only sends while the other only acknowledges (V.
//! Jacobson's header prediction, 1990). Does what [`Connection::hear`] does, in a third of the work, or nothing.

use super::connection::{Connection, State};
use super::receiver::Receiver;
use super::segment::{Plain, Segment};
use super::state::{Alarm, Limit, Sender};
use super::{Arrived, Settings};
use crate::units::SimTime;

/// What a usual segment makes a connection send.
#[derive(Debug, Clone, Copy)]
pub struct Burst {
    /// When it sends it.
    pub now: SimTime,
    /// The first of the segments, which have no flags.
    pub first: Plain,
    /// How many there are: equal but for their numbers, each beginning where the one before ends.
    pub count: u32,
    /// Whether that is all: else [`Connection::go_on`] sends the rest.
    pub is_all: bool,
    /// Whether the second segment was heard too.
    pub heard_second: bool,
}

impl Connection {
    /// Hears a segment if it is a usual one; else `None`, and nothing changed. With `second`, it has data, and the next
    /// like it comes then, with nothing in between: both are heard, unless a timer of the first would be due before. No
    /// earlier timer of this side may be due then.
    #[inline]
    pub fn hear_usual(
        &mut self,
        plain: Plain,
        arrived: Arrived,
        second: Option<SimTime>,
        settings: &Settings,
    ) -> Option<Burst> {
        if self.state != State::Open || settings.ecn {
            return None;
        }
        if plain.length == 0 {
            let (count, is_all) = self.progress(plain, arrived.now, settings)?;
            return Some(self.burst(arrived.now, count, self.sender.mss(), is_all));
        }
        let is_due = self.take_usual(plain, arrived, settings)?;
        let first = self.burst(arrived.now, is_due.into(), 0, true);
        let Some(now) = second.filter(|second| *second < arrived.now + settings.delayed_ack) else {
            return Some(first);
        };
        let is_due = self.receiver.extend(plain.length, now, settings);
        // One of the two is acknowledged.
        let burst = if is_due { self.burst(now, 1, 0, true) } else { first };
        Some(Burst { heard_second: true, ..burst })
    }

    /// The last `count` segments of `length` bytes that may be sent by now.
    #[inline]
    fn burst(&mut self, now: SimTime, count: u32, length: u32, is_all: bool) -> Burst {
        let sequence = self.sender.next() - u64::from(count) * u64::from(length);
        let caused = if count > 0 { self.receiver.acknowledge() } else { SimTime::ZERO };
        let first = Plain { sequence, acknowledged: self.receiver.next(), caused, length };
        Burst { now, first, count, is_all, heard_second: false }
    }

    /// Sends what may be sent beyond a burst.
    pub fn go_on(&mut self, now: SimTime, settings: &Settings, out: &mut Vec<Segment>) {
        self.send(now, false, settings, out);
    }

    /// The next data comes, and this side sends none: whether it is acknowledged at once.
    fn take_usual(&mut self, plain: Plain, arrived: Arrived, settings: &Settings) -> Option<bool> {
        let is_usual = !self.knows_end() && self.sender.is_idle(plain.acknowledged, settings.window);
        if is_usual { self.receiver.take_next(plain, arrived, settings) } else { None }
    }

    /// Data of this side arrived, and the other sends none: how many whole segments go now, and whether no other do.
    fn progress(&mut self, plain: Plain, now: SimTime, settings: &Settings) -> Option<(u32, bool)> {
        let is_usual = plain.sequence == self.receiver.next() && self.sender.expects(plain.acknowledged);
        is_usual.then(|| self.sender.progress(plain, now, settings))
    }
}

impl Receiver {
    /// Takes data if it is the next and nothing is missing; whether it is acknowledged at once.
    fn take_next(&mut self, plain: Plain, arrived: Arrived, settings: &Settings) -> Option<bool> {
        let is_usual = plain.sequence == self.next() && plain.length <= self.longest && !self.has_gaps();
        is_usual.then(|| {
            self.caused = arrived.sent;
            self.extend(plain.length, arrived.now, settings)
        })
    }
}

impl Sender {
    /// Whether it has nothing to send and nothing under way, and this acknowledgment tells it nothing.
    fn is_idle(&self, acknowledged: u64, window: u32) -> bool {
        let is_done = self.unacknowledged == self.end && acknowledged == self.end && self.limit == Limit::Sender;
        is_done && self.edge == acknowledged + u64::from(window) && self.is_untroubled()
    }

    /// Whether an acknowledgment of this tells it something, though not that everything has arrived.
    fn expects(&self, acknowledged: u64) -> bool {
        let range = self.unacknowledged + 1..=self.next;
        range.contains(&acknowledged) && acknowledged < self.end && self.is_untroubled()
    }

    fn is_untroubled(&self) -> bool {
        self.alarm != Alarm::Persist && self.in_trouble().is_none()
    }

    /// Hears an acknowledgment that it expects; how many whole segments are sent for it, and whether no other ones are.
    fn progress(&mut self, plain: Plain, now: SimTime, settings: &Settings) -> (u32, bool) {
        self.edge = plain.acknowledged + u64::from(settings.window);
        self.hear_news(now, plain.acknowledged, plain.caused);
        if self.flight() == 0 {
            self.rest(now, settings);
        }
        let (mut count, mss) = (0, u64::from(self.mss));
        while self.has_whole() && self.has_room(mss) {
            self.next += mss;
            count += 1;
        }
        let is_all = self.has_whole();
        if is_all {
            self.limit = Limit::Congestion;
        }
        if count > 0 {
            self.last_sent = now;
        }
        self.arm(now, settings);
        (count, is_all)
    }
}
