//! Patterns that repeat at a saturated bucket, skipped exactly. Evenly spaced senders and a bucket are a finite
//! machine: when, after some packets, everything that decides about the next ones is as it was, seen from the clock,
//! what came of those packets comes again and again until a border of a book, a sender's end or the horizon. Then only
//! sums, clocks and sequences move.
//!
//! How many packets a pattern has is searched for, and only a hint: before every leap one whole pattern is carried
//! packet by packet and the states before and behind it are compared. Some rates have no pattern worth finding; then
//! nothing is skipped.

use super::super::flow::{Beat, Flow};
use super::super::shared::Scope;
use super::Cell;
use super::shaped::PATIENCE;
use super::ways::Way;
use crate::dataplane::shaper::Backlog;
use crate::units::{SimDuration, SimTime};

/// A search looks at so many packets at first, and at twice as many each time it was in vain.
const FIRST_SEARCH: u64 = 1 << 8;
/// Patterns longer than this are not looked for.
const LAST_SEARCH: u64 = 1 << 20;
/// Between two searches so many times as many packets are carried as were looked at: a search costs several times as
/// much a packet.
const REST: u64 = 32;

/// The search for a pattern on one link.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Search {
    /// Packets of the pattern that was found last.
    found: Option<u64>,
    /// Packets the next search looks at.
    next: u64,
    /// Rounds of [`PATIENCE`] packets to carry before it.
    rest: u64,
}

impl Default for Search {
    fn default() -> Search {
        Search { found: None, next: FIRST_SEARCH, rest: 0 }
    }
}

impl Search {
    /// Whether a pattern is known.
    pub(super) fn is_found(&self) -> bool {
        self.found.is_some()
    }
}

/// Everything that decides about the next packets, seen from `now`.
#[derive(Debug, PartialEq, Eq)]
struct State {
    senders: Vec<Beat>,
    backlog: Option<Backlog>,
}

impl Cell {
    /// Carries packets from `now` on, before `until`, and leaps over as many repetitions as it can; answers when the
    /// next packet is due. None if there is no pattern in sight and packets should be carried as usual.
    pub(super) fn leap(
        &mut self,
        scope: Scope<'_>,
        way: &Way,
        at: usize,
        now: SimTime,
        until: SimTime,
    ) -> Option<SimTime> {
        let lane = &self.lanes[at];
        if !way.is_even || !lane.may_skip(scope) {
            return None;
        }
        match lane.search.found {
            Some(packets) => Some(self.repeat(scope, way, at, (now, until), packets)),
            None if lane.search.rest > 0 => {
                self.lanes[at].search.rest -= 1;
                None
            }
            None => self.search(scope, way, at, now, until),
        }
    }

    /// Looks for a pattern, packet by packet.
    fn search(&mut self, scope: Scope<'_>, way: &Way, at: usize, now: SimTime, until: SimTime) -> Option<SimTime> {
        let most = self.lanes[at].search.next;
        if most > LAST_SEARCH {
            return None;
        }
        let start = self.state(way, at, now);
        let mut due = now;
        for packets in 1..=most {
            due = self.carry(scope, way, at, due, until, 1);
            if due >= until {
                return Some(due);
            }
            // The senders alone tell most states apart.
            if self.senders(way, due) == start.senders && self.state(way, at, due) == start {
                self.lanes[at].search.found = Some(packets);
                return Some(due);
            }
        }
        let rounds = (most * REST / PATIENCE).max(1);
        self.lanes[at].search = Search { found: None, next: most * 2, rest: rounds };
        Some(due)
    }

    /// Carries one pattern and, if everything is then as it was before, books it as often as it fits.
    fn repeat(
        &mut self,
        scope: Scope<'_>,
        way: &Way,
        at: usize,
        (now, until): (SimTime, SimTime),
        packets: u64,
    ) -> SimTime {
        let before = self.state(way, at, now);
        let going = way.flows.iter().map(|f| &self.flows[*f as usize]).filter(|f| f.next_wake() < SimTime::NEVER);
        let end = going.map(Flow::stop).fold(until, SimTime::min);
        let mut race = self.race(scope, way, at, now);
        let (looped, due) = race.run(until, packets);
        let (count, room) = (race.count, race.room(due, end));
        self.effort.looped += looped;
        let is_whole = looped == packets && due < until;
        let repeats = is_whole && self.state(way, at, due) == before;
        if is_whole && !repeats {
            self.lanes[at].search = Search::default();
        }
        let span = due.since(now).as_nanos();
        let times = if repeats { room.as_nanos().checked_div(span).unwrap_or(0) } else { 0 };
        if times > 0 {
            self.shift(way, at, times, SimDuration::from_nanos(span * times));
            self.effort.repeated += packets * times;
        }
        let mut race = self.race(scope, way, at, now);
        race.count = count;
        race.multiply(1 + times);
        race.settle();
        let due = due + SimDuration::from_nanos(span * times);
        self.reset_merge(way, due);
        due
    }

    /// Puts senders and bucket where they are after `times` patterns more, `span` together.
    fn shift(&mut self, way: &Way, at: usize, times: u64, span: SimDuration) {
        for (member, &index) in way.flows.iter().enumerate() {
            let sent = self.sent_by(member);
            self.flows[index as usize].skip(sent * times);
        }
        if let Some(shaper) = self.lanes[at].link.shaper() {
            shaper.shift(span);
        }
    }

    fn senders(&self, way: &Way, now: SimTime) -> Vec<Beat> {
        way.flows.iter().map(|f| self.flows[*f as usize].beat(now)).collect()
    }

    fn state(&mut self, way: &Way, at: usize, now: SimTime) -> State {
        let senders = self.senders(way, now);
        State { senders, backlog: self.lanes[at].link.shaper().map(|s| s.backlog(now)) }
    }
}
