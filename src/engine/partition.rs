//! Partitions: the cells that one process carries, and the exchange with those that carry the others. A run may have
//! any number of partitions; each knows the whole network and plan, carries the VPCs it holds, and meets the others at
//! the same instants. The books of one partition can be taken into another. Not a transport: the [`Exchange`] moves the
//! mail.

use super::cell::{Cell, End};
use super::cycles::Cycles;
use super::echoes::Echoes;
use super::exchange::{Exchange, exchange};
use super::options::Meetings;
use super::sending::Flow;
use super::shared::Scope;
use super::workers;
use crate::model::{HostId, Network, PeeringId, VpcId};
use crate::units::{SimDuration, SimTime};

/// The cells of one partition. Cells of VPCs that are carried elsewhere are present, but nothing happens in them.
pub(super) struct Partition {
    /// By VPC.
    pub cells: Vec<Cell>,
    exchange: Box<dyn Exchange>,
    /// The cells that have senders, in order: in the others nothing happens by itself.
    sending: Vec<VpcId>,
    /// By VPC: whether what it sends may be answered.
    is_answered: Vec<bool>,
    /// The cells that run in windows, in order, and the shortest delay from one of them to another.
    joined: Vec<VpcId>,
    window: SimDuration,
    /// The peering that delay belongs to, if there is one.
    narrowest: Option<PeeringId>,
    /// Which echo requests are known beforehand, if any are sent.
    echoes: Echoes,
    asks: bool,
    /// What is known of a connection that is alone.
    cycles: Cycles,
    /// The most threads used at once; for several partitions, the sum of their maxima.
    pub threads: usize,
}

impl Partition {
    pub(super) fn new(network: &Network, exchange: Box<dyn Exchange>) -> Partition {
        Partition {
            cells: network.vpcs().map(|(vpc, _)| Cell::new(vpc)).collect(),
            exchange,
            sending: Vec::new(),
            is_answered: vec![false; network.vpcs().len()],
            joined: Vec::new(),
            window: SimDuration::from_nanos(u64::MAX),
            narrowest: None,
            echoes: Echoes::default(),
            asks: false,
            cycles: Cycles::default(),
            threads: 1,
        }
    }

    pub(super) fn cell(&self, vpc: VpcId) -> &Cell {
        &self.cells[vpc.index()]
    }

    /// The cell of a VPC, if it is carried here.
    pub(super) fn held(&mut self, vpc: VpcId) -> Option<&mut Cell> {
        self.exchange.holds(vpc).then(|| &mut self.cells[vpc.index()])
    }

    /// Adds a sender of `vpc`, wherever that is carried; `reacts` as in [`Cell::add_flow`].
    pub(super) fn add_flow(&mut self, vpc: VpcId, flow: Flow, reacts: bool) {
        self.is_answered[vpc.index()] |= flow.is_answered();
        self.asks |= flow.asks_evenly();
        if let Some(cell) = self.held(vpc) {
            cell.add_flow(flow, reacts);
        }
    }

    /// Adds an end of connections in `vpc`, wherever that is carried.
    pub(super) fn add_end(&mut self, vpc: VpcId, end: End) {
        self.is_answered[vpc.index()] = true;
        if let Some(cell) = self.held(vpc) {
            cell.seat_end(end);
        }
    }

    /// Finishes the set-up, after all senders were added.
    pub(super) fn start(&mut self) {
        self.cells.iter_mut().for_each(Cell::trim);
        self.note_sending();
    }

    fn note_sending(&mut self) {
        self.sending = self.cells.iter().filter(|cell| cell.has_senders()).map(|cell| cell.vpc).collect();
    }

    /// Notes that what this VPC sends may be answered.
    pub(super) fn note_answered(&mut self, vpc: VpcId) {
        self.is_answered[vpc.index()] = true;
    }

    /// Runs cells whose packets may be answered, and their peers, in windows from now on; with `all`, every cell.
    /// Replies are never answered, so peers of peers need not join. A cell that joined stays.
    pub(super) fn join_windows(&mut self, network: &Network, all: bool) {
        for at in 0..self.cells.len() {
            if all || self.is_answered[at] {
                self.join(network, VpcId(at as u32));
            }
        }
        let count = network.peerings().len() as u32;
        (0..count).for_each(|id| self.join_ends(network, PeeringId(id)));
    }

    /// From `now` on, something reacts to what arrives at a host: senders to its address become events.
    pub(super) fn heed(&mut self, network: &Network, now: SimTime, host: HostId) {
        let (to, local_delay) = (network.host(host), network.rules.local_delay);
        self.suspend_echoes(now, local_delay);
        self.cells.iter_mut().for_each(|cell| cell.heed(to.address, now, local_delay));
        self.is_answered[to.vpc.index()] = true;
    }

    /// Runs a VPC whose packets may be answered, and its peers, in windows from now on.
    pub(super) fn join_around(&mut self, network: &Network, vpc: VpcId) {
        self.join(network, vpc);
        let peerings: Vec<PeeringId> = network.peerings_of(vpc).map(|(id, _)| id).collect();
        peerings.into_iter().for_each(|id| self.join_ends(network, id));
    }

    /// Runs both ends of a peering in windows if the packets of either end may be answered.
    pub(super) fn join_ends(&mut self, network: &Network, id: PeeringId) {
        let peering = network.peering(id);
        let ends = [peering.requester, peering.accepter];
        if ends.iter().any(|end| self.is_answered[end.index()]) {
            ends.into_iter().for_each(|end| self.join(network, end));
        }
        self.narrow_window(network, id);
    }

    fn join(&mut self, network: &Network, vpc: VpcId) {
        if self.cells[vpc.index()].join() {
            let place = self.joined.partition_point(|joined| *joined < vpc);
            self.joined.insert(place, vpc);
            let peerings: Vec<PeeringId> = network.peerings_of(vpc).map(|(id, _)| id).collect();
            peerings.into_iter().for_each(|id| self.narrow_window(network, id));
        }
    }

    /// Limits windows to the delay of a peering between two cells that run in them.
    fn narrow_window(&mut self, network: &Network, id: PeeringId) {
        let peering = network.peering(id);
        let ends = [peering.requester, peering.accepter];
        if ends.iter().all(|end| self.cell(*end).is_joined()) && peering.delay < self.window {
            (self.window, self.narrowest) = (peering.delay, Some(id));
        }
    }

    /// When something next happens here; inside a VPC packets take `local_delay`.
    pub(super) fn next_event(&self, local_delay: SimDuration) -> SimTime {
        // Elsewhere nothing is sent, so nothing is under way.
        let busy = self.sending.iter().chain(&self.joined);
        busy.map(|vpc| self.cell(*vpc).contents.next_event(local_delay)).min().unwrap_or(SimTime::NEVER)
    }

    /// About how much work it is to let time pass to the horizon, in packets that are carried one by one.
    pub(super) fn work(&mut self, scope: Scope<'_>) -> u64 {
        let Partition { cells, cycles, .. } = self;
        let span = scope.horizon.since(scope.from);
        let of_cell = |(at, cell): (usize, &mut Cell)| {
            let work = cell.work(scope);
            cycles.work(at, span).map_or(work, |known| known.min(work))
        };
        cells.iter_mut().enumerate().map(of_cell).fold(0, u64::saturating_add)
    }

    /// Who waits for whom, if anybody does.
    pub(super) fn meetings(&self) -> Option<Meetings> {
        self.narrowest.map(|over| Meetings { vpcs: self.joined.len(), every: self.window, over })
    }

    /// Advances all cells to the horizon, in parts within which the same senders are events.
    pub(super) fn advance(&mut self, scope: Scope<'_>, workers: usize) {
        let mut from = scope.from;
        while from < scope.horizon {
            let until = self.settle_echoes(Scope { from, ..scope }).min(scope.horizon);
            let until = self.agree(until);
            self.advance_part(Scope { from, horizon: until, ..scope }, workers);
            from = until;
        }
    }

    fn settle_echoes(&mut self, scope: Scope<'_>) -> SimTime {
        if !self.asks {
            return SimTime::NEVER;
        }
        let Partition { cells, exchange, echoes, .. } = self;
        let seated = echoes.seated();
        let until = echoes.settle(cells, |vpc| exchange.holds(vpc), scope);
        if self.echoes.seated() > seated {
            self.note_sending();
        }
        until
    }

    /// First the events of those that react to each other, then everything else.
    fn advance_part(&mut self, scope: Scope<'_>, workers: usize) {
        if !self.joined.is_empty() {
            let Partition { cells, exchange: others, joined, window, cycles, .. } = self;
            cycles.resume(cells);
            joined.iter().for_each(|vpc| cells[vpc.index()].begin(scope));
            exchange(cells, joined.iter().map(|vpc| vpc.index()), others.as_mut());
            if cycles.find(cells, joined, others.as_ref(), scope) {
                cycles.run(cells, others.as_mut(), scope, *window);
            } else {
                let threads = workers::run_windows(cells, joined, others.as_mut(), scope, *window, workers);
                self.threads = self.threads.max(threads);
            }
        }
        let threads = workers::run(&mut self.cells, &self.sending, scope, workers);
        self.threads = self.threads.max(threads);
    }

    /// The earliest of the times that the partitions propose.
    pub(super) fn agree(&mut self, time: SimTime) -> SimTime {
        self.exchange.least(time)
    }

    /// From `now` on all echoes are events, until it is decided anew which of them are known beforehand.
    pub(super) fn suspend_echoes(&mut self, now: SimTime, local_delay: SimDuration) {
        self.echoes.suspend(&mut self.cells, now, local_delay);
    }

    /// Makes the state of all cells complete at `now`, for whoever inspects it: see [`Cell::look`].
    pub(super) fn look(&mut self, now: SimTime, local_delay: SimDuration) {
        self.cells.iter_mut().for_each(|cell| cell.look(now, local_delay));
    }

    /// Charges the buckets for what passed in closed form, since the network changes at `now`.
    pub(super) fn charge(&mut self, now: SimTime) {
        self.sending.iter().for_each(|vpc| self.cells[vpc.index()].charge_all(now));
    }

    /// Takes the cells that `other` carries, with their books.
    pub(super) fn take(&mut self, other: Partition) {
        for cell in other.cells.into_iter().filter(|cell| other.exchange.holds(cell.vpc)) {
            let at = cell.vpc.index();
            self.cells[at] = cell;
        }
        self.threads += other.threads;
    }
}
