//! What the property found, kept as small stories.

use crate::scene::name;
use vpcsim::model::*;
use vpcsim::units::SimTime;

/// A hub and two peers of the same account in one region.
fn trio(quota_active: u32) -> Network {
    let mut network = Network::new(Rules { quota_active, ..Rules::guide() });
    let account = network.account_named(&name("ann"));
    let region = network.declare_region(&name("beijing"));
    for (vpc, cidr) in [("hub", "10.0.0.0/16"), ("a", "10.1.0.0/16"), ("b", "10.2.0.0/16")] {
        network.add_vpc(name(vpc), None, account, region, cidr.parse().expect("a CIDR")).expect("a new VPC");
    }
    network
}

fn create(called: &str, to: u32) -> Change {
    Change::CreatePeering(Box::new(PeeringSpec::new(name(called), VpcId(0), VpcId(to))))
}
fn step(peering: &str, step: Step) -> Change {
    Change::Step { peering: name(peering), step }
}

fn play(network: &mut Network, changes: &[Change]) -> Vec<Option<&'static str>> {
    changes.iter().map(|c| network.apply(None, c, SimTime::ZERO).err().map(|r| r.code())).collect()
}

/// The older peering took the name of a younger one that was deleted; the name then led to the deleted one.
#[test]
fn a_name_leads_to_the_peering_that_lives() {
    let mut network = trio(10);
    let rename = Change::Rename { peering: name("p"), name: name("q") };
    let changes = [create("p", 1), create("q", 2), step("q", Step::Delete), rename, create("q", 2)];
    assert_eq!(play(&mut network, &changes), [None, None, None, None, Some("DuplicateName")]);
    assert_eq!(network.find_peering("q"), Some(PeeringId(0)));
    assert_eq!(play(&mut network, &[step("q", Step::Delete)]), [None]);
}

/// A suspended peering left its place in the quota of active ones to another, and came back beside it.
#[test]
fn restoring_does_not_pass_the_active_quota() {
    let mut network = trio(1);
    let changes = [create("p", 1), step("p", Step::Isolate), create("q", 2), step("p", Step::Restore)];
    let full = Some("LimitExceeded.VpcPeerAvaLimitExceeded");
    assert_eq!(play(&mut network, &changes), [None, None, full, None]);
}

/// A peering deleted while a failure was not yet noticed went on to tell of flows that it moved.
#[test]
fn nothing_befalls_a_deleted_peering() {
    let mut network = trio(1);
    let fail = Change::SetNode { peering: name("p"), node: 1, up: false };
    assert_eq!(play(&mut network, &[create("p", 1), fail, step("p", Step::Delete)]), [None, None, None]);
    assert_eq!(network.next_due(), None);
    assert_eq!(network.fall_due(SimTime::from_nanos(u64::MAX / 2)), []);
}
