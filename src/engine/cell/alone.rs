//! A cell on its own: nothing that happens elsewhere reaches it, and nobody reacts to what it sends, so that each of its ways is
//! carried to the horizon one after the other. Here is what never waits: senders whose packets all take equally long, or end where they
//! begin. Links with a bucket are `shaped.rs`'s.

use super::super::arrival::Arrival;
use super::super::attribute;
use super::super::books::Counts;
use super::super::flow::{Path, Turn};
use super::super::observe::{Place, Record};
use super::super::options::Mode;
use super::super::shared::Scope;
use super::Cell;
use super::burst::{self, BURST};
use super::ways::{To, Way};
use crate::dataplane::DropReason;
use crate::dataplane::packet::Packet;
use crate::dataplane::router::Exit;
use crate::model::HostId;
use crate::units::{SimDuration, SimTime};
use std::cmp::Reverse;

impl Cell {
    /// Lets everything happen between `from`, where the cell stands, and the horizon.
    pub(in crate::engine) fn run_alone(&mut self, scope: Scope<'_>, from: SimTime) {
        self.settle_links(scope);
        self.run(scope, scope.horizon); // packets inside the VPC that an earlier advance left
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

    /// Sees off all packets sent before `until` on a way on which none waits: one sender after the other, stretch by stretch.
    pub(super) fn pass_through(&mut self, scope: Scope<'_>, way: &Way, until: SimTime) {
        let delay = match way.to {
            To::Lane(lane) => self.lanes[lane as usize].link.delay,
            To::Local => scope.view.network.rules.local_delay,
            To::Silence | To::Nowhere => SimDuration::ZERO,
        };
        // Sent from here on, a packet does not arrive before the horizon.
        let late = SimTime::from_nanos(scope.horizon.as_nanos().saturating_sub(delay.as_nanos()));
        for &index in &way.flows {
            let mut at = self.flows[index as usize].next_wake();
            while at < until {
                let end = self.border(way, at, delay).min(until);
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

    /// Where the next border of a book lies that a packet sent after `at` could cross, now or `delay` later.
    fn border(&self, way: &Way, at: SimTime, delay: SimDuration) -> SimTime {
        let sent = self.border_after(way, at);
        let carried = self.border_after(way, at + delay);
        sent.min(SimTime::from_nanos(carried.as_nanos().saturating_sub(delay.as_nanos())))
    }

    fn border_after(&self, way: &Way, t: SimTime) -> SimTime {
        match way.to {
            To::Lane(lane) => self.lanes[lane as usize].border_after(way, t),
            _ => way.edge_after(t),
        }
    }

    fn pass_stretch(&mut self, scope: Scope<'_>, way: &Way, index: u32, stretch: Stretch) {
        let flow = &mut self.flows[index as usize];
        let forms = flow.forms().len();
        let is_seen = stretch.is_late || scope.shared.observing;
        if forms == 1 && !is_seen {
            let count = if scope.shared.mode == Mode::Runs && flow.is_run() {
                let count = flow.count_before(stretch.end);
                flow.skip(count);
                self.effort.closed += count;
                count
            } else {
                self.send_each(index, stretch.end)
            };
            return self.settle(scope, index, 0, stretch, count);
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
            _ if stretch.is_late => {
                self.local_sequence += 1;
                let sequence = self.local_sequence;
                self.arrivals.push(Reverse(Arrival { time: arrival, link: None, sequence, packet }));
            }
            _ => self.record(scope, arrival, &packet, Place::Vpc(self.vpc), path.enter),
        }
    }

    pub(super) fn path(&self, index: u32, form: usize) -> Path {
        let found = self.flows[index as usize].forms()[form].path;
        found.expect("the ways of this epoch were found, with a path for every form")
    }

    pub(super) fn record(
        &mut self,
        scope: Scope<'_>,
        time: SimTime,
        packet: &Packet,
        place: Place,
        verdict: Result<HostId, DropReason>,
    ) {
        if scope.shared.observing {
            self.records.push(Record::of(time, packet, place, verdict));
        }
    }

    /// Books `count` equal packets of a stretch.
    fn settle(&mut self, scope: Scope<'_>, index: u32, form: usize, stretch: Stretch, count: u64) {
        let flow = &self.flows[index as usize];
        let (path, source) = (self.path(index, form), &scope.shared.sources[flow.source.0 as usize]);
        let counts = Counts::of(count, flow.forms()[form].length);
        let Stretch { at, delay, is_late, .. } = stretch;
        self.book.emitted += count;
        let verdict = match path.leave {
            Err(reason) => Some(Err(reason)),
            Ok(Exit::Local(_)) => (!is_late).then_some(path.enter),
            Ok(Exit::Over(link)) => {
                let lane = &mut self.lanes[scope.shared.lanes[link.index()] as usize];
                lane.offered(at, counts);
                let dropped = lane.link.treats_all_alike().and_then(Result::err);
                let verdict = dropped.map_or((!is_late).then_some(path.enter), |reason| Some(Err(reason)));
                if let Some(reason) = dropped {
                    lane.dropped(at, reason, count);
                } else if let Some(verdict) = verdict {
                    lane.carried(at + delay, counts);
                    lane.book.delayed(at + delay, delay, count);
                    lane.book.far.ended(verdict, count);
                }
                verdict
            }
        };
        if let (Some(verdict), Err(_) | Ok(Exit::Local(_))) = (verdict, path.leave) {
            self.book.ended(verdict, count);
        }
        // Whatever the sequence: no replay is here.
        let is_meant = verdict.is_some_and(|v| v.is_ok_and(|host| source.is_meant_for(host, 0)));
        let book = self.traffic.of(flow.traffic, &scope.shared.windows);
        book.each(at, |c| {
            c.sent.add(counts);
            if let Some(verdict) = verdict {
                attribute::originals(c, is_meant, verdict, counts);
            }
            if is_meant {
                c.delay.record(delay, count);
            }
        });
    }
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
