//! Arrears (S43): an account whose balance fell below zero keeps everything for a grace period; then every active
//! cross-region peering that it requested becomes ISOLATED until it pays. Regional peerings cost nothing and are left
//! alone. No bills are made here.

use crate::model::account::Arrears;
use crate::model::ids::{AccountId, PeeringId};
use crate::model::network::Network;
use crate::model::notice::Outcome;
use crate::model::refusal::Refusal;
use crate::model::state::PeeringState;
use crate::units::SimTime;
use std::collections::BTreeSet;

impl Network {
    /// The balance of `account` falls below zero at `now`.
    ///
    /// # Errors
    /// It is below zero already, or an account asks for it.
    pub(in crate::model) fn fall_into_arrears(
        &mut self,
        by: Option<AccountId>,
        account: AccountId,
        now: SimTime,
    ) -> Result<Outcome, Refusal> {
        let name = self.account(account).name.to_string();
        if let Some(by) = by {
            let what = format!("put `{name}` in arrears");
            return Err(Refusal::WrongAccount {
                account: self.account(by).name.to_string(),
                what,
                who: "the cloud itself",
            });
        }
        if self.account(account).arrears.is_some() {
            return Err(Refusal::AlreadyInArrears { account: name });
        }
        self.accounts[account.index()].arrears = Some(Arrears { since: now, isolated: None });
        let end = now + self.rules.arrears_grace;
        self.debtors.insert((end, account));
        Ok(Outcome(format!("{name} in arrears, to be isolated at {end}")))
    }

    /// `account` pays at `now`: the peerings that its arrears isolated become active again.
    ///
    /// # Errors
    /// It owes nothing, or another account asks.
    pub(in crate::model) fn pay(
        &mut self,
        by: Option<AccountId>,
        account: AccountId,
        now: SimTime,
    ) -> Result<Outcome, Refusal> {
        let name = self.account(account).name.to_string();
        if let Some(by) = by.filter(|by| *by != account) {
            let what = format!("pay for `{name}`");
            let account = self.account(by).name.to_string();
            return Err(Refusal::WrongAccount { account, what, who: "the account itself" });
        }
        let Some(arrears) = self.accounts[account.index()].arrears.take() else {
            return Err(Refusal::NotInArrears { account: name });
        };
        self.debtors.remove(&(arrears.since + self.rules.arrears_grace, account));
        let mut text = format!("{name} paid");
        for id in arrears.isolated.into_iter().flatten() {
            // A peering deleted meanwhile stays deleted.
            if self.peering(id).state == PeeringState::Isolated {
                self.set_state(id, PeeringState::Active, now);
                text += &format!(", {}", self.transition(id, PeeringState::Isolated));
            }
        }
        Ok(Outcome(text))
    }

    /// Isolates the peerings of accounts whose grace period ended by `now`; returns what happened, for a person.
    pub(super) fn isolate_debtors(&mut self, now: SimTime) -> Vec<Outcome> {
        let mut due = BTreeSet::new();
        while let Some((_, account)) = self.debtors.first().copied().filter(|(end, _)| *end <= now) {
            self.debtors.pop_first();
            due.insert(account);
        }
        let mut outcomes = Vec::new();
        for account in due {
            let isolated = self.paid_for_by(account);
            for id in &isolated {
                self.set_state(*id, PeeringState::Isolated, now);
                let became = self.transition(*id, PeeringState::Active);
                outcomes.push(Outcome(format!("{became}, {} is in arrears", self.account(account).name)));
            }
            if let Some(arrears) = &mut self.accounts[account.index()].arrears {
                arrears.isolated = Some(isolated);
            }
        }
        outcomes
    }

    /// The cross-region peerings in force that `account` requested, in declaration order.
    fn paid_for_by(&self, account: AccountId) -> Vec<PeeringId> {
        let own = self.account(account).vpcs.iter();
        let counted = own.flat_map(|vpc| self.counted_of(*vpc).map(move |(_, id)| (*vpc, id)));
        let is_paid = |vpc, id| {
            let peering = self.peering(id);
            peering.requester == vpc && peering.cross_region && peering.state == PeeringState::Active
        };
        let mut paid: Vec<PeeringId> = counted.filter(|(vpc, id)| is_paid(*vpc, *id)).map(|(_, id)| id).collect();
        paid.sort_unstable();
        paid
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::Change;
    use crate::model::{Name, PeeringSpec, Rules, Step};
    use crate::units::{BitRate, SimDuration};

    const DAY: u64 = 86_400;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    /// Three VPCs of `a` and one of `b`. P is cross-region and requested by a, Q cross-region and requested by b, R
    /// regional within a, S cross-region, requested by a and pending.
    fn network() -> Network {
        let mut network = Network::new(Rules::guide());
        let mut vpc = |at: u8, account: &str, region: &str| {
            let account = network.account_named(&name(account));
            let region = network.declare_region(&name(region));
            network.add_vpc(name(&format!("V{at}")), None, account, region, format!("10.{at}.0.0/16").parse().unwrap())
        };
        let (v1, v2) = (vpc(1, "a", "beijing").unwrap(), vpc(2, "a", "shanghai").unwrap());
        let (v3, v4) = (vpc(3, "a", "beijing").unwrap(), vpc(4, "b", "guangzhou").unwrap());
        let mut peer = |called: &str, near, far, cross_region: bool, state| {
            let mut spec = PeeringSpec::new(name(called), near, far);
            spec.bandwidth = cross_region.then_some(BitRate::from_mbps(10));
            spec.state = state;
            network.add_peering(spec, SimTime::ZERO).unwrap();
        };
        peer("P", v1, v2, true, None);
        peer("Q", v4, v1, true, Some(PeeringState::Active));
        peer("R", v1, v3, false, None);
        peer("S", v2, v4, true, None);
        network
    }

    fn at(days: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_secs(days * DAY)
    }

    fn states(network: &Network) -> Vec<&'static str> {
        network.peerings().map(|(_, p)| network.rules.state(p.state)).collect()
    }

    fn a(network: &Network) -> AccountId {
        network.find_account("a").unwrap()
    }

    #[test]
    fn a_week_later_what_the_account_pays_for_is_isolated_until_it_pays() {
        let mut network = network();
        let account = a(&network);
        network.apply(None, &Change::Arrears { account }, at(1)).unwrap();
        assert_eq!(network.next_due(), Some(at(7)), "the pending request runs out first");
        network.fall_due(at(7));
        assert_eq!(network.next_due(), Some(at(8)));
        assert_eq!(network.fall_due(at(8)).len(), 1);
        assert_eq!(states(&network), ["ISOLATED", "ACTIVE", "ACTIVE", "EXPIRED"]);
        assert_eq!(network.next_due(), None);
        network.apply(Some(account), &Change::Pay { account }, at(9)).unwrap();
        assert_eq!(states(&network), ["ACTIVE", "ACTIVE", "ACTIVE", "EXPIRED"]);
        let again = network.apply(None, &Change::Pay { account }, at(9)).expect_err("it owes nothing any more");
        assert_eq!(again.name(), "NotInArrears");
    }

    #[test]
    fn who_pays_in_time_loses_nothing() {
        let mut network = network();
        let account = a(&network);
        network.apply(None, &Change::Arrears { account }, at(0)).unwrap();
        network.apply(None, &Change::Pay { account }, at(6)).unwrap();
        network.fall_due(at(7));
        assert_eq!(states(&network)[0], "ACTIVE");
    }

    #[test]
    fn an_isolated_account_gets_no_cross_region_peering_into_force() {
        let mut network = network();
        let account = a(&network);
        network.apply(None, &Change::Arrears { account }, SimTime::ZERO).unwrap();
        // The request expires only when the grace period ends.
        let again = |step| Change::Step { peering: name("S"), step };
        network.fall_due(at(7));
        let (v2, v3) = (network.find_vpc("V2").unwrap(), network.find_vpc("V3").unwrap());
        let mut spec = PeeringSpec::new(name("T"), v3, v2);
        spec.bandwidth = Some(BitRate::from_mbps(10));
        for change in [
            Change::CreatePeering(Box::new(spec)),
            again(Step::Enable),
            Change::Step { peering: name("P"), step: Step::Restore },
        ] {
            let refused = network.apply(None, &change, at(8)).expect_err("refused");
            assert_eq!(refused.name(), "AccountInArrears", "{change:?}");
        }
        assert_eq!(states(&network)[0], "ISOLATED");
    }

    #[test]
    fn what_was_deleted_or_isolated_for_other_reasons_stays_so() {
        let mut network = network();
        let account = a(&network);
        let step = |peering: &str, step| Change::Step { peering: name(peering), step };
        network.apply(None, &step("P", Step::Isolate), at(0)).unwrap();
        network.apply(None, &Change::Arrears { account }, at(0)).unwrap();
        network.fall_due(at(7));
        network.apply(None, &Change::Pay { account }, at(8)).unwrap();
        assert_eq!(states(&network)[0], "ISOLATED");
    }

    #[test]
    fn one_owes_once_and_pays_what_one_owes() {
        let mut network = network();
        let (account, other) = (a(&network), network.find_account("b").unwrap());
        let mut code = |by, change: Change| network.apply(by, &change, at(0)).map_err(|r| r.name());
        assert_eq!(code(None, Change::Pay { account }), Err("NotInArrears"));
        assert!(code(None, Change::Arrears { account }).is_ok());
        assert_eq!(code(None, Change::Arrears { account }), Err("AlreadyInArrears"));
        let purview = "WrongAccount";
        assert_eq!(code(Some(other), Change::Pay { account }), Err(purview));
        assert_eq!(code(Some(account), Change::Arrears { account: other }), Err(purview));
    }
}
