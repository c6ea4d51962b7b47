//! The routes of a cell's senders during one epoch: senders whose packets go the same way form one aggregate, with what
//! is known of them together. Only for cells that run alone; carries nothing.

use super::super::options::Mode;
use super::super::road::Facts;
use super::super::sending::Flow;
use super::super::shared::Scope;
use super::super::windows::edge_after;
use super::events::Events;
use super::lane::Lane;
use crate::dataplane::router::Exit;
use crate::units::{BitRate, SimDuration, SimTime};

/// All aggregates of one cell.
#[derive(Debug, Default)]
pub(super) struct Aggregates {
    /// The epoch they are valid for; `None` if they must be gathered.
    epoch: Option<u64>,
    pub all: Vec<Aggregate>,
    /// By lane, and three more for the rest: where the aggregate that goes there stands.
    places: Vec<Option<u32>>,
}

/// Senders whose packets go the same way.
#[derive(Debug)]
pub(super) struct Aggregate {
    pub to: To,
    /// Indices of flows, in declaration order.
    pub flows: Vec<u32>,
    /// Where the windows of the books that may count these packets begin or end, in order.
    edges: Vec<SimTime>,
    /// Whether any number of each sender's packets can be counted at once.
    pub is_countable: bool,
    /// Whether they are also evenly spaced.
    pub is_even: bool,
    /// Whether an observer watches some of them on their way.
    pub is_observed: bool,
    /// By how many bytes they may be ahead of their combined rate.
    pub burst: u64,
    /// Their combined rate, and from when until when it holds: the stretch asked for last.
    together: (BitRate, SimTime, SimTime),
}

/// How long senders stay within a cap.
#[derive(Debug, Clone, Copy)]
pub(super) struct Within {
    pub until: SimTime,
    /// The most they send together until then.
    pub peak: BitRate,
    /// What is left of the slack then.
    pub slack: u64,
}

/// Where an aggregate leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// Nothing is sent: the host is down.
    Silence,
    /// Its router lets no packet leave.
    Nowhere,
    /// To hosts of the same VPC.
    Local,
    /// Over the link at this index; packets that are too large may not leave the router.
    Lane(u32),
}

impl Aggregate {
    fn new(to: To) -> Aggregate {
        Aggregate {
            to,
            flows: Vec::new(),
            edges: Vec::new(),
            is_countable: true,
            is_even: true,
            is_observed: false,
            burst: 0,
            together: (BitRate::default(), SimTime::ZERO, SimTime::ZERO),
        }
    }

    fn add(&mut self, index: u32, flow: &Flow) {
        self.flows.push(index);
        self.is_countable &= flow.is_countable();
        self.is_even &= flow.is_even();
        self.burst = self.burst.saturating_add(flow.burst());
    }

    /// What is known of its packets, wherever they go.
    pub(super) fn facts(&self, scope: Scope<'_>) -> Facts {
        Facts {
            is_silent: self.to == To::Silence,
            is_made: scope.shared.mode == Mode::Packets,
            is_watched: self.is_observed,
            is_countable: self.is_countable,
            ..Facts::default()
        }
    }

    /// The combined rate of its senders, all countable, at `t`, and until when it holds.
    fn rate_at(&mut self, flows: &[Flow], t: SimTime) -> (BitRate, SimTime) {
        let (_, from, until) = self.together;
        if !(from..until).contains(&t) {
            let each = self.flows.iter().map(|f| flows[*f as usize].rate_at(t));
            let (rate, until) = each.fold((0u64, SimTime::NEVER), |(sum, until), (rate, holds_until)| {
                (sum.saturating_add(rate.as_bps()), until.min(holds_until))
            });
            self.together = (BitRate::from_bps(rate), t, until);
        }
        (self.together.0, self.together.2)
    }

    /// Until when, at most `end`, its senders, all countable, send no more than `cap` and `slack` ticks on top of it
    /// together from `now` on; their highest combined rate until then, and what is left of the slack. A tick is a
    /// billionth of a bit.
    pub(super) fn within(&mut self, flows: &[Flow], cap: BitRate, slack: u64, now: SimTime, end: SimTime) -> Within {
        let mut within = Within { until: now, peak: BitRate::default(), slack };
        while within.until < end {
            let (rate, holds_until) = self.rate_at(flows, within.until);
            let excess = rate.as_bps().saturating_sub(cap.as_bps());
            let lasts = within
                .slack
                .checked_div(excess)
                .map_or(SimTime::NEVER, |nanos| within.until + SimDuration::from_nanos(nanos));
            let until = holds_until.min(end).min(lasts);
            if until == within.until {
                break;
            }
            within.slack -= excess * until.since(within.until).as_nanos();
            within.peak = within.peak.max(rate);
            within.until = until;
        }
        within
    }

    /// The first boundary after `t` in the books that count its packets, those of `lane` included.
    pub(super) fn boundary_after(&self, lane: &Lane, t: SimTime) -> SimTime {
        edge_after(&self.edges, t).min(lane.booking.meter.next_minute(t))
    }

    /// How many edges of windows its books have.
    pub(super) fn edges(&self) -> usize {
        self.edges.len()
    }
}

impl Aggregates {
    /// Whether they are valid for this epoch.
    pub(super) fn are_of(&self, scope: Scope<'_>) -> bool {
        self.epoch == Some(scope.view.epoch)
    }

    /// The place of the aggregate that leads over a lane.
    pub(super) fn over(&self, lane: usize) -> Option<usize> {
        self.places.get(lane).copied().flatten().map(|at| at as usize)
    }

    /// Groups the senders of a cell with these `lanes` by route; those that are events have none.
    pub(super) fn gather(scope: Scope<'_>, flows: &mut [Flow], events: &Events, lanes: &[Lane]) -> Aggregates {
        let mut all: Vec<Aggregate> = Vec::new();
        let mut places = vec![None; lanes.len() + 3];
        for (index, flow) in flows.iter_mut().enumerate().filter(|(index, _)| !events.is_called(*index as u32)) {
            let to = way_of(scope, flow);
            let place = match to {
                To::Lane(lane) => lane as usize,
                To::Silence => lanes.len(),
                To::Nowhere => lanes.len() + 1,
                To::Local => lanes.len() + 2,
            };
            let at = *places[place].get_or_insert_with(|| {
                all.push(Aggregate::new(to));
                all.len() as u32 - 1
            });
            all[at as usize].add(index as u32, flow);
        }
        for aggregate in &mut all {
            aggregate.flows.shrink_to_fit();
            aggregate.edges = edges(scope, aggregate, flows, lanes);
            aggregate.is_observed = is_observed(scope, aggregate, flows, lanes);
        }
        Aggregates { epoch: Some(scope.view.epoch), all, places }
    }
}

fn way_of(scope: Scope<'_>, flow: &mut Flow) -> To {
    if !scope.view.network.host(flow.host).up {
        return To::Silence;
    }
    let exits = (0..flow.forms().len()).map(|form| flow.path(scope.view, form).leave.ok());
    // Forms differ only in whether they fit; the path of each is looked up.
    match exits.fold(None, Option::or) {
        None => To::Nowhere,
        Some(Exit::Local(_)) => To::Local,
        Some(Exit::Over(link)) => To::Lane(scope.shared.lanes[link.index()]),
    }
}

fn edges(scope: Scope<'_>, aggregate: &Aggregate, flows: &[Flow], lanes: &[Lane]) -> Vec<SimTime> {
    let entry = |f: &u32| (flows[*f as usize].traffic.index(), flows[*f as usize].replies_after());
    let mut entries: Vec<(usize, Option<SimDuration>)> = aggregate.flows.iter().map(entry).collect();
    entries.dedup();
    let of_traffic = entries
        .iter()
        .flat_map(|(entry, after)| scope.shared.edges[*entry].iter().map(|edge| *edge + after.unwrap_or_default()));
    let of_link = match aggregate.to {
        To::Lane(lane) => lanes[lane as usize].booking.book.windows.edges(),
        To::Silence | To::Nowhere | To::Local => &[],
    };
    let mut edges: Vec<SimTime> = of_traffic.chain(of_link.iter().copied()).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn is_observed(scope: Scope<'_>, aggregate: &Aggregate, flows: &[Flow], lanes: &[Lane]) -> bool {
    let Some(first) = aggregate.flows.first().map(|f| &flows[*f as usize]) else { return false };
    let home = scope.view.network.host(first.host).vpc;
    let lane = match aggregate.to {
        To::Lane(lane) => Some(&lanes[lane as usize]),
        To::Silence | To::Nowhere | To::Local => None,
    };
    let all = || aggregate.flows.iter().map(|f| &flows[*f as usize]);
    scope.shared.is_observed_on(home, lane.map(|lane| &lane.link), all().map(|flow| flow.traffic))
        || scope.shared.are_drops_observed()
            && aggregate.to != To::Silence
            && all().any(|flow| is_drop_observed(scope, flow))
}

/// Whether a packet of the flow is dropped in a VPC whose drops are observed: their paths are known.
fn is_drop_observed(scope: Scope<'_>, flow: &Flow) -> bool {
    let near = scope.view.network.host(flow.host).vpc;
    (0..flow.forms().len()).map(|form| flow.known_path(form)).any(|path| {
        let dropped_in = match path.leave {
            Ok(Exit::Over(link)) => path.enter.err().map(|_| scope.view.network.ends(link).1),
            Ok(Exit::Local(_)) => path.enter.err().map(|_| near),
            Err(_) => Some(near),
        };
        dropped_in.is_some_and(|vpc| scope.shared.is_drop_observed(vpc))
    })
}
