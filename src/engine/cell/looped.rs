//! The loop over one link's packets in time order: each is drawn from its sender, offered to the shaper and landed at
//! the far end. Totals are counted, and booked when the next boundary of a book is reached. `carry.rs` decides how far
//! the loop goes.

use super::super::booking::{Booking, Class, CountedDelays, Tally, When};
use super::super::books::Counts;
use super::super::delay::{DelayRun, DelayRuns};
use super::super::observe::{Place, Step};
use super::super::sending::{BATCH, Batch, Flow, Turn};
use super::super::shared::Scope;
use super::aggregate::Aggregate;
use super::lane::Lane;
use super::merge::Merge;
use super::trains::Train;
use crate::dataplane::packet::Packet;
use crate::model::{DropReason, VpcId};
use crate::units::{SimDuration, SimTime};

/// One sender's packets of one size, and their outcome since the last boundary.
#[derive(Debug)]
pub(super) struct SizedFlow {
    pub flow: u32,
    pub class: Class,
    /// Index of the pending delays in which its delays are counted.
    pub pending: u32,
    pub tally: Tally,
}

/// Delays counted but not yet booked, of flows that share a book.
#[derive(Debug)]
pub(super) struct PendingDelays {
    /// Place of the traffic entry's book; `None` if they are booked on the link only.
    pub book: Option<usize>,
    pub delays: DelayRuns,
}

/// Delays evicted from the pending ones, and the book they belong to.
pub(super) type Evicted = (Option<usize>, DelayRun);

/// A sender on a link: its flow and the place of the first of its sizes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub flow: u32,
    pub first: u32,
}

/// The loop over one link's packets: the senders, and what is counted up to the next boundary of a book.
pub(super) struct Loop<'a> {
    pub scope: Scope<'a>,
    pub vpc: VpcId,
    pub aggregate: &'a Aggregate,
    pub lane: &'a mut Lane,
    pub booking: &'a mut Booking,
    pub flows: &'a mut [Flow],
    pub members: &'a [Member],
    pub sized: &'a mut [SizedFlow],
    pub pending: &'a mut [PendingDelays],
    pub evicted: &'a mut Vec<Evicted>,
    pub merge: &'a mut Merge,
    /// Where packets are made in full, if every packet is wanted.
    pub batch: Option<&'a mut Batch>,
    /// No single packet is watched, nor the link's state between packets, and none is lost on the way.
    pub is_plain: bool,
    pub count: Count,
}

/// How far the loop may count before it must book, and how far it has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    offered: Since,
    carried: Since,
    /// A packet that arrives earlier is unwatched and lands before the boundary and the horizon.
    usual_until: SimTime,
    last_sent: SimTime,
    last_arrival: SimTime,
    /// How many boundaries were passed.
    boundaries: u32,
}

/// Where counting began, and the boundary of the books up to which it may go on; the boundary is 0 before the first
/// packet.
#[derive(Debug, Clone, Copy, Default)]
struct Since {
    at: SimTime,
    boundary: SimTime,
}

impl Count {
    /// Nothing counted yet, at `now`.
    pub(super) fn new(now: SimTime) -> Count {
        let (offered, carried) = (Since::default(), Since::default());
        // No packet has arrived, so each still takes the careful path.
        let (usual_until, last_arrival) = (SimTime::ZERO, SimTime::ZERO);
        Count { offered, carried, usual_until, last_sent: now, last_arrival, boundaries: 0 }
    }
}

impl Loop<'_> {
    /// Carries up to `most` packets before `until`; returns how many, and when the next one is due, at most `until`.
    pub(super) fn carry(&mut self, until: SimTime, most: u64) -> (u64, SimTime) {
        let mut looped = 0;
        loop {
            let now = self.due();
            if now >= until || looped == most {
                return (looped, now.min(until));
            }
            if now >= self.count.offered.boundary {
                self.pass_boundary(self.count.offered);
                self.count.offered = Since { at: now, boundary: self.aggregate.boundary_after(self.lane, now) };
            }
            let end = until.min(self.count.offered.boundary);
            looped += match *self.members {
                [only] => self.carry_single(only, end, most - looped),
                _ => self.carry_merged(end, most - looped),
            };
        }
    }

    /// When the next packet is sent.
    fn due(&self) -> SimTime {
        match self.members {
            [only] => self.flows[only.flow as usize].next_wake(),
            _ => self.merge.first().0,
        }
    }

    /// Carries up to `most` packets of the only sender before `end`; returns how many.
    fn carry_single(&mut self, Member { flow, first }: Member, end: SimTime, most: u64) -> u64 {
        let mut turns = [Turn::default(); BATCH];
        let mut looped = 0;
        loop {
            let room = BATCH.min((most - looped) as usize);
            let flow = &mut self.flows[flow as usize];
            let drawn = flow.draw(end, &mut turns[..room], self.batch.as_deref_mut());
            if drawn.is_empty() {
                return looped;
            }
            looped += drawn.len() as u64;
            self.count.last_sent = drawn[drawn.len() - 1].at;
            for turn in drawn {
                self.send(turn, first + turn.form);
            }
        }
    }

    /// Carries up to `most` packets of all senders before `end`, in time order; returns how many.
    fn carry_merged(&mut self, end: SimTime, most: u64) -> u64 {
        let mut looped = 0;
        let (mut now, mut number) = self.merge.first();
        let mut last_sent = self.count.last_sent;
        while now < end && looped < most {
            let Member { flow, first } = self.members[number as usize];
            let flow = &mut self.flows[flow as usize];
            let turn = flow.turn();
            if let Some(batch) = &mut self.batch {
                flow.make(&turn, &mut batch[looped as usize % BATCH]);
            }
            flow.step();
            let next = flow.next_wake();
            self.send(&turn, first + turn.form);
            last_sent = now;
            (now, number) = self.merge.set(number, next);
            looped += 1;
        }
        self.count.last_sent = last_sent;
        looped
    }

    // The stages of a packet, inlined into both loops: as calls they make fifty senders a tenth slower (`shared-50`).

    /// The sized flow at `at` sends the packet of `turn`, which in the usual case lands with no further checks.
    #[inline(always)]
    fn send(&mut self, turn: &Turn, at: u32) {
        let sized = &mut self.sized[at as usize];
        sized.tally.sent += 1;
        if let Some(reason) = sized.class.kept_back {
            return self.keep_back(turn, at, reason);
        }
        if !self.is_plain {
            self.lane.booking.row_offered(turn.at, Counts::of(1, sized.class.length), &mut self.lane.link);
        }
        match self.lane.link.offer(turn.at, sized.class.length) {
            Ok(departure) => {
                let arrival = departure + self.lane.link.delay;
                if arrival >= self.count.usual_until {
                    return self.land_carefully(turn, at, departure, arrival);
                }
                self.count.last_arrival = arrival;
                sized.arrived(arrival.since(turn.at), self.pending, self.evicted);
            }
            Err(reason) => self.refuse(turn, at, reason),
        }
    }

    #[inline(always)]
    fn refuse(&mut self, turn: &Turn, at: u32, reason: DropReason) {
        let tally = &mut self.sized[at as usize].tally;
        tally.refused += 1;
        tally.refused_for = Some(reason);
        if !self.is_plain {
            self.lane.booking.row_dropped(turn.at);
            self.tell_offered(turn, at, Err(reason));
            self.tell(turn, at, turn.at, Place::Link(self.lane.link.id), Step::Ended(Err(reason)));
        }
    }

    /// Lands a packet that may be watched, cross a boundary or not arrive before the horizon.
    #[inline(never)]
    fn land_carefully(&mut self, turn: &Turn, at: u32, departure: SimTime, arrival: SimTime) {
        let is_simple = self.is_plain && arrival < self.scope.horizon;
        if !is_simple && !self.gets_through(turn, at, departure, arrival) {
            return;
        }
        if arrival >= self.count.carried.boundary {
            self.pass_boundary(self.count.carried);
            let boundary = self.aggregate.boundary_after(self.lane, arrival);
            self.count.carried = Since { at: arrival, boundary };
            self.count.usual_until = if self.is_plain { boundary.min(self.scope.horizon) } else { SimTime::ZERO };
        }
        self.count.last_arrival = arrival;
        self.sized[at as usize].arrived(arrival.since(turn.at), self.pending, self.evicted);
    }

    /// Whether a packet is at the far end before the horizon. If not, it is lost or kept on the link.
    #[cold]
    fn gets_through(&mut self, turn: &Turn, at: u32, departure: SimTime, arrival: SimTime) -> bool {
        self.lane.booking.row_queued(turn.at, &self.lane.link);
        self.tell_offered(turn, at, Ok(departure));
        let (packet, horizon, on_link) = (self.packet(turn, at), self.scope.horizon, Place::Link(self.lane.link.id));
        if departure >= horizon {
            self.lane.link.keep_waiting(departure, packet);
            return false;
        }
        let Class { book, verdict, length, .. } = self.sized[at as usize].class;
        self.tell(turn, at, departure, on_link, Step::Departed);
        if let Err(reason) = self.lane.link.carry(self.scope.shared.luck(&packet), &packet) {
            self.lane.booking.dropped_one(departure, &packet, reason);
            self.booking.dropped(book, turn.at, reason, Counts::of(1, length));
            self.tell(turn, at, departure, on_link, Step::Ended(Err(reason)));
            return false;
        }
        if arrival >= horizon {
            let flow = self.sized[at as usize].flow;
            if self.is_plain && self.flows[flow as usize].is_echo() && departure == turn.at {
                // It is known beforehand: whole, something would react to it where it lands.
                self.lane.trains.add(Train { flow, first: turn.sequence, count: 1 });
            } else {
                self.lane.link.keep_on_wire(arrival, packet);
            }
            return false;
        }
        self.lane.booking.row_carried(arrival, length);
        self.tell(turn, at, arrival, on_link, Step::Arrived);
        self.tell(turn, at, arrival, Place::Vpc(self.lane.link.far), Step::Ended(verdict));
        true
    }

    /// The router keeps the packet back.
    #[cold]
    fn keep_back(&mut self, turn: &Turn, at: u32, reason: DropReason) {
        let here = Place::Vpc(self.vpc);
        self.tell(turn, at, turn.at, here, Step::Emitted);
        self.tell(turn, at, turn.at, here, Step::Ended(Err(reason)));
    }

    fn tell_offered(&mut self, turn: &Turn, at: u32, fate: Result<SimTime, DropReason>) {
        if !self.aggregate.is_observed {
            return;
        }
        let step = Step::offered(&mut self.lane.link, turn.at, self.sized[at as usize].class.length, fate);
        self.tell(turn, at, turn.at, Place::Vpc(self.vpc), Step::Emitted);
        self.tell(turn, at, turn.at, Place::Link(self.lane.link.id), step);
    }

    /// The packet in full.
    fn packet(&self, turn: &Turn, at: u32) -> Packet {
        self.flows[self.sized[at as usize].flow as usize].packet_of(turn)
    }

    /// Tells observers of a step of the packet.
    fn tell(&mut self, turn: &Turn, at: u32, time: SimTime, place: Place, step: Step) {
        if self.aggregate.is_observed {
            self.booking.tell(self.scope, time, &self.packet(turn, at), place, step);
        }
    }

    /// Books what was counted before a boundary, if there was one; counting starts again behind it.
    #[cold]
    fn pass_boundary(&mut self, passed: Since) {
        if passed.boundary > SimTime::ZERO {
            self.book_counts();
            self.count.boundaries += 1;
        }
    }

    /// For how long the counted packets could repeat, the next one at `due`, and still lie before all boundaries and
    /// before `end`. A pattern may begin in the middle of an instant: its last packet is then sent when the next one is
    /// due.
    ///
    /// ```text
    /// sent      |..pattern..| due              | boundary of the sending side, or end
    ///                     ^ last sent  <-room->|
    /// arrived       |..pattern..|                  | boundary of the far side, or horizon
    ///                         ^ last arrival <-room->|
    /// ```
    pub(super) fn room(&self, due: SimTime, end: SimTime) -> SimDuration {
        let Count { offered, carried, last_sent, last_arrival, boundaries, .. } = self.count;
        if boundaries > 0 || self.is_late() {
            return SimDuration::ZERO;
        }
        let one = SimDuration::from_nanos(1);
        let until_sent = offered.boundary.min(end).since(last_sent + one).min(end.since(due));
        let until_carried = carried.boundary.min(self.scope.horizon).since(last_arrival + one);
        if last_arrival > SimTime::ZERO { until_sent.min(until_carried) } else { until_sent }
    }

    /// Whether some of the counted packets do not reach the far end before the horizon.
    pub(super) fn is_late(&self) -> bool {
        self.sized.iter().any(|sized| sized.tally.sent > sized.ended())
    }

    /// Multiplies everything that was counted, as if it had come `times` times.
    pub(super) fn multiply(&mut self, times: u64) {
        for SizedFlow { tally, .. } in self.sized.iter_mut() {
            tally.sent *= times;
            tally.refused *= times;
            tally.arrived *= times;
        }
        self.pending.iter_mut().for_each(|pending| pending.delays.multiply(times));
        self.evicted.iter_mut().for_each(|(_, run)| *run = run.times(times));
    }

    /// Books everything that was counted.
    pub(super) fn book(mut self) {
        self.lane.booking.queued(&self.lane.link);
        self.book_counts();
    }

    /// Books what was counted: no boundary of the sending side or of the far side lies within it.
    fn book_counts(&mut self) {
        let when = When { sent: self.count.offered.at, arrived: self.count.carried.at };
        for SizedFlow { class, tally, .. } in self.sized.iter_mut() {
            let tally = std::mem::take(tally);
            if tally.sent + tally.arrived > 0 {
                self.booking.came_of(class, tally, when, Some(&mut self.lane.booking));
                if class.replies_after.is_some() && tally.arrived > 0 {
                    self.booking.delayed(class, when.sent, self.lane.link.delay, tally.arrived);
                }
            }
        }
        for PendingDelays { book, delays } in self.pending.iter_mut() {
            let Some(span) = delays.span() else { continue };
            self.booking.delays(*book, when, &mut self.lane.booking, CountedDelays::Span(span));
            delays.end(|run| self.evicted.push((*book, run)));
        }
        for (book, run) in self.evicted.drain(..).filter(|(_, run)| !run.is_empty()) {
            self.booking.delays(book, when, &mut self.lane.booking, CountedDelays::Run(run));
        }
    }
}

impl SizedFlow {
    /// Counts the arrival of one packet.
    #[inline(always)]
    fn arrived(&mut self, delay: SimDuration, pending: &mut [PendingDelays], evicted: &mut Vec<Evicted>) {
        self.tally.arrived += 1;
        let pending = &mut pending[self.pending as usize];
        if let Some(run) = pending.delays.add(delay) {
            evicted.push((pending.book, run));
        }
    }

    /// How many of its packets are known to have ended.
    fn ended(&self) -> u64 {
        let Tally { sent, refused, arrived, .. } = self.tally;
        if self.class.kept_back.is_some() { sent } else { refused + arrived }
    }
}
