//! The twin of the routers: longest prefix by looking at every route, delivery by looking at every host (S3–S5, S8,
//! S25a, S35a). No FIB, no remembered path, no bytes: a packet is only its few fields.

use crate::ends::Carried;
use std::net::Ipv4Addr;
use vpcsim::dataplane::packet::{PacketId, PacketKind};
use vpcsim::model::{DropReason, HostId, LinkId, Network, NextHop, PeeringState, SubnetId, Verdict, VpcId};
use vpcsim::wire::icmp::ErrorKind;

/// What a packet asks of its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Data,
    Segment,
    EchoRequest,
    EchoReply,
    Error(ErrorKind),
}

/// The fields of a packet that matter here.
#[derive(Debug, Clone)]
pub struct Parcel {
    pub id: PacketId,
    pub kind: PacketKind,
    pub emitted: u64,
    /// When the original echo request was sent.
    pub asked: u64,
    pub length: u16,
    pub source: Ipv4Addr,
    pub destination: Ipv4Addr,
    pub ttl: u8,
    pub what: What,
    /// The segment of a connection that it carries, or that an error is about.
    pub carried: Option<Carried>,
}

#[derive(Debug, Clone, Copy)]
pub enum From {
    Host(HostId),
    Router(SubnetId),
}

#[derive(Debug, Clone, Copy)]
pub enum Exit {
    Local(VpcId),
    Over(LinkId),
}

pub fn subnet_of(network: &Network, from: From) -> SubnetId {
    match from {
        From::Host(host) => network.host(host).subnet,
        From::Router(subnet) => subnet,
    }
}

/// Leaves the source's VPC: source check, TTL, route, the peering's state, size.
pub fn leave(network: &Network, from: From, parcel: &mut Parcel) -> Result<Exit, DropReason> {
    let subnet = network.subnet(subnet_of(network, from));
    if let From::Host(host) = from {
        let host = network.host(host);
        if host.source_check && host.address != parcel.source {
            return Err(DropReason::SrcSpoofed);
        }
        if !subnet.cidr.contains(&parcel.destination) {
            age(network, parcel)?;
        }
    }
    let (exit, mtu) = route(network, subnet_of(network, from), parcel.destination)?;
    if parcel.length > mtu { Err(DropReason::MtuExceeded) } else { Ok(exit) }
}

/// Where the longest of all prefixes leads, and the largest packet that fits there.
pub fn route(network: &Network, subnet: SubnetId, to: Ipv4Addr) -> Result<(Exit, u16), DropReason> {
    let subnet = network.subnet(subnet);
    let local = network.vpc(subnet.vpc).cidrs.iter().map(|cidr| (*cidr, None, false));
    let custom = network.table(subnet.table).routes.values().map(|r| (r.to, Some(r.via), r.disabled));
    let matching: Vec<_> = local.chain(custom).filter(|(cidr, ..)| cidr.contains(&to)).collect();
    let best = matching.iter().filter(|(_, _, disabled)| !disabled).max_by_key(|(cidr, ..)| cidr.prefix_len());
    let Some((_, via, _)) = best else {
        return Err(if matching.is_empty() { DropReason::NoRoute } else { DropReason::RouteDisabled });
    };
    let peering_id = match via {
        None => return Ok((Exit::Local(subnet.vpc), network.rules.mtu_regional)),
        Some(NextHop::Blackhole) => return Err(DropReason::RouteBlackhole),
        Some(NextHop::Peering(id)) => *id,
    };
    let peering = network.peering(peering_id);
    let refused = match peering.state {
        PeeringState::Active => {
            return Ok((Exit::Over(LinkId::new(peering_id, peering.direction_from(subnet.vpc))), peering.mtu));
        }
        PeeringState::Pending => DropReason::PeeringPending,
        PeeringState::Rejected => DropReason::PeeringRejected,
        PeeringState::Expired => DropReason::PeeringExpired,
        PeeringState::Deleted => DropReason::PeeringDeleted,
        PeeringState::Failed => DropReason::PeeringFailed,
        PeeringState::Isolated => DropReason::PeeringIsolated,
    };
    Err(refused)
}

/// Enters the far VPC: only to a destination inside its own CIDRs (S3).
pub fn enter(network: &Network, link: LinkId, parcel: &mut Parcel) -> Verdict {
    let (near, far) = network.ends(link);
    let owns = |vpc: VpcId, address: Ipv4Addr| network.vpc(vpc).cidrs.iter().any(|c| c.contains(&address));
    if !owns(near, parcel.source) {
        return Err(DropReason::SrcNotInPeerCidr);
    }
    age(network, parcel)?;
    if owns(far, parcel.destination) {
        return accept(network, far, parcel.destination);
    }
    for (_, peering) in network.peerings() {
        let alive = matches!(peering.state, PeeringState::Active | PeeringState::Pending | PeeringState::Isolated);
        let beyond = if peering.requester == far { peering.accepter } else { peering.requester };
        let ends_here = peering.requester == far || peering.accepter == far;
        if alive && ends_here && beyond != near && owns(beyond, parcel.destination) {
            return Err(DropReason::TransitNotAllowed);
        }
    }
    Err(DropReason::RouteOutsidePeerCidr)
}

pub fn accept(network: &Network, vpc: VpcId, to: Ipv4Addr) -> Verdict {
    let owner = network.hosts().find(|(_, h)| h.vpc == vpc && h.address == to);
    match owner {
        Some((id, host)) if host.up => Ok(id),
        Some(_) => Err(DropReason::DstHostDown),
        None if subnet_with(network, vpc, to).is_some() => Err(DropReason::DstNoHost),
        None => Err(DropReason::DstNoSubnet),
    }
}

pub fn subnet_with(network: &Network, vpc: VpcId, address: Ipv4Addr) -> Option<SubnetId> {
    network.vpc(vpc).subnets.iter().copied().find(|s| network.subnet(*s).cidr.contains(&address))
}

fn age(network: &Network, parcel: &mut Parcel) -> Result<(), DropReason> {
    if network.rules.routers_visible {
        if parcel.ttl < 2 {
            return Err(DropReason::TtlExpired);
        }
        parcel.ttl -= 1;
    }
    Ok(())
}

/// The RFC 792 error that a visible router must send to the sender (S35a).
pub fn error_for(network: &Network, parcel: &Parcel, from: From, reason: DropReason) -> Option<ErrorKind> {
    use DropReason::*;
    if !network.rules.routers_visible || matches!(parcel.what, What::Error(_)) {
        return None;
    }
    match reason {
        TtlExpired => Some(ErrorKind::TimeExceeded),
        MtuExceeded => {
            let (_, mtu) = route(network, subnet_of(network, from), parcel.destination).ok()?;
            Some(ErrorKind::FragmentationNeeded { mtu })
        }
        DstNoHost | DstHostDown => Some(ErrorKind::HostUnreachable),
        TransitNotAllowed => Some(ErrorKind::Prohibited),
        NoRoute | RouteDisabled | RouteBlackhole | DstNoSubnet | RouteOutsidePeerCidr => {
            Some(ErrorKind::NetUnreachable)
        }
        PeeringPending | PeeringExpired | PeeringRejected | PeeringFailed | PeeringDeleted | PeeringIsolated => {
            Some(ErrorKind::NetUnreachable)
        }
        BadLength | BadChecksum | SrcSpoofed | SrcNotInPeerCidr => None,
        LinkDown | NodeDown | ShaperQueueFull | PolicerExceeded | RandomLoss | PeriodicLoss => None,
    }
}
