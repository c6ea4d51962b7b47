//! The race of one link's senders for its bucket: the loop over their packets in the order of time, each drawn from its
//! sender, offered to the shaper and landed at the far end. What packets add up to is counted, and booked when the next
//! border of a book is reached. Does not decide how far to race: that is `shaped.rs`'s.

use super::super::attribute;
use super::super::books::{Counts, TrafficBooks, VpcBook};
use super::super::delay::{DelayRun, DelayRuns};
use super::super::flow::{Flow, Turn};
use super::super::observe::{Place, Record};
use super::super::shared::Scope;
use super::burst::{self, BURST, Bench};
use super::lane::Lane;
use super::merge::Merge;
use super::ways::Way;
use crate::dataplane::packet::Packet;
use crate::model::{DropReason, Verdict, VpcId};
use crate::units::{SimDuration, SimTime};

/// One sender's packets of one size on a link: what is the same for all of them, and what came of them since the last
/// border.
#[derive(Debug)]
pub(super) struct Strand {
    pub flow: u32,
    pub length: u16,
    /// Why none leaves its router, if so.
    pub kept_back: Option<DropReason>,
    pub verdict: Verdict,
    /// The far host is the one they name.
    pub is_meant: bool,
    /// Place of the traffic entry's book.
    pub book: usize,
    /// Where its delays are counted aside.
    pub delays: u32,
    pub tally: Tally,
}

/// What came of a strand's packets since the last border.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub sent: u64,
    refused: u64,
    refused_for: Option<DropReason>,
    arrived: u64,
}

/// Delays that were counted aside, of strands that stand in the same book.
#[derive(Debug)]
pub(super) struct Aside {
    /// Place of the traffic entry's book; none if they stand in the link's alone.
    pub book: Option<usize>,
    pub delays: DelayRuns,
}

/// Who sends on a link: a flow and the place of the first of its strands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub flow: u32,
    pub strand: u32,
}

/// The loop over one link's packets: who sends, and what is counted up to the next border of a book.
pub(super) struct Race<'a> {
    pub scope: Scope<'a>,
    pub vpc: VpcId,
    pub way: &'a Way,
    pub lane: &'a mut Lane,
    pub traffic: &'a mut TrafficBooks,
    pub records: &'a mut Vec<Record>,
    pub flows: &'a mut [Flow],
    pub members: &'a [Member],
    pub strands: &'a mut [Strand],
    pub asides: &'a mut [Aside],
    pub evicted: &'a mut Vec<(Option<usize>, DelayRun)>,
    pub merge: &'a mut Merge,
    pub book: &'a mut VpcBook,
    /// Where every packet is made whole, if that is wanted.
    pub bench: Option<&'a mut Bench>,
    /// Nobody looks at packets or between two of them, and none is lost on the way.
    pub is_plain: bool,
    pub count: Count,
}

/// Up to where a race may count before it must book, and how far it got.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    offered: Since,
    carried: Since,
    last_sent: SimTime,
    last_arrival: SimTime,
    /// How many borders were passed.
    borders: u32,
}

/// Where counting began, and the border of the books up to which it may go on; the border is 0 if nothing came yet.
#[derive(Debug, Clone, Copy, Default)]
struct Since {
    at: SimTime,
    border: SimTime,
}

impl Count {
    /// Nothing yet, at `now`.
    pub(super) fn new(now: SimTime) -> Count {
        let (offered, carried) = (Since::default(), Since::default());
        Count { offered, carried, last_sent: now, last_arrival: SimTime::ZERO, borders: 0 }
    }
}

impl Race<'_> {
    /// Carries up to `most` packets before `until`; answers how many, and when the next one is due, at the latest
    /// `until`.
    pub(super) fn run(&mut self, until: SimTime, most: u64) -> (u64, SimTime) {
        let mut looped = 0;
        loop {
            let now = self.due();
            if now >= until || looped == most {
                return (looped, now.min(until));
            }
            if now >= self.count.offered.border {
                self.pass_border(self.count.offered);
                self.count.offered = Since { at: now, border: self.lane.border_after(self.way, now) };
            }
            let end = until.min(self.count.offered.border);
            looped += match *self.members {
                [only] => self.run_single(only, end, most - looped),
                _ => self.run_merged(end, most - looped),
            };
        }
    }

    /// When the next packet goes.
    fn due(&self) -> SimTime {
        match self.members {
            [only] => self.flows[only.flow as usize].next_wake(),
            _ => self.merge.first().0,
        }
    }

    /// Carries up to `most` packets of an only sender before `end`; answers how many.
    fn run_single(&mut self, Member { flow, strand }: Member, end: SimTime, most: u64) -> u64 {
        let mut burst = [Turn::default(); BURST];
        let mut looped = 0;
        loop {
            let room = BURST.min((most - looped) as usize);
            let flow = &mut self.flows[flow as usize];
            let drawn = burst::draw(flow, end, &mut burst[..room], self.bench.as_deref_mut());
            if drawn.is_empty() {
                return looped;
            }
            looped += drawn.len() as u64;
            for turn in drawn {
                self.send(turn, strand + turn.form);
            }
        }
    }

    /// Carries up to `most` packets of all senders before `end`, in the order of time; answers how many.
    fn run_merged(&mut self, end: SimTime, most: u64) -> u64 {
        let mut looped = 0;
        let (mut now, mut number) = self.merge.first();
        while now < end && looped < most {
            let Member { flow, strand } = self.members[number as usize];
            let flow = &mut self.flows[flow as usize];
            let turn = flow.turn();
            if let Some(bench) = &mut self.bench {
                flow.make(&turn, &mut bench[looped as usize % BURST]);
            }
            flow.step();
            let next = flow.next_wake();
            self.send(&turn, strand + turn.form);
            (now, number) = self.merge.set(number, next);
            looped += 1;
        }
        looped
    }

    // The stages of a packet, inlined into both loops: as calls they make fifty senders a tenth slower (`shared-50`).

    /// From its sender: strand `at` sends the packet of `turn`.
    #[inline(always)]
    fn send(&mut self, turn: &Turn, at: u32) {
        self.count.last_sent = turn.at;
        let strand = &mut self.strands[at as usize];
        strand.tally.sent += 1;
        if let Some(reason) = strand.kept_back {
            return self.tell(turn, at, turn.at, Place::Vpc(self.vpc), Err(reason));
        }
        let length = strand.length;
        if !self.is_plain {
            self.lane.row_offered(turn.at, length);
        }
        match self.lane.link.offer(turn.at, length) {
            Ok(departure) => self.land(turn, at, departure),
            Err(reason) => self.refuse(turn, at, reason),
        }
    }

    #[inline(always)]
    fn refuse(&mut self, turn: &Turn, at: u32, reason: DropReason) {
        let tally = &mut self.strands[at as usize].tally;
        tally.refused += 1;
        tally.refused_for = Some(reason);
        if !self.is_plain {
            self.lane.row_dropped(turn.at);
            self.tell(turn, at, turn.at, Place::Link(self.lane.link.id), Err(reason));
        }
    }

    /// At the far end, if it gets there before the horizon.
    #[inline(always)]
    fn land(&mut self, turn: &Turn, at: u32, departure: SimTime) {
        let arrival = departure + self.lane.link.delay;
        if (!self.is_plain || arrival >= self.scope.horizon) && !self.gets_through(turn, at, departure, arrival) {
            return;
        }
        if arrival >= self.count.carried.border {
            self.pass_border(self.count.carried);
            self.count.carried = Since { at: arrival, border: self.lane.border_after(self.way, arrival) };
        }
        self.count.last_arrival = arrival;
        let strand = &mut self.strands[at as usize];
        strand.tally.arrived += 1;
        let aside = &mut self.asides[strand.delays as usize];
        if let Some(evicted) = aside.delays.add(arrival.since(turn.at)) {
            self.evicted.push((aside.book, evicted));
        }
    }

    /// Whether a packet that departs is at the far end before the horizon. If not, it is lost or kept on the link.
    #[cold]
    fn gets_through(&mut self, turn: &Turn, at: u32, departure: SimTime, arrival: SimTime) -> bool {
        self.lane.row_queued(turn.at);
        let (packet, horizon) = (self.packet(turn, at), self.scope.horizon);
        if departure >= horizon {
            self.lane.link.keep_waiting(departure, packet);
            return false;
        }
        let Strand { book, verdict, length, .. } = self.strands[at as usize];
        if let Err(reason) = self.lane.survives(self.scope, &packet) {
            self.lane.dropped_one(departure, reason);
            self.traffic.at(book).each(turn.at, |c| c.drops.add(reason, 1));
            self.tell(turn, at, departure, Place::Link(self.lane.link.id), Err(reason));
            return false;
        }
        if arrival >= horizon {
            self.lane.link.keep_on_wire(arrival, packet);
            return false;
        }
        self.lane.row_carried(arrival, length);
        self.tell(turn, at, arrival, Place::Vpc(self.lane.link.far), verdict);
        true
    }

    /// The packet, whole.
    fn packet(&self, turn: &Turn, at: u32) -> Packet {
        self.flows[self.strands[at as usize].flow as usize].packet_of(turn)
    }

    /// Those who watch see the packet end.
    fn tell(&mut self, turn: &Turn, at: u32, time: SimTime, place: Place, verdict: Verdict) {
        if self.scope.shared.observing {
            self.records.push(Record::of(time, &self.packet(turn, at), place, verdict));
        }
    }

    /// Counting begins anew behind a border, if there was one.
    #[cold]
    fn pass_border(&mut self, passed: Since) {
        if passed.border > SimTime::ZERO {
            self.book_counts();
            self.count.borders += 1;
        }
    }

    /// For how long the same packets, the next of them `due` then, could come again and again and still stand in front
    /// of all borders and of `end`. A pattern may begin within an instant: then the last one of it is sent when the
    /// next is due.
    pub(super) fn room(&self, due: SimTime, end: SimTime) -> SimDuration {
        let Count { offered, carried, last_sent, last_arrival, borders, .. } = self.count;
        let (sent, ended) = self
            .strands
            .iter()
            .fold((0, 0), |(sent, ended), strand| (sent + strand.tally.sent, ended + strand.ended()));
        if borders > 0 || sent > ended {
            return SimDuration::ZERO;
        }
        let one = SimDuration::from_nanos(1);
        let until_sent = offered.border.min(end).since(last_sent + one).min(end.since(due));
        let until_carried = carried.border.min(self.scope.horizon).since(last_arrival + one);
        if last_arrival > SimTime::ZERO { until_sent.min(until_carried) } else { until_sent }
    }

    /// As if everything that was counted had come so many times.
    pub(super) fn multiply(&mut self, times: u64) {
        for Strand { tally, .. } in self.strands.iter_mut() {
            tally.sent *= times;
            tally.refused *= times;
            tally.arrived *= times;
        }
        self.asides.iter_mut().for_each(|aside| aside.delays.multiply(times));
        self.evicted.iter_mut().for_each(|(_, run)| *run = run.times(times));
    }

    /// Books everything that was counted.
    pub(super) fn settle(mut self) {
        self.lane.queued();
        self.book_counts();
    }

    /// Books what was counted: no border of the sending side or of the far one lies in it.
    fn book_counts(&mut self) {
        let (offered, carried) = (self.count.offered.at, self.count.carried.at);
        for strand in self.strands.iter_mut().filter(|s| s.tally.sent + s.tally.arrived > 0) {
            strand.settle((offered, carried), self.lane, self.book, self.traffic);
        }
        for Aside { book, delays } in self.asides.iter_mut() {
            let Some(span) = delays.span() else { continue };
            self.lane.book.each(carried, |c| c.delay.record_span(span));
            if let Some(book) = *book {
                self.traffic.at(book).each(offered, |c| c.delay.record_span(span));
            }
            delays.end(|run| self.evicted.push((*book, run)));
        }
        for (book, run) in self.evicted.drain(..).filter(|(_, run)| !run.is_empty()) {
            self.lane.book.each(carried, |c| c.delay.record_run(run));
            if let Some(book) = book {
                self.traffic.at(book).each(offered, |c| c.delay.record_run(run));
            }
        }
    }
}

impl Strand {
    /// How many of its packets are known to have ended.
    fn ended(&self) -> u64 {
        let Tally { sent, refused, arrived, .. } = self.tally;
        if self.kept_back.is_some() { sent } else { refused + arrived }
    }

    /// Books what was counted of it: all sent at `offered` and arrived at `carried`, or behind those instants in front
    /// of a border.
    fn settle(
        &mut self,
        (offered, carried): (SimTime, SimTime),
        lane: &mut Lane,
        book: &mut VpcBook,
        traffic: &mut TrafficBooks,
    ) {
        let Tally { sent, refused, refused_for, arrived } = std::mem::take(&mut self.tally);
        let (sent_counts, arrived_counts) = (Counts::of(sent, self.length), Counts::of(arrived, self.length));
        book.emitted += sent;
        let dropped = match self.kept_back {
            Some(reason) => {
                book.drops.add(reason, sent);
                Some((reason, sent))
            }
            None => {
                lane.offered(offered, sent_counts);
                refused_for.map(|reason| (reason, refused)).inspect(|(reason, n)| lane.dropped(offered, *reason, *n))
            }
        };
        if arrived > 0 {
            lane.carried(carried, arrived_counts);
            lane.book.far.ended(self.verdict, arrived);
        }
        traffic.at(self.book).each(offered, |c| {
            c.sent.add(sent_counts);
            if let Some((reason, count)) = dropped {
                c.drops.add(reason, count);
            }
            attribute::originals(c, self.is_meant, self.verdict, arrived_counts);
        });
    }
}
