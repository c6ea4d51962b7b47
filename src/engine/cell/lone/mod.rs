//! A connection that is alone in its two cells, as a whole: both ends, both links, and all that is under way between
//! them ([`likeness`]). Knows when it may be looked at, whether it is as it was before, and goes ahead as often as the
//! same can happen again. Carries nothing: `engine/cycles.rs` decides when to look.

mod likeness;

pub(in crate::engine) use likeness::{Likeness, Turn};

use super::super::shared::Scope;
use super::super::sums::Sums;
use super::cell::Cell;
use super::connections::{End, Live, acknowledged, near};
use super::lane::Lane;
use crate::model::VpcId;
use crate::units::{SimDuration, SimTime};

/// Two cells, the one whose end opens the connection first. Nothing else is sent from either.
pub(in crate::engine) struct Pair<'a> {
    cells: [&'a mut Cell; 2],
}

/// The places of the lanes between them, and of the traffic entry's books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Places {
    lanes: [usize; 2],
    books: [usize; 2],
}

/// A cell's part of the connection.
struct Part<'a> {
    end: &'a mut End,
    live: &'a mut Live,
    lane: &'a mut Lane,
}

impl Pair<'_> {
    /// The two cells of `joined` in which anything happens until the horizon, if they are two and hold a connection
    /// that may be alone: the place of the one whose end opens it first.
    pub(in crate::engine) fn find(cells: &[Cell], joined: &[VpcId], scope: Scope<'_>) -> Option<[usize; 2]> {
        if !scope.shared.foresees(scope.view) || !scope.shared.overlooks_segments(scope.view) {
            return None;
        }
        let mut busy = joined.iter().map(|vpc| vpc.index()).filter(|at| is_busy(&cells[*at]));
        let found = [busy.next()?, busy.next()?];
        let is_opener = |at: usize| has_only_end(&cells[at]).map(End::is_opener);
        match (busy.next(), found.map(is_opener)) {
            (None, [Some(true), Some(false)]) => Some(found),
            (None, [Some(false), Some(true)]) => Some([found[1], found[0]]),
            _ => None,
        }
    }

    /// The cells at these two places.
    pub(in crate::engine) fn of(cells: &mut [Cell], places: [usize; 2]) -> Option<Pair<'_>> {
        cells.get_disjoint_mut(places).ok().map(|cells| Pair { cells })
    }

    /// When something next happens.
    pub(in crate::engine) fn next_event(&self) -> SimTime {
        self.cells[0].next_event().min(self.cells[1].next_event())
    }

    /// When the first acknowledgment of at least `target` arrives, as far as is known; never if there is none.
    pub(in crate::engine) fn acknowledges(&mut self, target: u64) -> SimTime {
        let contents = &mut self.cells[0].contents;
        let Some((_, live, _)) = contents.connections.only() else { return SimTime::NEVER };
        let known = live.connection.sender().acknowledged();
        let of_segment = contents.events.segments.first_that(|segment| segment.plain.acknowledged >= target);
        let of_packet = |number: u64| near(number as u32, known) >= target;
        of_segment.min(contents.events.arrivals.first_that(|arrival| of_packet(acknowledged(&arrival.packet))))
    }

    /// A number beyond all that was sent.
    pub(in crate::engine) fn beyond(&mut self) -> u64 {
        let only = self.cells[0].contents.connections.only();
        only.map_or(0, |(_, live, _)| live.connection.sender().next() + 1)
    }

    /// Where the connection and its books are, if it is open and one that may be multiplied: it sends one way, nothing
    /// of it is drawn at random, marked, watched or compared, and no packet outlasts an advance.
    pub(in crate::engine) fn places(&mut self, scope: Scope<'_>) -> Option<Places> {
        let [(near_lane, near_book, to), (far_lane, far_book, back)] = [self.place(0, scope)?, self.place(1, scope)?];
        let is_closed = to == self.cells[1].vpc && back == self.cells[0].vpc;
        is_closed.then_some(Places { lanes: [near_lane, far_lane], books: [near_book, far_book] })
    }

    fn place(&mut self, at: usize, scope: Scope<'_>) -> Option<(usize, usize, VpcId)> {
        let contents = &mut self.cells[at].contents;
        let (end, live, _) = contents.connections.only()?;
        let settings = end.transfers.settings;
        let is_simple = !settings.ecn && end.transfers.response == 0 && !end.compares && live.connection.is_open();
        if !is_simple {
            return None;
        }
        let (way, book) = (end.way(&scope, end.header_length())?, end.booked()?);
        let lane = &contents.lanes[way.lane as usize];
        let is_clear = lane.link.is_faultless() && lane.booking.intervals.is_none() && lane.in_flight() == 0;
        is_clear.then_some((way.lane as usize, book, lane.link.far))
    }

    /// Takes what was counted so far out of the books.
    pub(in crate::engine) fn take_sums(&mut self, places: Places) -> [Sums; 2] {
        std::array::from_fn(|at| {
            let contents = &mut self.cells[at].contents;
            let lane = &mut contents.lanes[places.lanes[at]].booking;
            Sums::take(&mut contents.booking, lane, places.books[at])
        })
    }

    /// Puts it back; answers what was counted since.
    pub(in crate::engine) fn put_back(&mut self, places: Places, sums: [Sums; 2]) -> [Sums; 2] {
        let mut at = 0;
        sums.map(|sums| {
            let contents = &mut self.cells[at].contents;
            let lane = &mut contents.lanes[places.lanes[at]].booking;
            let since = sums.put_back(&mut contents.booking, lane, places.books[at]);
            at += 1;
            since
        })
    }

    /// Books `sums` so many times; see [`Sums::book`].
    pub(in crate::engine) fn book(&mut self, places: Places, sums: &[Sums; 2], times: (u64, SimTime, SimDuration)) {
        for (at, sums) in sums.iter().enumerate() {
            let contents = &mut self.cells[at].contents;
            let lane = &mut contents.lanes[places.lanes[at]].booking;
            sums.book(times, &mut contents.booking, lane, places.books[at]);
        }
    }

    /// Before when whatever is booked of the time from `now` on lies between the same boundaries of the books; no later
    /// than anything that may happen from outside. Packets were sent `back` ago or later.
    pub(in crate::engine) fn clear_until(&mut self, places: Places, now: SimTime, back: SimDuration) -> SimTime {
        let mut until = SimTime::NEVER;
        for at in 0..2 {
            let contents = &mut self.cells[at].contents;
            let booking = &contents.lanes[places.lanes[at]].booking;
            let entry = contents.booking.traffic.at(places.books[at]).windows.edge_after(now - back);
            until = until.min(booking.boundary_after(now)).min(entry);
            if let Some((end, ..)) = contents.connections.only() {
                until = until.min(end.next_opening());
            }
        }
        until
    }

    fn part(&mut self, at: usize, places: Places) -> Option<Part<'_>> {
        let contents = &mut self.cells[at].contents;
        let (end, live, _) = contents.connections.only()?;
        Some(Part { end, live, lane: &mut contents.lanes[places.lanes[at]] })
    }
}

/// Whether anything happens in a cell by itself, or has ends of connections.
fn is_busy(cell: &Cell) -> bool {
    !cell.contents.connections.is_empty() || cell.next_event() < SimTime::NEVER
}

/// The only end in a cell, if nothing else is sent there and it is not watched.
fn has_only_end(cell: &Cell) -> Option<&End> {
    let contents = &cell.contents;
    let [end] = &contents.connections.ends[..] else { return None };
    let is_alone = !cell.has_senders() && !contents.events.has_programs() && contents.connections.watch.is_none();
    is_alone.then_some(end)
}
