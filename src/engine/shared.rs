//! What all cells of a simulation read and none changes: the senders, the windows of the books, the places of links;
//! and the scope of one advance. Holds no changing state.

use super::observe::{Interest, Place, Step};
use super::options::Mode;
use super::windows::Edges;
use crate::dataplane::link::{Link, Luck};
use crate::dataplane::packet::{Packet, PacketId, PacketKind, SourceId};
use crate::dataplane::router::View;
use crate::model::{HostId, Replay, TrafficId, VpcId};
use crate::units::SimTime;
use crate::wire::icmp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What every cell reads and none changes.
pub(super) struct Shared {
    pub seed: u64,
    /// By `SourceId`.
    pub sources: Vec<SourceInfo>,
    /// By traffic entry: where the windows of its expectations begin or end.
    pub edges: Vec<Edges>,
    /// By `HostId`: whether it has an `Endpoint`; those beyond have none.
    pub hearing: Vec<bool>,
    /// Hosts that do not answer echo requests.
    pub silent: BTreeSet<HostId>,
    /// By `LinkId`: its place in the cell it leaves.
    pub lanes: Vec<u32>,
    /// Whether there are observers, and what they are interested in.
    pub observing: bool,
    pub interest: Interest,
    pub mode: Mode,
}

/// A sender and the traffic entry it belongs to.
pub(super) struct SourceInfo {
    /// Stable hash of the sender's name.
    pub key: u64,
    pub traffic: Option<TrafficId>,
    pub from: HostId,
    pub meant_for: MeantFor,
    pub is_ping: bool,
    /// Whether it is the end of connections that answers: the entry counts only what the other one sends.
    pub answers: bool,
}

/// Which host a packet is meant for.
pub(super) enum MeantFor {
    Host(HostId),
    /// Whichever host accepts the destination address.
    Anyone,
    /// The other end of a flow of connections: its host, and its index there.
    End(HostId, u32),
    /// The host named by each frame of a replay.
    Frames(Arc<Replay>, u32),
}

impl SourceInfo {
    pub(super) fn is_meant_for(&self, host: HostId, sequence: u64) -> bool {
        match &self.meant_for {
            MeantFor::Host(named) | MeantFor::End(named, _) => *named == host,
            MeantFor::Anyone => true,
            MeantFor::Frames(replay, flow) => replay.frame(*flow as usize, sequence).is_some_and(|f| f.to == host),
        }
    }
}

impl Shared {
    /// Adds a sender, in declaration order.
    pub(super) fn add_source(&mut self, info: SourceInfo) -> SourceId {
        assert!(self.sources.len() < SourceId::MAX, "a run has at most {} senders", SourceId::MAX);
        self.sources.push(info);
        SourceId(self.sources.len() as u32 - 1)
    }

    /// Whether an observer wants to be told of a step of `packet` at `place`.
    pub(super) fn is_of_interest(&self, place: Place, step: Step, packet: &Packet) -> bool {
        self.observing && self.interest.holds(place, step, self.entry_of(packet.id))
    }

    /// Whether packets to which something reacts may be known beforehand: if nobody watches, not every packet is
    /// wanted, and routers, which would edit packets and answer too, are not visible.
    pub(super) fn foresees(&self, view: View<'_>) -> bool {
        self.mode == Mode::Runs && !self.observing && !view.network.rules.routers_visible
    }

    /// The traffic entry of a packet, or of the packet it answers.
    pub(super) fn entry_of(&self, id: PacketId) -> Option<TrafficId> {
        self.sources.get(id.source().0 as usize)?.traffic
    }

    /// Whether an observer watches any packet on its way from `home` over `link`, or inside `home`, whoever drops it.
    pub(super) fn is_observed_on(
        &self,
        home: VpcId,
        link: Option<&Link>,
        mut entries: impl Iterator<Item = TrafficId>,
    ) -> bool {
        let is_of_interest = |place| self.interest.holds_all(place);
        self.observing
            && (is_of_interest(Place::Vpc(home))
                || link.is_some_and(|l| is_of_interest(Place::Link(l.id)) || is_of_interest(Place::Vpc(l.far)))
                || entries.any(|id| self.interest.traffic.contains(&id)))
    }

    /// Whether an observer wants to be told of drops in some VPC: else nobody need look where packets end.
    pub(super) fn are_drops_observed(&self) -> bool {
        self.observing && !self.interest.drops.is_empty()
    }

    /// Whether an observer wants to be told of drops in a VPC.
    pub(super) fn is_drop_observed(&self, vpc: VpcId) -> bool {
        self.observing && self.interest.drops.contains(&vpc)
    }

    /// Whether only its end looks at a segment: nobody watches, no program hears it, and routers, which would edit it,
    /// are not visible.
    pub(super) fn overlooks_segments(&self, view: View<'_>) -> bool {
        !self.observing && self.hearing.is_empty() && !view.network.rules.routers_visible
    }

    /// What random decisions about a packet depend on besides its own id: the seed, and its sender's key.
    pub(super) fn luck(&self, packet: &Packet) -> Luck {
        let sender = self.sources.get(packet.id.source().0 as usize).map_or(0, |source| source.key);
        Luck { seed: self.seed, sender }
    }

    /// The end of connections at `host` that hears a packet.
    pub(super) fn end_of(&self, packet: &Packet, host: HostId) -> Option<u32> {
        if packet.kind == PacketKind::Segment { self.other_end(packet.id.source(), host) } else { None }
    }

    /// The end of connections at `host` that hears what another one sends.
    pub(super) fn other_end(&self, source: SourceId, host: HostId) -> Option<u32> {
        match self.sources.get(source.0 as usize)?.meant_for {
            MeantFor::End(named, index) if named == host => Some(index),
            _ => None,
        }
    }

    /// The end of connections at `host` that an ICMP error about one of its segments tells something.
    pub(super) fn end_told(&self, packet: &Packet, host: HostId) -> Option<u32> {
        if packet.kind != PacketKind::ErrorAboutOriginal {
            return None;
        }
        let SourceId(at) = packet.id.source();
        let about = self.sources.get(at as usize).filter(|about| about.from == host)?;
        // The two ends of a flow are declared one after the other.
        let other = if about.answers { at - 1 } else { at + 1 };
        match (&about.meant_for, &self.sources.get(other as usize)?.meant_for) {
            (MeantFor::End(..), MeantFor::End(_, index)) => Some(*index),
            _ => None,
        }
    }

    /// Whether an endpoint is seated on the host.
    pub(super) fn hears(&self, host: HostId) -> bool {
        self.hearing.get(host.index()).is_some_and(|hears| *hears)
    }

    /// Whether the host that takes the packet sends an echo reply. For a replay, the plan says which requests are
    /// answered.
    #[inline(always)] // As in `answers::reacts`.
    pub(super) fn is_answered(&self, packet: &Packet, host: HostId) -> bool {
        icmp::is_echo_request(&packet.head)
            && !self.silent.contains(&host)
            && match self.sources.get(packet.id.source().0 as usize).map(|source| &source.meant_for) {
                Some(MeantFor::Frames(replay, flow)) => {
                    replay.frame(*flow as usize, packet.id.sequence()).is_some_and(|f| f.is_answered)
                }
                _ => true,
            }
    }
}

/// One advance as seen by cells.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub view: View<'a>,
    pub shared: &'a Shared,
    /// Where the advance begins.
    pub from: SimTime,
    /// Nothing departs or arrives at or after this instant in this advance: the epoch may end there.
    pub horizon: SimTime,
}
