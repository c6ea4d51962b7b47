//! The dull twin: every pair of hosts tries a round trip, every route is asked for at every address where an answer may
//! change, and what lint found must be that. Networks are random, small and full of overlaps.

use crate::dice::{Dice, name, net};
use crate::kept;
use ipnet::Ipv4Net;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use vpcsim::dataplane::fib::FibEntry;
use vpcsim::diagnose::lint::lint;
use vpcsim::diagnose::{Finding, Ground, Severity, Stop, Trip};
use vpcsim::model::plan::Plan;
use vpcsim::model::*;
use vpcsim::units::SimTime;

/// Equal, nested and disjoint CIDRs.
const CIDRS: [&str; 6] =
    ["10.0.0.0/24", "10.0.0.0/25", "10.0.1.0/24", "10.0.2.0/24", "10.0.2.128/25", "192.168.7.0/26"];

fn plan() -> Plan {
    Plan {
        name: "nothing is sent".into(),
        question: None,
        start: Rules::guide().start(),
        duration: SimTime::from_nanos(1),
        seed: 1,
        traffic: Vec::new(),
        timeline: Vec::new(),
        expectations: Vec::new(),
        reach: Vec::new(),
        lesson: None,
        billing: Default::default(),
    }
}

fn network(seed: u64) -> Network {
    let dice = &mut Dice::new(seed);
    let mut network = Network::new(Rules::guide());
    let account = network.account_named(&name("me"));
    let region = network.declare_region(&name("beijing"));
    for v in 0..2 + dice.below(4) {
        let cidr = net(dice.pick(&CIDRS));
        let vpc = network.add_vpc(name(&format!("v{v}")), None, account, region, cidr).expect("a new VPC");
        let shared = network.add_table(vpc, name("shared")).expect("a new table");
        let mut subnets = cidr.subnets(28).expect("longer").take(4);
        for s in 0..1 + dice.below(3) {
            let own = name(&format!("s{s}"));
            let table =
                if dice.chance(30) { shared } else { network.add_table(vpc, own.clone()).expect("a new table") };
            let cidr = subnets.next().expect("four of them");
            let subnet = network.add_subnet(vpc, own, cidr, table).expect("a subnet beside its sisters");
            for h in 0..dice.below(3) {
                let spec = HostSpec { name: name(&format!("h{s}-{h}")), subnet, address: None, source_check: true };
                network.add_host(spec).expect("room for a host");
            }
        }
    }
    make_peerings(&mut network, dice);
    make_routes(&mut network, dice);
    network
}

fn make_peerings(network: &mut Network, dice: &mut Dice) {
    use PeeringState::*;
    let vpcs: Vec<VpcId> = network.vpcs().map(|(id, _)| id).collect();
    for (at, a) in vpcs.iter().enumerate() {
        for b in &vpcs[at + 1..] {
            let state = dice.pick(&[Active, Active, Active, Active, Pending, Expired, Isolated]);
            let title = name(&format!("p{}", network.peerings().len()));
            let spec = PeeringSpec { state: Some(state), ..PeeringSpec::new(title, *a, *b) };
            if dice.chance(80) {
                // The two ends may overlap; then they are not peered.
                let _ = network.add_peering(spec, SimTime::ZERO);
            }
        }
    }
}

fn make_routes(network: &mut Network, dice: &mut Dice) {
    let tables: Vec<(TableId, VpcId)> = network.tables().map(|(id, table)| (id, table.vpc)).collect();
    for (table, vpc) in tables {
        let over: Vec<(PeeringId, Ipv4Net)> = network
            .peerings_of(vpc)
            .filter_map(|(id, peering)| Some((id, network.vpc(peering.peer_of(vpc)?).cidrs[0])))
            .collect();
        for (id, cidr) in &over {
            let via = NextHop::Peering(*id);
            if dice.chance(70) {
                let _ = network.add_route(table, RouteSpec { to: *cidr, via, disabled: dice.chance(10) });
            }
            for _ in 0..dice.below(3) {
                let base = net(dice.pick(&CIDRS)).network();
                let address = Ipv4Addr::from(u32::from(base) + dice.below(80) as u32);
                let to = Ipv4Net::new(address, dice.pick(&[0, 8, 23, 24, 25, 28, 29, 32])).expect("a length").trunc();
                let via = if dice.chance(15) { NextHop::Blackhole } else { via };
                // A route may lie in the own CIDR, or be there already.
                let _ = network.add_route(table, RouteSpec { to, via, disabled: dice.chance(10) });
            }
        }
    }
}

/// What findings say about one table.
struct Said<'a> {
    network: &'a Network,
    all: &'a [Finding],
}

impl Said<'_> {
    /// Whether one of these is about the table, or about the subnet that owns it.
    fn of_table(&self, table: TableId, codes: &[&str]) -> bool {
        self.all.iter().filter(|finding| codes.contains(&finding.code)).any(|finding| match finding.about {
            Thing::Table(id) => id == table,
            Thing::Subnet(id) => self.network.subnet(id).table == table,
            _ => false,
        })
    }

    fn of_route(&self, table: TableId, to: Ipv4Net, codes: &[&str]) -> bool {
        let is_it = |finding: &&Finding| finding.about == Thing::Route(table, to);
        self.all.iter().filter(is_it).any(|finding| codes.contains(&finding.code))
    }
}

/// The round trip of every pair of hosts: whatever is wrong with a reply was found.
fn trips(ground: &Ground, said: &Said<'_>) -> Result<(), TestCaseError> {
    let network = ground.network();
    for (from, sender) in network.hosts() {
        for (_, receiver) in network.hosts().filter(|(_, receiver)| receiver.vpc != sender.vpc) {
            let trip = Trip::of(ground, Probe::ECHO, from, receiver.address);
            let (Ok(landed), Some(reply)) = (trip.request.end, trip.reply) else { continue };
            if network.host(landed).vpc == sender.vpc || trip.returns(None) {
                continue;
            }
            let table = network.subnet(network.host(landed).subnet).table;
            use DropReason::*;
            let matched = || reply.path.matched.expect("a route").prefix;
            let is_found = match reply.end {
                Err(Stop::Dropped(NoRoute | RouteDisabled | PeeringPending | PeeringExpired | PeeringIsolated)) => {
                    said.of_table(table, &["NO_RETURN_ROUTE"])
                }
                Err(Stop::Dropped(RouteBlackhole)) => said.of_route(table, matched(), &["ROUTE_BLACKHOLE"]),
                Err(Stop::Dropped(RouteOutsidePeerCidr | TransitNotAllowed)) => {
                    said.of_route(table, matched(), &["ROUTE_OUTSIDE_PEER_CIDR", "TRANSIT_NOT_ALLOWED"])
                }
                Ok(_) | Err(Stop::Dropped(DstNoHost | DstNoSubnet)) => {
                    said.of_table(table, &["RETURN_PATH_DIVERGES", "NO_RETURN_ROUTE"])
                        || said.of_route(table, matched(), &["ROUTE_OUTSIDE_PEER_CIDR", "TRANSIT_NOT_ALLOWED"])
                }
                other => panic!("{other:?}"),
            };
            let pair = (network.host_name(from), network.host_name(landed));
            prop_assert!(is_found, "{pair:?} {reply:?}\n{:#?}", said.all);
        }
    }
    Ok(())
}

/// Where the FIB leads, if the peering is active; none if a packet is dropped for want of a route in force.
fn over(ground: &Ground, table: TableId, to: Ipv4Addr) -> Option<NextHop> {
    match ground.fib(table).lookup(to)? {
        (_, FibEntry::Via(NextHop::Peering(id))) => {
            (ground.network().peering(id).state == PeeringState::Active).then_some(NextHop::Peering(id))
        }
        (_, FibEntry::Via(hop)) => Some(hop),
        (_, FibEntry::Local) => None,
    }
}

/// A missing way back is missing for some address of some subnet that reaches the table's.
fn is_missing(ground: &Ground, table: TableId) -> bool {
    let network = ground.network();
    let subnets = || network.vpcs().flat_map(|(_, vpc)| &vpc.subnets).map(|id| network.subnet(*id));
    let own = network.table(table).vpc;
    subnets().filter(|subnet| subnet.table == table).any(|replying| {
        subnets().filter(|asking| asking.vpc != own).any(|asking| {
            let forth = replying.cidr.hosts().any(|to| match over(ground, asking.table, to) {
                Some(NextHop::Peering(id)) => network.peering(id).peer_of(asking.vpc) == Some(own),
                _ => false,
            });
            forth && asking.cidr.hosts().any(|to| over(ground, table, to).is_none())
        })
    })
}

/// Every address at which an answer about a table may differ from that before it.
fn turns(network: &Network, table: TableId) -> BTreeSet<u32> {
    let routes = network.table(table).routes.keys().copied();
    let cidrs = network.vpcs().flat_map(|(_, vpc)| vpc.cidrs.clone());
    let ends = |net: Ipv4Net| [Some(u32::from(net.network())), u32::from(net.broadcast()).checked_add(1)];
    routes.chain(cidrs).flat_map(ends).flatten().collect()
}

/// Each route in force, as the FIB sees it at all turns: whether it decides, and about what its peer does not own.
fn routes(ground: &Ground, said: &Said<'_>) -> Result<(), TestCaseError> {
    let network = ground.network();
    let used: BTreeSet<TableId> =
        network.vpcs().flat_map(|(_, vpc)| &vpc.subnets).map(|id| network.subnet(*id).table).collect();
    for (id, table) in network.tables().filter(|(id, _)| used.contains(id)) {
        let turns = turns(network, id);
        for route in table.routes.values().filter(|route| !route.disabled) {
            let won: Vec<Ipv4Addr> = turns
                .iter()
                .map(|turn| Ipv4Addr::from(*turn))
                .filter(|at| ground.fib(id).lookup(*at).is_some_and(|(prefix, _)| prefix == route.to))
                .collect();
            let shadowed = said.of_route(id, route.to, &["ROUTE_SHADOWED"]);
            prop_assert_eq!(won.is_empty(), shadowed, "{} {}\n{:#?}", network.table_name(id), route.to, said.all);
            let NextHop::Peering(peering) = route.via else { continue };
            let peering = network.peering(peering);
            let peer = network.vpc(peering.peer_of(table.vpc).expect("an end"));
            let strays = peering.state == PeeringState::Active && won.iter().any(|at| !peer.contains(*at));
            let told = said.of_route(id, route.to, &["ROUTE_OUTSIDE_PEER_CIDR", "TRANSIT_NOT_ALLOWED"]);
            prop_assert_eq!(strays, told, "{} {}\n{:#?}", network.table_name(id), route.to, said.all);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(kept::cases(512, "tests/regressions/lint.txt"))]

    #[test]
    fn findings_are_what_trying_everything_finds(seed in 0u64..u64::MAX) {
        let plan = plan();
        let ground = Ground::of(network(seed));
        let all = lint(&ground, &plan, SimTime::ZERO);
        let said = Said { network: ground.network(), all: &all };
        trips(&ground, &said)?;
        routes(&ground, &said)?;
        for finding in all.iter().filter(|finding| finding.code == "NO_RETURN_ROUTE") {
            prop_assert_eq!(finding.severity, Severity::Error);
            let table = match finding.about {
                Thing::Table(id) => id,
                Thing::Subnet(id) => ground.network().subnet(id).table,
                other => panic!("{other:?}"),
            };
            prop_assert!(is_missing(&ground, table), "{finding:#?}");
        }
    }
}
