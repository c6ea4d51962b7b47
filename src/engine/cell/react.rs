//! What an arrival sets off: echo replies, endpoints, the ICMP errors of visible routers (S35a). Everything it sends
//! begins the journey anew.

use super::super::arrival::Arrival;
use super::super::endpoint::Outbox;
use super::super::flow;
use super::super::shared::Scope;
use super::Cell;
use crate::dataplane::packet::{Packet, PacketId, PacketKind, TailId};
use crate::dataplane::router::{self, Sender};
use crate::model::{DropReason, HostId, SubnetId};
use crate::units::SimTime;
use crate::wire::icmp::{self, ErrorKind};
use crate::wire::ipv4::{Addressing, HEAD};
use bytes::Bytes;

/// The TTL hosts and routers send with.
const TTL: u8 = 64;

impl Cell {
    /// A packet that may be reacted to has arrived in this VPC.
    pub(super) fn on_arrival(&mut self, scope: Scope<'_>, arrival: Arrival) {
        let Arrival { time, link, mut packet, .. } = arrival;
        let verdict = match link {
            Some(link) => router::enter(scope.view, link, &mut packet),
            None => router::accept(scope.view, self.vpc, &packet),
        };
        match verdict {
            Ok(host) => {
                let bytes = self.endpoint_at(scope, host).map(|index| (index, packet.bytes(&self.tails)));
                let reply = scope.shared.is_answered(&packet).then(|| self.echo_reply(time, &packet));
                self.end_here(scope, time, packet, verdict);
                if let Some(reply) = reply {
                    self.emit(scope, Sender::Host(host), reply, None);
                }
                if let Some((index, bytes)) = bytes {
                    let mut out = Outbox::default();
                    self.endpoints[index as usize].endpoint.on_packet(time, &bytes, &mut out);
                    self.send_all(scope, time, index, out);
                }
            }
            Err(reason) => {
                let network = scope.view.network;
                // S35a: of the source's subnet if it dies in its own VPC, of the destination's in the far one.
                let near = if link.is_none() { network.subnet_at(self.vpc, packet.source()) } else { None };
                let in_subnet = near.or_else(|| network.subnet_at(self.vpc, packet.destination()));
                let subnet = in_subnet.or_else(|| network.vpc(self.vpc).subnets.first().copied());
                let answer = subnet.and_then(|s| self.answer(scope, Some(s), Sender::Router(s), &packet, reason));
                self.end_here(scope, time, packet, verdict);
                self.send_error(scope, time, answer);
            }
        }
    }

    fn endpoint_at(&self, scope: Scope<'_>, host: HostId) -> Option<u32> {
        if !scope.shared.endpoint_hosts.contains(&host) {
            return None;
        }
        self.endpoints.iter().position(|e| e.host == host).map(|at| at as u32)
    }

    fn echo_reply(&mut self, now: SimTime, request: &Packet) -> Packet {
        let tail = self.tails.get(request.tail).cloned();
        Packet {
            head: icmp::echo_reply(&request.head, TTL),
            emitted: now,
            kind: PacketKind::Reply,
            tail: tail.map_or(TailId::NONE, |bytes| self.tails.put(bytes)),
            ..*request
        }
    }

    /// The ICMP error a visible router sends about a dropped packet, from the first usable address of `subnet` (S35a).
    pub(super) fn answer(
        &self,
        scope: Scope<'_>,
        subnet: Option<SubnetId>,
        sender: Sender,
        packet: &Packet,
        reason: DropReason,
    ) -> Option<(SubnetId, PacketKind, PacketId, [u8; icmp::ERROR_LENGTH as usize])> {
        let kind = error_about(scope, packet, reason)?;
        let kind = match kind {
            ErrorKind::FragmentationNeeded { .. } => {
                ErrorKind::FragmentationNeeded { mtu: router::next_hop_mtu(scope.view, sender, packet) }
            }
            other => other,
        };
        let subnet = subnet?;
        let source = scope.view.network.subnet(subnet).router();
        let to = Addressing { source, destination: packet.source(), ttl: TTL };
        let about = match packet.kind {
            PacketKind::Reply => PacketKind::ErrorAboutReply,
            _ => PacketKind::ErrorAboutOriginal,
        };
        Some((subnet, about, packet.id, icmp::error(to, kind, &packet.quote())))
    }

    pub(super) fn send_error(
        &mut self,
        scope: Scope<'_>,
        now: SimTime,
        answer: Option<(SubnetId, PacketKind, PacketId, [u8; icmp::ERROR_LENGTH as usize])>,
    ) {
        let Some((subnet, kind, id, bytes)) = answer else { return };
        let mut head = [0; HEAD];
        head.copy_from_slice(&bytes[..HEAD]);
        let tail = self.tails.put(Bytes::copy_from_slice(&bytes[HEAD..]));
        let error = Packet { id, emitted: now, kind, tail, ..flow::record(head, icmp::ERROR_LENGTH) };
        self.emit(scope, Sender::Router(subnet), error, None);
    }
}

/// The error a visible router owes, never about another error (RFC 1122 §3.2.2).
pub(super) fn error_about(scope: Scope<'_>, packet: &Packet, reason: DropReason) -> Option<ErrorKind> {
    if !scope.view.network.rules.routers_visible || icmp::is_error(&packet.head) {
        return None;
    }
    reason.icmp_error()
}
