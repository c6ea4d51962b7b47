//! Injected faults: what is broken, and until when. Faults may overlap: a host, link or node is down while any of its
//! faults lasts, and setting it up ends them all; of several losses the largest counts, and setting a permanent loss
//! ends them all. The data plane applies faults to packets; `availability` counts what they cost in availability (S36).

use super::ids::{HostId, PeeringId};
use crate::units::{Share, SimTime};
use std::collections::{BTreeMap, BTreeSet};

/// What can break independently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Host(HostId),
    /// A peering's transport, both directions.
    Link(PeeringId),
    /// A forwarding node, numbered from 0.
    Node(PeeringId, usize),
    /// The loss of this share of a peering's packets.
    Loss(PeeringId, Share),
}

impl Part {
    pub fn peering(self) -> Option<PeeringId> {
        match self {
            Part::Host(_) => None,
            Part::Link(id) | Part::Node(id, _) | Part::Loss(id, _) => Some(id),
        }
    }
}

/// How long a part stays as it was set; [`SimTime::NEVER`] means until it is set again.
#[derive(Debug, Clone, Copy, Default)]
struct Spell {
    /// When the last of the faults in force ends; none without a fault.
    broken: Option<SimTime>,
    /// When a part that was set up for a limited time breaks again.
    mended: Option<SimTime>,
}

impl Spell {
    fn ends(self) -> impl Iterator<Item = SimTime> {
        [self.broken, self.mended].into_iter().flatten().filter(|end| *end < SimTime::NEVER)
    }
}

/// All parts that are broken, or mended for a limited time.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    spells: BTreeMap<Part, Spell>,
    /// Every end still to come.
    due: BTreeSet<(SimTime, Part)>,
}

impl Faults {
    /// When the next part breaks or is mended by itself.
    pub fn next_due(&self) -> Option<SimTime> {
        self.due.first().map(|(time, _)| *time)
    }

    pub fn is_broken(&self, part: Part) -> bool {
        self.spells.get(&part).is_some_and(|spell| spell.broken.is_some())
    }

    pub fn break_until(&mut self, part: Part, until: SimTime) {
        self.edit(part, |spell| spell.broken = spell.broken.max(Some(until)));
    }

    pub fn mend_until(&mut self, part: Part, until: SimTime) {
        self.edit(part, |spell| *spell = Spell { broken: None, mended: Some(until).filter(|t| *t < SimTime::NEVER) });
    }

    /// Ends what ends by `now` for one part, and returns the part, if there is one: its faults, or a temporary mending.
    pub fn pass(&mut self, now: SimTime) -> Option<Part> {
        let (_, part) = self.due.first().copied().filter(|(due, _)| *due <= now)?;
        self.edit(part, |spell| {
            spell.broken = spell.broken.filter(|end| *end > now);
            if spell.mended.is_some_and(|end| end <= now) {
                *spell = Spell { broken: Some(SimTime::NEVER), mended: None };
            }
        });
        Some(part)
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
    pub fn loss(&self, id: PeeringId) -> Option<Share> {
        match self.spells.range(losses(id)).next_back()?.0 {
            Part::Loss(_, share) => Some(*share),
            Part::Host(_) | Part::Link(_) | Part::Node(..) => None,
        }
    }

    pub fn end_losses(&mut self, id: PeeringId) {
        let all: Vec<Part> = self.spells.range(losses(id)).map(|(part, _)| *part).collect();
        all.into_iter().for_each(|part| self.mend_until(part, SimTime::NEVER));
    }

    /// The parts of a peering that were set.
    pub fn parts_of(&self, id: PeeringId) -> Vec<Part> {
        let nodes = self.spells.range(Part::Node(id, 0)..=Part::Node(id, usize::MAX));
        let all = nodes.chain(self.spells.range(losses(id))).map(|(part, _)| *part);
        all.chain([Part::Link(id)]).collect()
    }
}

fn losses(id: PeeringId) -> std::ops::RangeInclusive<Part> {
    Part::Loss(id, Share::ZERO)..=Part::Loss(id, Share::WHOLE)
}
