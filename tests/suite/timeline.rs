//! The timelines of the suite's worlds: changes at instants at which the twin saw something happen, aimed at the state
//! at that point: peerings deleted with packets on them, made again, accepted, routed; nodes that fail; caps changed at
//! departures.

use crate::dice::name;
use crate::reference::Reference;
use crate::traffic::Sender;
use crate::world::{Maker, World, loss, queue};
use vpcsim::model::plan::Action;
use vpcsim::model::*;
use vpcsim::units::{BitRate, SimDuration, SimTime};

impl Maker {
    /// An action after the existing ones, at or near an instant at which the twin saw something happen: often a new cap
    /// at the exact departure of a packet that waited under the old one.
    pub fn action(&mut self, world: &World, senders: &[Sender]) -> Action {
        let plan = &world.plan;
        let mut twin = Reference::new(&world.network, plan, senders);
        twin.run();
        self.network = twin.network.clone();
        let last = plan.timeline.last().map_or(0, |a| a.time.as_nanos());
        let departures: Vec<(u64, PeeringId)> = twin.departures.into_iter().filter(|(t, _)| *t >= last).collect();
        let after: Vec<u64> = twin.instants.into_iter().filter(|t| *t >= last).collect();
        let near = if self.dice.chance(50) { 40 } else { usize::MAX };
        let (time, change) = if !departures.is_empty() && self.dice.chance(70) {
            let (time, peering) = self.dice.pick(&departures[..departures.len().min(near)]);
            (time, if self.dice.chance(70) { self.new_cap(peering) } else { self.change() })
        } else if after.is_empty() {
            (last + self.dice.below(self.gap), self.change())
        } else {
            let late = self.dice.pick(&[0, 0, 0, 0, 0, 1]);
            (self.dice.pick(&after[..after.len().min(near)]) + late, self.change())
        };
        Action { time: SimTime::from_nanos(time), text: format!("{change:?}"), by: None, change, refused: None }
    }

    fn name_of(&self, peering: PeeringId) -> Name {
        self.network.peering(peering).name.clone()
    }

    fn new_cap(&mut self, peering: PeeringId) -> Change {
        let mbps = self.dice.pick(&[self.mbps, self.mbps / 2, self.mbps * 2, 1, 5, 1000]).clamp(1, 1000);
        Change::ChangeBandwidth { peering: self.name_of(peering), bandwidth: BitRate::from_mbps(mbps) }
    }

    fn change(&mut self) -> Change {
        let peerings: Vec<PeeringId> = self.network.peerings().map(|(id, _)| id).collect();
        let table = TableId(self.dice.below(self.network.tables().len() as u64) as u32);
        let up = self.dice.chance(50);
        if peerings.is_empty() || self.dice.chance(if self.narrow { 5 } else { 20 }) {
            return Change::SetHost { host: self.some_host(), up, lasts: self.lasts() };
        }
        let peering = self.dice.pick(&peerings);
        if self.dice.chance(if self.narrow { 15 } else { 55 }) {
            return self.life(peering);
        }
        let to = match self.network.table(table).routes.keys().copied().collect::<Vec<_>>() {
            routes if routes.is_empty() || self.dice.chance(20) => self.some_prefix(),
            routes => self.dice.pick(&routes),
        };
        match self.dice.below(if self.narrow { 20 } else { 10 }) {
            0 => Change::AddRoute { table, to, via: Via::Peering(self.name_of(peering)), disabled: false },
            1 => Change::RemoveRoute { table, to },
            2 => Change::DisableRoute { table, to, disabled: !up },
            3 => Change::SetLink { peering: self.name_of(peering), up: false, lasts: self.lasts() },
            4 => Change::SetLink { peering: self.name_of(peering), up: true, lasts: None },
            5 => Change::SetLoss { peering: self.name_of(peering), loss: loss(&mut self.dice), lasts: self.lasts() },
            _ => self.new_cap(peering),
        }
    }

    /// A few gaps, so that faults overlap and end together; often without an end.
    fn lasts(&mut self) -> Option<SimDuration> {
        let gaps = self.dice.pick(&[0, 0, 1, 2, 5, 20]);
        Some(SimDuration::from_nanos(gaps * self.gap)).filter(|lasts| *lasts > SimDuration::ZERO)
    }

    /// A peering is deleted with packets on it, made again, accepted and routed, each at an instant at which something
    /// happens.
    pub fn rebirth(&mut self, world: &World, senders: &[Sender]) -> Vec<Action> {
        let mut twin = Reference::new(&world.network, &world.plan, senders);
        twin.run();
        self.network = world.network.clone();
        let carrying = |p: PeeringId| LinkId::both(p).iter().any(|link| twin.tally.links[link.index()].offered.0 > 0);
        let busy: Vec<Peering> =
            self.network.peerings().filter(|(id, _)| carrying(*id)).map(|(_, p)| p.clone()).collect();
        if busy.is_empty() {
            return Vec::new();
        }
        let old = self.dice.pick(&busy);
        let mut changes = vec![Change::Step { peering: old.name.clone(), step: Step::Delete }];
        let again = self.again(&old);
        let Change::CreatePeering(spec) = &again else { return Vec::new() };
        let peering = spec.name.clone();
        changes.extend([again, Change::Step { peering: peering.clone(), step: Step::Accept }]);
        for (near, far) in [(old.requester, old.accepter), (old.accepter, old.requester)] {
            for (table, _) in self.network.tables().filter(|(_, t)| t.vpc == near) {
                let route = |to| Change::AddRoute { table, to, via: Via::Peering(peering.clone()), disabled: false };
                changes.extend(self.network.vpc(far).cidrs.iter().copied().map(route));
            }
        }
        let mut from = twin.instants.len() / 4;
        let mut actions = Vec::new();
        for change in changes {
            let time = SimTime::from_nanos(twin.instants[from]);
            actions.push(Action { time, text: format!("{change:?}"), by: None, change, refused: None });
            from = (from + self.dice.pick(&[0, 0, 1, 2, 8])).min(twin.instants.len() - 1);
        }
        actions
    }

    /// The next step in a peering's life: a request is accepted, a deleted one is made again, a new one is routed.
    fn life(&mut self, id: PeeringId) -> Change {
        let known = self.network.peering(id).clone();
        let peering = known.name.clone();
        let step = |step| Change::Step { peering: known.name.clone(), step };
        match known.state {
            PeeringState::Pending => {
                let next = self.dice.pick(&[Step::Accept, Step::Accept, Step::Reject, Step::Delete]);
                step(next)
            }
            PeeringState::Expired => step(self.dice.pick(&[Step::Enable, Step::Enable, Step::Delete, Step::Accept])),
            PeeringState::Isolated => step(self.dice.pick(&[Step::Restore, Step::Restore, Step::Delete])),
            PeeringState::Failed => step(Step::Delete),
            PeeringState::Deleted | PeeringState::Rejected => self.again(&known),
            PeeringState::Active => match self.dice.below(10) {
                0 | 1 => step(Step::Delete),
                2 => step(Step::Isolate),
                3 => Change::Rename { peering, name: name(&format!("R{}", self.dice.below(3))) },
                4..=6 => {
                    let node = 1 + self.dice.below(known.nodes.count() as u64) as usize;
                    let (up, lasts) = (self.dice.chance(30), self.lasts());
                    Change::SetNode { peering, node, up, lasts: lasts.filter(|_| !up) }
                }
                _ => self.route_over(&known),
            },
        }
    }

    /// The same pair again, requested by either side.
    fn again(&mut self, dead: &Peering) -> Change {
        let (a, b) = (dead.requester, dead.accepter);
        let (a, b) = if self.dice.chance(50) { (a, b) } else { (b, a) };
        let gap = self.gap;
        let dice = &mut self.dice;
        let mbps = dice.pick(&[self.mbps, self.mbps, self.mbps / 2, 1000]).clamp(1, 1000);
        let label = if dice.chance(50) { dead.name.clone() } else { name(&format!("R{}", dice.below(3))) };
        let spec = PeeringSpec {
            bandwidth: dead.cross_region.then(|| BitRate::from_mbps(mbps)),
            queue: queue(dice),
            delay: Some(SimDuration::from_nanos(dice.pick(&[1_000, gap, gap, 3 * gap]))),
            loss: loss(dice),
            requested: Rules::guide().request_life - SimDuration::from_nanos(gap * dice.pick(&[0, 1, 5])),
            nodes: dice.pick(&[1, 2, 3]),
            detection: SimDuration::from_nanos(dice.pick(&[0, gap])),
            ..PeeringSpec::new(label, a, b)
        };
        Change::CreatePeering(Box::new(spec))
    }

    fn route_over(&mut self, peering: &Peering) -> Change {
        let ends = (peering.requester, peering.accepter);
        let (near, far) = if self.dice.chance(50) { ends } else { (ends.1, ends.0) };
        let tables: Vec<TableId> = self.network.tables().filter(|(_, t)| t.vpc == near).map(|(id, _)| id).collect();
        let to = self.dice.pick(&self.network.vpc(far).cidrs);
        Change::AddRoute {
            table: self.dice.pick(&tables),
            to,
            via: Via::Peering(peering.name.clone()),
            disabled: false,
        }
    }
}
