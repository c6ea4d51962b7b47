//! Worlds for the suite: valid networks and plans from one seed, made through the control plane, so that a refusal is a
//! finding. They aim at overlaps and ties, which hardly occur by chance: few distinct gaps, delays that are multiples
//! of gaps, phase 0, equal rates into one cap, nested prefixes. Not the scenario language.

use crate::dice::{Dice, name, net};
use crate::traffic;
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;
use std::sync::Arc;
use vpcsim::model::plan::{
    Action, Check, Destination, Expectation, Metric, Pace, PacketSize, Pattern, Pick, Plan, Subject, Traffic,
};
use vpcsim::model::*;
use vpcsim::units::{BitRate, ByteSize, Share, SimDuration, SimTime, Span};

/// A network and what to do with it.
#[derive(Clone)]
pub struct World {
    pub network: Network,
    pub plan: Plan,
}

/// Few CIDRs, so that they meet: equal, nested and disjoint ones.
const CIDRS: [&str; 7] =
    ["10.0.0.0/16", "10.0.0.0/16", "10.0.64.0/18", "10.1.0.0/16", "10.2.0.0/16", "172.16.0.0/20", "192.168.7.0/24"];
pub const SIZES: [u16; 9] = [36, 60, 100, 576, 577, 1500, 1500, 1501, 8501];

pub struct Maker {
    pub dice: Dice,
    pub network: Network,
    pub gap: u64,
    pub mbps: u64,
    /// Two VPCs, one cap, more traffic than fits: shapers and changes are busy.
    pub narrow: bool,
    /// In worlds of runs: all senders evenly spaced, so that patterns repeat.
    pub even: bool,
}

impl World {
    /// The world of `seed`, with its timeline.
    pub fn new(seed: u64) -> World {
        let mut world = World::without_timeline(seed);
        let senders = traffic::senders(&world.network, &world.plan);
        let mut maker = Maker::of(seed, world.network.clone());
        if maker.dice.chance(30) {
            world.plan.timeline = maker.rebirth(&world, &senders);
        }
        for _ in 0..maker.dice.below(12) {
            let action = maker.action(&world, &senders);
            world.plan.timeline.push(action);
        }
        world
    }

    pub fn without_timeline(seed: u64) -> World {
        let mut maker = Maker::of(seed, Network::new(Rules::guide()));
        maker.set_rules();
        maker.make_vpcs();
        maker.make_peerings();
        maker.make_routes();
        let plan = maker.plan(seed);
        World { network: maker.network, plan }
    }
}

/// Worlds that aim at runs.
impl World {
    /// Two to four VPCs in a row, every pair of neighbours capped, one to four constant senders per direction whose
    /// rates add up to about the cap; minutes begin in the middle, windows begin and end anywhere, caps and routes
    /// change.
    pub fn of_runs(seed: u64) -> World {
        let mut maker = Maker::of(seed ^ 0x5eed, Network::new(Rules::guide()));
        maker.even = maker.dice.chance(40);
        let cap = maker.dice.pick(&[1_000_000u64, 10_000_000, 7_000_000, 333_000_000]);
        maker.make_row(BitRate::from_bps(cap));
        let packets = if maker.even { 20_000 } else { maker.dice.pick(&[2_000, 20_000]) };
        let duration = 12_000_000_000_000 / cap * packets;
        let mut plan = maker.plan(seed);
        plan.duration = SimTime::from_nanos(duration);
        plan.traffic = maker.runs(cap, duration);
        // A civil minute begins somewhere in the run.
        let early = maker.dice.below(duration.min(60_000_000_000)) as i64;
        plan.start = plan.start.saturating_add(jiff::SignedDuration::from_nanos(60_000_000_000 - early));
        plan.timeline = maker.changes(cap, duration);
        plan.expectations = maker.windows(&plan.traffic, duration);
        World { network: maker.network, plan }
    }
}

/// Worlds that aim at echoes known beforehand.
impl World {
    /// The rows of [`World::of_runs`] for many seconds, less busy, with pings in both directions: on links that never
    /// shape, that shape and never delay, and that are overloaded for seconds.
    pub fn of_echoes(seed: u64) -> World {
        let mut maker = Maker::of(seed ^ 0xec40, Network::new(Rules::guide()));
        maker.even = maker.dice.chance(40);
        let cap = 1_000_000;
        maker.make_row(BitRate::from_bps(cap));
        let duration = maker.dice.pick(&[1_500_000_000u64, 9_000_000_000, 20_000_000_001]);
        let mut plan = maker.plan(seed);
        plan.duration = SimTime::from_nanos(duration);
        let load = maker.dice.pick(&[cap / 4, cap / 4, cap / 4, cap / 2, cap]);
        let mut traffic = maker.pings(duration);
        traffic.extend(maker.runs(load, duration).into_iter().filter(|_| maker.dice.chance(70)));
        traffic.extend(maker.pings(duration));
        traffic.extend(maker.bursts(cap, duration));
        traffic.iter_mut().enumerate().for_each(|(number, entry)| entry.name = name(&format!("t{number}")));
        plan.traffic = traffic;
        plan.timeline = if maker.dice.chance(50) { Vec::new() } else { maker.changes(cap, duration) };
        plan.expectations = maker.windows(&plan.traffic, duration);
        World { network: maker.network, plan }
    }
}

impl Maker {
    /// Pings between neighbours, some inside a VPC, some of hosts that are not there.
    fn pings(&mut self, duration: u64) -> Vec<Traffic> {
        let vpcs = self.network.vpcs().len() as u64;
        let of = |vpc: u64, host: u64| HostId((vpc * 3 + host % 3) as u32);
        let mut traffic = Vec::new();
        for number in 0..2 * (vpcs - 1) {
            let (a, b) = (number / 2, number / 2 + self.dice.pick(&[1, 1, 1, 1, 0]));
            let (from, to) = if number % 2 == 0 { (a, b) } else { (b, a) };
            let first = self.dice.below(3);
            let interval = self.dice.pick(&[7_000_000u64, 40_000_000, 40_000_000, 333_333_333, 1_000_000_000]);
            traffic.push(Traffic {
                from: (0..1 + self.dice.below(2)).map(|h| of(from, h)).collect(),
                to: Destination::in_order([of(to, first), of(to, first + 1)]),
                pattern: Pattern::Ping { interval: SimDuration::from_nanos(interval) },
                size: PacketSize::Fixed(self.dice.pick(&[36, 84, 84, 576, 1_500, 1_501])),
                source: None,
                count: self.dice.pick(&[None, None, None, Some(9)]),
                phase: self.dice.pick(&[None, Some(0), Some(interval / 2)]).map(SimDuration::from_nanos),
                ..self.entry(number, duration)
            });
        }
        traffic
    }

    /// A sender that overloads a link for a second or so, again and again, and lets it recover.
    fn bursts(&mut self, cap: u64, duration: u64) -> Option<Traffic> {
        let mut at = 0;
        let mut steps = Vec::new();
        while at < duration {
            let rate = self.dice.pick(&[cap / 8, cap / 8, cap * 2, 0]);
            steps.push((SimTime::from_nanos(at), BitRate::from_bps(rate)));
            at += self.dice.pick(&[300_000_000, 1_000_000_000, 4_000_000_000]);
        }
        let (from, to) = self.dice.pick(&[(0, 3), (3, 0)]);
        let burst = Traffic {
            from: [HostId(from)].into(),
            to: Destination::in_order([HostId(to)]),
            pattern: Pattern::Series(Arc::new(RateSeries::of_steps(steps))),
            size: PacketSize::Fixed(1_000),
            source: None,
            ..self.entry(0, duration)
        };
        self.dice.chance(60).then_some(burst)
    }
}

impl Maker {
    fn make_row(&mut self, cap: BitRate) {
        let count = 2 + self.dice.below(3);
        for v in 0..count {
            let account = self.network.account_named(&name("me"));
            let region = self.network.declare_region(&name(["beijing", "guangzhou"][v as usize % 2]));
            let cidr = net(&format!("10.{v}.0.0/16"));
            let vpc = self.network.add_vpc(name(&format!("V{v}")), None, account, region, cidr).expect("a new VPC");
            let table = self.network.add_table(vpc, name("A")).expect("a new table");
            let subnet = self.network.add_subnet(vpc, name("A"), cidr, table).expect("a new subnet");
            for h in 0..3 {
                let spec = HostSpec { name: name(&format!("h{h}")), subnet, address: None, source_check: true };
                self.network.add_host(spec).expect("room for a host");
            }
        }
        for v in 1..count as u32 {
            let (a, b) = (VpcId(v - 1), VpcId(v));
            let burst = self.dice.pick(&[None, Some(1_500), Some(6_000), Some(40_000)]).map(ByteSize::from_bytes);
            let spec = PeeringSpec {
                bandwidth: Some(cap),
                burst,
                queue: queue(&mut self.dice),
                delay: Some(SimDuration::from_nanos(self.dice.pick(&[1_000, 1_000_000, 20_000_000]))),
                loss: if self.even || self.dice.chance(75) { Share::ZERO } else { Share::of(1, 10) },
                ..PeeringSpec::new(name(&format!("P{v}")), a, b)
            };
            let peering = self.network.add_peering(spec, SimTime::ZERO).expect("a peering between neighbours");
            for (near, far) in [(a, b), (b, a)] {
                let (to, via) = (net(&format!("10.{}.0.0/16", far.0)), NextHop::Peering(peering));
                let table = self.network.find_table(near, "A").expect("it was just made");
                self.network.add_route(table, RouteSpec { to, via, disabled: false }).expect("a route to a peer");
            }
        }
    }

    /// One entry with one to four senders for each pair of neighbours, and one without a reachable destination.
    fn runs(&mut self, cap: u64, duration: u64) -> Vec<Traffic> {
        let vpcs = self.network.vpcs().len() as u64;
        let mut traffic = Vec::new();
        for number in 0..2 * (vpcs - 1) {
            let (a, b) = (number / 2, number / 2 + 1);
            let (from, to) = if number % 2 == 0 { (a, b) } else { (b, a) };
            let senders = 1 + self.dice.below(4);
            // Together at the cap, just beside it, far below, or above.
            let beside = self.dice.pick(&[cap, cap - 1, cap + 1, cap / 2, cap / 2, cap * 2]);
            let above = self.dice.pick(&[cap * 2, cap / 2 * 3, cap / 5 * 6, cap + 1]);
            let rate = if self.even { above } else { beside } / senders;
            let of = |vpc: u64, host: u64| HostId((vpc * 3 + host % 3) as u32);
            let window = duration / 10 * self.dice.pick(&[10, 10, 7, 3]);
            let entry = self.entry(number, window);
            let length = self.dice.pick(&[1_500, 1_500, 100, 1_501]);
            let pace = self.dice.pick(&[
                Pace::Rate(BitRate::from_bps(rate.max(1))),
                Pace::Interval(SimDuration::from_nanos((u64::from(length) * 8_000_000_000 / rate.max(1)).max(1))),
            ]);
            let gap = u64::from(length) * 8_000_000_000 / rate.max(1);
            let kind = if self.even { 7 } else { self.dice.below(8) };
            let pattern = match kind {
                0 => Pattern::Series(self.steps(gap * 50, rate)),
                1 => Pattern::OnOff {
                    pace,
                    on: SimDuration::from_nanos(50 * gap + 1),
                    off: SimDuration::from_nanos(30 * gap),
                },
                2 => Pattern::Poisson(pace),
                _ => Pattern::Constant(pace),
            };
            traffic.push(Traffic {
                from: (0..senders).map(|h| of(from, h)).collect(),
                to: Destination::in_order([of(to, 0), of(to, 1)]),
                pattern,
                size: if self.even || self.dice.chance(85) { PacketSize::Fixed(length) } else { entry.size.clone() },
                source: None,
                count: if self.even { None } else { self.dice.pick(&[None, None, None, Some(100)]) },
                phase: self
                    .dice
                    .pick(&[self.even.then_some(1), self.even.then_some(2), Some(0), Some(gap / 3)])
                    .map(SimDuration::from_nanos),
                ..entry
            });
        }
        if self.dice.chance(15) {
            let answered = self.dice.pick(&[0, 0, 50]);
            let host = |maker: &mut Maker| HostId(maker.dice.below(vpcs * 3) as u32);
            traffic.push(self.replay(vpcs, duration, answered, host));
        }
        traffic
    }

    fn changes(&mut self, cap: u64, duration: u64) -> Vec<Action> {
        let mut times: Vec<u64> = (0..self.dice.below(4)).map(|_| self.dice.below(duration)).collect();
        times.sort_unstable();
        let peering = name("P1");
        let action = |maker: &mut Maker, time| {
            let change = match maker.dice.below(3) {
                0 => Change::SetHost { host: HostId(maker.dice.below(6) as u32), up: false, lasts: None },
                1 => Change::SetHost { host: HostId(maker.dice.below(6) as u32), up: true, lasts: None },
                _ => Change::ChangeBandwidth {
                    peering: peering.clone(),
                    bandwidth: BitRate::from_bps(maker.dice.pick(&[cap, cap / 2 + 1, 2 * cap])),
                },
            };
            Action { time: SimTime::from_nanos(time), text: String::new(), by: None, change, refused: None }
        };
        times.into_iter().map(|time| action(self, time)).collect()
    }

    /// Windows of traffic and links, some of which touch.
    fn windows(&mut self, traffic: &[Traffic], duration: u64) -> Vec<Expectation> {
        let mut between = || {
            let (a, b) = (self.dice.below(duration), self.dice.below(duration));
            let from = self.dice.pick(&[a.min(b), duration / 2, 0]);
            Span::new(SimTime::from_nanos(from), SimTime::from_nanos(from.max(a.max(b)) + 1))
        };
        let mut expectations = Vec::new();
        for number in 0..3 {
            let entry = TrafficId(number % traffic.len() as u32);
            let link = Subject::Link { peering: name("P1"), from: VpcId(number % 2) };
            for subject in [Subject::Traffic(entry), link] {
                let metrics = [Metric::Dropped, Metric::DelayMax, Metric::DelayP50, Metric::Rate];
                let checks = metrics.map(|metric| Check { metric, low: 0, high: u64::MAX, text: String::new() });
                expectations.push(Expectation { subject, between: between(), checks: checks.to_vec() });
            }
        }
        expectations
    }
}

impl Maker {
    pub fn of(seed: u64, network: Network) -> Maker {
        let mut dice = Dice::new(seed);
        // A gap and the cap that carries one 1500-byte packet in it.
        let (gap, mbps) = dice.pick(&[(12_000, 1000), (120_000, 100), (1_200_000, 10), (36_000, 333), (4_000_000, 3)]);
        let narrow = dice.chance(40);
        Maker { dice, network, gap, mbps, narrow, even: false }
    }

    fn set_rules(&mut self) {
        let dice = &mut self.dice;
        let rules = &mut self.network.rules;
        rules.routers_visible = dice.chance(40);
        rules.regional_ceiling = dice.pick(&[
            None,
            Some(BitRate::from_mbps(5000)),
            Some(BitRate::from_mbps(self.mbps)),
            Some(BitRate::from_bps(777_777)),
        ]);
        rules.mtu_regional = dice.pick(&[8500, 8500, 1500, 576]);
        rules.mtu_cross_region = dice.pick(&[1500, 1500, 576]);
        rules.local_delay = SimDuration::from_nanos(dice.pick(&[1_000, 100_000, self.gap, 2 * self.gap]));
    }

    fn make_vpcs(&mut self) {
        let count = if self.narrow { 2 } else { 1 + self.dice.below(5) as usize };
        for v in 0..count {
            let region = if self.narrow {
                ["beijing", "toronto"][v]
            } else {
                self.dice.pick(&["beijing", "beijing", "guangzhou"])
            };
            let region = self.network.declare_region(&name(region));
            let account = self.network.account_named(&name(self.dice.pick(&["me", "me", "you"])));
            let cidr = net(if self.narrow { CIDRS[2 + v] } else { self.dice.pick(&CIDRS) });
            let vpc = name(&format!("V{v}"));
            let vpc = self.network.add_vpc(vpc, None, account, region, cidr).expect("a new VPC");
            if self.dice.chance(20) {
                self.network.add_cidr(vpc, net(&format!("10.{}.0.0/16", 20 + self.dice.below(2)))).expect("a new CIDR");
            }
            self.make_subnets(vpc, cidr);
        }
    }

    fn make_subnets(&mut self, vpc: VpcId, primary: Ipv4Net) {
        let prefix = if self.dice.chance(30) { 29 } else { (primary.prefix_len() + 3).max(24) };
        let mut table = None;
        let count = 1 + self.dice.below(3) as usize;
        let secondary = self.network.vpc(vpc).cidrs.get(1).copied();
        let cidrs: Vec<Ipv4Net> = primary.subnets(prefix).expect("longer").take(count).chain(secondary).collect();
        for (s, cidr) in cidrs.into_iter().enumerate() {
            let shared = table.filter(|_| self.dice.chance(30));
            let label = name(&format!("S{s}"));
            let of_subnet = shared.unwrap_or_else(|| self.network.add_table(vpc, label.clone()).expect("a new table"));
            table = Some(of_subnet);
            let subnet = self.network.add_subnet(vpc, label, cidr, of_subnet).expect("a subnet beside its sisters");
            for h in 0..self.dice.below(3) {
                let source_check = self.dice.chance(70);
                let spec = HostSpec { name: name(&format!("h{s}-{h}")), subnet, address: None, source_check };
                self.network.add_host(spec).expect("room for a host");
            }
        }
        if self.network.hosts().all(|(_, h)| h.vpc != vpc) {
            let subnet = self.network.vpc(vpc).subnets[0];
            let spec = HostSpec { name: name("only"), subnet, address: None, source_check: true };
            self.network.add_host(spec).expect("room for a host");
        }
    }

    fn make_peerings(&mut self) {
        let vpcs: Vec<VpcId> = self.network.vpcs().map(|(id, _)| id).collect();
        for (at, &a) in vpcs.iter().enumerate() {
            for &b in &vpcs[at + 1..] {
                let (a, b) = if self.dice.chance(50) { (a, b) } else { (b, a) };
                if self.narrow || self.dice.chance(80) {
                    self.make_peering(a, b);
                }
            }
        }
    }

    fn make_peering(&mut self, requester: VpcId, accepter: VpcId) {
        use PeeringState::*;
        let cross = self.network.vpc(requester).region != self.network.vpc(accepter).region;
        let mut state =
            self.dice.pick(&[Active, Active, Active, Active, Active, Pending, Isolated, Expired, Rejected, Failed]);
        if self.narrow {
            state = Active;
        }
        let counts = matches!(state, Active | Pending | Isolated);
        if counts && !self.may_peer(requester, accepter, cross) {
            state = Failed;
        }
        let mtu = if self.dice.chance(20) { Some(1400) } else { None };
        let largest = mtu.unwrap_or(self.network.rules.mtu_regional.max(1500));
        let dice = &mut self.dice;
        let mbps = dice.pick(&[self.mbps, self.mbps, self.mbps * 2, self.mbps / 2, 1, 7, 333, 700, 1000]);
        let bandwidth = cross.then(|| BitRate::from_mbps(mbps.clamp(1, 1000)));
        let burst = dice.pick(&[None, Some(largest), Some(largest + 1)]).map(|b| ByteSize::from_bytes(b.into()));
        let gap = self.gap;
        let spec = PeeringSpec {
            state: Some(state),
            // Requests that expire while packets flow.
            requested: Rules::guide().request_life - SimDuration::from_nanos(gap * dice.pick(&[1, 3, 10, 30])),
            nodes: dice.pick(&[1, 2, 2, 3]),
            failover: dice.chance(80),
            detection: SimDuration::from_nanos(dice.pick(&[0, 1, gap, 5 * gap, 20 * gap])),
            bandwidth,
            burst,
            queue: queue(dice),
            delay: Some(SimDuration::from_nanos(dice.pick(&[1_000, gap, gap, 3 * gap, 5_000_000, 50_000_000]))),
            mtu,
            loss: loss(dice),
            ..PeeringSpec::new(name(&format!("P{}", self.network.peerings().len())), requester, accepter)
        };
        self.network.add_peering(spec, SimTime::ZERO).expect("a peering that S6, S11, S13 and S29-S33 allow");
    }

    /// S11 and S13, written independently.
    fn may_peer(&self, a: VpcId, b: VpcId, cross: bool) -> bool {
        let meet = |a: VpcId, b: VpcId| {
            let (a, b) = (&self.network.vpc(a).cidrs, &self.network.vpc(b).cidrs);
            a.iter().any(|x| b.iter().any(|y| x.contains(&y.network()) || y.contains(&x.network())))
        };
        let clash = |hub: VpcId, peer: VpcId| {
            self.network.peerings().filter(|(_, p)| p.state.counts() && (cross || p.cross_region)).any(|(_, p)| {
                let other = if p.requester == hub { p.accepter } else { p.requester };
                (p.requester == hub || p.accepter == hub) && meet(other, peer)
            })
        };
        !meet(a, b) && !clash(a, b) && !clash(b, a)
    }

    fn make_routes(&mut self) {
        let tables: Vec<(TableId, VpcId)> = self.network.tables().map(|(id, t)| (id, t.vpc)).collect();
        for (table, vpc) in tables {
            let peerings: Vec<PeeringId> =
                self.network.peerings().filter(|(_, p)| p.peer_of(vpc).is_some()).map(|(id, _)| id).collect();
            for &peering in &peerings {
                if self.dice.chance(85) {
                    self.add_routes(table, vpc, peering);
                }
            }
        }
    }

    fn add_routes(&mut self, table: TableId, vpc: VpcId, peering: PeeringId) {
        let peer = self.network.peering(peering).peer_of(vpc).expect("an end");
        let whole = self.network.vpc(peer).cidrs.clone();
        for cidr in whole {
            self.try_route(table, cidr, NextHop::Peering(peering));
        }
        for _ in 0..self.dice.below(4) {
            let to = self.some_prefix();
            let via = if self.dice.chance(20) { NextHop::Blackhole } else { NextHop::Peering(peering) };
            self.try_route(table, to, via);
        }
    }

    /// Adds a route that S8 allows; it must be accepted.
    fn try_route(&mut self, table: TableId, to: Ipv4Net, via: NextHop) {
        let known = self.network.table(table);
        let inside = self.network.vpc(known.vpc).cidrs.iter().any(|c| c.contains(&to));
        if inside || known.routes.contains_key(&to) {
            return;
        }
        let disabled = self.dice.chance(10);
        self.network.add_route(table, RouteSpec { to, via, disabled }).expect("a route that S8 allows");
    }

    /// A prefix of any length around the address of a host or one near it.
    pub fn some_prefix(&mut self) -> Ipv4Net {
        let length = self.dice.pick(&[0, 4, 8, 16, 17, 18, 24, 29, 32]);
        Ipv4Net::new(self.some_address(), length).expect("at most 32").trunc()
    }

    fn some_address(&mut self) -> Ipv4Addr {
        let host = self.some_host();
        let address = u32::from(self.network.host(host).address);
        self.dice.pick(&[address, address, address + 1, address | 0xff, address | 0xffff, 0x0808_0808]).into()
    }

    /// At most `most` hosts, each once.
    fn some_hosts(&mut self, most: u64) -> Arc<[HostId]> {
        let mut hosts: Vec<HostId> = Vec::new();
        for _ in 0..1 + self.dice.below(most) {
            let host = self.some_host();
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts.into()
    }

    pub fn some_host(&mut self) -> HostId {
        HostId(self.dice.below(self.network.hosts().len() as u64) as u32)
    }
}

pub fn loss(dice: &mut Dice) -> Share {
    Share::of(dice.pick(&[0, 0, 0, 0, 10, 500, 1000]), 1000)
}

pub fn queue(dice: &mut Dice) -> QueueLimit {
    let bytes = |n| QueueLimit::Bytes(ByteSize::from_bytes(n));
    dice.pick(&[
        QueueLimit::DEFAULT,
        QueueLimit::Time(SimDuration::ZERO),
        QueueLimit::Time(SimDuration::from_millis(12)),
        QueueLimit::Time(SimDuration::from_micros(13)),
        bytes(0),
        bytes(1500),
        bytes(4501),
        QueueLimit::Packets(0),
        QueueLimit::Packets(1),
        QueueLimit::Packets(3),
        QueueLimit::Packets(20),
    ])
}

// Traffic.
impl Maker {
    pub fn plan(&mut self, seed: u64) -> Plan {
        let window = self.gap * (10 + self.dice.below(90));
        let rest = self.dice.pick(&[0, self.gap, 20 * self.gap, 60_000_000]);
        let count = 1 + self.dice.below(5);
        let mut traffic: Vec<Traffic> = (0..count).map(|t| self.entry(t, window)).collect();
        if self.dice.chance(25) {
            let answered = self.dice.pick(&[0, 50, 50]);
            traffic.push(self.replay(count, window, answered, Maker::some_host));
        }
        Plan {
            name: "a world".into(),
            question: None,
            start: Rules::guide().start(),
            duration: SimTime::from_nanos(window + rest),
            seed,
            traffic,
            timeline: Vec::new(),
            expectations: Vec::new(),
            reach: Vec::new(),
            lesson: None,
            billing: Default::default(),
        }
    }

    pub fn entry(&mut self, number: u64, window: u64) -> Traffic {
        let from = self.some_hosts(3);
        let to = if self.narrow || self.dice.chance(75) {
            let pick = self.dice.pick(&[Pick::InOrder, Pick::InOrder, Pick::Every]);
            Destination::Hosts { hosts: self.some_hosts(3), pick }
        } else {
            Destination::Address(self.some_address())
        };
        let length = self.dice.pick(&SIZES);
        let pattern = self.pattern(length);
        let size = if self.dice.chance(75) {
            PacketSize::Fixed(length)
        } else {
            PacketSize::Mix(Arc::new([(length, 2), (100, 1), (1500, 3)]))
        };
        let gap = self.gap;
        let dice = &mut self.dice;
        let phase = dice.pick(&[None, Some(0), Some(0), Some(0), Some(gap), Some(gap / 2), Some(1)]);
        let ttl = dice.pick(&[(64, 64), (64, 64), (1, 1), (1, 3), (0, 2), (2, 2)]);
        let source = if self.dice.chance(20) { Some(self.some_address()) } else { None };
        Traffic {
            name: name(&format!("t{number}")),
            label: None,
            from,
            to,
            pattern,
            size,
            source,
            source_port: 4000,
            destination_port: 5000,
            ttl,
            start: SimTime::from_nanos(self.dice.pick(&[0, 0, gap, 5 * gap])),
            stop: SimTime::from_nanos(window),
            phase: phase.map(SimDuration::from_nanos),
            count: self.dice.pick(&[None, None, None, Some(7)]),
        }
    }

    fn pattern(&mut self, length: u16) -> Pattern {
        let gap = self.gap * self.dice.pick(&[1, 1, 1, 2, 3]);
        let bits = u64::from(length) * 8_000_000_000;
        let interval = SimDuration::from_nanos(gap);
        let pace = self.dice.pick(&[
            Pace::Interval(interval),
            Pace::Rate(BitRate::from_bps((bits / gap).max(1))),
            Pace::Rate(BitRate::from_bps((bits / gap).max(1) + 1)),
        ]);
        match self.dice.below(10) {
            0 => Pattern::Poisson(pace),
            1 => Pattern::OnOff { pace, on: SimDuration::from_nanos(5 * gap), off: SimDuration::from_nanos(3 * gap) },
            2..=4 => Pattern::Ping { interval },
            5 => Pattern::Series(self.steps(gap, (bits / gap).max(1))),
            _ => Pattern::Constant(pace),
        }
    }

    /// Rates near `rate`, some of them zero, each for a few gaps or less than one.
    fn steps(&mut self, gap: u64, rate: u64) -> Arc<RateSeries> {
        let mut at = self.dice.pick(&[0, 1, gap]);
        let mut steps = Vec::new();
        for _ in 0..1 + self.dice.below(6) {
            let rate = self.dice.pick(&[0, rate, rate + 1, rate / 2, 3 * rate]);
            steps.push((SimTime::from_nanos(at), BitRate::from_bps(rate)));
            at += self.dice.pick(&[gap / 3 + 1, gap, 4 * gap, 9 * gap + 1]);
        }
        Arc::new(RateSeries::of_steps(steps))
    }
}
