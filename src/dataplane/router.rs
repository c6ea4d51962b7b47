//! The journey of a packet through VPC routers, from top to bottom: its [`path`] leaves the source's VPC, crosses a
//! link ([`super::link`]), enters the peer's VPC ([`enter`]) and is accepted there ([`accept`]). Pure functions of
//! (network, packet): no time, no queues, no counters. Each drop reason of a router is produced by exactly one line
//! here.
//!
//! A router takes one step per packet, whether the packet is switched inside a subnet, routed inside the VPC or sent
//! over a peering. Routers change the TTL only where the rule set makes them visible (S35a).

use super::fib::{Fib, FibEntry};
use super::packet::Packet;
use crate::model::{
    DropReason, HostId, LinkId, Network, NextHop, PeeringId, PeeringState, Subnet, SubnetId, TableId, Verdict, VpcId,
};
use crate::wire::ipv4::{self, Malformed};
use ipnet::Ipv4Net;

/// The network as packets see it during one epoch: immutable and shared.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// What exists.
    pub network: &'a Network,
    /// One per route table, by [`TableId`].
    pub fibs: &'a [Fib],
    /// Counts control-plane changes; look-ups from another epoch are stale.
    pub epoch: u64,
}

/// Who hands a packet to a VPC's router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// A host: its source address is checked.
    Host(HostId),
    /// The router itself, for a packet of this subnet.
    Router(SubnetId),
}

/// Where a packet goes from its source's VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// To a host of the same VPC.
    Local(VpcId),
    /// Over a peering.
    Over(LinkId),
}

impl Exit {
    /// The link it leads over, if it leaves the VPC.
    pub fn link(self) -> Option<LinkId> {
        match self {
            Exit::Local(_) => None,
            Exit::Over(link) => Some(link),
        }
    }

    /// The VPC it leads into.
    pub fn vpc(self, network: &Network) -> VpcId {
        match self {
            Exit::Local(vpc) => vpc,
            Exit::Over(link) => network.ends(link).1,
        }
    }
}

/// Checks a packet of `length` bytes that comes from a device or a program, by its first bytes: its header must be
/// valid (RFC 1812 §5.2.2). Returns the total length.
///
/// # Errors
/// Lengths or checksum are wrong.
pub fn take(bytes: &[u8], length: usize) -> Result<u16, DropReason> {
    ipv4::check(bytes, length).map_err(|malformed| match malformed {
        Malformed::Length => DropReason::BadLength,
        Malformed::Checksum => DropReason::BadChecksum,
    })
}

/// What routers do with a packet in this epoch: a function of its head, its length and its sender. A sender computes it
/// once for all its packets of one size; an event computes it for its own packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// The route that matched; none if no route did, or the packet was dropped before the look-up.
    pub matched: Option<Match>,
    /// Its exit from the source's VPC, or why it does not leave.
    pub leave: Result<Exit, DropReason>,
    /// How it ends in the VPC it arrives in; if it does not leave, why not.
    pub enter: Verdict,
}

/// The best match for a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The route table it is in.
    pub table: TableId,
    /// The longest prefix that contains the destination.
    pub prefix: Ipv4Net,
}

/// The path of a packet through the router of its VPC and that of the peer. Where routers are visible, the first one
/// decrements the TTL of `packet`; [`enter`] decrements it for the second one, on arrival.
pub fn path(view: View<'_>, sender: Sender, packet: &mut Packet) -> Path {
    let mut matched = None;
    let leave = leave(view, sender, packet, &mut matched);
    let enter = match leave {
        Ok(Exit::Local(vpc)) => accept(view, vpc, packet),
        Ok(Exit::Over(link)) => enter(view, link, &mut packet.clone()),
        Err(reason) => Err(reason),
    };
    Path { matched, leave, enter }
}

/// The source's side: source check, TTL, longest prefix in the source subnet's table (S5), the peering's state (S25a),
/// the MTU.
fn leave(view: View<'_>, sender: Sender, packet: &mut Packet, matched: &mut Option<Match>) -> Result<Exit, DropReason> {
    let network = view.network;
    if let Sender::Host(host) = sender
        && network.host(host).source_check
        && network.host(host).address != packet.source()
    {
        return Err(DropReason::SrcSpoofed);
    }
    let subnet = subnet_of(network, sender);
    let is_switched = subnet.cidr.contains(&packet.destination());
    if !is_switched && matches!(sender, Sender::Host(_)) {
        spend_ttl(network, packet)?;
    }
    let (prefix, entry) = route(view, subnet.table, packet)?;
    *matched = Some(Match { table: subnet.table, prefix });
    let exit = exit(view, subnet, entry)?;
    if packet.wire_length > mtu(network, exit) {
        return Err(DropReason::MtuExceeded);
    }
    Ok(exit)
}

/// The far side: a packet that enters over a peering is only ever delivered inside this VPC's own CIDRs (S3).
///
/// # Errors
/// The first reason to drop it.
pub fn enter(view: View<'_>, link: LinkId, packet: &mut Packet) -> Verdict {
    let network = view.network;
    let (near, far) = network.ends(link);
    if !network.vpc(near).contains(packet.source()) {
        return Err(DropReason::SrcNotInPeerCidr);
    }
    spend_ttl(network, packet)?;
    if !network.vpc(far).contains(packet.destination()) {
        if is_transit(network, far, near, packet) {
            return Err(DropReason::TransitNotAllowed);
        }
        return Err(DropReason::RouteOutsidePeerCidr);
    }
    accept(view, far, packet)
}

/// Delivery by address inside `vpc`.
///
/// # Errors
/// No subnet, no host, or a host that is down.
pub fn accept(view: View<'_>, vpc: VpcId, packet: &Packet) -> Verdict {
    let network = view.network;
    let destination = packet.destination();
    let Some(host) = network.host_at(vpc, destination) else {
        if network.subnet_at(vpc, destination).is_none() {
            return Err(DropReason::DstNoSubnet);
        }
        return Err(DropReason::DstNoHost);
    };
    if !network.host(host).up {
        return Err(DropReason::DstHostDown);
    }
    Ok(host)
}

/// A visible router decrements the TTL and drops a packet that has none left (RFC 791, S35a).
fn spend_ttl(network: &Network, packet: &mut Packet) -> Result<(), DropReason> {
    if !network.rules.routers_visible {
        return Ok(());
    }
    if packet.ttl() <= 1 {
        return Err(DropReason::TtlExpired);
    }
    ipv4::decrement_ttl(&mut packet.head);
    Ok(())
}

fn subnet_of(network: &Network, sender: Sender) -> &Subnet {
    match sender {
        Sender::Host(host) => network.subnet(network.host(host).subnet),
        Sender::Router(subnet) => network.subnet(subnet),
    }
}

/// Where a route of `subnet`'s table leads.
fn exit(view: View<'_>, subnet: &Subnet, entry: FibEntry) -> Result<Exit, DropReason> {
    match entry {
        FibEntry::Local => Ok(Exit::Local(subnet.vpc)),
        FibEntry::Via(NextHop::Blackhole) => Err(DropReason::RouteBlackhole),
        FibEntry::Via(NextHop::Peering(peering)) => Ok(Exit::Over(usable(view.network, peering, subnet.vpc)?)),
    }
}

/// The MTU of the exit that this packet would take, for an ICMP error to report (RFC 1191).
pub fn next_hop_mtu(view: View<'_>, sender: Sender, packet: &Packet) -> u16 {
    let subnet = subnet_of(view.network, sender);
    let exit = route(view, subnet.table, packet).and_then(|(_, entry)| exit(view, subnet, entry));
    exit.map_or(0, |exit| mtu(view.network, exit))
}

/// Longest prefix match in the FIB of `table`.
fn route(view: View<'_>, table: TableId, packet: &Packet) -> Result<(Ipv4Net, FibEntry), DropReason> {
    let fib = &view.fibs[table.index()];
    let destination = packet.destination();
    match fib.lookup(destination) {
        Some(found) => Ok(found),
        None if fib.has_disabled(destination) => Err(DropReason::RouteDisabled),
        None => Err(DropReason::NoRoute),
    }
}

/// The link that leaves `vpc` over `peering`, if the peering's state lets packets pass (S25a).
fn usable(network: &Network, id: PeeringId, vpc: VpcId) -> Result<LinkId, DropReason> {
    let peering = network.peering(id);
    match obstacle(peering.state) {
        None => Ok(LinkId::new(id, peering.direction_from(vpc))),
        Some(reason) => Err(reason),
    }
}

/// Why a peering's state drops packets; none if it is active (S21, S25a).
pub(super) fn obstacle(state: PeeringState) -> Option<DropReason> {
    match state {
        PeeringState::Active => None,
        PeeringState::Pending => Some(DropReason::PeeringPending),
        PeeringState::Expired => Some(DropReason::PeeringExpired),
        PeeringState::Rejected => Some(DropReason::PeeringRejected),
        PeeringState::Failed => Some(DropReason::PeeringFailed),
        PeeringState::Isolated => Some(DropReason::PeeringIsolated),
        // Its routes are gone, so only packets already on it are dropped for this reason.
        PeeringState::Deleted => Some(DropReason::PeeringDeleted),
    }
}

/// The largest packet that may take this exit.
fn mtu(network: &Network, exit: Exit) -> u16 {
    match exit {
        Exit::Local(_) => network.rules.mtu_regional,
        Exit::Over(link) => network.peering(link.peering()).mtu,
    }
}

/// Whether another peer of `middle` owns the destination, so that forwarding would be transit.
fn is_transit(network: &Network, middle: VpcId, from: VpcId, packet: &Packet) -> bool {
    network.peers_owning(middle, packet.destination()).any(|owner| owner != from)
}
