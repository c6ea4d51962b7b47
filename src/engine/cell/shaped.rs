//! A link with a bucket, its senders merged: who takes part in the race for it, and how far it goes in one. The loop
//! itself is `race.rs`; whether a stretch needs it at all is `conform.rs`'s to say.

use super::super::delay::DelayRuns;
use super::super::shared::Scope;
use super::Cell;
use super::race::{Aside, Count, Member, Race, Strand, Tally};
use super::ways::Way;
use crate::units::{SimDuration, SimTime};

/// After so many packets it is asked anew whether the rest can pass in closed form.
pub(super) const PATIENCE: u64 = 8192;

impl Cell {
    /// Carries packets over lane `at` from `from` on: to the horizon, or to where the rest may pass in closed form;
    /// answers how far.
    pub(super) fn run_shaped(&mut self, scope: Scope<'_>, way: &mut Way, at: usize, from: SimTime) -> SimTime {
        self.take_seats(scope, way);
        self.reset_merge(way, from);
        let mut now = from;
        loop {
            if now == self.merge.limit() {
                self.reset_merge(way, now);
            }
            let until = self.merge.limit().min(scope.horizon);
            now = match self.leap(scope, way, at, now, until) {
                Some(due) => due,
                None => self.carry(scope, way, at, now, until, PATIENCE),
            };
            if now < scope.horizon && self.conforming_until(scope, way, at, now).0 > now {
                // Whole instants only: what passes in closed form from here on may be charged later, by its instants.
                if now == self.merge.limit() {
                    self.reset_merge(way, now);
                }
                let end = (now + SimDuration::from_nanos(1)).min(scope.horizon);
                now = self.carry(scope, way, at, now, end, u64::MAX);
                if now < scope.horizon && self.conforming_until(scope, way, at, now).0 > now {
                    return now;
                }
            }
            if now == scope.horizon {
                return now;
            }
        }
    }

    /// Carries up to `most` packets that are due before `until`; answers when the next one is, at the latest `until`.
    pub(super) fn carry(
        &mut self,
        scope: Scope<'_>,
        way: &Way,
        at: usize,
        now: SimTime,
        until: SimTime,
        most: u64,
    ) -> SimTime {
        let mut race = self.race(scope, way, at, now);
        let (looped, due) = race.run(until, most);
        race.settle();
        self.effort.looped += looped;
        due
    }

    pub(super) fn reset_merge(&mut self, way: &Way, now: SimTime) {
        self.merge.reset(now, way.flows.iter().map(|f| self.flows[*f as usize].next_wake()));
    }

    /// How many packets of this member stand counted.
    pub(super) fn sent_by(&self, member: usize) -> u64 {
        let first = self.members[member].strand as usize;
        let last = self.members.get(member + 1).map_or(self.strands.len(), |next| next.strand as usize);
        self.strands[first..last].iter().map(|strand| strand.tally.sent).sum()
    }

    fn take_seats(&mut self, scope: Scope<'_>, way: &Way) {
        self.strands.clear();
        self.asides.clear();
        self.members.clear();
        for &index in &way.flows {
            let flow = &self.flows[index as usize];
            let source = &scope.shared.sources[flow.source.0 as usize];
            let book = self.traffic.place(flow.traffic, &scope.shared.edges);
            self.members.push(Member { flow: index, strand: self.strands.len() as u32 });
            for (form, sized) in flow.forms().iter().enumerate() {
                let path = self.path(index, form);
                let is_meant = path.enter.is_ok_and(|host| source.is_meant_for(host, 0));
                let in_book = is_meant.then_some(book);
                if self.asides.last().is_none_or(|aside| aside.book != in_book) {
                    self.asides.push(Aside { book: in_book, delays: DelayRuns::default() });
                }
                self.strands.push(Strand {
                    flow: index,
                    length: sized.length,
                    kept_back: path.leave.err(),
                    verdict: path.enter,
                    is_meant,
                    book,
                    delays: self.asides.len() as u32 - 1,
                    tally: Tally::default(),
                });
            }
        }
    }

    pub(super) fn race<'a>(&'a mut self, scope: Scope<'a>, way: &'a Way, at: usize, now: SimTime) -> Race<'a> {
        let lane = &mut self.lanes[at];
        Race {
            scope,
            vpc: self.vpc,
            way,
            is_plain: lane.is_plain(scope),
            lane,
            traffic: &mut self.traffic,
            records: &mut self.records,
            flows: &mut self.flows,
            members: &self.members,
            strands: &mut self.strands,
            asides: &mut self.asides,
            evicted: &mut self.evicted,
            merge: &mut self.merge,
            book: &mut self.book,
            bench: self.bench.as_deref_mut(),
            count: Count::new(now),
        }
    }
}
