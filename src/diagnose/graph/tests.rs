//! The graph of networks made through the control plane.

use super::*;
use crate::model::{HostSpec, Name, Network, PeeringSpec, PeeringState, Rules, Step};
use crate::units::{BitRate, SimTime};

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

/// `a` and `c` in Beijing, `b` in Guangzhou, each with a subnet `s`; hosts in `a`; a peering `p` between `a` and `b`.
fn network() -> Network {
    let mut network = Network::new(Rules::guide());
    for (vpc, region, cidr) in
        [("a", "beijing", "10.0.0.0/16"), ("b", "guangzhou", "10.1.0.0/16"), ("c", "beijing", "10.2.0.0/16")]
    {
        let account = network.account_named(&name("me"));
        let region = network.declare_region(&name(region));
        let cidr = cidr.parse().expect("a prefix");
        let id = network.add_vpc(name(vpc), Some("x & y".into()), account, region, cidr).expect("valid");
        let table = network.add_table(id, name("t")).expect("valid");
        network.add_subnet(id, name("s"), cidr, table).expect("valid");
    }
    let a = network.find_vpc("a").expect("a");
    let subnet = network.find_subnet(a, "s").expect("s");
    let spec = |text: &str| HostSpec { name: name(text), subnet, address: None, source_check: true };
    network.add_host(spec("db")).expect("valid");
    network.add_hosts(&spec("web"), 3).expect("valid");
    network.add_host(spec("web-9")).expect("valid");
    network.add_host(spec("x-2")).expect("valid");
    let b = network.find_vpc("b").expect("b");
    let peering = PeeringSpec { bandwidth: Some(BitRate::from_mbps(10)), ..PeeringSpec::new(name("p"), a, b) };
    network.add_peering(peering, SimTime::ZERO).expect("valid");
    network
}

fn graph(network: &Network) -> Graph {
    Graph::of(network, "test", SimTime::ZERO)
}

#[test]
fn hosts_with_successive_numbers_stand_together() {
    let graph = graph(&network());
    let hosts: Vec<String> = graph.vpcs[0].subnets[0].hosts.iter().map(|group| group.to_string()).collect();
    assert_eq!(hosts, ["db", "web-1…web-3 (3)", "web-9", "x-2"]);
    assert_eq!((graph.vpcs[0].hosts(), graph.vpcs[1].hosts()), (6, 0));
    let down = HostGroup { first: "w-1".into(), last: "w-1000".into(), count: 1_000, down: 20 };
    assert_eq!(down.to_string(), "w-1…w-1000 (1,000), 20 down");
}

#[test]
fn regions_hold_their_vpcs_in_order() {
    let graph = graph(&network());
    let regions: Vec<(&str, &[usize])> =
        graph.regions.iter().map(|region| (region.name.as_str(), region.vpcs.as_slice())).collect();
    assert_eq!(regions, [("beijing", &[0, 2][..]), ("guangzhou", &[1][..])]);
    assert_eq!(
        (graph.vpcs[0].cidrs.as_slice(), graph.vpcs[0].label.as_deref()),
        (&["10.0.0.0/16".into()][..], Some("x & y"))
    );
}

#[test]
fn a_peering_has_its_state_and_one_that_is_gone_is_forgotten_unless_it_was_used() {
    let mut network = network();
    let before = graph(&network).peerings.remove(0);
    assert_eq!((before.ends, before.active, before.gone), ([0, 1], true, false));
    assert_eq!((before.cap, before.cross_region), (Some(BitRate::from_mbps(10)), true));
    let id = network.find_peering("p").expect("p");
    network.step(None, id, Step::Delete, SimTime::ZERO).expect("it can be deleted");
    let mut graph = graph(&network);
    assert_eq!(graph.peerings[0].state, Rules::guide().state(PeeringState::Deleted));
    assert!(graph.peerings[0].gone && !graph.peerings[0].carries());
    let load = |packets| EdgeLoad {
        to: "b".into(),
        offered_packets: packets,
        offered: Default::default(),
        carried_packets: 0,
        carried: Default::default(),
        mean: Default::default(),
        busiest: None,
        loss: crate::units::Share::ZERO,
        dropped_by: vec![],
        in_flight: 0,
    };
    graph.peerings[0].load = Some([load(1), load(0)]);
    graph.forget_gone();
    assert_eq!(graph.peerings.len(), 1);
    graph.peerings[0].load = Some([load(0), load(0)]);
    graph.forget_gone();
    assert!(graph.peerings.is_empty());
}

#[test]
fn percent_is_rounded_half_up_and_may_exceed_the_whole() {
    let of = |rate, cap| percent(BitRate::from_bps(rate), BitRate::from_bps(cap));
    assert_eq!([of(5, 1_000), of(4, 1_000), of(1_000, 1_000), of(30, 20)], [Some(1), Some(0), Some(100), Some(150)]);
    assert_eq!((of(1, 0), of(u64::MAX, u64::MAX)), (None, Some(100)));
}
