//! What the control plane tells a person about what it did: the outcome of a change, and remarks on accepted operations
//! that may be mistakes. Refusals are in `refusal`.

use super::menu::Menu;
use super::name::Name;
use super::state::PeeringState;
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
    /// S25a: a route to a peering that is not active; `called` is the vendor's name for its state.
    RouteToInactive { to: Ipv4Net, peering: Name, state: PeeringState, called: &'static str },
    /// S24: a peering with an account outside the accepter's trusted ones.
    UntrustedAccount { peering: Name, account: Name },
    /// S31: not one of the console's values.
    UnusualBandwidth { bandwidth: BitRate, menu: Menu },
}

impl Notice {
    /// What it is called, in upper case; lints of the same name look at the network as a whole. None on a route to a
    /// peering that nothing is left of.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Notice::RouteOutsidePeer { .. } => Some("ROUTE_OUTSIDE_PEER_CIDR"),
            Notice::RouteToInactive { state, .. } => state.remark(),
            Notice::UntrustedAccount { .. } => Some("UNTRUSTED_ACCOUNT"),
            Notice::UnusualBandwidth { .. } => Some("CAP_OFF_MENU"),
        }
    }

    /// The sentence for a person.
    pub fn message(&self) -> String {
        match self {
            Notice::RouteOutsidePeer { to, peering, peer } => format!(
                "route to {to} reaches outside the CIDRs of `{peer}`, the VPC behind `{peering}`; \
                 what lies outside is dropped there (S3)"
            ),
            Notice::RouteToInactive { to, peering, called, .. } => {
                format!(
                    "route to {to} goes over `{peering}`, which is {called}; its packets are dropped until it is \
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
