//! A second vendor is a value: what the control plane requires, allows, waits for and reports follows the rules it is
//! given.

use crate::dice::name;
use vpcsim::model::*;
use vpcsim::units::{BitRate, Share, SimDuration, SimTime};

const MENU: Menu = Menu::new(&[BitRate::from_mbps(30), BitRate::from_mbps(60)]);
const DAY: SimDuration = SimDuration::from_secs(86_400);

/// Two regions of its own, no cap unless one is requested, a day until a request expires, its own names.
fn other() -> Rules {
    Rules {
        name: "other",
        cap_mandatory: false,
        menu: MENU,
        regions: &["north", "south"],
        region_delays: &[&[], &[5_000]],
        home: Home { name: "realm", regions: &["north"], between: ["north", "north"] },
        request_life: DAY,
        promised: Share::from_ppb(990_000_000),
        zone: -3,
        states: ["ASKED", "UP", "REFUSED", "LAPSED", "GONE", "BROKEN", "HELD"],
        refusals: &[("AlreadyPeered", "PeeringExists"), ("InvalidState", "WrongMoment")],
        ..Rules::guide()
    }
}

/// A VPC of Ann's in the first region, one of Bob's in the last, under `rules`.
fn strangers(rules: Rules) -> Network {
    let regions = [rules.regions[0], rules.regions[rules.regions.len() - 1]];
    let mut network = Network::new(rules);
    for (owner, region, cidr) in [("ann", regions[0], "10.0.0.0/16"), ("bob", regions[1], "10.1.0.0/16")] {
        let region = network.regions().find(region).expect("a region of the vendor's");
        let account = network.account_named(&name(owner));
        network.add_vpc(name(owner), None, account, region, cidr.parse().expect("a CIDR")).expect("a new VPC");
    }
    network
}

fn request(called: &str, mbps: Option<u64>) -> Change {
    let bandwidth = mbps.map(BitRate::from_mbps);
    Change::CreatePeering(Box::new(PeeringSpec { bandwidth, ..PeeringSpec::new(name(called), VpcId(0), VpcId(1)) }))
}

/// Returns what was done, or the name of the refusal.
fn ask(network: &mut Network, change: &Change, now: SimTime) -> Result<String, &'static str> {
    let done = network.apply(None, change, now).map(|outcome| outcome.0);
    done.map_err(|refusal| network.rules.code(&refusal))
}

#[test]
fn caps_are_asked_for_where_the_vendor_wants_them() {
    let uncapped = request("p", None);
    assert_eq!(ask(&mut strangers(Rules::guide()), &uncapped, SimTime::ZERO), Err("BandwidthMissing"));
    let mut network = strangers(other());
    assert_eq!(ask(&mut network, &uncapped, SimTime::ZERO), Ok("p created, ASKED".into()));
    let peering = network.peering(PeeringId(0));
    assert_eq!((peering.shaping(&network.rules), peering.delay), (None, SimDuration::from_millis(5)));
}

#[test]
fn a_request_lives_as_long_as_the_vendor_says() {
    let mut network = strangers(other());
    ask(&mut network, &request("p", None), SimTime::ZERO).expect("allowed");
    assert_eq!(network.next_due(), Some(SimTime::ZERO + DAY));
    let happened: Vec<String> = network.fall_due(SimTime::ZERO + DAY).into_iter().map(|outcome| outcome.0).collect();
    assert_eq!(happened, ["p ASKED -> LAPSED"]);
    assert_eq!(network.rules.state_called("LAPSED"), Some(network.peering(PeeringId(0)).state));
}

#[test]
fn refusals_and_remarks_bear_the_vendors_words() {
    let mut network = strangers(other());
    ask(&mut network, &request("p", Some(40)), SimTime::ZERO).expect("allowed");
    let remarks: Vec<String> = network.take_notices().iter().map(Notice::message).collect();
    assert_eq!(remarks, ["the console offers 30 and 60 Mbps, not 40 Mbps; accepted all the same (S31)"]);
    assert_eq!(ask(&mut network, &request("q", Some(30)), SimTime::ZERO), Err("PeeringExists"));
    let restore = Change::Step { peering: name("p"), step: Step::Restore };
    assert_eq!(ask(&mut network, &restore, SimTime::ZERO), Err("WrongMoment"));
    // If the vendor has no name of its own, the standard one stays.
    assert_eq!(ask(&mut network, &request("p", Some(30)), SimTime::ZERO), Err("DuplicateName"));
    let ours = strangers(Rules::guide()).apply(None, &restore, SimTime::ZERO).expect_err("there is no such peering");
    assert_eq!(Rules::guide().code(&ours), "InvalidPeeringConnection.NotFound");
}

#[test]
fn promises_and_civil_days_are_the_vendors() {
    assert_eq!(Rules::guide().downtime_allowed(SimDuration::from_secs(30 * 86_400)), SimDuration::from_secs(1_296));
    assert_eq!(other().downtime_allowed(SimDuration::from_secs(100)), SimDuration::from_secs(1));
    assert_eq!(other().start().to_string(), "2017-06-01T00:00:00-03:00[-03:00]");
}
