//! Why the control plane refuses an operation: one typed list, with the offending values, a name and a hint. Vendors'
//! names for refusals are in [`super::Rules`].

use super::menu::Menu;
use super::name::{Name, NameError};
use crate::units::{BitRate, ByteSize, SimDuration};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;
use thiserror::Error;

/// A refused operation. The message names the offending values; [`Refusal::name`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// S16.
    #[error(transparent)]
    InvalidName(#[from] NameError),
    /// Two things of one kind have the same name.
    #[error("there is already a {kind} called `{name}`")]
    DuplicateName { kind: &'static str, name: String },
    /// A CIDR with bits set after its prefix.
    #[error("`{cidr}` has host bits set")]
    HostBits { cidr: Ipv4Net },
    /// Two CIDRs of one VPC overlap.
    #[error("CIDR {cidr} overlaps {other}, also of VPC `{vpc}`")]
    CidrOverlap { vpc: String, cidr: Ipv4Net, other: Ipv4Net },
    /// Subnet not inside any CIDR of its VPC.
    #[error("subnet {cidr} lies outside VPC `{vpc}` ({cidrs})")]
    SubnetOutsideVpc { vpc: String, cidr: Ipv4Net, cidrs: String },
    /// Subnets of one VPC overlap.
    #[error("subnet {cidr} overlaps subnet `{other}` ({other_cidr})")]
    SubnetOverlap { cidr: Ipv4Net, other: String, other_cidr: Ipv4Net },
    /// Too small to hold a host besides the three reserved addresses.
    #[error("subnet {cidr} has no room for a host: its network, router and broadcast addresses are reserved")]
    SubnetTooSmall { cidr: Ipv4Net },
    /// Host address not in its subnet.
    #[error("address {address} lies outside subnet `{subnet}` ({cidr})")]
    HostOutsideSubnet { address: Ipv4Addr, subnet: String, cidr: Ipv4Net },
    /// Network, router or broadcast address of the subnet.
    #[error(
        "address {address} is reserved in subnet `{subnet}` ({cidr}): network, first (router) and broadcast address"
    )]
    AddressReserved { address: Ipv4Addr, subnet: String, cidr: Ipv4Net },
    /// Two hosts, one address.
    #[error("address {address} is already taken by host `{other}`")]
    AddressTaken { address: Ipv4Addr, other: String },
    /// No free address is left for a host that states none.
    #[error("subnet `{subnet}` ({cidr}) has no free address left for `{host}`")]
    SubnetFull { host: String, subnet: String, cidr: Ipv4Net },
    /// A VPC peered with itself (S1).
    #[error("VPC `{vpc}` cannot be peered with itself")]
    PeeredWithItself { vpc: String },
    /// A second peering of the same pair (S6).
    #[error("VPCs `{a}` and `{b}` are already peered by `{existing}`: add routes, not peerings")]
    AlreadyPeered { a: String, b: String, existing: String },
    /// The two ends overlap (S11).
    #[error("CIDR {cidr} of VPC `{vpc}` overlaps {other_cidr} of VPC `{other}`")]
    EndsOverlap { vpc: String, cidr: Ipv4Net, other: String, other_cidr: Ipv4Net },
    /// Two peers of one VPC overlap where they may not (S13).
    #[error(
        "`{peer}` ({cidr}) overlaps `{other}` ({other_cidr}), another peer of VPC `{hub}`, and not both \
         peerings are regional"
    )]
    PeersOverlap { hub: String, peer: String, cidr: Ipv4Net, other: String, other_cidr: Ipv4Net },
    /// The quota of one end is used up (S23).
    #[error("VPC `{vpc}` already has {count} {what} peerings, its quota is {quota}")]
    QuotaExceeded { vpc: String, count: u32, quota: u32, what: &'static str },
    /// Cross-region without a cap (S29).
    #[error("a cross-region peering needs a `bandwidth`")]
    BandwidthMissing,
    /// Regional with a cap (S27).
    #[error("a regional peering has no bandwidth to set")]
    BandwidthNotSettable,
    /// Above the highest cap without a ticket (S30).
    #[error("bandwidth {bandwidth} is above the {max} that can be chosen without a ticket")]
    BandwidthTooHigh { bandwidth: BitRate, max: BitRate },
    /// Not a whole number of Mbps, at least 1 (S31).
    #[error("bandwidth {bandwidth} is not a whole number of Mbps from 1 up")]
    BandwidthNotWhole { bandwidth: BitRate, menu: Menu },
    /// A bucket that can never let the largest packet pass (S33, end code 31).
    #[error("burst {burst} is smaller than the MTU of {mtu} bytes: the largest packets could never leave")]
    BurstTooSmall { burst: ByteSize, mtu: u16 },
    /// A bucket or queue too large to be counted exactly.
    #[error("{what} of {size} is more than {max}")]
    BufferTooLarge { what: &'static str, size: ByteSize, max: ByteSize },
    /// S35b.
    #[error("a delay of {delay} is too small: at least {least}")]
    DelayTooSmall { delay: SimDuration, least: SimDuration },
    /// Longer than any real path (S35b).
    #[error("a delay of {delay} is too large: at most {most}")]
    DelayTooLarge { delay: SimDuration, most: SimDuration },
    /// The delay between two regions is not stated.
    #[error("no delay is known between regions `{a}` and `{b}`")]
    DelayUnknown { a: String, b: String },
    /// A custom route inside the VPC's own CIDRs (S8).
    #[error("route to {to} lies inside VPC `{vpc}`'s own {cidr}: the local route always wins there")]
    RouteInsideVpc { to: Ipv4Net, vpc: String, cidr: Ipv4Net },
    /// A second next hop for one destination (S8).
    #[error("route table `{table}` already has a route to {to}: one destination has one next hop")]
    Ecmp { table: String, to: Ipv4Net },
    /// A route over a peering of other VPCs.
    #[error("peering `{peering}` does not end at VPC `{vpc}`")]
    ForeignPeering { peering: String, vpc: String },
    /// Strict mode: destination outside the peer (S8).
    #[error("route to {to} reaches outside the CIDRs of `{peer}`, the VPC behind `{peering}`")]
    RouteOutsidePeer { to: Ipv4Net, peering: String, peer: String },
    /// No such custom route to edit.
    #[error("route table `{table}` has no custom route to {to}")]
    NoSuchRoute { table: String, to: Ipv4Net },
    /// The local route cannot be edited (S8).
    #[error("{to} is VPC `{vpc}`'s local route: it cannot be edited or deleted")]
    SystemRoute { to: Ipv4Net, vpc: String },
    /// The state of the peering does not allow this.
    #[error("peering `{peering}` is {state}: `{wanted}` is not possible in that state")]
    InvalidState { peering: String, state: &'static str, wanted: &'static str },
    /// S18: only another account may do this.
    #[error("account `{account}` cannot {what}: only {who} can")]
    WrongAccount { account: String, what: String, who: &'static str },
    /// No peering has the name (any more).
    #[error("there is no peering called `{name}`")]
    NoSuchPeering { name: String },
    /// No such forwarding node.
    #[error("peering `{peering}` has {count} nodes, numbered from 1: there is no node {number}")]
    NoSuchNode { peering: String, count: usize, number: usize },
    /// S43: an account isolated for arrears gets nothing that costs money.
    #[error("account `{account}` is isolated for arrears: it gets no cross-region peering")]
    AccountInArrears { account: String },
    /// S43.
    #[error("account `{account}` is already in arrears")]
    AlreadyInArrears { account: String },
    /// S43.
    #[error("account `{account}` is not in arrears")]
    NotInArrears { account: String },
}

macro_rules! names {
    ($($refusal:pat => $name:literal,)*) => {
        impl Refusal {
            /// Every name that [`Refusal::name`] can return.
            pub const NAMES: [&str; [$($name),*].len()] = [$($name),*];

            /// This crate's name for it; a vendor may have another one ([`super::Rules::code`]).
            pub fn name(&self) -> &'static str {
                match self { $($refusal => $name,)* }
            }
        }
    };
}

names! {
    Refusal::InvalidName(_) => "InvalidName",
    Refusal::DuplicateName { .. } => "DuplicateName",
    Refusal::HostBits { .. } => "HostBitsSet",
    Refusal::CidrOverlap { .. } => "CidrOverlap",
    Refusal::SubnetOutsideVpc { .. } => "SubnetOutsideVpc",
    Refusal::SubnetTooSmall { .. } => "SubnetTooSmall",
    Refusal::SubnetOverlap { .. } => "SubnetOverlap",
    Refusal::HostOutsideSubnet { .. } => "AddressOutsideSubnet",
    Refusal::AddressReserved { .. } => "AddressReserved",
    Refusal::AddressTaken { .. } => "AddressTaken",
    Refusal::SubnetFull { .. } => "SubnetFull",
    Refusal::PeeredWithItself { .. } => "PeeredWithItself",
    Refusal::AlreadyPeered { .. } => "AlreadyPeered",
    Refusal::EndsOverlap { .. } => "EndsOverlap",
    Refusal::PeersOverlap { .. } => "PeersOverlap",
    Refusal::QuotaExceeded { what: "active", .. } => "ActiveQuotaExceeded",
    Refusal::QuotaExceeded { .. } => "TotalQuotaExceeded",
    Refusal::BandwidthMissing => "BandwidthMissing",
    Refusal::BandwidthNotSettable => "BandwidthNotSettable",
    Refusal::BandwidthTooHigh { .. } => "BandwidthTooHigh",
    Refusal::BandwidthNotWhole { .. } => "BandwidthNotWhole",
    Refusal::BurstTooSmall { .. } => "BurstTooSmall",
    Refusal::BufferTooLarge { .. } => "BufferTooLarge",
    Refusal::DelayTooSmall { .. } => "DelayTooSmall",
    Refusal::DelayTooLarge { .. } => "DelayTooLarge",
    Refusal::DelayUnknown { .. } => "DelayUnknown",
    Refusal::RouteInsideVpc { .. } => "RouteInsideVpc",
    Refusal::Ecmp { .. } => "Ecmp",
    Refusal::ForeignPeering { .. } => "ForeignPeering",
    Refusal::RouteOutsidePeer { .. } => "RouteOutsidePeer",
    Refusal::NoSuchRoute { .. } => "NoSuchRoute",
    Refusal::SystemRoute { .. } => "SystemRoute",
    Refusal::WrongAccount { .. } => "WrongAccount",
    Refusal::NoSuchPeering { .. } => "NoSuchPeering",
    Refusal::NoSuchNode { .. } => "NoSuchNode",
    Refusal::AccountInArrears { .. } => "AccountInArrears",
    Refusal::AlreadyInArrears { .. } => "AlreadyInArrears",
    Refusal::NotInArrears { .. } => "NotInArrears",
    Refusal::InvalidState { .. } => "InvalidState",
}

impl Refusal {
    /// Refuses a second thing of one kind called `name`.
    pub(super) fn duplicate(kind: &'static str, name: &Name) -> Refusal {
        let name = name.to_string();
        Refusal::DuplicateName { kind, name }
    }

    /// Refuses a CIDR with bits set after its prefix.
    pub(super) fn check_host_bits(cidr: Ipv4Net) -> Result<(), Refusal> {
        if cidr.trunc() == cidr { Ok(()) } else { Err(Refusal::HostBits { cidr }) }
    }

    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Refusal::HostBits { cidr } => format!("write {}", cidr.trunc()),
            Refusal::SubnetOverlap { .. } | Refusal::CidrOverlap { .. } => {
                "choose ranges that do not share addresses".into()
            }
            Refusal::SubnetOutsideVpc { .. } => "widen the VPC's `cidr` (it may be a list) or move the subnet".into(),
            Refusal::HostOutsideSubnet { cidr, .. } => {
                format!("choose an address inside {cidr}, or leave `address` out")
            }
            Refusal::AddressReserved { .. } | Refusal::AddressTaken { .. } => {
                "choose another address, or leave `address` out to get the next free one".into()
            }
            Refusal::SubnetTooSmall { .. } => "use a /29 or larger".into(),
            Refusal::AlreadyPeered { .. } => "route more segments over the existing peering (S6)".into(),
            Refusal::EndsOverlap { .. } => "the two ends of a peering must not overlap (S11)".into(),
            Refusal::PeersOverlap { .. } => {
                "peers of one VPC may overlap only if all these peerings are regional (S13); \
                 `overlap = \"aws\"` lifts the rule"
                    .into()
            }
            Refusal::QuotaExceeded { .. } => "delete a peering, or raise `quota`".into(),
            Refusal::BandwidthMissing => "add for example bandwidth = \"100 Mbps\" (S29)".into(),
            Refusal::BandwidthNotSettable => {
                "remove `bandwidth`; the platform's ceiling is `regional_ceiling` (S27, S28)".into()
            }
            Refusal::BandwidthTooHigh { .. } => {
                "set `ticket = true` on the peering if a ticket raised the limit (S30)".into()
            }
            Refusal::BandwidthNotWhole { menu, .. } => format!("the console offers {menu} (S31)"),
            Refusal::BurstTooSmall { mtu, .. } => format!("use at least {mtu} B, or leave `burst` out (S33)"),
            Refusal::DelayTooSmall { .. } => "light needs 5 us for a kilometre of fibre (S35b)".into(),
            Refusal::DelayTooLarge { .. } => {
                "delays are one way: a satellite's is 0.27 s; did you mean ms or us?".into()
            }
            Refusal::DelayUnknown { .. } => "add `delay` to the peering or to [region.NAME]".into(),
            Refusal::RouteInsideVpc { .. } | Refusal::SystemRoute { .. } => "remove this route (S8)".into(),
            Refusal::Ecmp { .. } => "remove one of the two, or make one more specific (S8)".into(),
            Refusal::RouteOutsidePeer { .. } => "narrow the route, or drop `strict_routes` (S8)".into(),
            Refusal::AccountInArrears { .. } => "let the account `pay` first (S43)".into(),
            _ => return None,
        })
    }
}
