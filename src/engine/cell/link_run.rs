//! A link run: one link where order matters, its senders and their merge, for one advance. This file holds its parts:
//! the senders that take part, carrying packets one by one, and reading the state of senders and bucket. `carry.rs`
//! chooses the road.

use super::super::booking::Booking;
use super::super::delay::DelayRuns;
use super::super::road::{Facts, Road};
use super::super::sending::{Batch, Flow, Phase};
use super::super::shared::Scope;
use super::aggregate::Aggregate;
use super::lane::Lane;
use super::looped::{Count, Evicted, Loop, Member, PendingDelays, SizedFlow};
use super::merge::Merge;
use super::passing::{Inside, Passing, class};
use crate::dataplane::shaper::{Backlog, Recurrence};
use crate::model::VpcId;
use crate::units::{SimDuration, SimTime};

/// What merging the senders of one link needs; kept to reuse its memory.
#[derive(Debug, Default)]
pub(super) struct Seats {
    members: Vec<Member>,
    sized: Vec<SizedFlow>,
    pending: Vec<PendingDelays>,
    evicted: Vec<Evicted>,
    pub merge: Merge,
}

/// One link and all its senders, from `now` to `end`.
pub(super) struct LinkRun<'a> {
    pub scope: Scope<'a>,
    pub vpc: VpcId,
    pub now: SimTime,
    /// Up to when packets are carried, at most the horizon.
    pub end: SimTime,
    pub lane: &'a mut Lane,
    pub aggregate: &'a mut Aggregate,
    pub flows: &'a mut [Flow],
    pub booking: &'a mut Booking,
    pub seats: &'a mut Seats,
    pub inside: Inside<'a>,
    pub batch: Option<&'a mut Batch>,
    /// Whether packets do not reach the far end before the horizon any more: then nothing can be repeated.
    pub is_late: bool,
}

/// Everything that determines the next packets, relative to an instant.
#[derive(Debug)]
pub(super) struct State {
    senders: Vec<Phase>,
    backlog: Option<Backlog>,
}

impl LinkRun<'_> {
    /// What is known of the packets before they are carried, except whether they conform.
    pub(super) fn facts(&self) -> Facts {
        facts(self.scope, self.lane, self.aggregate)
    }

    /// Carries all packets before `until` without charging the bucket: it is proven that none waits.
    pub(super) fn pass(&mut self, until: SimTime) {
        let Inside { trains, events } = &mut self.inside;
        let mut passing = Passing {
            scope: self.scope,
            vpc: self.vpc,
            flows: self.flows,
            lane: Some(self.lane),
            booking: self.booking,
            inside: Inside { trains, events },
            batch: self.batch.as_deref_mut(),
        };
        passing.pass(self.aggregate, until, true);
        self.now = until;
    }

    /// Lists the senders that take part, each with its sizes.
    pub(super) fn take_seats(&mut self) {
        let Seats { members, sized, pending, .. } = &mut *self.seats;
        members.clear();
        sized.clear();
        pending.clear();
        for &index in &self.aggregate.flows {
            let flow = &self.flows[index as usize];
            members.push(Member { flow: index, first: sized.len() as u32 });
            for form in 0..flow.forms().len() {
                let class = class(self.scope, flow, form, flow.known_path(form), self.booking);
                // Replies are known beforehand: they wait for nothing, and their round trips are booked by their
                // number.
                let is_timed = class.is_meant && class.replies_after.is_none();
                let book = is_timed.then_some(class.book);
                if pending.last().is_none_or(|pending| pending.book != book) {
                    pending.push(PendingDelays { book, delays: DelayRuns::default() });
                }
                let last = pending.len() as u32 - 1;
                sized.push(SizedFlow { flow: index, class, pending: last, tally: Default::default() });
            }
        }
        self.merge();
    }

    /// Restarts the merge of the senders at `now`.
    pub(super) fn merge(&mut self) {
        let next = self.aggregate.flows.iter().map(|f| self.flows[*f as usize].next_wake());
        self.seats.merge.reset(self.now, next);
    }

    /// The limit up to which the merge tells instants apart, at most the horizon; restarts the merge if that is now.
    pub(super) fn merged_until(&mut self) -> SimTime {
        if self.now == self.seats.merge.limit() {
            self.merge();
        }
        self.seats.merge.limit().min(self.end)
    }

    /// Carries up to `most` packets that are due before `until`, one by one, and moves `now` to when the next one is
    /// due, at most `until`. Returns how many were carried.
    pub(super) fn carry(&mut self, until: SimTime, most: u64) -> u64 {
        let mut looped = self.looped();
        let (count, due) = looped.carry(until, most);
        looped.book();
        self.booking.carried_by(Road::Looped, count);
        self.now = due;
        count
    }

    /// Carries what is due now and precedes the sender at index `source`; answers whether others are due now too.
    pub(super) fn carry_tied(&mut self, source: u32) -> bool {
        let (now, after) = (self.now, self.now + SimDuration::from_nanos(1));
        while self.now == now && self.first().is_some_and(|first| first < source) {
            self.carry(after, 1);
        }
        self.now == now && self.first().is_some()
    }

    /// The sender that is due now and comes first; `None` if none is.
    fn first(&self) -> Option<u32> {
        let due = |flow: &u32| self.flows[*flow as usize].next_wake() == self.now;
        self.aggregate.flows.iter().copied().find(due)
    }

    /// The loop, with nothing counted yet.
    pub(super) fn looped(&mut self) -> Loop<'_> {
        let facts = self.facts();
        let Seats { members, sized, pending, evicted, merge } = &mut *self.seats;
        Loop {
            scope: self.scope,
            vpc: self.vpc,
            aggregate: self.aggregate,
            is_plain: !facts.is_watched && !facts.has_luck,
            lane: self.lane,
            booking: self.booking,
            flows: self.flows,
            members,
            sized,
            pending,
            evicted,
            merge,
            batch: self.batch.as_deref_mut(),
            count: Count::new(self.now),
        }
    }

    /// The state of senders and bucket at `now`, to be compared with that after at most `packets` packets.
    pub(super) fn state(&mut self, packets: u64) -> State {
        State { senders: self.senders(), backlog: self.lane.link.shaper().map(|s| s.backlog(self.now, packets)) }
    }

    /// How often, at most `most` times, what happened since the state `before`, `span` ago, can happen again. The
    /// senders alone distinguish most states.
    pub(super) fn recurs(&mut self, before: &State, span: SimDuration, most: u64) -> Recurrence {
        if self.senders() != before.senders {
            return Recurrence::default();
        }
        match (self.lane.link.shaper(), &before.backlog) {
            (Some(shaper), Some(backlog)) => shaper.recurs(self.now, backlog, span, most),
            _ => Recurrence { times: most, departed: None },
        }
    }

    fn senders(&self) -> Vec<Phase> {
        self.aggregate.flows.iter().map(|f| self.flows[*f as usize].phase(self.now)).collect()
    }

    /// Moves senders and bucket past `times` repetitions of the counted packets, each of which takes `span`; `departed`
    /// as in [`Recurrence`].
    pub(super) fn repeat(&mut self, times: u64, span: SimDuration, departed: Option<usize>) {
        let Seats { members, sized, .. } = &*self.seats;
        for (at, member) in members.iter().enumerate() {
            let end = members.get(at + 1).map_or(sized.len(), |next| next.first as usize);
            let sent: u64 = sized[member.first as usize..end].iter().map(|sized| sized.tally.sent).sum();
            self.flows[member.flow as usize].skip(sent * times);
        }
        if let Some(shaper) = self.lane.link.shaper() {
            shaper.repeat(times, span, departed);
        }
    }
}

/// What is known of all packets of an aggregate over `lane`, except whether they conform.
pub(super) fn facts(scope: Scope<'_>, lane: &Lane, aggregate: &Aggregate) -> Facts {
    let may_wait = lane.link.treats_all_alike().is_none();
    Facts {
        is_watched: aggregate.is_observed || lane.booking.intervals.is_some(),
        has_luck: may_wait && !lane.link.is_faultless(),
        may_wait,
        may_repeat: aggregate.is_even && lane.search.is_worth_it(),
        ..aggregate.facts(scope)
    }
}
