//! The list of all lints: what each is called, how bad it is at worst, when exactly it is found. The guide, the help
//! and SARIF derive from it. It finds nothing.

use crate::diagnose::finding::Severity;

/// One kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lint {
    /// What it is called.
    pub code: &'static str,
    /// How bad it is at worst; the condition says when it is less.
    pub worst: Severity,
    /// When it is found, in one sentence.
    pub condition: &'static str,
    /// The rules it stands on.
    pub rules: &'static str,
}

macro_rules! lints {
    ($($name:ident, $worst:ident, $rules:literal, $condition:literal;)*) => {
        $(pub(super) const $name: &str = stringify!($name);)*

        /// Every lint, worst first.
        pub const LIST: &[Lint] = &[$(Lint {
            code: $name,
            worst: Severity::$worst,
            condition: $condition,
            rules: $rules,
        },)*];
    };
}

lints! {
    NO_RETURN_ROUTE, Error, "S4",
        "A subnet of one VPC routes to a subnet of another over an active peering, and that one has no route in force \
         to all of the first, or to a host in it: an info if traffic is sent that way and none of it needs replies, \
         otherwise an error.";
    ROUTE_OUTSIDE_PEER_CIDR, Error, "S3, S8",
        "A route over an active peering decides about addresses that its peer does not own: an error if they are those \
         of another peer, to which a shorter route leads; otherwise a warning.";
    TRANSIT_NOT_ALLOWED, Error, "S3",
        "A route over an active peering decides about addresses of another peer of its peer: an error if it leads to \
         none of the peer's own, otherwise a warning.";
    MTU_EXCEEDED, Error, "S35a",
        "A traffic entry sends packets that are larger than its way takes: an error if all its packets with data are, \
         otherwise a warning.";
    RETURN_ROUTE_PARTIAL, Warning, "S4",
        "As NO_RETURN_ROUTE, but only about a part of a subnet in which no host lives.";
    RETURN_PATH_DIVERGES, Warning, "S15",
        "Replies of a subnet to a peer's subnet go over another peering, whose peer owns the same addresses.";
    MORE_SPECIFIC_ROUTE, Warning, "S8",
        "A longer route takes addresses of a peer from a shorter one that leads there: a warning if its own peering is \
         not active, an info if its own peer owns them too.";
    ROUTE_SHADOWED, Warning, "S8",
        "A route decides about no address, because longer routes and the VPC's own CIDRs cover it all: an info if all \
         of these routes have its next hop.";
    DST_NO_SUBNET, Warning, "S8",
        "A route leads into its peer's CIDRs, but to no subnet there.";
    TABLE_UNUSED, Warning, "S5",
        "A route table that no subnet uses.";
    PEERING_WITHOUT_ROUTES, Warning, "S4",
        "No subnet of one side of an active peering has a route over it, and that is not told as NO_RETURN_ROUTE or \
         RETURN_PATH_DIVERGES.";
    AMBIGUOUS_OVERLAPPING_PEERS, Warning, "S12, S13",
        "The CIDRs of two active peers of a VPC overlap: a warning if not both have a route there and no subnet's \
         replies diverge, which RETURN_PATH_DIVERGES tells; otherwise an info.";
    UNTRUSTED_ACCOUNT, Warning, "S24",
        "A peering is in force with, or asked for by, an account outside those that the accepter's account trusts.";
    REQUEST_NEARLY_EXPIRED, Warning, "S19",
        "A pending request expires within a day.";
    PEERING_PENDING, Warning, "S25a",
        "A peering waits to be accepted, for more than a day: a warning if routes lead over it, otherwise an info.";
    PEERING_EXPIRED, Warning, "S25a",
        "A request ran out: a warning if routes lead over it, otherwise an info.";
    PEERING_REJECTED, Warning, "S25a",
        "Routes lead over a peering that was rejected.";
    PEERING_FAILED, Warning, "S25a",
        "A peering failed: a warning if routes lead over it, otherwise an info.";
    PEERING_ISOLATED, Warning, "S25a",
        "A peering is suspended for arrears: a warning if routes lead over it, otherwise an info.";
    CAP_BELOW_OFFERED, Warning, "S33",
        "The traffic that is offered to one direction of a peering exceeds its cap at some instant.";
    CAP_OFF_MENU, Warning, "S31",
        "A cap that takes no ticket is not one of the console's values.";
    WINDOW_TOO_SMALL, Info, "S33",
        "A TCP connection's window is below what the cap of a peering on its way takes in a round trip, and it has \
         more to send.";
    ROUTE_BLACKHOLE, Info, "S8",
        "A blackhole decides about addresses of an active peer.";
    ROUTE_DISABLED, Info, "S8",
        "A route over an active peering is disabled, and that is not told as NO_RETURN_ROUTE.";
    SUBNET_WITHOUT_ROUTES, Info, "S4",
        "A subnet of a VPC with an active peering has no custom route in force, and that is not told as \
         NO_RETURN_ROUTE.";
    QUOTA_NEARLY_USED, Info, "S23",
        "Nine tenths of a VPC's quota of peerings are used, or more.";
    MTU_STEP, Info, "S35a",
        "An active peering carries only smaller packets than its kind does, and no router says so.";
}
