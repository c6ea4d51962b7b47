//! Every way a packet can end, listed once: code, sentence and IPFIX forwardingStatus (RFC 7270, information element
//! 89). Names, counters, JSON keys and help texts derive from this list. Each reason is *produced* elsewhere, in
//! exactly one line.

use super::HostId;
use crate::wire::icmp::ErrorKind;

/// How a packet ended: accepted by the host that owns the address (end code 1), or dropped for one reason.
pub type Verdict = Result<HostId, DropReason>;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $ipfix:literal, $rules:literal, $sentence:literal;)*) => {
        /// Why a packet was dropped (rules.md B3). The numbers there are labels; the order here follows the packet's
        /// journey.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum DropReason {
            $($(#[$doc])* $name,)*
        }

        impl DropReason {
            /// Every reason, in order.
            pub const ALL: [DropReason; [$($code),*].len()] = [$(DropReason::$name),*];

            /// Stable lower-case name, as in JSON and `[[expect]]`.
            pub const fn code(self) -> &'static str {
                match self { $(DropReason::$name => $code,)* }
            }
            /// One sentence for a person.
            pub const fn sentence(self) -> &'static str {
                match self { $(DropReason::$name => $sentence,)* }
            }
            /// The rules of peering behind it, as in `S4, S5`; empty for what no rule is about.
            pub const fn rules(self) -> &'static str {
                match self { $(DropReason::$name => $rules,)* }
            }
            /// The nearest IPFIX forwardingStatus value.
            pub const fn forwarding_status(self) -> u8 {
                match self { $(DropReason::$name => $ipfix,)* }
            }
        }
    };
}

reasons! {
    /// 36. A header whose lengths contradict each other or the bytes at hand (RFC 791).
    BadLength, "bad_length", 135, "", "the lengths in the header do not fit the packet";
    /// 35. The IPv4 header checksum is wrong (RFC 1071).
    BadChecksum, "bad_checksum", 134, "", "the IPv4 header checksum is wrong";
    /// 3. The source is not the sending host's own address (S3).
    SrcSpoofed, "src_spoofed", 140, "S3", "the source address is not the sending host's own";
    /// 17. TTL used up at a visible router (S35a).
    TtlExpired, "ttl_expired", 137, "S35a", "the TTL ran out at a router";
    /// 7. No entry of the source subnet's table matches (S4, S5).
    NoRoute, "no_route", 131, "S4, S5", "the source subnet's route table has no route to the destination";
    /// 9. Only a disabled entry matches (S8).
    RouteDisabled, "route_disabled", 131, "S8", "the only matching route is disabled";
    /// 8. The matching entry leads nowhere on purpose.
    RouteBlackhole, "route_blackhole", 131, "", "the matching route is a blackhole";
    /// 19. Peering not accepted yet (S18, S25a).
    PeeringPending, "peering_pending", 131, "S18, S25a", "the peering waits to be accepted";
    /// 20. Peering request ran out (S19, S25a).
    PeeringExpired, "peering_expired", 131, "S19, S25a", "the peering request expired before it was accepted";
    /// 21. Peering request refused (S20, S25a).
    PeeringRejected, "peering_rejected", 131, "S20, S25a", "the peering request was rejected";
    /// 22. Peering failed for overlap (S22, S25a).
    PeeringFailed, "peering_failed", 131, "S22, S25a", "the peering failed because its ends overlap";
    /// 23. Peering deleted with the packet queued or on the wire (S21).
    PeeringDeleted, "peering_deleted", 131, "S21", "the peering was deleted while the packet was on it";
    /// 24. Peering suspended for arrears (S43, S25a).
    PeeringIsolated, "peering_isolated", 131, "S43, S25a", "the peering is isolated for arrears";
    /// 27. The source lies outside the near VPC's CIDRs (S3).
    SrcNotInPeerCidr, "src_not_in_peer_cidr", 140, "S3", "the source address is outside the VPC it comes from";
    /// 32. Larger than the path's MTU; nothing fragments (S35a).
    MtuExceeded, "mtu_exceeded", 133, "S35a", "the packet is larger than the MTU and is not fragmented";
    /// 33. Injected: the transport is cut.
    LinkDown, "link_down", 142, "", "the link is down";
    /// 29. The shaper's queue has no room (S33).
    ShaperQueueFull, "shaper_queue_full", 138, "S33", "the queue in front of the bandwidth cap is full";
    /// 30. No queue, and the token bucket has too few tokens (S33).
    PolicerExceeded, "policer_exceeded", 138, "S33", "the packet exceeds the bandwidth cap and nothing may wait";
    /// Injected: the forwarding node that carries the flow failed, and the failure is not noticed yet (S10).
    NodeDown, "node_down", 142, "S10", "the forwarding node on the way failed";
    /// 34. Injected: lost at random on the way.
    RandomLoss, "random_loss", 128, "", "the link lost the packet";
    /// Injected: every so many data segments one is lost.
    PeriodicLoss, "periodic_loss", 128, "", "the link lost every n-th data segment";
    /// 25. Came in over a peering, would have to leave over another (S3).
    TransitNotAllowed, "transit_not_allowed", 131, "S3",
        "peering is not transitive: the packet came over one peering and would leave over another";
    /// 15. The peer does not own the destination, nor does anyone it is peered with (S3).
    RouteOutsidePeerCidr, "route_outside_peer_cidr", 131, "S3",
        "the route leads to a VPC that does not own the destination";
    /// 5. Inside the VPC, in no subnet.
    DstNoSubnet, "dst_no_subnet", 131, "", "the destination lies in the VPC but in none of its subnets";
    /// 4. In a subnet, but owned by no host.
    DstNoHost, "dst_no_host", 132, "", "no host has the destination address";
    /// 6. The owner is stopped.
    DstHostDown, "dst_host_down", 132, "", "the destination host is down";
}

impl DropReason {
    /// How many reasons there are.
    pub const COUNT: usize = DropReason::ALL.len();

    /// Whether a token bucket dropped it: only these are in the product's loss rate (S38).
    pub fn is_shaper(self) -> bool {
        matches!(self, Self::ShaperQueueFull | Self::PolicerExceeded)
    }

    /// Whether the cause is the source subnet's route table, or what it leads to.
    pub fn is_routing(self) -> bool {
        use DropReason::*;
        match self {
            NoRoute | RouteDisabled | RouteBlackhole | MtuExceeded => true,
            PeeringPending | PeeringExpired | PeeringRejected | PeeringFailed | PeeringDeleted | PeeringIsolated => {
                true
            }
            BadLength | BadChecksum | SrcSpoofed | TtlExpired | SrcNotInPeerCidr | TransitNotAllowed => false,
            LinkDown | ShaperQueueFull | PolicerExceeded | NodeDown | RandomLoss | PeriodicLoss => false,
            RouteOutsidePeerCidr | DstNoSubnet | DstNoHost | DstHostDown => false,
        }
    }

    /// The ICMP error a visible router sends about it (S35a): none for injected faults, a full queue (RFC 6633) and
    /// malformed or spoofed packets. The caller fills in the MTU of `FragmentationNeeded`.
    pub fn icmp_error(self) -> Option<ErrorKind> {
        use DropReason::*;
        match self {
            TtlExpired => Some(ErrorKind::TimeExceeded),
            MtuExceeded => Some(ErrorKind::FragmentationNeeded { mtu: 0 }),
            NoRoute | RouteDisabled | RouteBlackhole | DstNoSubnet | RouteOutsidePeerCidr => {
                Some(ErrorKind::NetUnreachable)
            }
            PeeringPending | PeeringExpired | PeeringRejected | PeeringFailed | PeeringDeleted | PeeringIsolated => {
                Some(ErrorKind::NetUnreachable)
            }
            DstNoHost | DstHostDown => Some(ErrorKind::HostUnreachable),
            TransitNotAllowed => Some(ErrorKind::Prohibited),
            BadLength | BadChecksum | SrcSpoofed | SrcNotInPeerCidr => None,
            LinkDown | NodeDown | ShaperQueueFull | PolicerExceeded | RandomLoss | PeriodicLoss => None,
        }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<DropReason> {
        DropReason::ALL.into_iter().find(|r| r.code() == code)
    }
}
