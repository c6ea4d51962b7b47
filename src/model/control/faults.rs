//! Injecting faults into a network and letting them end. The kinds of faults, and which of overlapping ones are in
//! force, are in `model::faults`.

use crate::model::faults::Part;
use crate::model::ids::{HostId, PeeringId};
use crate::model::network::Network;
use crate::model::notice::Outcome;
use crate::model::peering::Peering;
use crate::model::refusal::Refusal;
use crate::units::{Share, SimDuration, SimTime};

impl Network {
    /// Starts or stops a host from `now` on, for the duration `lasts` if given.
    pub(in crate::model) fn set_host(
        &mut self,
        host: HostId,
        up: bool,
        lasts: Option<SimDuration>,
        now: SimTime,
    ) -> Outcome {
        self.set(Part::Host(host), up, lasts, now)
    }

    /// Mends or cuts a peering's transport.
    pub(in crate::model) fn set_link(
        &mut self,
        id: PeeringId,
        up: bool,
        lasts: Option<SimDuration>,
        now: SimTime,
    ) -> Outcome {
        self.set(Part::Link(id), up, lasts, now)
    }

    /// Mends or fails node `number` of a peering, counted from 1.
    ///
    /// # Errors
    /// There is no such node.
    pub(in crate::model) fn set_node(
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

    /// Sets the share of packets that a peering's transport loses: for the duration `lasts`, the largest of such shares
    /// being in force; or else permanently, replacing whatever was set before.
    pub(in crate::model) fn set_loss(
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

    /// Ends all faults of a peering that is gone from `now` on: no fault affects it.
    pub(super) fn end_faults_of(&mut self, id: PeeringId, now: SimTime) {
        for part in self.faults.parts_of(id) {
            self.faults.mend_until(part, SimTime::NEVER);
            self.settle(part, now);
        }
    }

    /// Ends every fault that is due to end by `now`; returns what that changed, for a person.
    pub(super) fn end_faults(&mut self, now: SimTime) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        while let Some(part) = self.faults.pass(now) {
            let (outcome, is_new) = self.settle(part, now);
            outcomes.extend(is_new.then_some(outcome));
        }
        outcomes
    }

    fn set(&mut self, part: Part, up: bool, lasts: Option<SimDuration>, now: SimTime) -> Outcome {
        // No fault affects a peering that is gone.
        let lasts = lasts.filter(|_| part.peering().is_none_or(|id| !self.peering(id).state.is_gone()));
        let until = lasts.map_or(SimTime::NEVER, |lasts| now + lasts);
        if up {
            self.faults.mend_until(part, until);
        } else {
            self.faults.break_until(part, until);
        }
        self.settle(part, now).0
    }

    /// Updates the network to what the faults make of a part from `now` on; returns that, and whether it differs from
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
}
