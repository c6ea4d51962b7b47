//! The control plane: one operation per thing a user can create or do, each checked against the rules before anything
//! changes. Loading a file and editing a running network go through the same operations. What happens in time is
//! dispatched by [`super::change`]; the states of a peering connection are in [`super::lifecycle`].

mod peerings;
mod routes;
mod vpcs;

pub use peerings::{BUFFER_MAX, PeeringSpec};
pub use routes::RouteSpec;
pub use vpcs::HostSpec;

use super::ids::*;
use super::name::Name;
use super::network::{Account, Network};
use super::peering::PeeringState;
use super::refusal::Refusal;
use crate::units::{BitRate, SimDuration};
use ipnet::Ipv4Net;

/// The smallest one-way delay: 200 m of fibre (S35b).
pub const DELAY_MIN: SimDuration = SimDuration::from_micros(1);
/// The largest one-way delay, far beyond any path on Earth: a hop over a geostationary satellite is 0.27 s. Where
/// somebody answers, all that is sent meanwhile is kept, 70 bytes a packet.
pub const DELAY_MAX: SimDuration = SimDuration::from_secs(10);

/// Something accepted that a user should know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// S8: a route reaches outside the peer's CIDRs (vendor: CidrNotInPeerVpc).
    RouteOutsidePeer { to: Ipv4Net, peering: Name, peer: Name },
    /// S25a: a route to a peering that is not active.
    RouteToInactive { to: Ipv4Net, peering: Name, state: PeeringState },
    /// S24: a peering with an account outside the accepter's trusted ones.
    UntrustedAccount { peering: Name, account: Name },
    /// S31: not one of the console's values.
    UnusualBandwidth { bandwidth: BitRate },
}

impl Notice {
    /// The sentence for a person.
    pub fn message(&self) -> String {
        match self {
            Notice::RouteOutsidePeer { to, peering, peer } => format!(
                "route to {to} reaches outside the CIDRs of `{peer}`, the VPC behind `{peering}`; \
                 what lies outside is dropped there (S3)"
            ),
            Notice::RouteToInactive { to, peering, state } => {
                format!(
                    "route to {to} goes over `{peering}`, which is {state}; its packets are dropped until it is \
                     ACTIVE (S25a)"
                )
            }
            Notice::UntrustedAccount { peering, account } => {
                format!("`{peering}` was accepted from `{account}`, which is not among the trusted accounts (S24)")
            }
            Notice::UnusualBandwidth { bandwidth } => {
                format!(
                    "the console offers 10, 20, 50, 100, 200, 500 and 1000 Mbps, not {bandwidth}; \
                     accepted all the same (S31)"
                )
            }
        }
    }
}

impl Network {
    /// What was accepted with a remark since the last call.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// The account called `name`, made if it is new.
    pub fn account_named(&mut self, name: &Name) -> AccountId {
        if let Some(known) = self.find_account(name.as_str()) {
            return known;
        }
        let id = AccountId(self.accounts.len() as u32);
        self.accounts.push(Account { name: name.clone(), trusts: None, vpcs: Vec::new(), arrears: None });
        self.account_names.insert(name.clone(), id);
        id
    }

    /// From now on `account` trusts only `trusted`: accepting a peering from anybody else is remarked on (S24).
    pub fn set_trusted(&mut self, account: AccountId, trusted: Vec<AccountId>) {
        self.accounts[account.index()].trusts = Some(trusted);
    }

    /// The region called `name`, made if it is new (S50).
    pub fn declare_region(&mut self, name: &Name) -> RegionId {
        self.regions.declare(name.as_str())
    }

    /// States the one-way delay from host to host inside a region.
    ///
    /// # Errors
    /// [`Refusal::DelayTooSmall`] and [`Refusal::DelayTooLarge`] (S35b).
    pub fn set_local_delay(&mut self, delay: SimDuration) -> Result<(), Refusal> {
        check_delay(delay)?;
        self.rules.local_delay = delay;
        Ok(())
    }

    /// States the one-way delay between two regions.
    ///
    /// # Errors
    /// [`Refusal::DelayTooSmall`] and [`Refusal::DelayTooLarge`] (S35b).
    pub fn set_region_delay(&mut self, a: RegionId, b: RegionId, delay: SimDuration) -> Result<(), Refusal> {
        check_delay(delay)?;
        self.regions.set_delay(a, b, delay);
        Ok(())
    }
}

pub(super) fn duplicate(kind: &'static str, name: &Name) -> Refusal {
    let name = name.to_string();
    Refusal::DuplicateName { kind, name }
}

pub(super) fn check_host_bits(cidr: Ipv4Net) -> Result<(), Refusal> {
    if cidr.trunc() == cidr { Ok(()) } else { Err(Refusal::HostBits { cidr }) }
}

/// Whether a one-way delay is one (S35b).
///
/// # Errors
/// Below [`DELAY_MIN`], above [`DELAY_MAX`].
pub fn check_delay(delay: SimDuration) -> Result<(), Refusal> {
    match delay {
        _ if delay < DELAY_MIN => Err(Refusal::DelayTooSmall { delay, least: DELAY_MIN }),
        _ if delay > DELAY_MAX => Err(Refusal::DelayTooLarge { delay, most: DELAY_MAX }),
        _ => Ok(()),
    }
}
