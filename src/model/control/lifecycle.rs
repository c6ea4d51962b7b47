//! The state machine of a peering connection (S16–S25a, S43): who may do what in which state, and its effect. The only
//! place that sets a [`PeeringState`]. Time is passed in as an argument; [`Network::next_due`] tells when a peering
//! changes by itself (expiry, arrears).
//!
//! ```text
//! create ─▶ PENDING ─accept─▶ ACTIVE ◀─restore── ISOLATED        delete: from any state, by either side
//!   │          │  ▲              └────isolate──────▲             create within one account: ACTIVE at once
//!   │          │  └──enable── EXPIRED ◀─ later ─── PENDING
//!   └─▶ ACTIVE └─reject─▶ REJECTED
//! ```

use super::permission::Party;
use crate::model::ids::{AccountId, PeeringId};
use crate::model::name::Name;
use crate::model::network::Network;
use crate::model::notice::{Notice, Outcome};
use crate::model::refusal::Refusal;
use crate::model::state::PeeringState;
use crate::model::vpc::NextHop;
use crate::units::SimTime;

/// A step that somebody requests of a peering connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// S18.
    Accept,
    /// S20.
    Reject,
    /// S21.
    Delete,
    /// S19: the initiator asks again.
    Enable,
    /// S43, S49: the vendor suspends it.
    Isolate,
    /// S43: the vendor lifts the suspension.
    Restore,
}

impl Step {
    /// The verb, as timelines and messages spell it.
    pub fn name(self) -> &'static str {
        match self {
            Step::Accept => "accept",
            Step::Reject => "reject",
            Step::Delete => "delete",
            Step::Enable => "enable",
            Step::Isolate => "isolate",
            Step::Restore => "restore",
        }
    }

    /// Who may take it, from which states, and where it leads: the whole machine except creation and expiry.
    fn rule(self) -> (Party, &'static [PeeringState], PeeringState) {
        use PeeringState::*;
        match self {
            Step::Accept => (Party::Accepter, &[Pending], Active),
            Step::Reject => (Party::Accepter, &[Pending], Rejected),
            Step::Delete => (Party::Either, &[Pending, Active, Expired, Failed, Isolated], Deleted),
            Step::Enable => (Party::Requester, &[Expired], Pending),
            Step::Isolate => (Party::Vendor, &[Active], Isolated),
            Step::Restore => (Party::Vendor, &[Isolated], Active),
        }
    }
}

impl Network {
    /// Takes `step` on a peering at `now`. `by` is the account that asks; without one every step is allowed, the
    /// vendor's included.
    ///
    /// # Errors
    /// The wrong account (S18), the wrong state, or, for a step to PENDING or ACTIVE, uniqueness, overlap and quota,
    /// checked again (S14, S19).
    pub fn step(&mut self, by: Option<AccountId>, id: PeeringId, step: Step, now: SimTime) -> Result<Outcome, Refusal> {
        let peering = self.peering(id);
        let (party, from, to) = step.rule();
        self.check_party(by, id, party, step.name())?;
        if !from.contains(&peering.state) {
            return Err(Refusal::InvalidState {
                peering: peering.name.to_string(),
                state: self.rules.state(peering.state),
                wanted: step.name(),
            });
        }
        if matches!(to, PeeringState::Pending | PeeringState::Active) {
            self.check_standing(self.vpc(peering.requester).account, peering.cross_region)?;
        }
        match step {
            Step::Accept => self.check_pair(peering, to, Some(id), |state| state == PeeringState::Active)?,
            Step::Enable => self.check_pair(peering, to, Some(id), PeeringState::counts)?,
            Step::Reject | Step::Delete | Step::Isolate | Step::Restore => {}
        }
        let before = peering.state;
        self.set_state(id, to, now);
        let mut text = self.transition(id, before);
        match step {
            Step::Accept => self.note_trust(id),
            Step::Enable => {
                self.peerings[id.index()].expires = Some(now + self.rules.request_life);
                self.note_change(id);
            }
            Step::Delete => match self.remove_routes_via(id) {
                0 => {}
                1 => text += ", 1 route removed",
                removed => text += &format!(", {removed} routes removed"),
            },
            Step::Reject | Step::Isolate | Step::Restore => {}
        }
        Ok(Outcome(text))
    }

    /// The change of a peering that was in state `before`, for a person.
    pub(super) fn transition(&self, id: PeeringId, before: PeeringState) -> String {
        let peering = self.peering(id);
        format!("{} {} -> {}", peering.name, self.rules.state(before), self.rules.state(peering.state))
    }

    pub(super) fn set_state(&mut self, id: PeeringId, state: PeeringState, now: SimTime) {
        let peering = &mut self.peerings[id.index()];
        let before = std::mem::replace(&mut peering.state, state);
        peering.history.push((now, state));
        peering.expires = None;
        if state.is_gone() {
            if let Some(bearers) = self.peering_names.get_mut(&peering.name) {
                (bearers.alive, bearers.gone) = (None, bearers.gone.max(Some(id)));
            }
            self.end_faults_of(id, now);
        }
        self.recount(id, Some(before));
        self.note_change(id);
    }

    /// Renames a peering that is not gone (S16) at `now`; either side may.
    ///
    /// # Errors
    /// The wrong account, a name taken, a peering that is gone.
    pub fn rename(
        &mut self,
        by: Option<AccountId>,
        id: PeeringId,
        name: Name,
        now: SimTime,
    ) -> Result<Outcome, Refusal> {
        self.check_party(by, id, Party::Either, "rename")?;
        let (old, state) = (&self.peering(id).name, self.peering(id).state);
        if state.is_gone() {
            let state = self.rules.state(state);
            return Err(Refusal::InvalidState { peering: old.to_string(), state, wanted: "rename" });
        }
        self.check_free_name(&name)?;
        let peering = &mut self.peerings[id.index()];
        let before = std::mem::replace(&mut peering.name, name.clone());
        if let Some(bearers) = self.peering_names.get_mut(&before) {
            bearers.alive = None;
        }
        let bearers = self.peering_names.entry(name).or_default();
        bearers.alive = Some(id);
        bearers.ever.push((now, id));
        let peering = self.peering(id);
        Ok(Outcome(format!("{before} is now called {}", peering.name)))
    }

    /// S21: removes every route over the peering, in all tables of both VPCs; returns how many.
    fn remove_routes_via(&mut self, id: PeeringId) -> usize {
        let mut removed = 0;
        for (table, to) in std::mem::take(&mut self.routes_over[id.index()]) {
            if self.table(table).routes.get(&to).is_some_and(|route| route.via == NextHop::Peering(id)) {
                self.edit(table).remove(&to);
                removed += 1;
            }
        }
        removed
    }

    fn note_trust(&mut self, id: PeeringId) {
        let peering = self.peering(id);
        let (requester, accepter) = (self.vpc(peering.requester).account, self.vpc(peering.accepter).account);
        let trusts = self.account(accepter).trusts.as_ref();
        if requester != accepter && trusts.is_some_and(|t| !t.contains(&requester)) {
            let (peering, account) = (peering.name.clone(), self.account(requester).name.clone());
            self.notices.push(Notice::UntrustedAccount { peering, account });
        }
    }
}
