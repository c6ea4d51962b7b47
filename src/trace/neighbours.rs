//! The packets just ahead of one packet and just behind it at the bucket of each link it crosses. A link is first in,
//! first out, so they depart in this order too. Keeps three on each side, and those of one instant.

use crate::dataplane::packet::{PacketId, PacketKind};
use crate::engine::{Interest, Observer, Place, Record, Step};
use crate::model::{DropReason, LinkId};
use crate::units::{ByteSize, SimDuration, SimTime};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many are shown on each side.
const EACH_SIDE: usize = 3;
/// How long after the packet came one may come and still be a neighbour.
const BEHIND: SimDuration = SimDuration::from_secs(1);

/// A packet at a link.
pub(super) type At = (LinkId, PacketId, PacketKind);

/// The order in which packets come to a bucket: of those of one instant, who finds more in the queue comes later, then
/// who finds fewer tokens.
type Turn = (SimTime, u64, Reverse<Option<ByteSize>>, u64);

/// A packet that was let in at a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Neighbour {
    pub id: PacketId,
    pub kind: PacketKind,
    pub length: u16,
    pub offered: SimTime,
    /// When it left the bucket, or was dropped there; none if neither was seen.
    pub left: Option<(SimTime, Result<(), DropReason>)>,
}

/// Those ahead, in order, and those behind.
pub(super) type Sides = (Vec<Neighbour>, Vec<Neighbour>);

/// Watches the links on which packets met a bucket.
pub(super) struct Neighbours {
    watched: Arc<Mutex<Vec<Watched>>>,
}

/// A packet whose neighbours are looked for.
struct Watched {
    at: At,
    /// When it came; known from an earlier pass.
    came: SimTime,
    turn: Option<Turn>,
    /// How many packets came so far.
    count: u64,
    /// Those that may be neighbours.
    near: BTreeMap<Turn, Neighbour>,
}

impl Neighbours {
    /// Those of packets, each at a link where it comes at that instant.
    pub(super) fn of(packets: impl IntoIterator<Item = (At, SimTime)>) -> Neighbours {
        let watched =
            packets.into_iter().map(|(at, came)| Watched { at, came, turn: None, count: 0, near: BTreeMap::new() });
        Neighbours { watched: Arc::new(Mutex::new(watched.collect())) }
    }

    pub(super) fn observer(&self) -> Box<dyn Observer> {
        let links = self.watched().iter().map(|watched| watched.at.0).collect();
        let interest = Interest { links, ..Interest::default() };
        Box::new(Watching { interest, watched: self.watched.clone() })
    }

    /// Whether nothing that happens from `now` on matters.
    pub(super) fn is_over(&self, now: SimTime) -> bool {
        self.watched().iter().all(|watched| watched.is_over(now))
    }

    /// The neighbours of a packet at a link.
    pub(super) fn sides(&self, at: At) -> Sides {
        self.watched().iter().find(|watched| watched.at == at).map(Watched::sides).unwrap_or_default()
    }

    fn watched(&self) -> std::sync::MutexGuard<'_, Vec<Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Watching {
    interest: Interest,
    watched: Arc<Mutex<Vec<Watched>>>,
}

impl Observer for Watching {
    fn interest(&self) -> Interest {
        self.interest.clone()
    }

    fn record(&mut self, records: &[Record]) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            let Place::Link(link) = record.place else { continue };
            watched.iter_mut().filter(|watched| watched.at.0 == link).for_each(|watched| watched.see(record));
        }
    }
}

impl Watched {
    fn see(&mut self, record: &Record) {
        match record.step {
            Step::Offered { packets, tokens, .. } => {
                self.count += 1;
                let turn = (record.time, packets, Reverse(tokens), self.count);
                if (record.id, record.kind) == (self.at.1, self.at.2) {
                    self.turn = Some(turn);
                    return;
                }
                self.tidy(record.time);
                if !self.is_full(record.time) {
                    let Record { id, kind, wire_length: length, time: offered, .. } = *record;
                    self.near.insert(turn, Neighbour { id, kind, length, offered, left: None });
                }
            }
            Step::Departed => self.leave(record, Ok(())),
            Step::Ended(Err(reason)) => self.leave(record, Err(reason)),
            Step::Emitted | Step::Arrived | Step::Ended(Ok(_)) => {}
        }
    }

    /// Notes that a packet left the bucket. One that was not let in is no neighbour.
    fn leave(&mut self, record: &Record, how: Result<(), DropReason>) {
        let is_it = |near: &Neighbour| (near.id, near.kind) == (record.id, record.kind);
        let Some((turn, near)) = self.near.iter_mut().find(|(_, near)| is_it(near)) else { return };
        if near.left.is_some() {
            return; // what is lost after it departed, left the bucket all the same
        }
        if how.is_err() && near.offered == record.time {
            let turn = *turn;
            self.near.remove(&turn);
        } else {
            near.left = Some((record.time, how));
        }
    }

    /// Forgets those that came too early, once it is certain which of an instant were let in.
    fn tidy(&mut self, now: SimTime) {
        if now <= self.came {
            let earlier = self.near.keys().filter(|turn| turn.0 < now).count();
            (EACH_SIDE..earlier).for_each(|_| {
                self.near.pop_first();
            });
        }
    }

    /// Whether nobody who comes `now` is still a neighbour.
    fn is_full(&self, now: SimTime) -> bool {
        let behind = |turn: &Turn| turn.0 > self.came && turn.0 < now;
        now > self.came + BEHIND || self.near.keys().filter(|turn| behind(turn)).count() >= EACH_SIDE
    }

    fn is_over(&self, now: SimTime) -> bool {
        now > self.came && self.is_full(now) && {
            let (ahead, behind) = self.sides();
            ahead.iter().chain(&behind).all(|near| near.left.is_some())
        }
    }

    fn sides(&self) -> Sides {
        let Some(turn) = self.turn else { return Sides::default() };
        let mut ahead: Vec<Neighbour> = self.near.range(..turn).rev().take(EACH_SIDE).map(|(_, near)| *near).collect();
        ahead.reverse();
        (ahead, self.near.range(turn..).take(EACH_SIDE).map(|(_, near)| *near).collect())
    }
}
