//! A link with a bucket, its senders merged: packets meet the shaper one by one in the order of time, without events. What they add up
//! to is booked when the next border of a book is reached. Whether a stretch needs this at all is `conform.rs`'s to say.

use super::super::attribute;
use super::super::books::Counts;
use super::super::observe::Place;
use super::super::options::Mode;
use super::super::shared::Scope;
use super::Cell;
use super::alone::BENCH;
use super::ways::Way;
use crate::dataplane::DropReason;
use crate::model::HostId;
use crate::units::SimTime;

/// After so many packets it is asked anew whether the rest can pass in closed form.
const PATIENCE: u64 = 1024;

/// One sender's packets of one size on a link: what is the same for all of them, and how many there were since the last border.
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
}

/// Who sends on a link: a flow and the place of the first of its strands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    flow: u32,
    strand: u32,
}

/// Counted up to a border of the books.
#[derive(Debug, Clone, Copy)]
struct Since {
    at: SimTime,
    border: SimTime,
}

impl Cell {
    /// Carries packets over lane `at` from `from` on: to the horizon, or to where the rest may pass in closed form; answers how far.
    pub(super) fn run_shaped(&mut self, scope: Scope<'_>, way: &Way, at: usize, from: SimTime) -> SimTime {
        self.take_seats(scope, way);
        let mut offered = Since { at: from, border: self.border_after(way, from) };
        let mut carried = Since { at: from, border: SimTime::ZERO };
        let mut counts = Counts::default();
        let mut looped = 0;
        let reached = loop {
            let (now, number) = self.merge.first();
            if now >= scope.horizon {
                break scope.horizon;
            }
            if now >= offered.border {
                self.settle_strands(at, offered.at);
                offered = Since { at: now, border: self.border_after(way, now) };
            }
            if looped % PATIENCE == PATIENCE - 1 && self.conforming_until(scope, way, at, now).0 > now {
                break now;
            }
            looped += 1;
            if let Some((arrival, length)) = self.send(scope, at, now, number) {
                if arrival >= carried.border {
                    self.lanes[at].carried(carried.at, std::mem::take(&mut counts));
                    carried = Since { at: arrival, border: self.border_after(way, arrival) };
                }
                counts.add(Counts::of(1, length));
            }
        };
        self.lanes[at].carried(carried.at, counts);
        self.settle_strands(at, offered.at);
        self.effort.looped += looped;
        reached
    }

    fn take_seats(&mut self, scope: Scope<'_>, way: &Way) {
        self.strands.clear();
        self.members.clear();
        for &index in &way.flows {
            let flow = &self.flows[index as usize];
            let source = &scope.shared.sources[flow.source.0 as usize];
            let book = self.traffic.place(flow.traffic, &scope.shared.windows);
            self.members.push(Member { flow: index, strand: self.strands.len() as u32 });
            for (form, sized) in flow.forms().iter().enumerate() {
                let path = self.path(index, form);
                self.strands.push(Strand {
                    length: sized.length,
                    kept_back: path.leave.err(),
                    verdict: path.enter,
                    is_meant: path.enter.is_ok_and(|host| source.is_meant_for(host, 0)),
                    book,
                    sent: 0,
                    refused: 0,
                    refused_for: None,
                    arrived: 0,
                });
            }
        }
        self.merge.reset(way.flows.iter().map(|f| self.flows[*f as usize].next_wake()));
    }

    /// The packet of member `number` that is due: at the shaper, on the wire, at its end. Answers when and how long it arrives, if it
    /// does so before the horizon.
    #[inline]
    fn send(&mut self, scope: Scope<'_>, at: usize, now: SimTime, number: u32) -> Option<(SimTime, u16)> {
        let Member { flow, strand } = self.members[number as usize];
        let flow = &mut self.flows[flow as usize];
        let strand = &mut self.strands[strand as usize + flow.upcoming()];
        let lane = &mut self.lanes[at];
        if scope.shared.mode == Mode::Packets {
            self.bench[number as usize % BENCH] = flow.packet();
        }
        strand.sent += 1;
        let link = Place::Link(lane.link.id);
        let mut end = None;
        let mut arrived = None;
        if let Some(reason) = strand.kept_back {
            end = Some((now, Place::Vpc(self.vpc), Err(reason)));
        } else {
            lane.row_offered(now, strand.length);
            match lane.link.offer(now, strand.length) {
                Err(reason) => {
                    strand.refused += 1;
                    strand.refused_for = Some(reason);
                    lane.row_dropped(now);
                    end = Some((now, link, Err(reason)));
                }
                Ok(departure) => {
                    if departure > now {
                        lane.waits(now);
                    }
                    let arrival = departure + lane.link.delay;
                    if departure >= scope.horizon {
                        lane.link.keep_waiting(departure, flow.packet());
                    } else if let Err(reason) = lane.survives(scope, flow) {
                        lane.dropped_one(departure, reason);
                        self.traffic.at(strand.book).each(now, |c| c.drops.add(reason, 1));
                        end = Some((departure, link, Err(reason)));
                    } else if arrival >= scope.horizon {
                        lane.link.keep_on_wire(arrival, flow.packet());
                    } else {
                        strand.arrived += 1;
                        lane.book.delayed(arrival, arrival.since(now), 1);
                        lane.row_carried(arrival, strand.length);
                        if strand.is_meant {
                            self.traffic.at(strand.book).each(now, |c| c.delay.record(arrival.since(now), 1));
                        }
                        arrived = Some((arrival, strand.length));
                        end = Some((arrival, Place::Vpc(lane.link.far), strand.verdict));
                    }
                }
            }
        }
        if scope.shared.observing
            && let Some((time, place, verdict)) = end
        {
            let packet = flow.packet();
            self.record(scope, time, &packet, place, verdict);
        }
        let Member { flow, .. } = self.members[number as usize];
        let flow = &mut self.flows[flow as usize];
        flow.step();
        self.merge.set(number, flow.next_wake());
        arrived
    }

    /// Books what was counted since `at`, where no border of a book lies in between.
    fn settle_strands(&mut self, at: usize, since: SimTime) {
        let lane = &mut self.lanes[at];
        for strand in self.strands.iter_mut().filter(|s| s.sent > 0) {
            let (sent, arrived) = (Counts::of(strand.sent, strand.length), Counts::of(strand.arrived, strand.length));
            self.book.emitted += strand.sent;
            let refused = strand.kept_back.map(|reason| (reason, strand.sent));
            match refused {
                Some((reason, count)) => self.book.drops.add(reason, count),
                None => lane.offered(since, sent),
            }
            let refused = refused.or(strand.refused_for.map(|reason| (reason, strand.refused)));
            if let (Some((reason, count)), None) = (refused, strand.kept_back) {
                lane.dropped(since, reason, count);
            }
            lane.book.far.ended(strand.verdict, strand.arrived);
            self.traffic.at(strand.book).each(since, |c| {
                c.sent.add(sent);
                if let Some((reason, count)) = refused {
                    c.drops.add(reason, count);
                }
                attribute::originals(c, strand.is_meant, strand.verdict, arrived);
            });
            (strand.sent, strand.refused, strand.arrived) = (0, 0, 0);
        }
    }
}
