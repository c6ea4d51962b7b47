//! Books as plain data that both the engine and its twin can fill in, so that one `assert_eq` compares them. Counts
//! nothing itself.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use vpcsim::engine::{DelayRecorder, Example, Simulation, TcpCounts};
use vpcsim::model::{DropReason, LinkId, SubnetId, TrafficId, VpcId};
use vpcsim::wire::icmp::ErrorKind;

pub type Drops = BTreeMap<&'static str, u64>;

/// By link or VPC, reason and, in a VPC, subnet: the number of packets, and the addresses of the first packet by
/// sender.
pub type Sites = BTreeMap<(Result<LinkId, VpcId>, &'static str, Option<SubnetId>), (u64, Ipv4Addr, Ipv4Addr)>;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VpcTally {
    pub emitted: u64,
    pub delivered: u64,
    pub drops: Drops,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkTally {
    pub offered: (u64, u64),
    pub carried: (u64, u64),
    pub drops: Drops,
    pub longest_queue: u64,
    pub on_link: u64,
    pub delay: Span,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrafficTally {
    pub sent: (u64, u64),
    pub delivered: (u64, u64),
    pub misdelivered: u64,
    pub drops: Drops,
    pub delay: Span,
    pub answered: u64,
    pub replies_misdelivered: u64,
    pub reply_drops: Drops,
    pub round_trip: Span,
    pub icmp_errors: BTreeMap<(ErrorKind, Ipv4Addr), u64>,
    pub tcp: TcpTally,
}

/// What became of an entry's connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TcpTally {
    pub opened: u64,
    pub first: Option<u64>,
    pub last: Option<u64>,
    pub given_up: u64,
    pub without_port: u64,
    pub payload: u64,
    pub answers_dropped: Drops,
    pub completion: Span,
    pub retransmissions: u64,
    pub timeouts: u64,
    pub round_trip: Span,
    /// How long the ends that open were open, together.
    pub open_for: u64,
    /// Their mean congestion window at the end.
    pub window: Option<u64>,
}

/// How many, the smallest and the largest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span(u64, Option<u64>, Option<u64>);

impl Span {
    pub fn add(&mut self, nanos: u64) {
        *self = Span(self.0 + 1, Some(self.1.map_or(nanos, |m| m.min(nanos))), self.2.max(Some(nanos)));
    }
    pub fn len(&self) -> u64 {
        self.0
    }
    fn of(recorder: &DelayRecorder) -> Span {
        Span(recorder.len(), recorder.min().map(|d| d.as_nanos()), recorder.max().map(|d| d.as_nanos()))
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub vpcs: Vec<VpcTally>,
    pub links: Vec<LinkTally>,
    pub traffic: Vec<TrafficTally>,
    pub sites: Sites,
    /// Emitted, delivered, dropped, in flight.
    pub totals: (u64, u64, u64, u64),
}

pub fn add(pair: &mut (u64, u64), length: u16) {
    *pair = (pair.0 + 1, pair.1 + u64::from(length));
}

impl Tally {
    /// An empty tally for this many of each.
    pub fn new(vpcs: usize, links: usize, traffic: usize) -> Tally {
        Tally {
            vpcs: vec![VpcTally::default(); vpcs],
            links: vec![LinkTally::default(); links],
            traffic: vec![TrafficTally::default(); traffic],
            sites: Sites::new(),
            totals: (0, 0, 0, 0),
        }
    }

    /// What the engine's books say.
    pub fn of(simulation: &Simulation, entries: usize) -> Tally {
        let network = simulation.network();
        let totals = simulation.totals();
        Tally {
            vpcs: network.vpcs().map(|(id, _)| vpc(simulation, id)).collect(),
            links: (0..network.peerings().len() as u32 * 2).map(|l| link(simulation, LinkId(l))).collect(),
            traffic: (0..entries as u32).map(|t| traffic(simulation, TrafficId(t))).collect(),
            sites: sites(simulation),
            totals: (totals.emitted, totals.delivered, totals.dropped, totals.in_flight),
        }
    }
}

fn vpc(simulation: &Simulation, id: VpcId) -> VpcTally {
    let book = simulation.vpc_book(id);
    let mut drops = Drops::new();
    book.drops.iter().for_each(|(reason, _, dropped)| *drops.entry(reason.code()).or_default() += dropped.packets);
    VpcTally { emitted: book.emitted, delivered: book.delivered, drops }
}

fn sites(simulation: &Simulation) -> Sites {
    let mut sites = Sites::new();
    let mut add = |place, reason: DropReason, subnet, packets, example: Example| {
        sites.insert((place, reason.code(), subnet), (packets, example.source, example.destination));
    };
    for (id, _) in simulation.network().vpcs() {
        let drops = simulation.vpc_book(id).drops;
        drops.iter().for_each(|(reason, subnet, of)| add(Err(id), reason, subnet, of.packets, of.example));
    }
    for id in (0..simulation.network().peerings().len() as u32 * 2).map(LinkId) {
        let book = simulation.link_book(id);
        book.whole.drops.iter().for_each(|(reason, n)| add(Ok(id), reason, None, n, book.examples[&reason]));
    }
    sites
}

fn link(simulation: &Simulation, id: LinkId) -> LinkTally {
    let book = simulation.link_book(id);
    let whole = &book.whole;
    LinkTally {
        offered: (whole.offered.packets, whole.offered.bytes),
        carried: (whole.carried.packets, whole.carried.bytes),
        drops: whole.drops.iter().map(|(r, n)| (r.code(), n)).collect(),
        longest_queue: book.longest_queue.as_u64(),
        on_link: simulation.on_link(id),
        delay: Span::of(&whole.delay),
    }
}

fn traffic(simulation: &Simulation, id: TrafficId) -> TrafficTally {
    let whole = simulation.traffic_books().of(id).whole;
    TrafficTally {
        sent: (whole.sent.packets, whole.sent.bytes),
        delivered: (whole.delivered.packets, whole.delivered.bytes),
        misdelivered: whole.misdelivered,
        drops: whole.drops.iter().map(|(r, n)| (r.code(), n)).collect(),
        delay: Span::of(&whole.delay),
        answered: whole.ping.answered,
        replies_misdelivered: whole.ping.misdelivered,
        reply_drops: whole.ping.drops.iter().map(|(r, n)| (r.code(), n)).collect(),
        round_trip: Span::of(&whole.ping.round_trip),
        icmp_errors: whole.icmp_errors,
        tcp: tcp(&whole.tcp),
    }
}

fn tcp(counts: &TcpCounts) -> TcpTally {
    TcpTally {
        opened: counts.opened,
        first: counts.first.map(|first| first.as_nanos()),
        last: counts.last.map(|last| last.as_nanos()),
        given_up: counts.given_up,
        without_port: counts.without_port,
        payload: counts.payload,
        answers_dropped: counts.answers_dropped.iter().map(|(r, n)| (r.code(), n)).collect(),
        completion: Span::of(&counts.completion),
        retransmissions: counts.retransmissions,
        timeouts: counts.timeouts,
        round_trip: Span::of(&counts.round_trip),
        open_for: counts.limited.total().as_nanos(),
        window: counts.windows.mean(),
    }
}
