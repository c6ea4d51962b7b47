//! Who may do what (S18, S29, S43). If no account is given, the operation is allowed.

use crate::model::ids::{AccountId, PeeringId, VpcId};
use crate::model::network::Network;
use crate::model::refusal::Refusal;

/// Who may take a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Party {
    Requester,
    Accepter,
    Either,
    Vendor,
}

impl Network {
    /// S18: `by` must be the party; if no account is given, the step is allowed.
    pub(super) fn check_party(
        &self,
        by: Option<AccountId>,
        id: PeeringId,
        party: Party,
        wanted: &'static str,
    ) -> Result<(), Refusal> {
        let peering = self.peering(id);
        let owner = |vpc: VpcId| self.vpc(vpc).account;
        let (requester, accepter) = (owner(peering.requester), owner(peering.accepter));
        let Some(by) = by else { return Ok(()) };
        let (may, who) = match party {
            Party::Requester => (by == requester, "the requester's account"),
            Party::Accepter => (by == accepter, "the accepter's account"),
            Party::Either => (by == requester || by == accepter, "one of its two accounts"),
            Party::Vendor => (false, "the cloud itself"),
        };
        if may {
            return Ok(());
        }
        let (account, what) = (self.account(by).name.to_string(), format!("{wanted} `{}`", peering.name));
        Err(Refusal::WrongAccount { account, what, who })
    }

    /// Only the owner of `vpc` may do `what` to it.
    pub(in crate::model) fn check_owner(
        &self,
        by: Option<AccountId>,
        vpc: VpcId,
        what: impl Fn() -> String,
    ) -> Result<(), Refusal> {
        match by {
            Some(by) if by != self.vpc(vpc).account => {
                let account = self.account(by).name.to_string();
                Err(Refusal::WrongAccount { account, what: what(), who: "the owner of the VPC" })
            }
            _ => Ok(()),
        }
    }

    /// Only the requester, who pays for the cap, may set it (S29, S39).
    pub(in crate::model) fn check_payer(&self, by: Option<AccountId>, id: PeeringId) -> Result<(), Refusal> {
        self.check_party(by, id, Party::Requester, "change the bandwidth of")
    }

    /// An account isolated for arrears brings no cross-region peering, new or old, into force.
    pub(super) fn check_standing(&self, payer: AccountId, cross_region: bool) -> Result<(), Refusal> {
        let account = self.account(payer);
        if cross_region && account.arrears.as_ref().is_some_and(|arrears| arrears.isolated.is_some()) {
            return Err(Refusal::AccountInArrears { account: account.name.to_string() });
        }
        Ok(())
    }
}
