//! Worlds with TCP connections, and the engine against its twin in them. They aim at ties: equal delays and sizes,
//! openings at one instant, hosts that open and answer; and at everything that troubles a connection. Not the state
//! machine's own tests.

use crate::dice::{name, net};
use crate::engine_vs_reference::cases;
use crate::reference::Reference;
use crate::story::{describe, difference, reduce};
use crate::traffic;
use crate::world::{Maker, World, loss, queue};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use vpcsim::engine::Step;
use vpcsim::model::plan::{Arrivals, Destination, Pace, PacketSize, Pattern, Pick, Traffic, TransferSize, Transfers};
use vpcsim::model::*;
use vpcsim::tcp::Settings;
use vpcsim::tcp::congestion::Algorithm;
use vpcsim::units::{BitRate, ByteSize, SimDuration, SimTime};

const MILLI: u64 = 1_000_000;

impl World {
    /// The world of `seed` with connections.
    pub fn of_connections(seed: u64) -> World {
        let mut maker = Maker::of(seed ^ 0x7c9, Network::new(Rules::guide()));
        maker.set_ways();
        let duration = maker.dice.pick(&[40, 300, 1_000, 2_000, 3_500]) * MILLI;
        let mut plan = maker.plan(seed);
        plan.duration = SimTime::from_nanos(duration);
        plan.traffic = maker.connecting(duration);
        let mut world = World { network: maker.network.clone(), plan };
        let senders = traffic::senders(&world.network, &world.plan);
        if maker.dice.chance(20) {
            world.plan.timeline = maker.rebirth(&world, &senders);
        }
        for _ in 0..maker.dice.below(4) {
            let action = maker.action(&world, &senders);
            world.plan.timeline.push(action);
        }
        world
    }
}

impl Maker {
    /// One to three VPCs with three hosts each, every pair of them peered and routed.
    fn set_ways(&mut self) {
        let rules = &mut self.network.rules;
        rules.routers_visible = self.dice.chance(40);
        rules.regional_ceiling = self.dice.pick(&[None, Some(BitRate::from_mbps(5)), Some(BitRate::from_mbps(1))]);
        rules.mtu_regional = self.dice.pick(&[8_500, 1_500, 1_500, 576]);
        rules.mtu_cross_region = self.dice.pick(&[1_500, 1_500, 576]);
        // The delay of many ways.
        self.gap = self.dice.pick(&[100_000, MILLI, 10 * MILLI]);
        self.mbps = self.dice.pick(&[1, 2, 5, 10]);
        rules.local_delay = SimDuration::from_nanos(self.dice.pick(&[100_000, self.gap, self.gap, 2 * self.gap]));
        let count = self.dice.pick(&[1, 2, 2, 2, 3, 3]);
        let regions = if self.dice.chance(70) { ["beijing", "guangzhou", "beijing"] } else { ["beijing"; 3] };
        for (v, region) in regions.into_iter().enumerate().take(count) {
            let account = self.network.account_named(&name("me"));
            let region = self.network.declare_region(&name(region));
            let cidr = net(&format!("10.{v}.0.0/16"));
            let vpc = self.network.add_vpc(name(&format!("V{v}")), None, account, region, cidr).expect("a new VPC");
            let table = self.network.add_table(vpc, name("A")).expect("a new table");
            let subnet = self.network.add_subnet(vpc, name("A"), cidr, table).expect("a new subnet");
            for h in 0..3 {
                let spec = HostSpec { name: name(&format!("h{h}")), subnet, address: None, source_check: true };
                self.network.add_host(spec).expect("room for a host");
            }
        }
        let equal = self.dice.chance(50);
        for a in 0..count as u32 {
            (a + 1..count as u32).for_each(|b| self.way(VpcId(a), VpcId(b), equal));
        }
    }

    /// A peering of two VPCs, with routes.
    fn way(&mut self, a: VpcId, b: VpcId, is_as_usual: bool) {
        let cross = self.network.vpc(a).region != self.network.vpc(b).region;
        let (gap, dice) = (self.gap, &mut self.dice);
        let mtu = if dice.chance(20) { Some(dice.pick(&[576, 1_400])) } else { None };
        let short = if cross { 1_000 } else { gap };
        let delay = if is_as_usual { gap } else { dice.pick(&[short, gap, 3 * gap, 20 * MILLI]) };
        let mbps = if is_as_usual { self.mbps } else { dice.pick(&[1, 2, 5, 10]) };
        let mark = dice.pick(&[None, None, Some(0), Some(MILLI), Some(5 * MILLI)]);
        let spec = PeeringSpec {
            bandwidth: cross.then(|| BitRate::from_mbps(mbps)),
            burst: dice.pick(&[None, None, Some(8_500), Some(20_000)]).map(ByteSize::from_bytes),
            queue: if dice.chance(40) { QueueLimit::DEFAULT } else { queue(dice) },
            delay: Some(SimDuration::from_nanos(delay)),
            mtu,
            loss: loss(dice),
            lose_every: dice.pick(&[None, None, None, Some(1), Some(2), Some(10), Some(50)]),
            mark: mark.map(SimDuration::from_nanos),
            nodes: dice.pick(&[1, 2]),
            ..PeeringSpec::new(name(&format!("P{}", self.network.peerings().len())), a, b)
        };
        let peering = self.network.add_peering(spec, SimTime::ZERO).expect("a peering of two VPCs");
        for (near, far) in [(a, b), (b, a)] {
            let (to, via) = (net(&format!("10.{}.0.0/16", far.0)), NextHop::Peering(peering));
            let table = self.network.find_table(near, "A").expect("it was just made");
            self.network.add_route(table, RouteSpec { to, via, disabled: false }).expect("a route to a peer");
        }
    }

    /// Entries with connections, and now and then with datagrams or pings.
    fn connecting(&mut self, duration: u64) -> Vec<Traffic> {
        let count = 1 + self.dice.below(4);
        let mut traffic = Vec::new();
        for number in 0..count {
            let other = self.dice.chance(25);
            let entry = if other { self.beside(number, duration) } else { self.transfer(number, duration, count) };
            traffic.push(entry);
        }
        traffic
    }

    /// Hosts of a VPC and of the same or another.
    fn pair(&mut self) -> (Arc<[HostId]>, Destination) {
        let vpcs = self.network.vpcs().len() as u64;
        let (a, b) = (self.dice.below(vpcs), self.dice.below(vpcs));
        let (first, senders) = (self.dice.pick(&[0, 0, 0, 1]), 1 + self.dice.below(2));
        let host = |vpc: u64, host: u64| HostId((vpc * 3 + host % 3) as u32);
        let from = (0..senders).map(|h| host(a, first + h)).collect();
        let to = (0..self.dice.pick(&[2, 2, 3])).map(|h| host(b, h)).collect();
        (from, Destination::Hosts { hosts: to, pick: self.dice.pick(&[Pick::InOrder, Pick::InOrder, Pick::Every]) })
    }

    fn beside(&mut self, number: u64, duration: u64) -> Traffic {
        let (from, to) = self.pair();
        let interval = SimDuration::from_nanos(self.dice.pick(&[self.gap, 2 * self.gap, 50 * MILLI]).max(MILLI));
        let pattern = self.dice.pick(&[Pattern::Constant(Pace::Interval(interval)), Pattern::Ping { interval }]);
        let length = self.dice.pick(&[60, 100, 1_499]);
        let size = PacketSize::Fixed(length);
        Traffic {
            from,
            to,
            pattern,
            size,
            source: None,
            ttl: (64, 64),
            phase: self.dice.pick(&[Some(0), Some(0), Some(1), None]).map(SimDuration::from_nanos),
            count: Some(self.dice.pick(&[10, 100, 300])),
            ..self.entry(number, duration)
        }
    }

    fn transfer(&mut self, number: u64, duration: u64, entries: u64) -> Traffic {
        let (from, to) = self.pair();
        let mss = self.dice.pick(&[None, None, None, Some(1), Some(7), Some(100), Some(536), Some(1_000), Some(1_460)]);
        let unit = mss.unwrap_or(8_460);
        let start = self.dice.pick(&[0, 0, 0, 1, self.gap, 10 * MILLI]);
        let size = self.sizes(mss.unwrap_or(1_460).into(), entries);
        let is_large = matches!(size, TransferSize::Fixed(bytes) if bytes > 50 * u64::from(mss.unwrap_or(1_460)));
        let span = duration.min(self.dice.pick(&[20, 50, 100]) * MILLI / entries) + start;
        let stop = if size.ends() { duration } else { span };
        let transfers = Transfers {
            settings: self.settings(unit, size.ends()),
            mss,
            timestamps: self.dice.chance(30),
            response: if size.ends() {
                self.dice.pick(&[0, 0, 1, 1_000, 20 * u64::from(mss.unwrap_or(1_460))])
            } else {
                0
            },
            size,
            connections: self.dice.pick(&[1, 1, 1, 2, 3]),
            interval: SimDuration::from_nanos(self.dice.pick(&[self.gap, 5 * MILLI, 100 * MILLI])),
            arrivals: self.dice.pick(&[Arrivals::Spaced, Arrivals::Spaced, Arrivals::Poisson]),
        };
        Traffic {
            from,
            to,
            pattern: Pattern::Tcp(Arc::new(transfers)),
            size: PacketSize::Fixed(1_500),
            source: None,
            // Few ports, so that some are in use, or were lately.
            source_port: self.dice.pick(&[49_152, 49_152, 49_152, 65_533, 65_535]).min(65_533),
            destination_port: 5_001,
            ttl: (64, 64),
            start: SimTime::from_nanos(start),
            stop: SimTime::from_nanos(stop.max(start + 1)),
            phase: self.dice.pick(&[None, None, Some(0), Some(self.gap)]).map(SimDuration::from_nanos),
            count: self.dice.pick(&[None, Some(1), Some(2), Some(5), Some(9)]).filter(|_| !is_large),
            ..self.entry(number, duration)
        }
    }

    /// Payloads of a few segments, seldom of hundreds.
    fn sizes(&mut self, mss: u64, entries: u64) -> TransferSize {
        let most = mss * 120 / entries;
        match self.dice.below(8) {
            0 => TransferSize::Endless,
            1 | 2 => TransferSize::Mix(Arc::new([(1, 2), (mss, 1), (10 * mss + 1, 2)])),
            3 => TransferSize::Fixed(most),
            _ => TransferSize::Fixed(self.dice.pick(&[1, mss, mss + 1, 2 * mss, 12 * mss, 30 * mss]).min(most)),
        }
    }

    fn settings(&mut self, unit: u32, ends: bool) -> Settings {
        let dice = &mut self.dice;
        let delayed_ack = SimDuration::from_millis(dice.pick(&[0, 40, 40]));
        Settings {
            window: dice.pick(&[
                unit,
                unit,
                2 * unit,
                3 * unit + 1,
                if ends { 20 } else { 2 } * unit,
                if ends { 64 } else { 2 } * unit,
            ]),
            initial_window: dice.pick(&[1, 2, 10, 10, 10]),
            congestion: dice.pick(&[Algorithm::Cubic, Algorithm::Cubic, Algorithm::Reno]),
            sack: dice.chance(70),
            ecn: dice.chance(70),
            delayed_ack,
            ack_delay_max: delayed_ack,
            min_rto: SimDuration::from_millis(dice.pick(&[10, 200, 200])),
            retries: dice.pick(&[1, 2, 15]),
            syn_retries: dice.pick(&[0, 1, 6]),
            ..Settings::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(200) })]

    #[test]
    fn every_segment_ends_as_the_twin_says(seed: u64) {
        let world = World::of_connections(seed);
        if difference(&world).is_some() {
            let least = reduce(&world, |w| difference(w).is_some());
            let told = difference(&least).unwrap_or_default();
            prop_assert!(false, "seed {seed}\n{}\n{told}", describe(&least));
        }
    }
}

/// If the generator no longer reached what troubles connections, or no ties, the comparisons would be hollow.
#[test]
fn the_worlds_trouble_connections_in_every_way() {
    let mut reached: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut most, mut largest) = (0, 0);
    for seed in 0..400 {
        let world = World::of_connections(seed);
        let senders = traffic::senders(&world.network, &world.plan);
        let mut twin = Reference::new(&world.network, &world.plan, &senders);
        twin.run();
        let mut add = |what, is_reached: bool| *reached.entry(what).or_default() += u64::from(is_reached);
        let all = |of: fn(&crate::tally::TcpTally) -> u64| -> u64 { twin.ends.tally.iter().map(of).sum() };
        let seen = twin.ends.seen;
        (most, largest) = (most, largest).max((twin.tally.totals.0, seed));
        add("completed", all(|tcp| tcp.completion.len()) > 0);
        add("given up", all(|tcp| tcp.given_up) > 0);
        add("without a port", all(|tcp| tcp.without_port) > 0);
        add("retransmissions", all(|tcp| tcp.retransmissions) > 0);
        add("timeouts", all(|tcp| tcp.timeouts) > 0);
        add("periodic losses", twin.tally.links.iter().any(|link| link.drops.contains_key("periodic_loss")));
        add("marks", seen.marked > 0);
        add("resets", seen.resets > 0);
        add("shortened", seen.shortened > 0);
        add("answered when closed", seen.answered_late > 0);
        let mut arrivals: Vec<u64> =
            twin.records.iter().filter(|r| r.step == Step::Arrived).map(|r| r.time.as_nanos()).collect();
        arrivals.sort_unstable();
        add("ties", arrivals.windows(2).filter(|pair| pair[0] == pair[1]).count() > 5);
        add("changes", !world.plan.timeline.is_empty());
        add("others", world.plan.traffic.iter().any(|entry| entry.transfers().is_none()));
    }
    let few: Vec<_> = reached.iter().filter(|(_, worlds)| **worlds < 5).collect();
    assert!(few.is_empty(), "{reached:?}");
    assert!(most < 60_000, "world {largest} has {most} packets\n{}", describe(&World::of_connections(largest)));
}
