//! Packet trains: equal packets of one sender that are on their way at the end of an advance, known by their numbers.
//! They cost the same however many they are, and are made only if somebody looks. Packets that met a bucket are kept on
//! their link instead.

use super::super::books::Counts;
use super::super::flow::Flow;
use super::super::shared::Scope;
use super::super::windows::edge_after;
use super::Cell;
use super::alone::Landed;
use crate::dataplane::router;
use crate::model::{DropReason, Verdict};
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeMap;

/// The trains on one link, or inside one VPC.
#[derive(Debug, Default)]
pub(in crate::engine) struct Trains {
    /// By flow and number of the first packet: how many.
    trains: BTreeMap<(u32, u64), u64>,
    packets: u64,
}

impl Trains {
    /// How many packets there are.
    pub(super) fn count(&self) -> u64 {
        self.packets
    }

    /// Adds `count` packets of a flow, `first` and those behind it.
    pub(super) fn add(&mut self, flow: u32, first: u64, count: u64) {
        if count == 0 {
            return;
        }
        self.packets += count;
        // They mostly follow those of the advance before.
        let before = self.trains.range_mut((flow, 0)..(flow, first)).next_back();
        match before.filter(|((_, begin), length)| begin + **length == first) {
            Some((_, length)) => *length += count,
            None => drop(self.trains.insert((flow, first), count)),
        }
    }

    /// All trains, by flow: the flow, the number of the first packet, how many.
    fn take(&mut self) -> impl Iterator<Item = (u32, u64, u64)> + use<> {
        let Trains { trains, .. } = std::mem::take(self);
        trains.into_iter().map(|((flow, first), count)| (flow, first, count))
    }
}

impl Cell {
    /// The trains on lane `at`, or inside the VPC.
    pub(super) fn trains_on(&mut self, at: Option<usize>) -> &mut Trains {
        match at {
            Some(at) => &mut self.lanes[at].trains,
            None => &mut self.trains,
        }
    }

    /// Lands what arrives before the horizon.
    pub(super) fn settle_trains(&mut self, scope: Scope<'_>) {
        for held in 0..self.held.len() {
            self.settle_trains_on(scope, Some(self.held[held] as usize));
        }
        self.settle_trains_on(scope, None);
    }

    fn settle_trains_on(&mut self, scope: Scope<'_>, at: Option<usize>) {
        for (index, first, count) in self.trains_on(at).take() {
            let landed = self.land_train(scope, at, index, first, count);
            self.trains_on(at).add(index, first + landed, count - landed);
        }
    }

    /// Lands those of `count` packets that arrive before the horizon; answers how many.
    fn land_train(&mut self, scope: Scope<'_>, at: Option<usize>, index: u32, first: u64, count: u64) -> u64 {
        let delay = self.delay(scope, at);
        let late = SimTime::from_nanos(scope.horizon.as_nanos().saturating_sub(delay.as_nanos()));
        let mut flow = self.flows[index as usize].rewound_to(first);
        let verdict = self.judge(scope, at, &flow);
        let mut landed = 0;
        while landed < count && flow.next_wake() < late {
            let sent = flow.next_wake();
            let border = self.border(scope, at, index, sent, delay).min(late);
            let packets = flow.count_before(border).min(count - landed);
            flow.skip(packets);
            landed += packets;
            let counts = Counts::of(packets, flow.forms()[0].length);
            self.land(scope, at, index, Landed { sent, delay, counts }, verdict);
        }
        landed
    }

    /// What becomes of a flow's packets where they land.
    fn judge(&self, scope: Scope<'_>, at: Option<usize>, flow: &Flow) -> Verdict {
        match at {
            Some(at) => router::enter(scope.view, self.lanes[at].link.id, &mut flow.packet()),
            None => router::accept(scope.view, self.vpc, &flow.packet()),
        }
    }

    /// Drops all trains on lane `at` at the horizon.
    pub(in crate::engine) fn drop_trains(&mut self, scope: Scope<'_>, at: usize, reason: DropReason) {
        for (index, first, count) in self.lanes[at].trains.take() {
            self.lanes[at].dropped(scope.horizon, reason, count);
            let mut flow = self.flows[index as usize].rewound_to(first);
            let mut left = count;
            while left > 0 {
                let sent = flow.next_wake();
                let edge = edge_after(&scope.shared.edges[flow.traffic.index()], sent);
                let packets = flow.count_before(edge).min(left);
                flow.skip(packets);
                left -= packets;
                let book = self.traffic.of(flow.traffic, &scope.shared.edges);
                book.each(sent, |c| c.drops.add(reason, packets));
            }
        }
    }

    /// Makes every packet of every train: from now on somebody looks at them. Inside the VPC they take `local_delay`.
    pub(in crate::engine) fn make_trains(&mut self, local_delay: SimDuration) {
        for at in (0..self.lanes.len()).map(Some).chain([None]) {
            for (index, first, count) in self.trains_on(at).take() {
                let mut flow = self.flows[index as usize].rewound_to(first);
                for _ in 0..count {
                    self.put_on_its_way(at, &flow, local_delay);
                    flow.step();
                }
            }
            at.into_iter().for_each(|at| self.lanes[at].link.order_wire());
        }
    }

    fn put_on_its_way(&mut self, at: Option<usize>, flow: &Flow, local_delay: SimDuration) {
        let (sent, packet) = (flow.next_wake(), flow.packet());
        match at.map(|at| &mut self.lanes[at].link) {
            Some(link) => link.keep_on_wire(sent + link.delay, packet),
            None => self.keep_inside(sent + local_delay, packet),
        }
    }
}
