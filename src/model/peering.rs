//! A peering connection: the agreement between two VPCs, its state and its transport's settings. No packets here.

use super::direction::Direction;
use super::ids::{LinkId, VpcId};
use super::name::Name;
use super::nodes::Nodes;
use super::rules::Rules;
use super::state::PeeringState;
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime};

/// How much may wait at a shaper (S33).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueLimit {
    /// What the cap carries in this time.
    Time(SimDuration),
    /// This many bytes.
    Bytes(ByteSize),
    /// This many packets; 0 makes the shaper a policer.
    Packets(u32),
}

impl QueueLimit {
    /// 50 ms at the cap (S33).
    pub const DEFAULT: QueueLimit = QueueLimit::Time(SimDuration::from_millis(50));

    /// Whether nothing may wait: the token bucket polices instead of shaping.
    pub fn is_policer(self) -> bool {
        match self {
            QueueLimit::Time(t) => t == SimDuration::ZERO,
            QueueLimit::Bytes(b) => b.as_u64() == 0,
            QueueLimit::Packets(p) => p == 0,
        }
    }
}

/// The settings of one token bucket with its queue (S33).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shaping {
    /// Committed rate.
    pub rate: BitRate,
    /// Committed burst size.
    pub burst: ByteSize,
    /// The most that may wait.
    pub queue: QueueLimit,
}

/// A peering connection between a requester's and an accepter's VPC.
#[derive(Debug, Clone)]
pub struct Peering {
    /// Unique among peerings that are not gone.
    pub name: Name,
    /// The name it was made with.
    pub first_name: Name,
    /// Free text.
    pub label: Option<String>,
    /// The VPC whose account made the request and pays (S39).
    pub requester: VpcId,
    /// The other VPC.
    pub accepter: VpcId,
    /// Its current state.
    pub state: PeeringState,
    /// Every state it was in, with the instant it began; the last is `state`.
    pub history: Vec<(SimTime, PeeringState)>,
    /// When a pending request runs out (S19).
    pub expires: Option<SimTime>,
    /// The forwarding nodes that carry it (S10).
    pub nodes: Nodes,
    /// The share of its flows that could not be carried, from each instant on: injected faults only (S36).
    pub outages: Vec<(SimTime, Share)>,
    /// Whether the two VPCs are in different regions.
    pub cross_region: bool,
    /// The user's cap, per direction (S32); set only when cross-region (S27), and then always if the rules require it
    /// (S29).
    pub bandwidth: Option<BitRate>,
    /// Every cap it had, with the instant it began; the last is `bandwidth`.
    pub caps: Vec<(SimTime, BitRate)>,
    /// The user's burst; if unset, it follows the cap (S33, S34).
    pub burst: Option<ByteSize>,
    /// The most that may wait at each direction's shaper.
    pub queue: QueueLimit,
    /// Host to host, one way.
    pub delay: SimDuration,
    /// Largest IPv4 packet, in bytes.
    pub mtu: u16,
    /// Whether a ticket raised the highest cap (S30).
    pub ticket: bool,
    /// Injected: the transport is cut, both directions.
    pub down: bool,
    /// The share of packets currently lost on the way, in each direction; injected.
    pub loss: Share,
    /// Of data segments, every so many one is lost, in each direction; injected.
    pub lose_every: Option<u64>,
    /// Segments that take marks are marked if they wait longer than this (RFC 3168).
    pub mark: Option<SimDuration>,
    /// The permanent share of packets lost, in force while no temporary loss is.
    pub(super) lasting_loss: Share,
}

impl Peering {
    /// The token bucket of each direction; `None` where nothing limits (S28 with the ceiling off).
    pub fn shaping(&self, rules: &Rules) -> Option<Shaping> {
        self.shaping_with(self.bandwidth, rules)
    }
    /// The same, if `bandwidth` were its cap.
    pub fn shaping_with(&self, bandwidth: Option<BitRate>, rules: &Rules) -> Option<Shaping> {
        let rate = if self.cross_region { bandwidth } else { rules.regional_ceiling }?;
        Some(Shaping { rate, burst: self.burst.unwrap_or_else(|| default_burst(rate, self.mtu)), queue: self.queue })
    }
    /// Sets the cap to `cap` from `now` on. `Network::check_cap` decides whether it may.
    pub(super) fn set_cap(&mut self, cap: BitRate, now: SimTime) {
        self.bandwidth = Some(cap);
        // A cap that lasted no time is not recorded.
        self.caps.pop_if(|(since, _)| *since == now);
        self.caps.push((now, cap));
    }
    /// The cap that meters see (S40a): the user's, while the peering is active; none if there is nothing to bill.
    pub fn metered_cap(&self) -> Option<BitRate> {
        self.bandwidth.filter(|_| self.state == PeeringState::Active)
    }
    /// The VPC a link of this peering leaves.
    pub fn near(&self, link: LinkId) -> VpcId {
        match link.direction() {
            Direction::Out => self.requester,
            Direction::In => self.accepter,
        }
    }
    /// The VPC a link of this peering enters.
    pub fn far(&self, link: LinkId) -> VpcId {
        match link.direction() {
            Direction::Out => self.accepter,
            Direction::In => self.requester,
        }
    }
    /// The direction away from `vpc`, which is one of its ends.
    pub fn direction_from(&self, vpc: VpcId) -> Direction {
        if vpc == self.requester { Direction::Out } else { Direction::In }
    }
    /// When its current state began.
    pub fn since(&self) -> SimTime {
        self.history.last().map_or(SimTime::ZERO, |(since, _)| *since)
    }
    /// The state at `time`, changes of that instant included; none before it was made.
    pub fn state_at(&self, time: SimTime) -> Option<PeeringState> {
        let begun = self.history.partition_point(|(since, _)| *since <= time);
        begun.checked_sub(1).map(|last| self.history[last].1)
    }
    /// When something next happens to it by itself: a request runs out, a node's failure is noticed.
    pub(super) fn next_due(&self) -> Option<SimTime> {
        // A peering that is gone has no flows to move.
        let due = [self.expires, self.nodes.next_noticed()].into_iter().flatten().min();
        due.filter(|_| !self.state.is_gone())
    }
    /// The other end, seen from `vpc`; `None` if `vpc` is not an end.
    pub fn peer_of(&self, vpc: VpcId) -> Option<VpcId> {
        match vpc {
            v if v == self.requester => Some(self.accepter),
            v if v == self.accepter => Some(self.requester),
            _ => None,
        }
    }
}

/// S33: 10 ms at the cap, at least two MTUs.
fn default_burst(rate: BitRate, mtu: u16) -> ByteSize {
    let ten_ms = rate.bytes_in(SimDuration::from_millis(10));
    ten_ms.max(ByteSize::from_bytes(2 * u64::from(mtu)))
}
