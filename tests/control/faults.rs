//! Overlapping faults against brute force: at every moment, each fault set so far is checked for whether it still
//! lasts. Compared are what is down, what is lost, the availability (S36) and the outcome of a packet sent at every
//! instant. The brute force keeps no state between moments.

use crate::dice::{Dice, name};
use crate::{cases, empty_plan, send};
use proptest::prelude::*;
use std::sync::{Arc, Mutex};
use vpcsim::engine::{Options, Record, Simulation};
use vpcsim::model::DropReason;
use vpcsim::model::*;
use vpcsim::units::{Share, SimDuration, SimTime};

/// Faults begin and end at multiples of this; the delay of the peering is shorter.
const TICK: u64 = 1_000_000;
const TICKS: u64 = 60;
const DELAY: SimDuration = SimDuration::from_micros(1);
const NEAR: HostId = HostId(0);
const FAR: HostId = HostId(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Host,
    Link,
    /// Numbered from 1.
    Node(usize),
    Loss(Share),
}

/// One action: at a tick, a part is set up or down, for a number of ticks or without an end.
#[derive(Debug, Clone, Copy)]
struct Set {
    tick: u64,
    part: Part,
    up: bool,
    lasts: Option<u64>,
}

impl Set {
    fn change(&self) -> Change {
        let (peering, up) = (name("p"), self.up);
        let lasts = self.lasts.map(|ticks| SimDuration::from_nanos(ticks * TICK));
        match self.part {
            Part::Host => Change::SetHost { host: FAR, up, lasts },
            Part::Link => Change::SetLink { peering, up, lasts },
            Part::Node(node) => Change::SetNode { peering, node, up, lasts },
            Part::Loss(loss) => Change::SetLoss { peering, loss, lasts },
        }
    }
    fn lasts_at(&self, tick: u64) -> bool {
        self.lasts.is_none_or(|lasts| tick < self.tick + lasts)
    }
}

/// A moment: a tick, and how many actions have happened by then.
type Moment = (u64, usize);

struct Brute {
    nodes: usize,
    detection: Option<u64>,
    loss: Share,
    sets: Vec<Set>,
}

impl Brute {
    fn is_down(&self, part: Part, (tick, come): Moment) -> bool {
        let of_part: Vec<&Set> = self.sets[..come].iter().filter(|set| set.part == part).collect();
        let last_up = of_part.iter().rposition(|set| set.up);
        let over = last_up.is_some_and(|at| !of_part[at].lasts_at(tick));
        over || of_part[last_up.map_or(0, |at| at + 1)..].iter().any(|set| set.lasts_at(tick))
    }

    fn loss(&self, (tick, come): Moment) -> Share {
        let all = || {
            self.sets[..come]
                .iter()
                .filter_map(|s| if let Part::Loss(share) = s.part { Some((s, share)) } else { None })
        };
        let stays = all().filter(|(set, _)| set.lasts.is_none()).count();
        let (mut lasting, mut largest) = (self.loss, None);
        let mut seen = 0;
        for (set, share) in all() {
            if set.lasts.is_none() {
                (seen, lasting) = (seen + 1, share);
            } else if seen == stays && set.lasts_at(tick) {
                largest = largest.max(Some(share));
            }
        }
        largest.unwrap_or(lasting)
    }

    /// Every moment up to the last one of `tick`, in order.
    fn moments(&self, tick: u64) -> Vec<Moment> {
        let come = |tick| self.sets.iter().filter(|set| set.tick < tick).count();
        (0..=tick).flat_map(|t| (come(t)..=come(t + 1)).map(move |k| (t, k))).collect()
    }

    /// `U` carries, `F` has failed, `B` has failed and is bypassed.
    fn node(&self, number: usize, tick: u64) -> char {
        let moments = self.moments(tick);
        let down = moments.iter().rev().take_while(|moment| self.is_down(Part::Node(number), **moment));
        match down.last() {
            None => 'U',
            Some((since, _)) if self.detection.is_some_and(|d| tick >= since + d) => 'B',
            Some(_) => 'F',
        }
    }

    fn last(&self, tick: u64) -> Moment {
        (tick, self.sets.iter().filter(|set| set.tick <= tick).count())
    }

    fn underlay(&self, tick: u64) -> String {
        (1..=self.nodes).map(|number| self.node(number, tick)).collect()
    }

    fn lost_share(&self, tick: u64) -> u64 {
        let underlay = self.underlay(tick);
        let failed = underlay.matches('F').count() as u64;
        let all = self.is_down(Part::Link, self.last(tick)) || !underlay.contains('U');
        if all { Share::WHOLE } else { Share::of(failed, self.nodes as u64) }.as_ppb()
    }

    /// The outcome of a packet sent at a tick whose flow belongs to `node`; `Err(None)` if chance decides.
    fn fate(&self, tick: u64, node: usize) -> Result<(), Option<DropReason>> {
        let (now, underlay) = (self.last(tick), self.underlay(tick));
        let bypassed = self.node(node, tick) == 'B' && underlay.contains('U');
        if self.is_down(Part::Link, now) {
            return Err(Some(DropReason::LinkDown));
        }
        if self.node(node, tick) != 'U' && !bypassed {
            return Err(Some(DropReason::NodeDown));
        }
        match self.loss(now) {
            Share::WHOLE => Err(Some(DropReason::RandomLoss)),
            share if share > Share::ZERO => Err(None),
            _ if self.is_down(Part::Host, now) => Err(Some(DropReason::DstHostDown)),
            _ => Ok(()),
        }
    }
}

/// Two VPCs in one region with a host each, peered by `p`.
fn pair(brute: &Brute) -> Network {
    let mut network = Network::new(Rules::guide());
    let account = network.account_named(&name("ann"));
    let region = network.declare_region(&name("beijing"));
    let cidrs = ["10.0.0.0/16", "10.1.0.0/16"].map(|cidr| cidr.parse().expect("a CIDR"));
    let mut tables = Vec::new();
    for (at, cidr) in cidrs.into_iter().enumerate() {
        let vpc = network.add_vpc(name(&format!("V{at}")), None, account, region, cidr).expect("a new VPC");
        let table = network.add_table(vpc, name("T")).expect("a new table");
        let subnet = network.add_subnet(vpc, name("S"), cidr, table).expect("a new subnet");
        network.add_host(HostSpec { name: name("h"), subnet, address: None, source_check: true }).expect("room");
        tables.push(table);
    }
    let spec = PeeringSpec {
        nodes: brute.nodes as u8,
        failover: brute.detection.is_some(),
        detection: SimDuration::from_nanos(brute.detection.unwrap_or(0) * TICK),
        loss: brute.loss,
        delay: Some(DELAY),
        ..PeeringSpec::new(name("p"), VpcId(0), VpcId(1))
    };
    let peering = network.add_peering(spec, SimTime::ZERO).expect("a peering");
    let route = RouteSpec { to: cidrs[1], via: NextHop::Peering(peering), disabled: false };
    network.add_route(tables[0], route).expect("a route");
    network
}

/// The node that carries the packets of [`NEAR`] to [`FAR`]: without it they do not arrive.
fn node_of_packets(nodes: usize) -> usize {
    let arrives = |down: usize| {
        let set = Set { tick: 0, part: Part::Node(down), up: false, lasts: None };
        let brute = Brute { nodes, detection: None, loss: Share::ZERO, sets: vec![set] };
        let mut simulation = Simulation::new(pair(&brute), &empty_plan(1), Options::default());
        simulation.apply(None, &set.change(), SimTime::ZERO).expect("nothing forbids it");
        send(&mut simulation, NEAR, FAR, 100, SimTime::ZERO);
        simulation.advance(SimTime::from_nanos(TICK));
        simulation.totals().delivered == 1
    };
    (1..=nodes).find(|number| !arrives(*number)).expect("every flow has its node")
}

fn some(seed: u64) -> Brute {
    let mut dice = Dice::new(seed);
    let nodes = dice.pick(&[1, 2, 3]);
    let loss = dice.pick(&[Share::ZERO, Share::ZERO, Share::of(1, 2)]);
    let detection = dice.pick(&[None, Some(0), Some(1), Some(3), Some(10)]);
    let kinds = 1 + dice.below(4);
    let mut sets: Vec<Set> = (0..dice.below(14))
        .map(|_| {
            let part = match dice.below(kinds) {
                0 => Part::Link,
                1 => Part::Node(1 + dice.below(nodes as u64) as usize),
                2 => Part::Host,
                _ => Part::Loss(dice.pick(&[Share::ZERO, Share::of(1, 2), Share::WHOLE])),
            };
            let up = !matches!(part, Part::Loss(_)) && dice.chance(25);
            let tick = dice.pick(&[10, 20, 20, 30, 31]) + dice.below(4);
            Set { tick, part, up, lasts: dice.pick(&[None, Some(1), Some(2), Some(5), Some(10), Some(20), Some(100)]) }
        })
        .collect();
    sets.sort_by_key(|set| set.tick);
    Brute { nodes, detection, loss, sets }
}

/// Plays the faults through a simulation; returns the first difference.
fn play(brute: &Brute) -> Result<(), String> {
    let mut simulation = Simulation::new(pair(brute), &empty_plan(1), Options::default());
    let ends = Arc::new(Mutex::new(Vec::new()));
    let sink = ends.clone();
    simulation.observe(Box::new(move |records: &[Record]| {
        sink.lock()
            .expect("nobody panics meanwhile")
            .extend(records.iter().filter_map(|r| Some((r.emitted, r.verdict()?))));
    }));
    let node = node_of_packets(brute.nodes);
    let mut lost = 0;
    for tick in 0..TICKS {
        let now = SimTime::from_nanos(tick * TICK);
        for set in brute.sets.iter().filter(|set| set.tick == tick) {
            simulation.apply(None, &set.change(), now).map_err(|refused| format!("{set:?}: {refused}"))?;
        }
        send(&mut simulation, NEAR, FAR, 100, now);
        simulation.advance(now + SimDuration::from_nanos(1));
        let (peering, last) = (simulation.network().peering(PeeringId(0)), brute.last(tick));
        let underlay = peering.nodes.iter().map(|node| match node {
            Node::Up => 'U',
            Node::Failed { .. } => 'F',
            Node::Bypassed => 'B',
        });
        let found = (underlay.collect(), peering.down, !simulation.network().host(FAR).up, peering.loss);
        let is_down = |part| brute.is_down(part, last);
        let right = (brute.underlay(tick), is_down(Part::Link), is_down(Part::Host), brute.loss(last));
        if found != right {
            return Err(format!("at tick {tick}: {found:?} instead of {right:?}"));
        }
        lost += u128::from(brute.lost_share(tick)) * u128::from(TICK);
    }
    let end = SimTime::from_nanos(TICKS * TICK);
    simulation.advance(end);
    simulation.check_books().map_err(|e| e.to_string())?;
    let of = simulation.network().peering(PeeringId(0)).availability(end).expect("it was active");
    let downtime = ((lost + 500_000_000) / 1_000_000_000) as u64;
    if of.downtime.as_nanos() != downtime {
        return Err(format!("{} down instead of {downtime} ns", of.downtime));
    }
    let ends = ends.lock().expect("nobody panics meanwhile");
    for tick in 0..TICKS {
        let sent = SimTime::from_nanos(tick * TICK);
        let found = ends.iter().find(|(emitted, _)| *emitted == sent).map(|(_, verdict)| *verdict);
        let right = match brute.fate(tick, node) {
            Ok(()) => Ok(FAR),
            Err(Some(reason)) => Err(reason),
            Err(None) => continue,
        };
        if found != Some(right) {
            return Err(format!("sent at tick {tick}: {found:?} instead of {right:?}"));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn overlapping_faults_are_as_each_by_itself_says(seed: u64) {
        let brute = some(seed);
        if let Err(told) = play(&brute) {
            prop_assert!(false, "seed {seed}: {told}\n{} nodes, {:?}, {:#?}", brute.nodes, brute.detection, brute.sets);
        }
    }
}
