//! The answers to packets: echo replies, and the ICMP errors of visible routers (S35a). Makes them; sends none.

use super::super::shared::Scope;
use crate::dataplane::packet::{Packet, PacketId, PacketKind, TailId, Tails};
use crate::dataplane::router::{self, Sender};
use crate::model::{DropReason, SubnetId, Verdict, VpcId};
use crate::units::SimTime;
use crate::wire::icmp::{self, ErrorKind};
use crate::wire::ipv4::{Addressing, HEAD, TTL};
use bytes::Bytes;

/// An ICMP error to be sent by the router of a subnet, about a packet.
pub(super) struct RouterError {
    pub subnet: SubnetId,
    kind: PacketKind,
    about: PacketId,
    bytes: [u8; icmp::ERROR_LENGTH as usize],
}

impl RouterError {
    /// The error about a packet that `sender` handed over and that was dropped in `subnet`; `None` if none is due. It
    /// comes from the subnet's first usable address.
    pub(super) fn about(
        scope: Scope<'_>,
        subnet: SubnetId,
        sender: Sender,
        packet: &Packet,
        reason: DropReason,
    ) -> Option<RouterError> {
        let kind = match error_about(scope, packet, reason)? {
            ErrorKind::FragmentationNeeded { .. } => {
                ErrorKind::FragmentationNeeded { mtu: router::next_hop_mtu(scope.view, sender, packet) }
            }
            other => other,
        };
        let source = scope.view.network.subnet(subnet).router();
        let to = Addressing { source, destination: packet.source(), ttl: TTL };
        let about = match packet.kind {
            PacketKind::Reply => PacketKind::ErrorAboutReply,
            PacketKind::Original
            | PacketKind::Segment
            | PacketKind::ErrorAboutOriginal
            | PacketKind::ErrorAboutReply => PacketKind::ErrorAboutOriginal,
        };
        Some(RouterError { subnet, kind: about, about: packet.id, bytes: icmp::error(to, kind, &packet.quote()) })
    }

    /// The packet, sent `now`.
    pub(super) fn packet(self, now: SimTime, tails: &mut Tails) -> Packet {
        let RouterError { kind, about, bytes, .. } = self;
        let mut head = [0; HEAD];
        head.copy_from_slice(&bytes[..HEAD]);
        let tail = tails.put(Bytes::copy_from_slice(&bytes[HEAD..]));
        Packet { id: about, emitted: now, kind, tail, ..Packet::of(head, icmp::ERROR_LENGTH) }
    }
}

/// Turns an echo request that arrived `now`, with these bytes after its head, into the reply (RFC 792).
pub(super) fn reply_to(packet: &mut Packet, now: SimTime, tail: Option<Bytes>, tails: &mut Tails) {
    packet.head = icmp::echo_reply(&packet.head, TTL);
    packet.emitted = now;
    packet.kind = PacketKind::Reply;
    packet.tail = tail.map_or(TailId::NONE, |bytes| tails.put(bytes));
}

/// The subnet whose router reports a packet dropped on arrival in `vpc`: that of the packet's source in its own VPC,
/// that of its destination in the far VPC, else the first (S35a).
pub(super) fn answering_subnet(
    scope: Scope<'_>,
    vpc: VpcId,
    packet: &Packet,
    came_over_link: bool,
) -> Option<SubnetId> {
    let network = scope.view.network;
    let near = if came_over_link { None } else { network.subnet_at(vpc, packet.source()) };
    let in_subnet = near.or_else(|| network.subnet_at(vpc, packet.destination()));
    in_subnet.or_else(|| network.vpc(vpc).subnets.first().copied())
}

/// Whether a packet that ends with this verdict triggers an answer: such a packet is an event where it ends.
#[inline(always)] // Asked twice for each echo, in three places: too many for the compiler to do it by itself.
pub(super) fn reacts(scope: Scope<'_>, packet: &Packet, verdict: Verdict) -> bool {
    match verdict {
        Ok(host) => {
            packet.kind == PacketKind::Segment
                || scope.shared.is_answered(packet, host)
                || scope.shared.hears(host)
                || scope.shared.end_told(packet, host).is_some()
        }
        Err(reason) => error_about(scope, packet, reason).is_some(),
    }
}

/// The error a visible router must send, never about another error (RFC 1122 §3.2.2).
fn error_about(scope: Scope<'_>, packet: &Packet, reason: DropReason) -> Option<ErrorKind> {
    if !scope.view.network.rules.routers_visible || icmp::is_error(&packet.head) {
        return None;
    }
    reason.icmp_error()
}
