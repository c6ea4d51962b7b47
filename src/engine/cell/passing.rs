//! Passing: senders whose packets do not depend on each other are carried one after the other, stretch by stretch,
//! since their packets all take equally long or end where they begin. Packets are only counted where that gives the
//! same bytes. A link where order matters is handled here only while it is proven that no packet waits.

use super::super::booking::{Booking, Class, Tally, When};
use super::super::books::Counts;
use super::super::observe::{Place, Step};
use super::super::road::{Facts, Road, road};
use super::super::sending::{BATCH, Batch, Flow, Turn};
use super::super::shared::Scope;
use super::super::sites::Site;
use super::super::windows::edge_after;
use super::aggregate::{Aggregate, To};
use super::events::Events;
use super::lane::Lane;
use super::trains::{Train, Trains};
use crate::dataplane::router::{self, Exit, Path};
use crate::model::{DropReason, Verdict, VpcId};
use crate::units::{SimDuration, SimTime};

/// Senders of one VPC on their way over one link, or to hosts of the VPC.
pub(super) struct Passing<'a> {
    pub scope: Scope<'a>,
    pub vpc: VpcId,
    pub flows: &'a mut [Flow],
    pub lane: Option<&'a mut Lane>,
    pub booking: &'a mut Booking,
    /// Where packets that stay inside the VPC are kept.
    pub inside: Inside<'a>,
    /// Where packets are made in full, if every packet is wanted.
    pub batch: Option<&'a mut Batch>,
}

/// Packets on their way inside a VPC: equal ones that were counted, and others.
pub(super) struct Inside<'a> {
    pub trains: &'a mut Trains,
    pub events: &'a mut Events,
}

/// Packets of one sender with no boundary of the books between them.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// When the first packet is sent.
    at: SimTime,
    end: SimTime,
    /// Whether they arrive at or after the horizon.
    is_late: bool,
}

impl Passing<'_> {
    /// Carries all packets that `aggregate` sends before `until`; `conforms` says that they meet a bucket and are
    /// proven to conform to it.
    pub(super) fn pass(&mut self, aggregate: &Aggregate, until: SimTime, conforms: bool) {
        let delay = match aggregate.to {
            To::Lane(_) | To::Local => self.delay(),
            To::Silence | To::Nowhere => SimDuration::ZERO,
        };
        // A packet sent from this instant on does not arrive before the horizon.
        let late = self.scope.horizon - delay;
        for &index in &aggregate.flows {
            let road = self.road_of(aggregate, index, conforms);
            let mut at = self.flows[index as usize].next_wake();
            while at < until {
                let end = self.boundary(index, at, delay).min(until);
                let is_late = at >= late;
                let stretch = Stretch { at, end: if is_late { end } else { end.min(late) }, is_late };
                self.pass_stretch(index, stretch, delay, road, aggregate.is_observed);
                at = self.flows[index as usize].next_wake();
            }
        }
    }

    /// The road of one sender where no packet waits for another.
    fn road_of(&self, aggregate: &Aggregate, index: u32, conforms: bool) -> Road {
        let is_countable = self.flows[index as usize].is_countable();
        road(Facts { is_countable, may_wait: conforms, conforms, ..aggregate.facts(self.scope) })
    }

    /// How long packets are on their way.
    fn delay(&self) -> SimDuration {
        self.lane.as_ref().map_or(self.scope.view.network.rules.local_delay, |lane| lane.link.delay)
    }

    /// The next instant after `sent` at which a packet of this sender, by its sending or by its arrival `delay` later,
    /// falls behind a boundary of a book.
    fn boundary(&self, index: u32, sent: SimTime, delay: SimDuration) -> SimTime {
        let of_entry = entry_edge_after(self.scope, &self.flows[index as usize], sent);
        let Some(lane) = &self.lane else { return of_entry };
        let arrived = lane.booking.boundary_after(sent + delay) - delay;
        of_entry.min(lane.booking.boundary_after(sent)).min(arrived)
    }

    fn pass_stretch(&mut self, index: u32, stretch: Stretch, delay: SimDuration, road: Road, is_watched: bool) {
        let flow = &mut self.flows[index as usize];
        let is_counted = road != Road::Looped;
        if is_counted {
            let train = Train { flow: index, first: flow.turn().sequence, count: flow.count_before(stretch.end) };
            flow.skip(train.count);
            self.booking.carried_by(road, train.count);
            if self.book(index, 0, stretch, delay, train.count) {
                self.trains().add(train);
            }
        } else if flow.forms().len() == 1 && !is_watched && !stretch.is_late {
            let count = self.send_each(index, stretch.end);
            self.book(index, 0, stretch, delay, count);
        } else {
            self.pass_one_by_one(index, stretch, delay, is_watched || stretch.is_late);
        }
    }

    /// Sends packets of one size one by one, and makes each in full if that is wanted; returns how many.
    fn send_each(&mut self, index: u32, end: SimTime) -> u64 {
        let flow = &mut self.flows[index as usize];
        let mut turns = [Turn::default(); BATCH];
        let mut count = 0;
        loop {
            let drawn = flow.draw(end, &mut turns, self.batch.as_deref_mut());
            if drawn.is_empty() {
                self.booking.carried_by(Road::Looped, count);
                return count;
            }
            count += drawn.len() as u64;
        }
    }

    fn pass_one_by_one(&mut self, index: u32, stretch: Stretch, delay: SimDuration, is_seen: bool) {
        while self.flows[index as usize].next_wake() < stretch.end {
            let flow = &self.flows[index as usize];
            let (form, at) = (flow.upcoming(), flow.next_wake());
            if is_seen {
                self.show(index, at, delay);
            }
            self.flows[index as usize].step();
            self.booking.carried_by(Road::Looped, 1);
            self.book(index, form, Stretch { at, ..stretch }, delay, 1);
        }
    }

    /// Shows the packet that is due to the observers, and keeps it for the next advance if it arrives late.
    fn show(&mut self, index: u32, at: SimTime, delay: SimDuration) {
        let flow = &self.flows[index as usize];
        let (packet, path) = (flow.packet(), flow.known_path(flow.upcoming()));
        let (here, arrival) = (Place::Vpc(self.vpc), at + delay);
        let is_late = arrival >= self.scope.horizon;
        self.booking.tell(self.scope, at, &packet, here, Step::Emitted);
        match (path.leave, &mut self.lane) {
            (Err(reason), _) => self.booking.tell(self.scope, at, &packet, here, Step::Ended(Err(reason))),
            (Ok(_), Some(lane)) if is_late && !matches!(lane.link.treats_all_alike(), Some(Err(_))) => {
                lane.link.keep_on_wire(arrival, packet);
            }
            (Ok(Exit::Local(_)), None) if is_late => self.inside.events.keep_inside(arrival, packet, None),
            (Ok(Exit::Local(_)), None) => {
                self.booking.tell(self.scope, arrival, &packet, here, Step::Ended(path.enter));
            }
            // Packets watched on a link are carried by its link run; this one is not watched and lands before the
            // horizon.
            (Ok(_), _) => {}
        }
    }

    /// Books `count` equal packets of a stretch; returns whether they are still on their way.
    fn book(&mut self, index: u32, form: usize, stretch: Stretch, delay: SimDuration, count: u64) -> bool {
        let class = self.class(index, form, self.flows[index as usize].known_path(form));
        let refused_for = match (class.kept_back, self.lane.as_ref().and_then(|lane| lane.link.treats_all_alike())) {
            (None, Some(Err(reason))) => Some(reason),
            _ => None,
        };
        let is_under_way = class.kept_back.is_none() && refused_for.is_none();
        let arrived = if is_under_way && !stretch.is_late { count } else { 0 };
        let refused = refused_for.map_or(0, |_| count);
        self.write(&class, Tally { sent: count, refused, refused_for, arrived }, stretch.at, delay);
        is_under_way && stretch.is_late
    }

    /// Books the outcome of equal packets that were sent at `sent` and took `delay`.
    fn write(&mut self, class: &Class, tally: Tally, sent: SimTime, delay: SimDuration) {
        let when = When { sent, arrived: sent + delay };
        let mut link = self.lane.as_mut().map(|lane| &mut lane.booking);
        self.booking.came_of(class, tally, when, link.as_deref_mut());
        if tally.arrived > 0 {
            link.into_iter().for_each(|link| link.delayed(when.arrived, delay, tally.arrived));
            self.booking.delayed(class, sent, delay, tally.arrived);
        }
    }

    fn class(&mut self, index: u32, form: usize, path: Path) -> Class {
        class(self.scope, &self.flows[index as usize], form, path, self.booking)
    }

    fn trains(&mut self) -> &mut Trains {
        match &mut self.lane {
            Some(lane) => &mut lane.trains,
            None => self.inside.trains,
        }
    }

    /// Lands the packets of trains that arrive before the horizon.
    pub(super) fn land_trains(&mut self) {
        for train in self.trains().take() {
            let landed = self.land(train);
            self.trains().add(Train { first: train.first + landed, count: train.count - landed, ..train });
        }
    }

    /// Lands the packets of a train that arrive before the horizon; returns how many.
    fn land(&mut self, train: Train) -> u64 {
        let delay = self.delay();
        let late = self.scope.horizon - delay;
        let mut flow = self.flows[train.flow as usize].rewound_to(train.first);
        let exit = self.lane.as_ref().map_or(Exit::Local(self.vpc), |lane| Exit::Over(lane.link.id));
        let path = Path { matched: None, leave: Ok(exit), enter: self.judge(&flow) };
        let class = self.class(train.flow, 0, path);
        let mut landed = 0;
        while landed < train.count && flow.next_wake() < late {
            let sent = flow.next_wake();
            let end = self.boundary(train.flow, sent, delay).min(late);
            let count = flow.count_before(end).min(train.count - landed);
            flow.skip(count);
            landed += count;
            self.write(&class, Tally { arrived: count, ..Tally::default() }, sent, delay);
        }
        landed
    }

    /// The verdict on a flow's packets where they land.
    fn judge(&self, flow: &Flow) -> Verdict {
        match &self.lane {
            Some(lane) => router::enter(self.scope.view, lane.link.id, &mut flow.packet()),
            None => router::accept(self.scope.view, self.vpc, &flow.packet()),
        }
    }

    /// Drops all trains at the horizon.
    pub(super) fn drop_trains(&mut self, reason: DropReason) {
        for Train { flow, first, count } in self.trains().take() {
            let mut flow = self.flows[flow as usize].rewound_to(first);
            let length = flow.forms()[0].length;
            if let Some(lane) = &mut self.lane {
                lane.booking.dropped(self.scope.horizon, reason, Counts::of(count, length), flow.example());
            }
            let entry = self.booking.traffic.place(flow.traffic, &self.scope.shared.edges);
            let mut left = count;
            while left > 0 {
                let sent = flow.next_wake();
                let edge = edge_after(&self.scope.shared.edges[flow.traffic.index()], sent);
                let packets = flow.count_before(edge).min(left);
                flow.skip(packets);
                left -= packets;
                self.booking.dropped(entry, sent, reason, Counts::of(packets, length));
            }
        }
    }
}

/// The next instant after `sent` at which a packet of this sender falls behind an edge of its traffic entry's windows.
pub(super) fn entry_edge_after(scope: Scope<'_>, flow: &Flow, sent: SimTime) -> SimTime {
    let edge = edge_after(&scope.shared.edges[flow.traffic.index()], flow.counts_at(sent));
    edge + flow.replies_after().unwrap_or_default()
}

/// The class under which packets of `flow` in this form are booked.
pub(super) fn class(scope: Scope<'_>, flow: &Flow, form: usize, path: Path, booking: &mut Booking) -> Class {
    let source = &scope.shared.sources[flow.source.0 as usize];
    let network = scope.view.network;
    let subnet = match (path.leave, path.enter) {
        (Err(_), _) => Some(network.host(flow.host).subnet),
        (Ok(exit), Err(_)) => network.subnet_at(exit.vpc(network), flow.example().destination),
        (Ok(_), Ok(_)) => None,
    };
    Class {
        book: booking.traffic.place(flow.traffic, &scope.shared.edges),
        length: flow.forms()[form].length,
        kept_back: path.leave.err(),
        verdict: path.enter,
        site: Site { subnet, example: flow.example() },
        // The sequence does not matter: no replay gets here.
        is_meant: path.enter.is_ok_and(|host| match flow.replies_after() {
            None => source.is_meant_for(host, 0),
            Some(_) => host == source.from,
        }),
        replies_after: flow.replies_after(),
    }
}
