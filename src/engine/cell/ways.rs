//! Where a cell's senders lead during one epoch: their paths, looked up once, and the senders of each link together.
//! Only for cells that run on their own; moves nothing.

use super::super::flow::{Flow, Path, Turn};
use super::super::shared::Scope;
use super::super::windows::edge_after;
use super::Cell;
use crate::dataplane::router::{self, Exit, Sender};
use crate::units::{BitRate, SimTime};

/// All ways of one cell.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// The epoch they are valid for; none if they must be looked up.
    epoch: Option<u64>,
    pub all: Vec<Way>,
}

/// Senders whose packets go the same way.
#[derive(Debug)]
pub(super) struct Way {
    pub to: To,
    /// Indices of flows, in declaration order.
    pub flows: Vec<u32>,
    /// Where windows of the books these packets may stand in begin or end, in order.
    pub edges: Vec<SimTime>,
    /// All its senders send runs.
    pub is_run: bool,
    /// And evenly spaced ones.
    pub is_even: bool,
    /// By how many bytes they may be ahead of their rates together.
    pub burst: u64,
    /// What they send together, and from when until when: the stretch asked for last.
    pub together: (BitRate, SimTime, SimTime),
}

impl Way {
    fn new(to: To) -> Way {
        let together = (BitRate::default(), SimTime::ZERO, SimTime::ZERO);
        Way { to, flows: Vec::new(), edges: Vec::new(), is_run: true, is_even: true, burst: 0, together }
    }

    fn add(&mut self, index: u32, flow: &Flow) {
        self.flows.push(index);
        self.is_run &= flow.is_run();
        self.is_even &= flow.is_even();
        self.burst = self.burst.saturating_add(flow.burst());
    }

    /// The lane it leads over, if it does.
    pub(super) fn lane(&self) -> Option<usize> {
        match self.to {
            To::Lane(lane) => Some(lane as usize),
            To::Silence | To::Nowhere | To::Local => None,
        }
    }

    /// What its senders, all runs, send together at `t`, and until when that holds.
    pub(super) fn rate_at(&mut self, flows: &[Flow], t: SimTime) -> (BitRate, SimTime) {
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

    /// How long from `now` on, at most to `end`, its senders, all runs, send no more than `cap` together; and the most
    /// they send.
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

    /// The first edge of a window after `t`.
    pub(super) fn edge_after(&self, t: SimTime) -> SimTime {
        edge_after(&self.edges, t)
    }
}

/// Where a way leads.
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

impl Cell {
    /// Looks the ways up if they are of another epoch.
    pub(super) fn find_ways(&mut self, scope: Scope<'_>) {
        if self.flows.is_empty() || self.ways_are_of(scope) {
            return;
        }
        let mut ways: Vec<Way> = Vec::new();
        // By lane, and three for the rest.
        let mut places = vec![None; self.lanes.len() + 3];
        for index in 0..self.flows.len() {
            let to = self.way_of(scope, index);
            let place = match to {
                To::Lane(lane) => lane as usize,
                To::Silence => self.lanes.len(),
                To::Nowhere => self.lanes.len() + 1,
                To::Local => self.lanes.len() + 2,
            };
            let at = *places[place].get_or_insert_with(|| {
                ways.push(Way::new(to));
                ways.len() - 1
            });
            ways[at].add(index as u32, &self.flows[index]);
        }
        for way in &mut ways {
            way.flows.shrink_to_fit();
            way.edges = self.edges(scope, way);
        }
        self.ways = Ways { epoch: Some(scope.view.epoch), all: ways };
    }

    /// Whether the ways are those of this epoch.
    pub(super) fn ways_are_of(&self, scope: Scope<'_>) -> bool {
        self.ways.epoch == Some(scope.view.epoch)
    }

    fn way_of(&mut self, scope: Scope<'_>, index: usize) -> To {
        let flow = &mut self.flows[index];
        if !scope.view.network.host(flow.host).up {
            return To::Silence;
        }
        let exits = (0..flow.forms().len()).map(|form| known_path(scope, flow, form).leave.ok());
        // Sizes differ in nothing but whether they fit; all are looked up.
        match exits.fold(None, Option::or) {
            None => To::Nowhere,
            Some(Exit::Local(_)) => To::Local,
            Some(Exit::Over(link)) => To::Lane(scope.shared.lanes[link.index()]),
        }
    }

    fn edges(&self, scope: Scope<'_>, way: &Way) -> Vec<SimTime> {
        let mut entries: Vec<usize> = way.flows.iter().map(|f| self.flows[*f as usize].traffic.index()).collect();
        entries.dedup();
        let of_traffic = entries.iter().flat_map(|entry| scope.shared.edges[*entry].iter());
        let of_link = match way.to {
            To::Lane(lane) => self.lanes[lane as usize].book.windows.edges(),
            _ => &[],
        };
        let mut edges: Vec<SimTime> = of_traffic.chain(of_link).copied().collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}

/// The path of a flow's packets of one form, looked up once per epoch. Not where routers are visible: they edit
/// packets.
pub(super) fn known_path(scope: Scope<'_>, flow: &mut Flow, form: usize) -> Path {
    if let Some(path) = flow.forms()[form].path.filter(|path| path.epoch == scope.view.epoch) {
        return path;
    }
    let mut probe = flow.packet_of(&Turn { form: form as u32, ..flow.turn() });
    let leave = router::leave(scope.view, Sender::Host(flow.host), &mut probe);
    let enter = match leave {
        Ok(Exit::Local(vpc)) => router::accept(scope.view, vpc, &probe),
        Ok(Exit::Over(link)) => router::enter(scope.view, link, &mut probe),
        Err(reason) => Err(reason),
    };
    let path = Path { epoch: scope.view.epoch, leave, enter };
    flow.form_mut(form).path = Some(path);
    path
}
