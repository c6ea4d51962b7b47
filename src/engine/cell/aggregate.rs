//! Where a cell's senders lead during one epoch: those whose packets go the same way are one aggregate, with what is
//! known of them together. Only for cells that run on their own; moves nothing.

use super::super::options::Mode;
use super::super::road::Facts;
use super::super::sending::Flow;
use super::super::shared::Scope;
use super::super::windows::edge_after;
use super::lane::Lane;
use crate::dataplane::router::Exit;
use crate::units::{BitRate, SimTime};

/// All aggregates of one cell.
#[derive(Debug, Default)]
pub(super) struct Aggregates {
    /// The epoch they are valid for; none if they must be gathered.
    epoch: Option<u64>,
    pub all: Vec<Aggregate>,
}

/// Senders whose packets go the same way.
#[derive(Debug)]
pub(super) struct Aggregate {
    pub to: To,
    /// Indices of flows, in declaration order.
    pub flows: Vec<u32>,
    /// Where windows of the books these packets may stand in begin or end, in order.
    edges: Vec<SimTime>,
    /// Any number of each sender's packets can be counted.
    pub is_countable: bool,
    /// And they are evenly spaced.
    pub is_even: bool,
    /// An observer looks at some of them on their way.
    pub is_observed: bool,
    /// By how many bytes they may be ahead of their rates together.
    pub burst: u64,
    /// What they send together, and from when until when: the stretch asked for last.
    together: (BitRate, SimTime, SimTime),
}

/// Where an aggregate leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// Nothing is sent: the host is down.
    Silence,
    /// No packet leaves its router.
    Nowhere,
    /// To hosts of the same VPC.
    Local,
    /// Over the link at this index; larger packets may not leave the router.
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

    /// What its senders, all countable, send together at `t`, and until when that holds.
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

    /// How long from `now` on, at most to `end`, its senders, all countable, send no more than `cap` together; and the
    /// most they send.
    pub(super) fn within(&mut self, flows: &[Flow], cap: BitRate, now: SimTime, end: SimTime) -> (SimTime, BitRate) {
        let (mut until, mut peak) = (now, BitRate::default());
        while until < end {
            let (rate, holds_until) = self.rate_at(flows, until);
            if rate > cap {
                break;
            }
            peak = peak.max(rate);
            until = holds_until.min(end);
        }
        (until, peak)
    }

    /// The first instant after `t` from which on its packets stand elsewhere in the books, those of `lane` among them.
    pub(super) fn boundary_after(&self, lane: &Lane, t: SimTime) -> SimTime {
        edge_after(&self.edges, t).min(lane.booking.meter.next_minute(t))
    }

    /// How many edges of windows lie on its way.
    pub(super) fn edges(&self) -> usize {
        self.edges.len()
    }
}

impl Aggregates {
    /// Whether they are those of this epoch.
    pub(super) fn are_of(&self, scope: Scope<'_>) -> bool {
        self.epoch == Some(scope.view.epoch)
    }

    /// Gathers the senders of a cell that leads over `lanes`; those of one way stand together.
    pub(super) fn gather(scope: Scope<'_>, flows: &mut [Flow], lanes: &[Lane]) -> Aggregates {
        let mut all: Vec<Aggregate> = Vec::new();
        // By lane, and three for the rest.
        let mut places = vec![None; lanes.len() + 3];
        for (index, flow) in flows.iter_mut().enumerate() {
            let to = way_of(scope, flow);
            let place = match to {
                To::Lane(lane) => lane as usize,
                To::Silence => lanes.len(),
                To::Nowhere => lanes.len() + 1,
                To::Local => lanes.len() + 2,
            };
            let at = *places[place].get_or_insert_with(|| {
                all.push(Aggregate::new(to));
                all.len() - 1
            });
            all[at].add(index as u32, flow);
        }
        for aggregate in &mut all {
            aggregate.flows.shrink_to_fit();
            aggregate.edges = edges(scope, aggregate, flows, lanes);
            aggregate.is_observed = is_observed(scope, aggregate, flows, lanes);
        }
        Aggregates { epoch: Some(scope.view.epoch), all }
    }
}

fn way_of(scope: Scope<'_>, flow: &mut Flow) -> To {
    if !scope.view.network.host(flow.host).up {
        return To::Silence;
    }
    let exits = (0..flow.forms().len()).map(|form| flow.path(scope.view, form).leave.ok());
    // Sizes differ in nothing but whether they fit; all are looked up.
    match exits.fold(None, Option::or) {
        None => To::Nowhere,
        Some(Exit::Local(_)) => To::Local,
        Some(Exit::Over(link)) => To::Lane(scope.shared.lanes[link.index()]),
    }
}

fn edges(scope: Scope<'_>, aggregate: &Aggregate, flows: &[Flow], lanes: &[Lane]) -> Vec<SimTime> {
    let mut entries: Vec<usize> = aggregate.flows.iter().map(|f| flows[*f as usize].traffic.index()).collect();
    entries.dedup();
    let of_traffic = entries.iter().flat_map(|entry| scope.shared.edges[*entry].iter());
    let of_link = match aggregate.to {
        To::Lane(lane) => lanes[lane as usize].booking.book.windows.edges(),
        To::Silence | To::Nowhere | To::Local => &[],
    };
    let mut edges: Vec<SimTime> = of_traffic.chain(of_link).copied().collect();
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
    let entries = aggregate.flows.iter().map(|f| flows[*f as usize].traffic);
    scope.shared.is_observed_on(home, lane.map(|lane| &lane.link), entries)
}
