//! What all cells of a simulation read and none changes: who the senders are, what is asked of the books, where links
//! live; and the scope of one advance. No state of its own.

use super::options::Mode;
use super::windows::Edges;
use crate::dataplane::packet::Packet;
use crate::dataplane::router::View;
use crate::model::{HostId, Replay, TrafficId};
use crate::units::SimTime;
use crate::wire::icmp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What every cell may read and none changes.
pub(super) struct Shared {
    pub seed: u64,
    /// By `SourceId`.
    pub sources: Vec<SourceInfo>,
    /// By traffic entry: where the windows that its expectations ask for begin or end.
    pub edges: Vec<Edges>,
    /// Hosts with an `Endpoint`.
    pub endpoint_hosts: BTreeSet<HostId>,
    /// By `LinkId`: its place in the cell it leaves.
    pub lanes: Vec<u32>,
    pub observing: bool,
    pub mode: Mode,
}

/// Whose packets these are and where they belong.
pub(super) struct SourceInfo {
    /// Stable hash of the sender's name.
    pub key: u64,
    pub traffic: Option<TrafficId>,
    pub from: HostId,
    pub meant_for: MeantFor,
    pub is_ping: bool,
}

/// Which host a packet names.
pub(super) enum MeantFor {
    Host(HostId),
    /// An address: whoever accepts it.
    Anyone,
    /// By frame of a replay.
    Frames(Arc<Replay>, u32),
}

impl SourceInfo {
    pub(super) fn is_meant_for(&self, host: HostId, sequence: u64) -> bool {
        match &self.meant_for {
            MeantFor::Host(named) => *named == host,
            MeantFor::Anyone => true,
            MeantFor::Frames(replay, flow) => replay.frame(*flow as usize, sequence).is_some_and(|f| f.to == host),
        }
    }
}

impl Shared {
    /// Whether the host that takes the packet sends an echo reply. Of a replay, the plan says which requests are
    /// answered.
    pub(super) fn is_answered(&self, packet: &Packet) -> bool {
        icmp::is_echo_request(&packet.head)
            && match self.sources.get(packet.id.source().0 as usize).map(|source| &source.meant_for) {
                Some(MeantFor::Frames(replay, flow)) => {
                    replay.frame(*flow as usize, packet.id.sequence()).is_some_and(|f| f.is_answered)
                }
                _ => true,
            }
    }
}

/// One advance as cells see it.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub view: View<'a>,
    pub shared: &'a Shared,
    /// Nothing departs or arrives at or past this in this advance: the epoch may end there.
    pub horizon: SimTime,
}
