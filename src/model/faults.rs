//! Injected faults: what is broken, and until when. Faults may overlap: a host, a link or a node is down while any of
//! them lasts, and being set up ends them all; of several losses the largest counts, and one that is to stay ends them
//! all. What a fault does to packets is the data plane's; what it costs in availability (S36) is counted in
//! `availability`.

use super::change::Outcome;
use super::ids::{HostId, PeeringId};
use super::network::Network;
use super::peering::Peering;
use super::refusal::Refusal;
use crate::units::{Share, SimDuration, SimTime};
use std::collections::{BTreeMap, BTreeSet};

/// What can be broken by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Host(HostId),
    /// A peering's transport, both directions.
    Link(PeeringId),
    /// A forwarding node, numbered from 0.
    Node(PeeringId, usize),
    /// That a peering loses this share of its packets.
    Loss(PeeringId, Share),
}

impl Part {
    fn peering(self) -> Option<PeeringId> {
        match self {
            Part::Host(_) => None,
            Part::Link(id) | Part::Node(id, _) | Part::Loss(id, _) => Some(id),
        }
    }
}

/// How long a part stays as it was set; [`SimTime::NEVER`] is until it is set otherwise.
#[derive(Debug, Clone, Copy, Default)]
struct Spell {
    /// When the last of the faults in force ends; none without a fault.
    broken: Option<SimTime>,
    /// When it breaks again that was set up for a while.
    mended: Option<SimTime>,
}

impl Spell {
    fn ends(self) -> impl Iterator<Item = SimTime> {
        [self.broken, self.mended].into_iter().flatten().filter(|end| *end < SimTime::NEVER)
    }
}

/// All parts that were broken, or mended for a while.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    spells: BTreeMap<Part, Spell>,
    /// Every end to come.
    due: BTreeSet<(SimTime, Part)>,
}

impl Faults {
    /// When the next part breaks or is mended by itself.
    pub(super) fn next_due(&self) -> Option<SimTime> {
        self.due.first().map(|(time, _)| *time)
    }

    fn is_broken(&self, part: Part) -> bool {
        self.spells.get(&part).is_some_and(|spell| spell.broken.is_some())
    }

    fn break_until(&mut self, part: Part, until: SimTime) {
        self.edit(part, |spell| spell.broken = spell.broken.max(Some(until)));
    }

    fn mend_until(&mut self, part: Part, until: SimTime) {
        self.edit(part, |spell| *spell = Spell { broken: None, mended: Some(until).filter(|t| *t < SimTime::NEVER) });
    }

    /// Ends what ends by `now`; a part that was mended until then is broken.
    fn pass(&mut self, part: Part, now: SimTime) {
        self.edit(part, |spell| {
            spell.broken = spell.broken.filter(|end| *end > now);
            if spell.mended.is_some_and(|end| end <= now) {
                *spell = Spell { broken: Some(SimTime::NEVER), mended: None };
            }
        });
    }

    fn edit(&mut self, part: Part, edit: impl FnOnce(&mut Spell)) {
        let mut spell = self.spells.remove(&part).unwrap_or_default();
        for end in spell.ends() {
            self.due.remove(&(end, part));
        }
        edit(&mut spell);
        self.due.extend(spell.ends().map(|end| (end, part)));
        if spell.broken.or(spell.mended).is_some() {
            self.spells.insert(part, spell);
        }
    }

    /// The largest loss in force on a peering, if there is one.
    fn loss(&self, id: PeeringId) -> Option<Share> {
        match self.spells.range(losses(id)).next_back()?.0 {
            Part::Loss(_, share) => Some(*share),
            Part::Host(_) | Part::Link(_) | Part::Node(..) => None,
        }
    }

    fn end_losses(&mut self, id: PeeringId) {
        let all: Vec<Part> = self.spells.range(losses(id)).map(|(part, _)| *part).collect();
        all.into_iter().for_each(|part| self.mend_until(part, SimTime::NEVER));
    }

    /// The parts of a peering that were set.
    fn parts_of(&self, id: PeeringId) -> Vec<Part> {
        let nodes = self.spells.range(Part::Node(id, 0)..=Part::Node(id, usize::MAX));
        let all = nodes.chain(self.spells.range(losses(id))).map(|(part, _)| *part);
        all.chain([Part::Link(id)]).collect()
    }
}

fn losses(id: PeeringId) -> std::ops::RangeInclusive<Part> {
    Part::Loss(id, Share::ZERO)..=Part::Loss(id, Share::WHOLE)
}

impl Network {
    /// Starts or stops a host from `now` on, for so long if that is said.
    pub(super) fn set_host(&mut self, host: HostId, up: bool, lasts: Option<SimDuration>, now: SimTime) -> Outcome {
        self.set(Part::Host(host), up, lasts, now)
    }

    /// Mends or cuts a peering's transport.
    pub(super) fn set_link(&mut self, id: PeeringId, up: bool, lasts: Option<SimDuration>, now: SimTime) -> Outcome {
        self.set(Part::Link(id), up, lasts, now)
    }

    /// Mends or fails node `number` of a peering, counted from 1.
    ///
    /// # Errors
    /// There is no such node.
    pub(super) fn set_node(
        &mut self,
        (id, number): (PeeringId, usize),
        up: bool,
        lasts: Option<SimDuration>,
        now: SimTime,
    ) -> Result<Outcome, Refusal> {
        let (peering, count) = (self.peering(id), self.peering(id).nodes.count());
        if !(1..=count).contains(&number) {
            return Err(Refusal::NoSuchNode { peering: peering.name.to_string(), count, number });
        }
        Ok(self.set(Part::Node(id, number - 1), up, lasts, now))
    }

    /// Sets the share that a peering's transport loses: for so long, the largest of such shares being in force; or to
    /// stay, whatever was set before.
    pub(super) fn set_loss(
        &mut self,
        id: PeeringId,
        share: Share,
        lasts: Option<SimDuration>,
        now: SimTime,
    ) -> Outcome {
        let part = Part::Loss(id, share);
        if lasts.is_some() {
            return self.set(part, false, lasts, now);
        }
        self.faults.end_losses(id);
        self.peerings[id.index()].lasting_loss = share;
        self.settle(part, now).0
    }

    /// Ends all faults of a peering that is gone from `now` on: nothing befalls it.
    pub(super) fn end_faults_of(&mut self, id: PeeringId, now: SimTime) {
        for part in self.faults.parts_of(id) {
            self.faults.mend_until(part, SimTime::NEVER);
            self.settle(part, now);
        }
    }

    /// Lets every fault end that ends by `now`; what changed by that, for a person.
    pub(super) fn end_faults(&mut self, now: SimTime) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        while let Some(&(_, part)) = self.faults.due.first().filter(|(due, _)| *due <= now) {
            self.faults.pass(part, now);
            let (outcome, is_new) = self.settle(part, now);
            outcomes.extend(is_new.then_some(outcome));
        }
        outcomes
    }

    fn set(&mut self, part: Part, up: bool, lasts: Option<SimDuration>, now: SimTime) -> Outcome {
        // Nothing befalls a peering that is gone.
        let lasts = lasts.filter(|_| part.peering().is_none_or(|id| !self.peering(id).state.is_gone()));
        let until = lasts.map_or(SimTime::NEVER, |lasts| now + lasts);
        if up {
            self.faults.mend_until(part, until);
        } else {
            self.faults.break_until(part, until);
        }
        self.settle(part, now).0
    }

    /// Has the network show what the faults make of a part from `now` on; what that is, and whether it is another than
    /// before.
    fn settle(&mut self, part: Part, now: SimTime) -> (Outcome, bool) {
        let up = !self.faults.is_broken(part);
        let state = if up { "up" } else { "down" };
        let (text, is_new) = match part {
            Part::Host(host) => {
                let before = std::mem::replace(&mut self.hosts[host.index()].up, up);
                (format!("{} {state}", self.host_name(host)), before != up)
            }
            Part::Link(id) => {
                let peering = &mut self.peerings[id.index()];
                let before = std::mem::replace(&mut peering.down, !up);
                (format!("{} {state}", peering.name), before == up)
            }
            Part::Node(id, at) => {
                let Peering { nodes, name, .. } = &mut self.peerings[id.index()];
                let is_new = nodes.set(at, up, now);
                (format!("{name} node {} of {} {state}", at + 1, nodes.count()), is_new)
            }
            Part::Loss(id, _) => {
                let temporary = self.faults.loss(id);
                let peering = &mut self.peerings[id.index()];
                let loss = temporary.unwrap_or(peering.lasting_loss);
                let before = std::mem::replace(&mut peering.loss, loss);
                (format!("{} loses {before} -> {loss}", peering.name), before != loss)
            }
        };
        if let Some(id) = part.peering() {
            self.note_outage(id, now);
            self.note_change(id);
        }
        (Outcome(text), is_new)
    }

    /// Notes the share of flows that faults keep from being carried, from `now` on (S36): of all that are in force
    /// together.
    pub(super) fn note_outage(&mut self, id: PeeringId, now: SimTime) {
        let peering = &mut self.peerings[id.index()];
        let share = if peering.down { Share::WHOLE } else { peering.nodes.unavailable() };
        let before = peering.outages.last().map_or(Share::ZERO, |(_, share)| *share);
        if share != before {
            peering.outages.push((now, share));
        }
    }
}
