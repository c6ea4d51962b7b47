//! A cell on its own: nothing that happens elsewhere reaches it, and nobody reacts to what it sends, so that each of
//! its ways is carried to the horizon one after the other. Here is what never waits: senders whose packets all take
//! equally long, or end where they begin. Links with a bucket are `shaped.rs`'s.

use super::super::attribute;
use super::super::books::Counts;
use super::super::flow::{Path, Turn};
use super::super::observe::{Place, Record};
use super::super::options::Mode;
use super::super::shared::Scope;
use super::super::windows::edge_after;
use super::Cell;
use super::burst::{self, BURST};
use super::ways::{To, Way};
use crate::dataplane::packet::Packet;
use crate::dataplane::router::Exit;
use crate::model::Verdict;
use crate::units::{SimDuration, SimTime};

impl Cell {
    /// Lets everything happen between `from`, where the cell stands, and the horizon.
    pub(in crate::engine) fn run_alone(&mut self, scope: Scope<'_>, from: SimTime) {
        self.settle_links(scope);
        if self.has_replay {
            self.call_senders();
        }
        // Packets inside the VPC that an earlier advance left, and senders that are events.
        self.run(scope, scope.horizon);
        if self.is_eventful {
            return;
        }
        self.settle_trains(scope);
        self.find_ways(scope);
        if self.bench.is_none() && scope.shared.mode == Mode::Packets {
            self.bench = Some(burst::bench());
        }
        let mut ways = std::mem::take(&mut self.ways.all);
        for way in &mut ways {
            match way.to {
                To::Silence => self.stay_silent(way, scope.horizon),
                To::Nowhere | To::Local => self.pass_through(scope, way, scope.horizon),
                To::Lane(lane) => {
                    self.run_lane(scope, way, lane as usize, from);
                    self.hold(lane as usize);
                }
            }
        }
        self.ways.all = ways;
    }

    /// The clocks of a stopped host's senders run on, so that later packets are the same whether it was down or not.
    fn stay_silent(&mut self, way: &Way, until: SimTime) {
        for &index in &way.flows {
            let flow = &mut self.flows[index as usize];
            if flow.is_run() {
                flow.skip(flow.count_before(until));
            }
            while flow.next_wake() < until {
                flow.step();
            }
        }
    }

    /// Sees off all packets sent before `until` on a way on which none waits: one sender after the other, stretch by
    /// stretch.
    pub(super) fn pass_through(&mut self, scope: Scope<'_>, way: &Way, until: SimTime) {
        let delay = match way.to {
            To::Lane(_) | To::Local => self.delay(scope, way.lane()),
            To::Silence | To::Nowhere => SimDuration::ZERO,
        };
        // Sent from here on, a packet does not arrive before the horizon.
        let late = SimTime::from_nanos(scope.horizon.as_nanos().saturating_sub(delay.as_nanos()));
        for &index in &way.flows {
            let mut at = self.flows[index as usize].next_wake();
            while at < until {
                let end = self.border(scope, way.lane(), index, at, delay).min(until);
                let is_late = at >= late;
                let stretch = Stretch { at, end: if is_late { end } else { end.min(late) }, delay, is_late };
                self.pass_stretch(scope, way, index, stretch);
                at = self.flows[index as usize].next_wake();
            }
        }
        if let (To::Lane(lane), true) = (way.to, way.flows.len() > 1) {
            self.lanes[lane as usize].link.order_wire();
        }
    }

    /// How long packets are on their way over lane `at`, or inside the VPC.
    pub(super) fn delay(&self, scope: Scope<'_>, at: Option<usize>) -> SimDuration {
        at.map_or(scope.view.network.rules.local_delay, |at| self.lanes[at].link.delay)
    }

    /// Where the next border of a book lies that a packet of this sender, sent after `sent`, could cross then or
    /// `delay` later.
    pub(super) fn border(
        &self,
        scope: Scope<'_>,
        lane: Option<usize>,
        index: u32,
        sent: SimTime,
        delay: SimDuration,
    ) -> SimTime {
        let of_entry = edge_after(&scope.shared.edges[self.flows[index as usize].traffic.index()], sent);
        let Some(lane) = lane.map(|at| &self.lanes[at]) else { return of_entry };
        let carried = lane.own_border_after(sent + delay).as_nanos().saturating_sub(delay.as_nanos());
        of_entry.min(lane.own_border_after(sent)).min(SimTime::from_nanos(carried))
    }

    fn pass_stretch(&mut self, scope: Scope<'_>, way: &Way, index: u32, stretch: Stretch) {
        let flow = &mut self.flows[index as usize];
        let forms = flow.forms().len();
        let is_counted = scope.shared.mode == Mode::Runs && flow.is_run();
        let is_seen = scope.shared.observing || stretch.is_late && !is_counted;
        if forms == 1 && !is_seen {
            let first = flow.turn().sequence;
            let count = if is_counted {
                let count = flow.count_before(stretch.end);
                flow.skip(count);
                self.effort.closed += count;
                count
            } else {
                self.send_each(index, stretch.end)
            };
            let is_on_its_way = self.settle(scope, index, 0, stretch, count);
            if is_on_its_way {
                self.trains_on(way.lane()).add(index, first, count);
            }
            return;
        }
        while self.flows[index as usize].next_wake() < stretch.end {
            let flow = &self.flows[index as usize];
            let (form, one) = (flow.upcoming(), Stretch { at: flow.next_wake(), ..stretch });
            if is_seen {
                self.show(scope, way, index, one);
            }
            self.flows[index as usize].step();
            self.effort.looped += 1;
            self.settle(scope, index, form, one, 1);
        }
    }

    /// Sends packets of one size one by one, and makes each whole if that is wanted; answers how many.
    fn send_each(&mut self, index: u32, end: SimTime) -> u64 {
        let flow = &mut self.flows[index as usize];
        let mut burst = [Turn::default(); BURST];
        let mut count = 0;
        loop {
            let drawn = burst::draw(flow, end, &mut burst, self.bench.as_deref_mut());
            if drawn.is_empty() {
                self.effort.looped += count;
                return count;
            }
            count += drawn.len() as u64;
        }
    }

    /// Somebody sees the packet that is due: an observer, or the next advance.
    fn show(&mut self, scope: Scope<'_>, way: &Way, index: u32, stretch: Stretch) {
        let flow = &self.flows[index as usize];
        let (packet, path) = (flow.packet(), self.path(index, flow.upcoming()));
        let arrival = stretch.at + stretch.delay;
        match (path.leave, way.to) {
            (Err(reason), _) => self.record(scope, stretch.at, &packet, Place::Vpc(self.vpc), Err(reason)),
            (Ok(Exit::Over(link)), To::Lane(lane)) => {
                let link_state = &mut self.lanes[lane as usize].link;
                let far = link_state.far;
                match link_state.treats_all_alike() {
                    Some(Err(reason)) => self.record(scope, stretch.at, &packet, Place::Link(link), Err(reason)),
                    _ if stretch.is_late => link_state.keep_on_wire(arrival, packet),
                    _ => self.record(scope, arrival, &packet, Place::Vpc(far), path.enter),
                }
            }
            _ if stretch.is_late => self.keep_inside(arrival, packet),
            _ => self.record(scope, arrival, &packet, Place::Vpc(self.vpc), path.enter),
        }
    }

    pub(super) fn path(&self, index: u32, form: usize) -> Path {
        let found = self.flows[index as usize].forms()[form].path;
        found.expect("the ways of this epoch were found, with a path for every form")
    }

    pub(super) fn record(&mut self, scope: Scope<'_>, time: SimTime, packet: &Packet, place: Place, verdict: Verdict) {
        if scope.shared.observing {
            self.records.push(Record::of(time, packet, place, verdict));
        }
    }

    /// Books `count` equal packets of a stretch: that they were sent, and how they ended unless they are still on their
    /// way, which is answered.
    fn settle(&mut self, scope: Scope<'_>, index: u32, form: usize, stretch: Stretch, count: u64) -> bool {
        let (flow, path) = (&self.flows[index as usize], self.path(index, form));
        let counts = Counts::of(count, flow.forms()[form].length);
        let Stretch { at, delay, is_late, .. } = stretch;
        self.book.emitted += count;
        let book = self.traffic.of(flow.traffic, &scope.shared.edges);
        book.each(at, |c| c.sent.add(counts));
        let lane = match path.leave {
            Err(reason) => {
                self.book.ended(Err(reason), count);
                book.each(at, |c| c.drops.add(reason, count));
                return false;
            }
            Ok(Exit::Local(_)) => None,
            Ok(Exit::Over(link)) => {
                let lane_at = scope.shared.lanes[link.index()] as usize;
                let lane = &mut self.lanes[lane_at];
                lane.offered(at, counts);
                if let Some(Err(reason)) = lane.link.treats_all_alike() {
                    lane.dropped(at, reason, count);
                    book.each(at, |c| c.drops.add(reason, count));
                    return false;
                }
                Some(lane_at)
            }
        };
        if !is_late {
            self.land(scope, lane, index, Landed { sent: at, delay, counts }, path.enter);
        }
        is_late
    }

    /// Books that equal packets of one sender came over lane `at`, or through the VPC, and what became of them there.
    pub(super) fn land(&mut self, scope: Scope<'_>, at: Option<usize>, index: u32, landed: Landed, verdict: Verdict) {
        let Landed { sent, delay, counts } = landed;
        match at.map(|at| &mut self.lanes[at]) {
            Some(lane) => {
                lane.carried(sent + delay, counts);
                lane.book.delayed(sent + delay, delay, counts.packets);
                lane.book.far.ended(verdict, counts.packets);
            }
            None => self.book.ended(verdict, counts.packets),
        }
        let flow = &self.flows[index as usize];
        let source = &scope.shared.sources[flow.source.0 as usize];
        // Whatever the sequence: no replay is here.
        let is_meant = verdict.is_ok_and(|host| source.is_meant_for(host, 0));
        self.traffic.of(flow.traffic, &scope.shared.edges).each(sent, |c| {
            attribute::originals(c, is_meant, verdict, counts);
            if is_meant {
                c.delay.record(delay, counts.packets);
            }
        });
    }
}

/// Equal packets of one sender between whose sending and landing no border of a book lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Landed {
    /// When the first was sent.
    pub sent: SimTime,
    /// How long each was on its way.
    pub delay: SimDuration,
    pub counts: Counts,
}

/// Packets of one sender between which no border of a book lies.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// When the first goes.
    at: SimTime,
    end: SimTime,
    /// How long each is on its way.
    delay: SimDuration,
    /// They arrive after the horizon.
    is_late: bool,
}
