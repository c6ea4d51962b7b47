//! The places where packets are captured, each an interface of the file: routers, ends of peerings, hosts. All are
//! known before the run, those of peerings to come too. It writes nothing.

use super::points::Point;
use crate::engine::{Interest, flows};
use crate::model::plan::{Pattern, Plan, Receiver};
use crate::model::{Direction, HostId, LinkId, Network, PeeringId, VpcId, peering_titles};
use crate::wire::capture::write::Interface;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// The interfaces of a capture.
pub(super) struct Interfaces {
    /// In the order of the file: of each VPC its router, its ends of peerings, its hosts.
    pub all: Vec<Interface>,
    routers: BTreeMap<VpcId, Router>,
    /// The ends of peerings, by the VPC they are in.
    ends: BTreeMap<(PeeringId, VpcId), u32>,
    hosts: BTreeMap<HostId, u32>,
    /// Whether nothing in particular was asked for.
    is_usual: bool,
}

/// A VPC's router.
struct Router {
    interface: u32,
    /// What is seen there; none if everything is.
    about: Option<About>,
}

/// Those whose packets are seen at a router.
#[derive(Default)]
struct About {
    hosts: BTreeSet<HostId>,
    /// The VPCs to which packets go, or from which they come.
    peers: BTreeSet<VpcId>,
}

/// What was asked for, taken apart.
#[derive(Default)]
struct Chosen {
    routers: BTreeMap<VpcId, Option<About>>,
    ends: BTreeSet<(PeeringId, VpcId)>,
    hosts: BTreeSet<HostId>,
}

impl Interfaces {
    /// Those at `points` in a network as it is at the end of a run; `start` is how it was before.
    pub(super) fn of(start: &Network, network: &Network, points: &[Point]) -> Interfaces {
        let chosen = Chosen::of(network, points);
        let titles = peering_titles(network);
        let mut interfaces = Interfaces {
            all: Vec::new(),
            routers: BTreeMap::new(),
            ends: BTreeMap::new(),
            hosts: BTreeMap::new(),
            is_usual: points.is_empty(),
        };
        let mut hosts: BTreeMap<VpcId, Vec<HostId>> = BTreeMap::new();
        for host in &chosen.hosts {
            hosts.entry(network.host(*host).vpc).or_default().push(*host);
        }
        for (vpc, about) in chosen.routers {
            let interface = interfaces.add(router(network, vpc));
            interfaces.routers.insert(vpc, Router { interface, about });
            for (peering, _) in network.peerings_of(vpc).filter(|(id, _)| chosen.ends.contains(&(*id, vpc))) {
                let interface = interfaces.add(end((start, network), &titles, peering, vpc));
                interfaces.ends.insert((peering, vpc), interface);
            }
            for host in hosts.remove(&vpc).into_iter().flatten() {
                let interface = interfaces.add(self::host(network, host));
                interfaces.hosts.insert(host, interface);
            }
        }
        interfaces
    }

    fn add(&mut self, interface: Interface) -> u32 {
        self.all.push(interface);
        self.all.len() as u32 - 1
    }

    /// What an observer has to be told of.
    pub(super) fn interest(&self, network: &Network) -> Interest {
        if self.is_usual {
            return Interest::everything();
        }
        let links = self.ends.keys().flat_map(|(peering, _)| LinkId::both(*peering));
        let links = links.filter(|link| self.leaving(network, *link).or(self.entering(network, *link)).is_some());
        // Hosts are seen sending and receiving, and visible routers sending; of others only what they drop is seen.
        let with_hosts: BTreeSet<VpcId> = self.hosts.keys().map(|host| network.host(*host).vpc).collect();
        let is_seen_whole = |vpc: &&VpcId| network.rules.routers_visible || with_hosts.contains(vpc);
        let (vpcs, drops) = self.routers.keys().partition(is_seen_whole);
        Interest { links: links.collect(), vpcs, drops, ..Interest::default() }
    }

    /// The interface by which packets leave over a link.
    pub(super) fn leaving(&self, network: &Network, link: LinkId) -> Option<u32> {
        self.ends.get(&(link.peering(), network.ends(link).0)).copied()
    }

    /// The interface by which they enter.
    pub(super) fn entering(&self, network: &Network, link: LinkId) -> Option<u32> {
        self.ends.get(&(link.peering(), network.ends(link).1)).copied()
    }

    /// A host's interface.
    pub(super) fn host(&self, host: HostId) -> Option<u32> {
        self.hosts.get(&host).copied()
    }

    /// The interface of a VPC's router for a packet with these addresses, which `sender` sent, if it is known.
    pub(super) fn router(
        &self,
        network: &Network,
        vpc: VpcId,
        addresses: [Ipv4Addr; 2],
        sender: Option<HostId>,
    ) -> Option<u32> {
        let router = self.routers.get(&vpc)?;
        let is_seen = router.about.as_ref().is_none_or(|about| {
            let of_host = |address| network.host_at(vpc, address).is_some_and(|host| about.hosts.contains(&host));
            let of_peer = |address| about.peers.iter().any(|peer| network.vpc(*peer).contains(address));
            sender.is_some_and(|host| about.hosts.contains(&host))
                || addresses.into_iter().any(|address| of_host(address) || of_peer(address))
        });
        is_seen.then_some(router.interface)
    }

    /// Whether it matters which host sent a packet.
    pub(super) fn asks_for_senders(&self) -> bool {
        !self.hosts.is_empty()
    }
}

impl Chosen {
    fn of(network: &Network, points: &[Point]) -> Chosen {
        let mut chosen = Chosen::default();
        if points.is_empty() {
            chosen.routers = network.vpcs().map(|(vpc, _)| (vpc, None)).collect();
            chosen.ends = network.peerings().flat_map(|(id, p)| [(id, p.requester), (id, p.accepter)]).collect();
        }
        points.iter().for_each(|point| chosen.add(network, *point));
        chosen
    }

    fn add(&mut self, network: &Network, point: Point) {
        match point {
            Point::Peering(id) => {
                let ends = [network.peering(id).requester, network.peering(id).accepter];
                self.ends.extend(ends.map(|vpc| (id, vpc)));
                self.about(ends[0], |about| about.peers.insert(ends[1]));
                self.about(ends[1], |about| about.peers.insert(ends[0]));
            }
            Point::Host(host) => {
                self.hosts.insert(host);
                self.about(network.host(host).vpc, |about| about.hosts.insert(host));
            }
            Point::Vpc(vpc) => {
                self.routers.insert(vpc, None);
                self.ends.extend(network.peerings_of(vpc).map(|(id, _)| (id, vpc)));
                self.hosts.extend(network.hosts().filter(|(_, host)| host.vpc == vpc).map(|(id, _)| id));
            }
        }
    }

    /// Has more seen at a router, unless everything is.
    fn about(&mut self, vpc: VpcId, add: impl FnOnce(&mut About) -> bool) {
        if let Some(about) = self.routers.entry(vpc).or_insert_with(|| Some(About::default())) {
            add(about);
        }
    }
}

fn router(network: &Network, vpc: VpcId) -> Interface {
    let name = &network.vpc(vpc).name;
    Interface {
        name: format!("{name}@router"),
        description: format!("the router of {name}: in, what it dropped; out, its ICMP errors"),
        address: None,
        speed: None,
    }
}

fn end((start, network): (&Network, &Network), titles: &[String], id: PeeringId, vpc: VpcId) -> Interface {
    let peering = network.peering(id);
    // One that is made later has the cap that it has then.
    let early = if id.index() < start.peerings().len() { start.peering(id) } else { peering };
    let title = &titles[id.index()];
    let (near, far) = match peering.direction_from(vpc) {
        Direction::Out => (peering.requester, peering.accepter),
        Direction::In => (peering.accepter, peering.requester),
    };
    let [near, far] = [near, far].map(|vpc| &network.vpc(vpc).name);
    Interface {
        name: format!("{title}@{near}"),
        description: format!("the end in {near} of peering {title}: out leads to {far}"),
        address: None,
        speed: early.shaping(&network.rules).map(|shaping| shaping.rate.as_bps()),
    }
}

fn host(network: &Network, id: HostId) -> Interface {
    let (host, name) = (network.host(id), network.host_name(id));
    let subnet = network.subnet(host.subnet);
    let description = format!("host {name} in subnet {}", subnet.name);
    Interface { name, description, address: Some((host.address, subnet.cidr.netmask())), speed: None }
}

/// The host of each of a plan's senders, in the engine's order.
pub(super) fn senders(plan: &Plan) -> Vec<HostId> {
    let mut senders = Vec::new();
    for entry in &plan.traffic {
        if let Pattern::Replay(replay) = &entry.pattern {
            senders.extend(replay.flows.iter().map(|flow| flow.from));
            continue;
        }
        for (from, to) in flows(entry, plan.seed) {
            match (entry.transfers(), to) {
                (None, _) => senders.push(from),
                (Some(transfers), Receiver::Host(to)) => {
                    senders.extend((0..transfers.connections).flat_map(|_| [from, to]));
                }
                // Nobody is known to listen there: the engine seats nobody.
                (Some(_), Receiver::Address(_)) => {}
            }
        }
    }
    senders
}
