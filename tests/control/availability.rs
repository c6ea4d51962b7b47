//! S36 with worked numbers: downtime weighted by the share of flows that a fault stops, and the budget of the promised
//! 99.95 %.

use crate::dice::name;
use vpcsim::model::*;
use vpcsim::units::{SimDuration, SimTime};

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400;

fn at(seconds: u64) -> SimTime {
    SimTime::from_nanos(seconds * SECOND)
}

/// Two VPCs of one account, peered by `p` at time 0 over `nodes` nodes that notice a failure after `detection` seconds.
fn pair(nodes: u8, failover: bool, detection: u64) -> Network {
    let mut network = Network::new(Rules::guide());
    let account = network.account_named(&name("ann"));
    let region = network.declare_region(&name("beijing"));
    let ends = ["10.0.0.0/16", "10.1.0.0/16"].map(|cidr| {
        let vpc = name(&format!("V{}", network.vpcs().len()));
        network.add_vpc(vpc, None, account, region, cidr.parse().expect("a CIDR")).expect("a new VPC")
    });
    let detection = SimDuration::from_secs(detection);
    let spec = PeeringSpec { nodes, failover, detection, ..PeeringSpec::new(name("p"), ends[0], ends[1]) };
    network.add_peering(spec, SimTime::ZERO).expect("a peering");
    network
}

fn set(network: &mut Network, seconds: u64, change: Change) {
    while let Some(due) = network.next_due().filter(|d| *d <= at(seconds)) {
        network.fall_due(due);
    }
    network.apply(None, &change, at(seconds)).expect("nothing forbids it");
}

fn link(up: bool) -> Change {
    Change::SetLink { peering: name("p"), up, lasts: None }
}
fn node(node: usize, up: bool) -> Change {
    Change::SetNode { peering: name("p"), node, up, lasts: None }
}
fn step(step: Step) -> Change {
    Change::Step { peering: name("p"), step }
}

fn available(network: &Network, seconds: u64) -> (u64, u64, u64, u64) {
    let of = network.peering(PeeringId(0)).availability(at(seconds)).expect("it was active");
    let budget = network.rules.downtime_allowed(of.active);
    (of.active.as_nanos(), of.downtime.as_nanos(), of.share.as_ppb(), budget.as_nanos())
}

/// 30 days leave 21.6 minutes; a cut of exactly that long meets the promise to the last digit.
#[test]
fn the_whole_budget_of_thirty_days_spent() {
    let mut network = pair(2, true, 1);
    set(&mut network, 100, link(false));
    set(&mut network, 100 + 1296, link(true));
    let month = 30 * DAY;
    assert_eq!(available(&network, month), (month * SECOND, 1296 * SECOND, 999_500_000, 1296 * SECOND));
}

/// One of four nodes, noticed after 8 s: a quarter of the flows for 8 s are 2 s.
#[test]
fn a_failed_node_weighs_its_share_until_it_is_noticed() {
    let mut network = pair(4, true, 8);
    set(&mut network, 10, node(3, false));
    set(&mut network, 500, node(3, true));
    assert_eq!(available(&network, 1000), (1000 * SECOND, 2 * SECOND, 998_000_000, SECOND / 2));
}

/// Without failover a node counts until it is repaired: half the flows for 30 s are 15 s.
#[test]
fn without_failover_a_node_weighs_until_it_is_mended() {
    let mut network = pair(2, false, 8);
    set(&mut network, 10, node(1, false));
    set(&mut network, 40, node(1, true));
    assert_eq!(available(&network, 100).1, 15 * SECOND);
}

/// Two of two nodes: the first is bypassed at 11 s, the second fails at 20 s and stops everything until 24 s.
#[test]
fn when_no_node_is_left_everything_is_down() {
    let mut network = pair(2, true, 1);
    set(&mut network, 10, node(1, false));
    set(&mut network, 20, node(2, false));
    set(&mut network, 24, node(1, true));
    // Half for 1 s, all for 4 s, nothing after: the failure of node 2 was noticed at 21 s.
    assert_eq!(available(&network, 100).1, 4 * SECOND + SECOND / 2);
}

/// A cut counts once, however many nodes are down during it.
#[test]
fn faults_that_coincide_count_once() {
    let mut network = pair(2, false, 1);
    set(&mut network, 10, node(1, false));
    set(&mut network, 20, link(false));
    set(&mut network, 30, link(true));
    set(&mut network, 40, node(1, true));
    assert_eq!(available(&network, 100).1, 5 * SECOND + 10 * SECOND + 5 * SECOND);
}

fn cut_for(seconds: u64) -> Change {
    Change::SetLink { peering: name("p"), up: false, lasts: Some(SimDuration::from_secs(seconds)) }
}

/// The end of one cut, whichever began first or last, does not end the other.
#[test]
fn a_cut_lasts_as_long_as_the_longest_of_those_that_overlap() {
    for (cuts, downtime) in [
        ([(10, 40), (20, 5)], 40),  // one inside the other
        ([(10, 15), (20, 40)], 50), // the second goes on
        ([(10, 20), (30, 20)], 40), // the second begins as the first ends
        ([(10, 20), (20, 10)], 20), // both end together
        ([(10, 20), (10, 30)], 30), // both begin together
        ([(10, 20), (50, 20)], 40), // apart
    ] {
        let mut network = pair(2, true, 1);
        for (begin, lasts) in cuts {
            set(&mut network, begin, cut_for(lasts));
        }
        set(&mut network, 99, Change::Step { peering: name("p"), step: Step::Isolate });
        assert_eq!(available(&network, 100).1, downtime * SECOND, "{cuts:?}");
    }
}

/// A cut without an end outlasts the end of a timed cut; repair by hand ends both.
#[test]
fn mending_by_hand_ends_every_cut_and_nothing_else_ends_one_without_an_end() {
    let mut network = pair(2, true, 1);
    set(&mut network, 10, link(false));
    set(&mut network, 20, cut_for(10));
    set(&mut network, 40, link(true));
    set(&mut network, 50, cut_for(40));
    set(&mut network, 55, cut_for(10));
    set(&mut network, 60, link(true));
    set(&mut network, 95, cut_for(1000));
    assert_eq!(available(&network, 100).1, (30 + 10 + 5) * SECOND);
}

/// Only active time counts, and only faults: isolation and deletion are no outage.
#[test]
fn what_is_not_active_is_neither_up_nor_down() {
    let mut network = pair(2, true, 1);
    set(&mut network, 50, step(Step::Isolate));
    set(&mut network, 60, link(false));
    set(&mut network, 100, step(Step::Restore));
    set(&mut network, 110, link(true));
    set(&mut network, 150, step(Step::Delete));
    // Active for 50 s and 50 s; down for 10 of these.
    assert_eq!(available(&network, 10 * DAY), (100 * SECOND, 10 * SECOND, 900_000_000, SECOND / 20));
}

#[test]
fn what_never_was_active_has_no_availability() {
    let network = pair(2, true, 1);
    assert_eq!(network.peering(PeeringId(0)).availability(SimTime::ZERO), None);
}

/// Losing packets at random is not an outage: the rules mention only downtime.
#[test]
fn loss_is_no_downtime() {
    let mut network = pair(2, true, 1);
    let loss = vpcsim::units::Share::WHOLE;
    set(&mut network, 10, Change::SetLoss { peering: name("p"), loss, lasts: None });
    assert_eq!(available(&network, 100).1, 0);
}
