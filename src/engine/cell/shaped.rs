//! A link with a bucket, its senders merged: packets meet the shaper one by one in the order of time, without events. What they add up
//! to is booked when the next border of a book is reached. Whether a stretch needs this at all is `conform.rs`'s to say.

use super::super::attribute;
use super::super::books::{Counts, TrafficBooks, VpcBook};
use super::super::delay::{DelayRun, DelayRuns};
use super::super::flow::Flow;
use super::super::observe::{Place, Record};
use super::super::shared::Scope;
use super::Cell;
use super::alone::BENCH;
use super::lane::Lane;
use super::merge::Merge;
use super::ways::Way;
use crate::dataplane::DropReason;
use crate::dataplane::packet::Packet;
use crate::model::{HostId, VpcId};
use crate::units::{SimDuration, SimTime};

/// After so many packets it is asked anew whether the rest can pass in closed form.
pub(super) const PATIENCE: u64 = 8192;

/// One sender's packets of one size on a link: what is the same for all of them, and what came of them since the last border.
#[derive(Debug)]
pub(super) struct Strand {
    length: u16,
    /// Why none leaves its router, if so.
    kept_back: Option<DropReason>,
    verdict: Result<HostId, DropReason>,
    /// The far host is the one they name.
    is_meant: bool,
    /// Place of the traffic entry's book.
    book: usize,
    sent: u64,
    refused: u64,
    refused_for: Option<DropReason>,
    arrived: u64,
    /// Where its delays are counted aside.
    delays: u32,
}

/// Delays that were counted aside, of strands that stand in the same book.
#[derive(Debug)]
pub(super) struct Aside {
    /// Place of the traffic entry's book; none if they stand in the link's alone.
    book: Option<usize>,
    delays: DelayRuns,
}

/// Who sends on a link: a flow and the place of the first of its strands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    flow: u32,
    strand: u32,
}

/// The loop over one link's packets: who sends, and what is counted up to the next border of a book.
pub(super) struct Race<'a> {
    track: Track<'a>,
    way: &'a Way,
    flows: &'a mut [Flow],
    members: &'a [Member],
    strands: &'a mut [Strand],
    asides: &'a mut [Aside],
    evicted: &'a mut Vec<(Option<usize>, DelayRun)>,
    merge: &'a mut Merge,
    book: &'a mut VpcBook,
    /// Where every packet is made whole, if that is wanted.
    bench: Option<&'a mut [Packet; BENCH]>,
    is_single: bool,
    pub(super) count: Count,
}

/// What is counted of a link as a whole, up to the next borders of its books.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    offered: Since,
    carried: Since,
    carried_counts: Counts,
    last_sent: SimTime,
    last_arrival: SimTime,
    /// How often counting began anew.
    borders: u32,
}

/// What a packet passes on its way, from its router to the far end.
struct Track<'a> {
    scope: Scope<'a>,
    vpc: VpcId,
    lane: &'a mut Lane,
    traffic: &'a mut TrafficBooks,
    records: &'a mut Vec<Record>,
    is_watched: bool,
    is_faultless: bool,
}

/// Where counting began, and the border of the books up to which it may go on.
#[derive(Debug, Clone, Copy)]
struct Since {
    at: SimTime,
    border: SimTime,
}

impl Cell {
    /// Carries packets over lane `at` from `from` on: to the horizon, or to where the rest may pass in closed form; answers how far.
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
        self.strands[first..last].iter().map(|strand| strand.sent).sum()
    }

    fn take_seats(&mut self, scope: Scope<'_>, way: &Way) {
        self.strands.clear();
        self.asides.clear();
        self.members.clear();
        for &index in &way.flows {
            let flow = &self.flows[index as usize];
            let source = &scope.shared.sources[flow.source.0 as usize];
            let book = self.traffic.place(flow.traffic, &scope.shared.windows);
            self.members.push(Member { flow: index, strand: self.strands.len() as u32 });
            for (form, sized) in flow.forms().iter().enumerate() {
                let path = self.path(index, form);
                let is_meant = path.enter.is_ok_and(|host| source.is_meant_for(host, 0));
                let in_book = is_meant.then_some(book);
                if self.asides.last().is_none_or(|aside| aside.book != in_book) {
                    self.asides.push(Aside { book: in_book, delays: DelayRuns::default() });
                }
                self.strands.push(Strand {
                    length: sized.length,
                    kept_back: path.leave.err(),
                    verdict: path.enter,
                    is_meant,
                    book,
                    sent: 0,
                    refused: 0,
                    refused_for: None,
                    arrived: 0,
                    delays: self.asides.len() as u32 - 1,
                });
            }
        }
    }

    pub(super) fn race<'a>(&'a mut self, scope: Scope<'a>, way: &'a Way, at: usize, now: SimTime) -> Race<'a> {
        let lane = &mut self.lanes[at];
        let never = Since { at: now, border: SimTime::ZERO };
        let (is_faultless, is_watched) = (lane.link.is_faultless(), scope.shared.observing);
        let (traffic, records) = (&mut self.traffic, &mut self.records);
        Race {
            track: Track { scope, vpc: self.vpc, lane, traffic, records, is_watched, is_faultless },
            way,
            flows: &mut self.flows,
            members: &self.members,
            strands: &mut self.strands,
            asides: &mut self.asides,
            evicted: &mut self.evicted,
            merge: &mut self.merge,
            book: &mut self.book,
            bench: self.bench.as_deref_mut(),
            is_single: self.members.len() == 1,
            count: Count {
                offered: never,
                carried: never,
                carried_counts: Counts::default(),
                last_sent: now,
                last_arrival: SimTime::ZERO,
                borders: 0,
            },
        }
    }
}

impl Track<'_> {
    /// At the shaper and on the wire: when the packet arrives, if it does so before the horizon.
    #[inline]
    fn carry(&mut self, now: SimTime, flow: &Flow, strand: &mut Strand) -> Option<SimTime> {
        strand.sent += 1;
        if let Some(reason) = strand.kept_back {
            self.tell(flow, now, Place::Vpc(self.vpc), Err(reason));
            return None;
        }
        let lane = &mut *self.lane;
        let horizon = self.scope.horizon;
        lane.row_offered(now, strand.length);
        let departure = match lane.link.offer(now, strand.length) {
            Ok(departure) => departure,
            Err(reason) => {
                strand.refused += 1;
                strand.refused_for = Some(reason);
                lane.row_dropped(now);
                self.tell(flow, now, Place::Link(self.lane.link.id), Err(reason));
                return None;
            }
        };
        if departure > now {
            lane.waits(now);
        }
        let arrival = departure + lane.link.delay;
        if departure >= horizon {
            lane.link.keep_waiting(departure, flow.packet());
            return None;
        }
        if !self.is_faultless
            && let Err(reason) = lane.survives(self.scope, flow)
        {
            lane.dropped_one(departure, reason);
            self.traffic.at(strand.book).each(now, |c| c.drops.add(reason, 1));
            self.tell(flow, departure, Place::Link(self.lane.link.id), Err(reason));
            return None;
        }
        if arrival >= horizon {
            lane.link.keep_on_wire(arrival, flow.packet());
            return None;
        }
        lane.row_carried(arrival, strand.length);
        self.tell(flow, arrival, Place::Vpc(self.lane.link.far), strand.verdict);
        Some(arrival)
    }

    /// Those who watch see the packet end.
    #[inline]
    fn tell(&mut self, flow: &Flow, time: SimTime, place: Place, verdict: Result<HostId, DropReason>) {
        if self.is_watched {
            self.records.push(Record::of(time, &flow.packet(), place, verdict));
        }
    }

    /// Books delays of packets that were sent at `offered` and carried at `carried`, or behind those instants in front of a border.
    fn book_delays(&mut self, book: Option<usize>, delays: &DelayRun, offered: SimTime, carried: SimTime) {
        if delays.is_empty() {
            return;
        }
        self.lane.book.delayed_run(carried, delays);
        if let Some(book) = book {
            self.traffic.at(book).each(offered, |c| c.delay.record_run(delays));
        }
    }
}

impl Race<'_> {
    /// Carries up to `most` packets before `until`; answers how many, and when the next one is due, at the latest `until`.
    pub(super) fn run(&mut self, until: SimTime, most: u64) -> (u64, SimTime) {
        let mut looped = 0;
        let mut next = self.merge.first();
        loop {
            let (now, number) = next;
            if now >= until || looped == most {
                // A single sender does not touch the tree on its way.
                self.merge.set(number, now);
                return (looped, now.min(until));
            }
            looped += 1;
            if now >= self.count.offered.border {
                self.settle_strands();
                self.count.offered = Since { at: now, border: self.track.lane.border_after(self.way, now) };
                self.count.borders += 1;
            }
            self.count.last_sent = now;
            next = self.send(now, number);
        }
    }

    /// Books everything that was counted.
    pub(super) fn settle(mut self) {
        self.settle_strands();
        self.settle_carried();
    }

    /// For how long the same packets, the next of them `due` then, could come again and again and still stand in front of all borders
    /// and of `end`. A pattern may begin within an instant: then the last one of it is sent when the next is due.
    pub(super) fn room(&self, due: SimTime, end: SimTime) -> SimDuration {
        let Count { offered, carried, last_sent, last_arrival, borders, .. } = self.count;
        let (sent, ended) = self.strands.iter().fold((0, 0), |(sent, ended), strand| {
            (sent + strand.sent, ended + strand.arrived + strand.kept_back.map_or(strand.refused, |_| strand.sent))
        });
        let arrives = last_arrival > SimTime::ZERO;
        if borders > 1 + u32::from(arrives) || sent > ended {
            return SimDuration::ZERO;
        }
        let one = SimDuration::from_nanos(1);
        let until_sent = offered.border.min(end).since(last_sent + one).min(end.since(due));
        let until_carried = carried.border.min(self.track.scope.horizon).since(last_arrival + one);
        if arrives { until_sent.min(until_carried) } else { until_sent }
    }

    /// As if everything that was counted had come so many times.
    pub(super) fn multiply(&mut self, times: u64) {
        let Counts { packets, bytes } = self.count.carried_counts;
        self.count.carried_counts = Counts { packets: packets * times, bytes: bytes * times };
        for strand in self.strands.iter_mut() {
            strand.sent *= times;
            strand.refused *= times;
            strand.arrived *= times;
        }
        self.asides.iter_mut().for_each(|aside| aside.delays.multiply(times));
        self.evicted.iter_mut().for_each(|(_, run)| *run = run.times(times));
    }

    /// The packet of member `number` that is due; answers whose is the next and when.
    #[inline]
    fn send(&mut self, now: SimTime, number: u32) -> (SimTime, u32) {
        let Member { flow, strand } = self.members[number as usize];
        let flow = &mut self.flows[flow as usize];
        let at = strand as usize + flow.upcoming();
        if let Some(bench) = &mut self.bench {
            flow.make(&mut bench[at % BENCH]);
        }
        let arrival = self.track.carry(now, flow, &mut self.strands[at]);
        flow.step();
        let next = if self.is_single { (flow.next_wake(), 0) } else { self.merge.set(number, flow.next_wake()) };
        if let Some(arrival) = arrival {
            self.arrive(now, arrival, at);
        }
        next
    }

    /// At the far end.
    #[inline]
    fn arrive(&mut self, now: SimTime, arrival: SimTime, at: usize) {
        if arrival >= self.count.carried.border {
            self.settle_carried();
            self.count.borders += 1;
            self.count.carried = Since { at: arrival, border: self.track.lane.border_after(self.way, arrival) };
        }
        let strand = &mut self.strands[at];
        self.count.carried_counts.add(Counts::of(1, strand.length));
        self.count.last_arrival = arrival;
        strand.arrived += 1;
        let aside = &mut self.asides[strand.delays as usize];
        if let Some(evicted) = aside.delays.add(arrival.since(now)) {
            self.evicted.push((aside.book, evicted));
        }
    }

    /// Books what left the far end since the last border.
    fn settle_carried(&mut self) {
        self.track.lane.carried(self.count.carried.at, std::mem::take(&mut self.count.carried_counts));
        self.settle_delays();
    }

    /// Books what was sent since the last border.
    fn settle_strands(&mut self) {
        self.settle_delays();
        for strand in self.strands.iter_mut().filter(|s| s.sent > 0) {
            strand.settle(self.count.offered.at, self.track.lane, self.book, self.track.traffic);
        }
    }

    /// Books the delays that were counted aside, before either border is passed.
    fn settle_delays(&mut self) {
        let ended = self.asides.iter_mut().flat_map(|aside| aside.delays.end().map(|run| (aside.book, run)));
        for (book, run) in self.evicted.drain(..).chain(ended) {
            self.track.book_delays(book, &run, self.count.offered.at, self.count.carried.at);
        }
    }
}

impl Strand {
    /// Books what was counted of it, all sent at `since` or behind it in front of a border.
    fn settle(&mut self, since: SimTime, lane: &mut Lane, book: &mut VpcBook, traffic: &mut TrafficBooks) {
        let (sent, arrived) = (Counts::of(self.sent, self.length), Counts::of(self.arrived, self.length));
        book.emitted += self.sent;
        let dropped = match (self.kept_back, self.refused_for) {
            (Some(reason), _) => {
                book.drops.add(reason, self.sent);
                Some((reason, self.sent))
            }
            (None, refused_for) => {
                lane.offered(since, sent);
                refused_for.map(|reason| (reason, self.refused)).inspect(|(reason, n)| lane.dropped(since, *reason, *n))
            }
        };
        lane.book.far.ended(self.verdict, self.arrived);
        traffic.at(self.book).each(since, |c| {
            c.sent.add(sent);
            if let Some((reason, count)) = dropped {
                c.drops.add(reason, count);
            }
            attribute::originals(c, self.is_meant, self.verdict, arrived);
        });
        (self.sent, self.refused, self.arrived) = (0, 0, 0);
    }
}
