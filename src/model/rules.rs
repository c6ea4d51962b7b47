//! What differs between clouds, as data: one [`Rules`] value per rule set, single settings overridable.
//! No behaviour: the control plane and the data plane read these values.

use crate::units::{BitRate, SimDuration};

/// Which peers of one VPC may overlap each other (S12, S13). The two ends of one peering never may (S11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverlapPolicy {
    /// Two peers of a VPC may overlap only if both peerings are regional (the guide).
    Guide,
    /// No two peers of a VPC may overlap (the vendor's limits page of 2024).
    Strict2024,
    /// Peers may overlap freely; only the pair itself may not.
    Aws,
}

/// The rule set a network obeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// S12, S13.
    pub overlap: OverlapPolicy,
    /// Peerings per VPC that count for the quota, pending ones included (S23).
    pub quota_total: u32,
    /// Active peerings per VPC (S23).
    pub quota_active: u32,
    /// The highest cap of a cross-region peering without a ticket (S30).
    pub bandwidth_max: BitRate,
    /// The platform's ceiling on a regional peering, per direction (S28); `None` is no ceiling.
    pub regional_ceiling: Option<BitRate>,
    /// Whether a route outside the peer's CIDRs is refused rather than warned of (S8).
    pub strict_routes: bool,
    /// Whether VPC routers decrement TTL and send ICMP errors (S35a).
    pub routers_visible: bool,
    /// Largest IPv4 packet inside a region, VPC or regional peering, in bytes (S35a).
    pub mtu_regional: u16,
    /// Largest IPv4 packet on a cross-region peering, in bytes (S35a).
    pub mtu_cross_region: u16,
    /// Host to host inside a VPC, and across a regional peering, one way (S35b).
    pub local_delay: SimDuration,
    /// A request that nobody accepts runs out after so long (S19).
    pub request_life: SimDuration,
    /// How long everything still works for an account in arrears (S43).
    pub arrears_grace: SimDuration,
}

impl Rules {
    /// The product guide's rules, with the decisions of S8–S35b where it is silent.
    pub const fn guide() -> Rules {
        Rules {
            overlap: OverlapPolicy::Guide,
            quota_total: 10,
            quota_active: 10,
            bandwidth_max: BitRate::from_mbps(1000),
            regional_ceiling: Some(BitRate::from_mbps(5000)),
            strict_routes: false,
            routers_visible: false,
            mtu_regional: 8500,
            mtu_cross_region: 1500,
            local_delay: SimDuration::from_micros(100),
            request_life: SimDuration::from_secs(7 * 86_400),
            arrears_grace: SimDuration::from_secs(7 * 86_400),
        }
    }
}
