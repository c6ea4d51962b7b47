//! A connection that is alone comes back to where it was: under even losses, at a full queue, in a window of the
//! receiver. Here that is found out, and the cycle is multiplied (`Road::Repeated`), exactly.
//!
//! Two cells and the links between them are one finite state machine: all state is in whole numbers and counted from
//! now, from the acknowledged byte and from the last packet, so that a state that comes again is equal in every bit
//! (`cell/lone`). It is looked at once a round trip, at the arrival of the first acknowledgment of what was sent after
//! the last look: an instant that only the state decides, not how time is sliced. One state is held and compared with
//! (R. P. Brent, 1980: the time until another is held doubles). Meanwhile the sums of the books are counted apart. When
//! the held state comes again, they are what one cycle adds, and are booked as often as it fits in front of what may
//! make a difference: the horizon, a boundary of the books, the end of what is sent. Whatever else comes into the cells
//! or changes the network makes all of this be forgotten.

use super::cell::{Cell, EVENT, Likeness, Pair, Places, Turn};
use super::exchange::{Exchange, exchange};
use super::meter::MINUTE;
use super::shared::Scope;
use super::sums::Sums;
use crate::model::VpcId;
use crate::units::{SimDuration, SimTime};

/// What is known of a lone connection.
#[derive(Default)]
pub(super) struct Cycles {
    epoch: u64,
    /// The places of its two cells, the one that opens first.
    cells: [usize; 2],
    /// The next look is when this is acknowledged.
    target: u64,
    held: Option<Held>,
    /// Looks in a row at which the held state did not come again, and after how many another one is held.
    missed: u64,
    patience: u64,
    /// How often the connection was as it is held in this advance.
    seen: u64,
}

/// A state that may come again.
struct Held {
    places: Places,
    likeness: Likeness,
    /// What was counted since it was held, up to the last advance; then, that of one cycle.
    sums: [Sums; 2],
    /// What was counted before, while that is taken out of the books.
    aside: Option<[Sums; 2]>,
    known: Option<Known>,
}

/// A cycle.
#[derive(Clone, Copy)]
struct Known {
    turn: Turn,
    /// When it was over first.
    until: SimTime,
    /// How many looks it takes.
    looks: u64,
}

/// States that are held are compared with at most so often.
const MOST: u64 = 1 << 14;

impl Cycles {
    /// Whether only a lone connection happens in this advance, which has begun: then [`Cycles::run`] carries it.
    pub(super) fn find(
        &mut self,
        cells: &mut [Cell],
        joined: &[VpcId],
        others: &dyn Exchange,
        scope: Scope<'_>,
    ) -> bool {
        let found = Pair::find(cells, joined, scope).filter(|_| joined.iter().all(|vpc| others.holds(*vpc)));
        if found != Some(self.cells) || self.epoch != scope.view.epoch {
            self.pause(cells);
            *self = Cycles { epoch: scope.view.epoch, cells: found.unwrap_or_default(), ..Cycles::default() };
        }
        found.is_some()
    }

    /// About how much work each of the two cells is in `span` if their cycle is known: two cycles at each boundary of
    /// the books. `None` for other cells.
    pub(super) fn work(&self, at: usize, span: SimDuration) -> Option<u64> {
        let held = self.held.as_ref().filter(|held| held.known.is_some() && self.cells.contains(&at))?;
        let boundaries = 2 + span.as_nanos() / MINUTE.as_nanos();
        let packets: u64 = held.sums.iter().map(Sums::packets).sum();
        Some(packets.saturating_mul(2 * boundaries).saturating_mul(EVENT))
    }

    /// Goes on counting apart what the cycle adds, before an advance begins.
    pub(super) fn resume(&mut self, cells: &mut [Cell]) {
        let Some(held) = self.held.as_mut().filter(|held| held.known.is_none()) else { return };
        held.aside = Pair::of(cells, self.cells).map(|mut pair| pair.take_sums(held.places));
    }

    /// Carries the two cells to the horizon.
    pub(super) fn run(&mut self, cells: &mut [Cell], others: &mut dyn Exchange, scope: Scope<'_>, window: SimDuration) {
        self.seen = 0;
        let [near, far] = self.cells;
        let places = [near.min(far), near.max(far)];
        loop {
            let next = others.least(Pair::of(cells, self.cells).map_or(SimTime::NEVER, |pair| pair.next_event()));
            if next >= scope.horizon {
                break;
            }
            let (next, mark) = self.look(cells, scope, next);
            let end = (next + window).min(scope.horizon).min(mark);
            places.into_iter().for_each(|at| cells[at].handle(scope, end));
            exchange(cells, places.into_iter(), others);
        }
        self.pause(cells);
    }

    /// Looks at the connection if it is time to, `next` being the next event. When the next event is then, and the next
    /// look, if that is known.
    fn look(&mut self, cells: &mut [Cell], scope: Scope<'_>, next: SimTime) -> (SimTime, SimTime) {
        let Some(mut pair) = Pair::of(cells, self.cells) else { return (next, SimTime::NEVER) };
        let beyond = pair.beyond();
        if self.target == 0 || self.target > beyond {
            self.target = beyond; // it is the first look at this connection
        }
        let mark = pair.acknowledges(self.target);
        if mark > next {
            return (next, mark);
        }
        // Packets that an earlier advance left on the links are none that can be compared.
        if let Some(places) = pair.places(scope) {
            self.compare(&mut pair, next, places);
            self.multiply(&mut pair, next, scope.horizon);
        }
        self.target = pair.beyond();
        (pair.next_event(), pair.acknowledges(self.target))
    }

    /// Compares with the held state, or holds this one.
    fn compare(&mut self, pair: &mut Pair<'_>, now: SimTime, places: Places) {
        self.missed += 1;
        let held = self.held.as_mut().filter(|held| held.places == places);
        let turn = held.as_ref().and_then(|held| pair.recurs(&held.likeness, now, places));
        match (held, turn) {
            (Some(held), Some(turn)) => {
                if let Some(aside) = held.aside.take() {
                    held.add(pair.put_back(places, aside));
                    held.known = Some(Known { turn, until: now, looks: self.missed });
                }
                (self.missed, self.seen) = (0, self.seen + 1);
            }
            (Some(Held { known: Some(known), .. }), _) if self.missed <= 2 * known.looks => {}
            (Some(Held { known: None, .. }), _) if self.missed <= self.patience => {}
            _ => {
                self.stop_counting(pair);
                self.hold(pair, now, places);
            }
        }
    }

    fn hold(&mut self, pair: &mut Pair<'_>, now: SimTime, places: Places) {
        let is_first = self.held.as_ref().is_none_or(|held| held.known.is_some());
        self.patience = if is_first { 1 } else { (self.patience * 2).min(MOST) };
        (self.missed, self.seen) = (0, 1);
        self.held = pair.likeness(now, places).map(|likeness| Held {
            places,
            likeness,
            sums: Default::default(),
            aside: Some(pair.take_sums(places)),
            known: None,
        });
    }

    /// Goes ahead by as many cycles as fit if the connection is as it was held. At least one is carried in each
    /// advance, so that the longest queue since its beginning is that of a whole one.
    fn multiply(&mut self, pair: &mut Pair<'_>, now: SimTime, horizon: SimTime) {
        let Some(held) = self.held.as_ref().filter(|_| self.missed == 0 && self.seen > 1) else { return };
        let Some(Known { turn, until, .. }) = held.known else { return };
        let (places, (back, ahead)) = (held.places, held.likeness.reach());
        let clear = pair.clear_until(places, now, back).min(horizon);
        let (room, span) = (clear.since(now + ahead).as_nanos(), turn.ahead.time);
        let most = room.saturating_sub(1).checked_div(span.as_nanos()).unwrap_or(0);
        let times = pair.supply_for(&turn, most);
        if times > 0 {
            pair.go_ahead(&turn, times, places);
            pair.book(places, &held.sums, (times, now, (now + span * times).since(until)));
        }
    }

    /// Puts all that was counted into the books, which may be read between two advances.
    fn pause(&mut self, cells: &mut [Cell]) {
        if let Some(mut pair) = Pair::of(cells, self.cells) {
            self.stop_counting(&mut pair);
        }
    }

    fn stop_counting(&mut self, pair: &mut Pair<'_>) {
        if let Some(held) = &mut self.held
            && let Some(aside) = held.aside.take()
        {
            held.add(pair.put_back(held.places, aside));
        }
    }
}

impl Held {
    fn add(&mut self, sums: [Sums; 2]) {
        self.sums.iter_mut().zip(&sums).for_each(|(all, more)| all.merge(more));
    }
}
