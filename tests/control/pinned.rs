//! Failures that the property once found, kept as small tests.

use crate::dice::name;
use vpcsim::model::*;
use vpcsim::units::{Share, SimDuration, SimTime};

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
    changes.iter().map(|c| network.apply(None, c, SimTime::ZERO).err().map(|r| network.rules.code(&r))).collect()
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

/// A suspended peering gave up its place in the quota of active ones to another, and was restored in addition to it.
#[test]
fn restoring_does_not_pass_the_active_quota() {
    let mut network = trio(1);
    let changes = [create("p", 1), step("p", Step::Isolate), create("q", 2), step("p", Step::Restore)];
    let full = Some("LimitExceeded.VpcPeerAvaLimitExceeded");
    assert_eq!(play(&mut network, &changes), [None, None, full, None]);
}

/// A peering deleted before a failure was noticed still reported moved flows.
#[test]
fn nothing_befalls_a_deleted_peering() {
    let mut network = trio(1);
    let fail = Change::SetNode { peering: name("p"), node: 1, up: false, lasts: None };
    assert_eq!(play(&mut network, &[create("p", 1), fail, step("p", Step::Delete)]), [None, None, None]);
    assert_eq!(network.next_due(), None);
    assert_eq!(network.fall_due(SimTime::from_nanos(u64::MAX / 2)), []);
}

/// The end of a cut was a separate action: it repaired whichever peering had the name by then, and failed if there was
/// none.
#[test]
fn a_cut_ends_on_the_peering_that_was_cut() {
    let second = SimTime::from_nanos(1_000_000_000);
    let cut = |lasts| Change::SetLink { peering: name("p"), up: false, lasts };
    let for_a_second = cut(Some(SimDuration::from_secs(1)));
    // Renamed in the meantime.
    let mut network = trio(10);
    let rename = Change::Rename { peering: name("p"), name: name("q") };
    assert_eq!(play(&mut network, &[create("p", 1), for_a_second.clone(), rename]), [None; 3]);
    assert_eq!(network.fall_due(second), [Outcome("q up".into())]);
    // Deleted in the meantime, made again and cut without an end.
    let mut network = trio(10);
    let again = [create("p", 1), for_a_second, step("p", Step::Delete), create("p", 1), cut(None)];
    assert_eq!(play(&mut network, &again), [None; 5]);
    assert_eq!(network.next_due(), None);
    assert_eq!(network.fall_due(second), []);
    assert!(network.peering(PeeringId(1)).down);
}

/// A timed loss ended by restoring the loss declared in the file, even if another had been set in the meantime.
#[test]
fn a_loss_for_a_time_leaves_what_else_is_set() {
    let mut network = trio(10);
    assert_eq!(play(&mut network, &[create("p", 1)]), [None]);
    let at = |seconds: u64| SimTime::from_nanos(seconds * 1_000_000_000);
    for (second, percent, lasts, shown) in [
        (1, 10, Some(9), 10), // until 10 s
        (2, 30, Some(2), 30), // until 4 s
        (3, 20, Some(9), 30), // until 12 s, hidden by the larger
        (4, 5, Some(1), 20),  // hidden
        (11, 1, Some(4), 20), // until 15 s
        (12, 0, Some(1), 1),  // hidden
        (14, 2, None, 2),     // from now on, and nothing ends any more
        (20, 1, Some(1), 1),  // less, for a while
        (21, 0, Some(1), 0),
        (22, 7, Some(2), 7),
        (24, 3, None, 3),
    ] {
        while let Some(due) = network.next_due().filter(|due| *due <= at(second)) {
            network.fall_due(due);
        }
        let lasts = lasts.map(SimDuration::from_secs);
        let change = Change::SetLoss { peering: name("p"), loss: Share::of(percent, 100), lasts };
        network.apply(None, &change, at(second)).expect("nothing forbids it");
        assert_eq!(network.peering(PeeringId(0)).loss, Share::of(shown, 100), "at {second} s");
    }
    assert_eq!(network.next_due(), None);
}
