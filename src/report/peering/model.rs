//! The view model of a peering's details page, like the console's: both ends, state, cap, quota, and the routes of both
//! ends (S7).

use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime};
use serde::Serialize;

/// One peering connection at an instant.
#[derive(Debug, Clone, Serialize)]
pub struct PeeringDetails {
    /// Its name; if several had this name, the second is `PeerConn#2`.
    pub name: String,
    /// Free text.
    pub label: Option<String>,
    /// The vendor's state.
    pub state: &'static str,
    /// When it entered that state.
    #[serde(rename = "since_ns")]
    pub since: SimTime,
    /// When a pending request expires (S19).
    #[serde(rename = "expires_ns")]
    pub expires: Option<SimTime>,
    /// Whether its VPCs are in different regions.
    pub cross_region: bool,
    /// The user's cap per direction.
    #[serde(rename = "bandwidth_bps")]
    pub bandwidth: Option<BitRate>,
    /// The rate that shapes each direction: the cap, or the platform's ceiling.
    #[serde(rename = "shaped_to_bps")]
    pub shaped_to: Option<BitRate>,
    /// Bucket size.
    #[serde(rename = "burst_bytes")]
    pub burst: Option<ByteSize>,
    /// The queue limit, as the user wrote it.
    pub queue: String,
    /// One-way delay, host to host.
    #[serde(rename = "delay_ns")]
    pub delay: SimDuration,
    /// The largest IPv4 packet.
    #[serde(rename = "mtu_bytes")]
    pub mtu: u16,
    /// Number of forwarding nodes.
    pub nodes: usize,
    /// How many of them are up.
    pub nodes_up: usize,
    /// Whether its transport is cut.
    pub down: bool,
    /// Injected loss.
    pub loss: Share,
    /// The requester, then the accepter.
    pub ends: [EndDetails; 2],
}

/// One end of a peering.
#[derive(Debug, Clone, Serialize)]
pub struct EndDetails {
    /// `requester` or `accepter`.
    pub role: &'static str,
    /// The VPC.
    pub vpc: String,
    /// Its owner.
    pub account: String,
    /// Its region.
    pub region: String,
    /// Its CIDRs.
    pub cidrs: Vec<String>,
    /// How many more peerings it may have (S23).
    pub free_quota: u32,
    /// Its routes whose next hop is the peering, one for each subnet that uses the table.
    pub routes: Vec<RouteDetails>,
}

/// One route over a peering.
#[derive(Debug, Clone, Serialize)]
pub struct RouteDetails {
    /// Destination.
    pub to: String,
    /// The subnet whose packets use it; none if no subnet uses the table.
    pub subnet: Option<String>,
    /// The route table it belongs to.
    pub table: String,
    /// Whether it is inactive.
    pub disabled: bool,
}
