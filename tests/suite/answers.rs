//! Questions to a network against their dull twins: classes of equal hosts against every pair, answers against packets,
//! what mends a trip against asking again. The worlds have overlaps, blackholes, disabled and missing routes, chains of
//! peerings in any state, stopped hosts and cut links.

use crate::dice::Dice;
use crate::engine_vs_reference::cases;
use crate::world::World;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use vpcsim::dataplane::packet::PacketKind;
use vpcsim::diagnose::diff::{Diff, Fate};
use vpcsim::diagnose::explain::{Question, Step, explain};
use vpcsim::diagnose::matrix::{By, Cell, Landed, Matrix};
use vpcsim::diagnose::{Ground, Trip, Way};
use vpcsim::engine::{Options, Record, Run};
use vpcsim::model::plan::{Destination, PacketSize, Pattern, Plan, Traffic};
use vpcsim::model::{Change, HostId, Network, Probe, Protocol, Verdict, network_at};
use vpcsim::units::{Share, SimDuration, SimTime};
use vpcsim::workload::{entry, plan};

const HOUR: SimDuration = SimDuration::from_secs(3600);

/// The network of a world with some hosts stopped and some links cut; nothing is lost at random.
fn network(seed: u64, dice: &mut Dice, with_nodes: bool) -> Network {
    // Requests that would expire while a packet is on its way have expired.
    let mut network = network_at(World::without_timeline(seed).network, &plan(Vec::new()), SimTime::ZERO + HOUR);
    let mut changes = Vec::new();
    for (host, _) in network.hosts().filter(|_| dice.chance(10)) {
        changes.push(Change::SetHost { host, up: false, lasts: None });
    }
    for (_, peering) in network.peerings() {
        let name = || peering.name.clone();
        changes.push(Change::SetLoss { peering: name(), loss: Share::ZERO, lasts: None });
        changes.extend(dice.chance(10).then(|| Change::SetLink { peering: name(), up: false, lasts: None }));
        for node in (1..=peering.nodes.count()).filter(|_| with_nodes && dice.chance(60)) {
            changes.push(Change::SetNode { peering: name(), node, up: false, lasts: None });
        }
    }
    for change in changes {
        // A peering that is gone has no faults.
        let _ = network.apply(None, &change, SimTime::ZERO);
    }
    network
}

fn probe(dice: &mut Dice) -> Probe {
    let protocol = dice.pick(&[Protocol::Icmp, Protocol::Tcp, Protocol::Udp]);
    Probe { protocol, port: 443, size: dice.pick(&[84, 84, 577, 1500, 1501, 8501]) }
}

fn pairs(network: &Network) -> Vec<(HostId, HostId)> {
    let hosts: Vec<HostId> = network.hosts().map(|(id, _)| id).collect();
    let each = hosts.iter().flat_map(|from| hosts.iter().map(move |to| (*from, *to)));
    each.filter(|(from, to)| from != to).collect()
}

fn trip(ground: &Ground, probe: Probe, from: HostId, to: HostId) -> Trip {
    Trip::of(ground, probe, from, ground.network().host(to).address)
}

/// What a pair comes to, in a form that both a matrix and a trip have.
fn asked(trip: &Trip, to: HostId) -> Cell {
    let landed =
        |meant: HostId, way: Way| way.end.map(|host| if host == meant { Landed::Meant } else { Landed::Other(host) });
    Cell { request: landed(to, trip.request), reply: trip.reply.map(|reply| landed(trip.request.from, reply)) }
}

/// How an original and its reply ended.
type Ends = BTreeMap<PacketKind, Verdict>;

/// Sends one echo request and watches it and its reply.
fn sent(network: &Network, probe: Probe, from: HostId, to: HostId) -> Ends {
    let ping = Traffic {
        from: [from].into(),
        to: Destination::in_order([to]),
        size: PacketSize::Fixed(probe.size),
        pattern: Pattern::Ping { interval: SimDuration::from_secs(1) },
        phase: Some(SimDuration::ZERO),
        count: Some(1),
        ..entry("ping")
    };
    let plan = Plan { duration: SimTime::ZERO + SimDuration::from_secs(60), ..plan(vec![ping]) };
    let ends = Arc::new(Mutex::new(Ends::new()));
    let mut run = Run::new(network.clone(), plan, Options::default());
    let seen = ends.clone();
    run.simulation.observe(Box::new(move |records: &[Record]| {
        let mut seen = seen.lock().expect("no thread panicked");
        seen.extend(records.iter().filter_map(|record| Some((record.kind, record.verdict()?))));
    }));
    run.advance(SimTime::NEVER);
    run.finish().expect("the books balance");
    std::mem::take(&mut ends.lock().expect("no thread panicked"))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(200) })]

    /// One pair of each two classes tells of all.
    #[test]
    fn classes_answer_as_every_pair_does(seed: u64) {
        let mut dice = Dice::new(seed);
        let ground = Ground::of(network(seed, &mut dice, true));
        let probe = probe(&mut dice);
        let matrix = Matrix::new(&ground, probe, By::Host, |_| true, |_| true);
        let kind = |host| matrix.kind_of(matrix.unit_of(host)).expect("every host counts");
        for (from, to) in pairs(ground.network()) {
            let found = matrix.pair(kind(from), kind(to)).expect("two hosts");
            let right = asked(&trip(&ground, probe, from, to), to);
            prop_assert_eq!(found.cell, right, "{:?} -> {:?}", from, to);
            prop_assert_eq!((found.one_way, found.round_trip, found.partly), (right.arrives(), right.returns(), false));
        }
    }

    /// A subnet's pairs are the sum of those of its hosts.
    #[test]
    fn a_pair_of_subnets_is_all_pairs_of_their_hosts(seed: u64) {
        let mut dice = Dice::new(seed);
        let ground = Ground::of(network(seed, &mut dice, true));
        let network = ground.network();
        let chosen: Vec<bool> = network.hosts().map(|_| dice.chance(70)).collect();
        let counts = |host: HostId| chosen[host.index()];
        let by = dice.pick(&[By::Subnet, By::Vpc]);
        let matrix = Matrix::new(&ground, Probe::ECHO, by, counts, |_| true);
        let mut sums: BTreeMap<_, Vec<Cell>> = BTreeMap::new();
        for (from, to) in pairs(network).into_iter().filter(|(from, _)| counts(*from)) {
            let units = (matrix.unit_of(from), matrix.unit_of(to));
            if units.0 != units.1 {
                sums.entry(units).or_default().push(asked(&trip(&ground, Probe::ECHO, from, to), to));
            }
        }
        for ((from, to), cells) in sums {
            let kind = |unit| matrix.kind_of(unit).expect("it has hosts");
            let found = matrix.pair(kind(from), kind(to)).expect("two units");
            let all = |test: fn(Cell) -> bool| cells.iter().all(|cell| test(*cell));
            prop_assert_eq!((found.one_way, found.round_trip), (all(Cell::arrives), all(Cell::returns)));
            prop_assert!(cells.contains(&found.cell));
            let ranks: Vec<_> = cells.iter().map(|cell| (cell.arrives(), cell.returns())).collect();
            prop_assert_eq!(found.partly, ranks.iter().any(|rank| *rank != ranks[0]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(40) })]

    /// Every answer is what a packet meets.
    #[test]
    fn packets_meet_what_the_answer_says(seed: u64) {
        let mut dice = Dice::new(seed);
        let network = network(seed, &mut dice, false);
        let ground = Ground::of(network.clone());
        let probe = Probe { protocol: Protocol::Icmp, ..probe(&mut dice) };
        for (from, to) in pairs(&network) {
            let trip = trip(&ground, probe, from, to);
            let ends = sent(&network, probe, from, to);
            let told = |way: Way| way.end.map_err(|stop| stop.code());
            let met = |kind| ends.get(&kind).map(|end| end.map_err(|reason| reason.code()));
            if network.host(from).up {
                prop_assert_eq!(met(PacketKind::Original), Some(told(trip.request)), "{:?} -> {:?}", from, to);
                prop_assert_eq!(met(PacketKind::Reply), trip.reply.map(told), "reply of {:?} -> {:?}", from, to);
            } else {
                prop_assert_eq!(trip.request.verdict(), "src_host_down");
                prop_assert!(ends.is_empty(), "a stopped host sent");
            }
        }
    }

    /// What is said to mend a trip does, made in the network by itself.
    #[test]
    fn what_mends_a_trip_mends_it(seed: u64) {
        let mut dice = Dice::new(seed);
        let network = network(seed, &mut dice, true);
        let ground = Ground::of(network.clone());
        for (from, to) in pairs(&network) {
            let question = Question::host(&network, from, to, probe(&mut dice), SimTime::ZERO);
            let found = explain(&ground, &plan(Vec::new()), question);
            prop_assert_eq!(found.trip, trip(&ground, question.probe, from, to));
            let Some(mend) = found.mend else { continue };
            prop_assert!(!found.trip.returns(Some(to)), "nothing was to be mended");
            let (mut mended, mut probe) = (network.clone(), question.probe);
            for step in &mend.steps {
                match step {
                    Step::Change(change) => drop(mended.apply(None, change, SimTime::ZERO).expect("it was accepted")),
                    Step::AddHost(spec) => drop(mended.add_host(spec.clone()).expect("it was accepted")),
                    Step::Size(size) => probe.size = *size,
                }
            }
            prop_assert!(trip(&Ground::of(mended), probe, from, to).returns(Some(to)), "{:?}", mend);
        }
    }

    /// What a timeline changes, told of classes, is what it changes for each pair.
    #[test]
    fn a_difference_is_what_each_pair_loses_or_wins(seed: u64) {
        let world = World::new(seed);
        let before = Ground::of(network(seed, &mut Dice::new(seed), false));
        let after = Ground::at(before.network().clone(), &world.plan, world.plan.duration);
        let empty = plan(Vec::new());
        let diff = Diff::between((&before, &empty), (&after, &empty), Probe::ECHO, SimTime::ZERO);
        let mut right: BTreeMap<Fate, u64> = BTreeMap::new();
        for (from, to) in pairs(before.network()) {
            let [was, is] = [&before, &after].map(|ground| asked(&trip(ground, Probe::ECHO, from, to), to));
            let fate = match (was.returns(), is.returns()) {
                (true, false) => Fate::Lost,
                (false, true) => Fate::Won,
                _ if was != is => Fate::Changed,
                _ => continue,
            };
            *right.entry(fate).or_default() += 1;
        }
        for fate in [Fate::Lost, Fate::Won, Fate::Changed] {
            prop_assert_eq!(diff.count(fate), right.get(&fate).copied().unwrap_or(0), "{:?}", fate);
        }
    }
}
