//! What the control plane tells a person about what it did: the outcome of a change, and remarks on accepted operations
//! that may be mistakes. Refusals are in `refusal`.

use super::menu::Menu;
use super::name::Name;
use crate::units::BitRate;
use ipnet::Ipv4Net;

/// What a change did, for a person: `PeerConn 100 Mbps -> 50 Mbps`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome(pub String);

/// Something accepted that a user should know about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// S8: a route reaches outside the peer's CIDRs (vendor: CidrNotInPeerVpc).
    RouteOutsidePeer { to: Ipv4Net, peering: Name, peer: Name },
    /// S25a: a route to a peering that is not active; `state` is the vendor's name for its state.
    RouteToInactive { to: Ipv4Net, peering: Name, state: &'static str },
    /// S24: a peering with an account outside the accepter's trusted ones.
    UntrustedAccount { peering: Name, account: Name },
    /// S31: not one of the console's values.
    UnusualBandwidth { bandwidth: BitRate, menu: Menu },
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
            Notice::UnusualBandwidth { bandwidth, menu } => {
                format!("the console offers {menu}, not {bandwidth}; accepted all the same (S31)")
            }
        }
    }
}
