//! The facts of a graph, as programs read them. Field names carry their unit, as in all documents of this crate; fields
//! may be added within a version, none is removed or changes its meaning.

use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime, grouped};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// The JSON document's `format`.
pub const FORMAT: &str = "vpcsim-graph";
/// The JSON document's `version`.
pub const VERSION: u32 = 1;

/// A network at an instant.
#[derive(Debug, Clone, Serialize)]
pub struct Graph {
    /// [`FORMAT`].
    pub format: &'static str,
    /// [`VERSION`].
    pub version: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The instant of the timeline that is shown.
    #[serde(rename = "at_ns")]
    pub at: SimTime,
    /// Whether loads were measured by a run that was interrupted.
    pub partial: bool,
    /// The regions that have VPCs, in the order of their first VPC.
    pub regions: Vec<GraphRegion>,
    /// In declaration order.
    pub vpcs: Vec<GraphVpc>,
    /// In declaration order.
    pub peerings: Vec<GraphPeering>,
}

/// A region.
#[derive(Debug, Clone, Serialize)]
pub struct GraphRegion {
    /// Its name.
    pub name: String,
    /// Its VPCs, as places in [`Graph::vpcs`], from 0.
    pub vpcs: Vec<usize>,
}

/// A VPC.
#[derive(Debug, Clone, Serialize)]
pub struct GraphVpc {
    /// Unique among VPCs.
    pub name: String,
    /// Free text.
    pub label: Option<String>,
    /// Its region.
    pub region: String,
    /// Its owner.
    pub account: String,
    /// Its CIDRs.
    pub cidrs: Vec<String>,
    /// In declaration order.
    pub subnets: Vec<GraphSubnet>,
    /// Packets that a run dropped at its router or at its hosts, by reason, most first.
    pub dropped_by: Vec<(Cow<'static, str>, u64)>,
}

/// A subnet.
#[derive(Debug, Clone, Serialize)]
pub struct GraphSubnet {
    /// Unique in its VPC.
    pub name: String,
    /// Its CIDR.
    pub cidr: String,
    /// The route table its packets are looked up in.
    pub table: String,
    /// Its hosts, in declaration order; those with successive numbers stand together.
    pub hosts: Vec<HostGroup>,
}

/// A host, or several of one base name with successive numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostGroup {
    /// The name of the first.
    pub first: String,
    /// The name of the last.
    pub last: String,
    /// How many there are.
    pub count: u64,
    /// How many of them are down.
    pub down: u64,
}

/// A peering connection.
#[derive(Debug, Clone, Serialize)]
pub struct GraphPeering {
    /// Its name; if several had this name, the second is `PeerConn#2`.
    pub name: String,
    /// Free text.
    pub label: Option<String>,
    /// The VPC that made the request.
    pub requester: String,
    /// The other VPC.
    pub accepter: String,
    /// Both, as places in [`Graph::vpcs`].
    #[serde(skip)]
    pub ends: [usize; 2],
    /// The vendor's state.
    pub state: &'static str,
    /// Whether it is in force.
    pub active: bool,
    /// Whether it was rejected or deleted, and nothing can be done with it any more.
    pub gone: bool,
    /// Whether its VPCs are in different regions.
    pub cross_region: bool,
    /// The user's cap per direction.
    #[serde(rename = "bandwidth_bps")]
    pub bandwidth: Option<BitRate>,
    /// The rate that shapes each direction: the cap, or the platform's ceiling; none if nothing does.
    #[serde(rename = "cap_bps")]
    pub cap: Option<BitRate>,
    /// One-way delay, host to host.
    #[serde(rename = "delay_ns")]
    pub delay: SimDuration,
    /// The largest IPv4 packet.
    #[serde(rename = "mtu_bytes")]
    pub mtu: u16,
    /// Whether its transport is cut.
    pub down: bool,
    /// Number of forwarding nodes.
    pub nodes: usize,
    /// How many of them are up.
    pub nodes_up: usize,
    /// Injected loss.
    pub loss: Share,
    /// What a run measured on it: away from the requester, then towards it; none without a run.
    pub load: Option<[EdgeLoad; 2]>,
}

/// What a run measured in one direction of a peering.
#[derive(Debug, Clone, Serialize)]
pub struct EdgeLoad {
    /// The VPC that packets enter.
    pub to: String,
    /// Packets that reached the shaper.
    pub offered_packets: u64,
    /// Their bytes.
    #[serde(rename = "offered_bytes")]
    pub offered: ByteSize,
    /// Packets that left the far end.
    pub carried_packets: u64,
    /// Their bytes.
    #[serde(rename = "carried_bytes")]
    pub carried: ByteSize,
    /// Carried bits divided by the time of the run.
    #[serde(rename = "mean_bps")]
    pub mean: BitRate,
    /// The highest rate carried in an interval, if intervals were measured.
    #[serde(rename = "busiest_bps")]
    pub busiest: Option<BitRate>,
    /// Dropped by the cap / offered (S38).
    pub loss: Share,
    /// Packets dropped on it, by reason, most first.
    pub dropped_by: Vec<(Cow<'static, str>, u64)>,
    /// Queued or on the wire at the end.
    pub in_flight: u64,
}

impl fmt::Display for HostGroup {
    /// `web`, or `web-1…web-1000 (1,000)`, with the number of those that are down.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => write!(f, "{}", self.first)?,
            count => write!(f, "{}…{} ({})", self.first, self.last, grouped(count))?,
        }
        match self.down {
            0 => Ok(()),
            _ if self.count == 1 => f.write_str(" (down)"),
            down => write!(f, ", {} down", grouped(down)),
        }
    }
}

impl GraphVpc {
    /// How many hosts it has.
    pub fn hosts(&self) -> u64 {
        self.subnets.iter().flat_map(|subnet| &subnet.hosts).map(|group| group.count).sum()
    }
}

impl GraphPeering {
    /// Whether nothing keeps it from carrying packets.
    pub fn carries(&self) -> bool {
        self.active && !self.down
    }

    /// Whether a run offered packets to it.
    pub fn is_used(&self) -> bool {
        self.load.iter().flatten().any(|load| load.offered_packets > 0)
    }

    /// Whether packets were dropped on it.
    pub fn has_dropped(&self) -> bool {
        self.load.iter().flatten().any(|load| !load.dropped_by.is_empty())
    }

    /// The mean load of its busier direction, in percent of the rate that shapes it, at most 100; none without a run
    /// or where nothing shapes it.
    pub fn percent(&self) -> Option<u64> {
        let rate = self.load.as_ref()?.iter().map(|load| load.mean).max()?;
        percent(rate, self.cap?).map(|percent| percent.min(100))
    }
}

/// `rate` in percent of `cap`, rounded half up; above 100 if the cap was lower at the end than before. None if there
/// is no cap.
pub fn percent(rate: BitRate, cap: BitRate) -> Option<u64> {
    let (rate, cap) = (u128::from(rate.as_bps()), u128::from(cap.as_bps()));
    let rounded = (rate * 200 + cap).checked_div(2 * cap)?;
    Some(u64::try_from(rounded).unwrap_or(u64::MAX))
}

impl Graph {
    /// Leaves out the peerings that were rejected or deleted (S20, S21), except those that a run offered packets to.
    pub fn forget_gone(&mut self) {
        self.peerings.retain(|peering| !peering.gone || peering.is_used());
    }
}
