//! The same seed gives the same records, another seed gives others, and declaring other things beside an entry changes
//! none of its numbers, wherever in the file they stand. Observers and series change nothing.

use crate::dice::{name, net};
use crate::engine_vs_reference::cases;
use crate::story::{engine, listen};
use crate::tally::Tally;
use crate::world::World;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use vpcsim::engine::{Options, Run, Simulation, Step};
use vpcsim::model::plan::{Destination, Pace, PacketSize, Pattern, Pick, Plan, Traffic};
use vpcsim::model::*;
use vpcsim::units::{BitRate, Share, SimDuration, SimTime};

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(60) })]

    #[test]
    fn same_seed_same_records_watched_or_not(seed: u64) {
        let world = World::new(seed);
        let watched = engine(&world);
        prop_assert!(watched == engine(&World::new(seed)), "seed {seed}");
        let options = Options { interval: Some(SimDuration::from_nanos(777_777)), ..Options::default() };
        let mut unwatched = Run::new(world.network.clone(), world.plan.clone(), options);
        unwatched.advance(world.plan.duration);
        prop_assert!(watched.1 == Tally::of(&unwatched.simulation, world.plan.traffic.len()), "seed {seed}");
    }
}

/// Where in the declaration the unrelated things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nothing,
    First,
    Middle,
    Last,
}

struct Builder {
    network: Network,
    traffic: Vec<Traffic>,
}

impl Builder {
    /// A VPC with one subnet of two hosts.
    fn vpc(&mut self, label: &str, region: &str, cidr: &str) {
        let account = self.network.account_named(&name("me"));
        let region = self.network.declare_region(&name(region));
        let vpc = self.network.add_vpc(name(label), None, account, region, net(cidr)).expect("a VPC");
        let table = self.network.add_table(vpc, name("A")).expect("a table");
        let subnet = self.network.add_subnet(vpc, name("A"), net(cidr), table).expect("a subnet");
        for host in ["a", "b"] {
            let spec = HostSpec { name: name(host), subnet, address: None, source_check: true };
            self.network.add_host(spec).expect("a host");
        }
    }

    fn host(&self, vpc: &str, host: &str) -> HostId {
        let vpc = self.network.find_vpc(vpc).expect("declared");
        self.network.find_host(vpc, host).expect("declared")
    }

    /// A peering that loses a tenth of what it carries, with routes in both directions if requested.
    fn peering(&mut self, label: &str, ends: (&str, &str), routed: bool) {
        let (a, b) =
            (self.network.find_vpc(ends.0).expect("declared"), self.network.find_vpc(ends.1).expect("declared"));
        let cross = self.network.vpc(a).region != self.network.vpc(b).region;
        let spec = PeeringSpec {
            bandwidth: cross.then(|| BitRate::from_mbps(7)),
            queue: QueueLimit::Packets(5),
            loss: Share::of(1, 10),
            ..PeeringSpec::new(name(label), a, b)
        };
        let peering = self.network.add_peering(spec, SimTime::ZERO).expect("a peering");
        for (near, far) in [(a, b), (b, a)] {
            let to = self.network.vpc(far).cidrs[0];
            let table = self.network.find_table(near, "A").expect("declared");
            if routed {
                let route = RouteSpec { to, via: NextHop::Peering(peering), disabled: false };
                self.network.add_route(table, route).expect("a route");
            }
        }
    }

    fn traffic(&mut self, label: &str, from: &[HostId], to: Destination, pattern: Pattern) {
        self.traffic.push(Traffic {
            name: name(label),
            label: None,
            from: from.into(),
            to,
            pattern,
            size: PacketSize::Mix(Arc::new([(100, 1), (1500, 1)])),
            source: None,
            source_port: 4000,
            destination_port: 5000,
            ttl: (64, 64),
            start: SimTime::ZERO,
            stop: SimTime::from_nanos(900_000_000),
            phase: None,
            count: None,
        });
    }
}

/// A hub with a spoke in another region and one in the same region; `beside` says where an unrelated pair of VPCs,
/// peerings and entries is declared.
fn scenario(beside: Beside, seed: u64) -> (Network, Plan) {
    let mut builder = Builder { network: Network::new(Rules::guide()), traffic: Vec::new() };
    let stand = |place: Beside, add: &mut dyn FnMut()| {
        if beside == place {
            add()
        }
    };
    let b = &mut builder;
    stand(Beside::First, &mut || (b.vpc("X", "beijing", "10.8.0.0/24"), b.vpc("Y", "toronto", "10.9.0.0/24")).0);
    b.vpc("hub", "beijing", "10.0.0.0/24");
    stand(Beside::Middle, &mut || (b.vpc("X", "beijing", "10.8.0.0/24"), b.vpc("Y", "toronto", "10.9.0.0/24")).0);
    b.vpc("far", "guangzhou", "10.1.0.0/24");
    b.vpc("near", "beijing", "10.2.0.0/24");
    stand(Beside::Last, &mut || (b.vpc("X", "beijing", "10.8.0.0/24"), b.vpc("Y", "toronto", "10.9.0.0/24")).0);
    let unrelated = |b: &mut Builder| {
        b.peering("XY", ("X", "Y"), true);
        b.peering("hub-X", ("hub", "X"), false);
    };
    stand(Beside::First, &mut || unrelated(b));
    b.peering("hub-far", ("hub", "far"), true);
    stand(Beside::Middle, &mut || unrelated(b));
    b.peering("near-hub", ("near", "hub"), true);
    stand(Beside::Last, &mut || unrelated(b));
    let pace = Pace::Interval(SimDuration::from_millis(1));
    let unrelated = |b: &mut Builder| {
        let (x, y) = (b.host("X", "a"), b.host("Y", "a"));
        b.traffic("x-y", &[x, y], Destination::in_order([y, x]), Pattern::Poisson(pace));
        b.traffic("x-ping", &[x], Destination::in_order([y]), Pattern::Ping { interval: SimDuration::from_millis(3) });
    };
    let (hub, other, far, near) = (b.host("hub", "a"), b.host("hub", "b"), b.host("far", "a"), b.host("near", "b"));
    stand(Beside::First, &mut || unrelated(b));
    b.traffic("even", &[hub, other], Destination::in_order([far]), Pattern::Constant(pace));
    stand(Beside::Middle, &mut || unrelated(b));
    b.traffic(
        "random",
        &[hub, near],
        Destination::Hosts { hosts: [far, near, other].into(), pick: Pick::Random },
        Pattern::Poisson(pace),
    );
    b.traffic("echo", &[near], Destination::in_order([hub]), Pattern::Ping { interval: SimDuration::from_millis(2) });
    stand(Beside::Last, &mut || unrelated(b));
    let plan = Plan {
        name: "a hub".into(),
        question: None,
        start: Rules::guide().start(),
        duration: SimTime::from_nanos(1_000_000_000),
        seed,
        traffic: builder.traffic,
        timeline: Vec::new(),
        expectations: Vec::new(),
        reach: Vec::new(),
        lesson: None,
        billing: Default::default(),
    };
    (builder.network, plan)
}

/// Everything that happened to the hub's entries and links, without any index.
fn account(beside: Beside, seed: u64) -> BTreeMap<String, Vec<String>> {
    let (network, plan) = scenario(beside, seed);
    let mut simulation = Simulation::new(network, &plan, Options::default());
    let records = listen(&mut simulation);
    simulation.advance(plan.duration);
    let tally = Tally::of(&simulation, plan.traffic.len());
    let network = simulation.network();
    let mut account = BTreeMap::new();
    for (entry, tally) in plan.traffic.iter().zip(&tally.traffic) {
        account.insert(format!("traffic {}", entry.name), vec![format!("{tally:?}")]);
    }
    for (id, peering) in network.peerings() {
        let both = LinkId::both(id).map(|link| format!("{:?}", tally.links[link.index()]));
        account.insert(format!("peering {}", peering.name), both.to_vec());
    }
    let flows: Vec<(String, usize)> =
        plan.traffic.iter().flat_map(|t| (0..t.from.len()).map(|f| (format!("traffic {}", t.name), f))).collect();
    for record in records.take() {
        let (entry, flow) = &flows[record.id.source().0 as usize];
        let step = match record.step {
            Step::Ended(Ok(host)) => network.host_name(host),
            Step::Ended(Err(reason)) => reason.code().into(),
            on_its_way => format!("{on_its_way:?}"),
        };
        let line = format!("{} {flow}#{} {:?} {step}", record.time, record.id.sequence(), record.kind);
        account.entry(entry.clone()).or_default().push(line);
    }
    account
}

#[test]
fn what_stands_beside_an_entry_changes_none_of_its_numbers() {
    for seed in [1, 2, 3] {
        let alone = account(Beside::Nothing, seed);
        assert!(alone["traffic random"].len() > 1000 && alone["traffic echo"].len() > 500, "too little happens");
        for beside in [Beside::First, Beside::Middle, Beside::Last] {
            let company = account(beside, seed);
            assert!(company["traffic x-y"].len() > 1000, "nothing stands beside");
            for (what, lines) in &alone {
                let other = &company[what];
                let differs = lines.iter().zip(other).find(|(a, b)| a != b);
                assert!(lines == other, "{beside:?}, seed {seed}, {what}: {differs:?}");
            }
        }
    }
}

#[test]
fn another_seed_is_another_run() {
    let (one, other) = (account(Beside::Nothing, 1), account(Beside::Nothing, 2));
    for what in ["traffic even", "traffic random", "traffic echo"] {
        assert_ne!(one[what], other[what], "{what} takes nothing from the seed");
    }
}
