//! The rule sets that come with the program. A vendor is one value and one row of the list.

use super::menu::Menu;
use super::rules::{Home, OverlapPolicy, Rules};
use super::state::PeeringState;
use crate::units::{BitRate, Share, SimDuration};
use jiff::civil::date;

/// All rule sets; a scenario that names none obeys the first.
const SETS: [Rules; 1] = [GUIDE];

/// The product guide's rules, with the decisions of S8–S35b where it is silent.
const GUIDE: Rules = Rules {
    name: "guide",
    overlap: OverlapPolicy::Guide,
    quota_total: 10,
    quota_active: 10,
    cap_mandatory: true,
    bandwidth_max: BitRate::from_mbps(1000),
    menu: Menu::new(&[
        BitRate::from_mbps(10),
        BitRate::from_mbps(20),
        BitRate::from_mbps(50),
        BitRate::from_mbps(100),
        BitRate::from_mbps(200),
        BitRate::from_mbps(500),
        BitRate::from_mbps(1000),
    ]),
    regional_ceiling: Some(BitRate::from_mbps(5000)),
    strict_routes: false,
    routers_visible: false,
    mtu_regional: 8500,
    mtu_cross_region: 1500,
    local_delay: SimDuration::from_micros(100),
    regions: &GUIDE_REGIONS,
    region_delays: &GUIDE_DELAYS,
    home: Home {
        name: "mainland",
        regions: &["beijing", "shanghai", "shanghai-finance", "guangzhou", "shenzhen-finance"],
        between: ["shanghai", "guangzhou"],
    },
    request_life: SimDuration::from_secs(7 * 86_400),
    arrears_grace: SimDuration::from_secs(7 * 86_400),
    // Allows 21.6 minutes of downtime in 30 days.
    promised: Share::from_ppb(999_500_000),
    first_day: date(2017, 6, 1),
    zone: 8,
    book: "guide-2017",
    vip_bandwidth: BitRate::from_mbps(100),
    vip_until: date(2017, 12, 31),
    // As version 3 of its API spells them.
    states: ["PENDING", "ACTIVE", "REJECTED", "EXPIRED", "DELETED", "FAILED", "ISOLATED"],
    refusals: &[
        ("InvalidName", "InvalidPeeringConnectionName"),
        ("CidrOverlap", "InvalidParameterValue.VpcCidrConflict"),
        ("SubnetOutsideVpc", "InvalidParameterValue.SubnetRange"),
        ("SubnetTooSmall", "InvalidParameterValue.SubnetRange"),
        ("SubnetOverlap", "InvalidParameterValue.SubnetOverlap"),
        ("PeeredWithItself", "PeeringConnectionVpcConflict"),
        ("AlreadyPeered", "UnsupportedOperation.VpcPeerAlreadyExist"),
        ("EndsOverlap", "UnsupportedOperation.VpcPeerCidrConflict"),
        ("PeersOverlap", "UnauthorizedOperation.VpcPeerCidrConflict"),
        ("ActiveQuotaExceeded", "LimitExceeded.VpcPeerAvaLimitExceeded"),
        ("TotalQuotaExceeded", "LimitExceeded.VpcPeerTotalLimitExceeded"),
        ("RouteInsideVpc", "InvalidParameterValue.VpcCidrConflict"),
        ("Ecmp", "UnsupportedOperation.Ecmp"),
        ("ForeignPeering", "InvalidPeeringConnection.NotFound"),
        ("RouteOutsidePeer", "InvalidParameterValue.CidrNotInPeerVpc"),
        ("SystemRoute", "UnsupportedOperation.SystemRoute"),
        ("WrongAccount", "UnsupportedOperation.VpcPeerPurviewError"),
        ("NoSuchPeering", "InvalidPeeringConnection.NotFound"),
        ("InvalidState", "UnsupportedOperation.VpcPeerInvalidStateChange"),
    ],
};

const GUIDE_REGIONS: [&str; 8] =
    ["beijing", "shanghai", "shanghai-finance", "guangzhou", "shenzhen-finance", "hongkong", "singapore", "toronto"];

/// Delays of the guide's regions are half of a measured round trip, rounded to 0.1 ms:
/// * mainland pairs: WonderNetwork, November 2018, smallest of a series of pings, Beijing measured at Zhangjiakou (160
///   km away) and Guangzhou and Shenzhen Finance at Shenzhen (Guangzhou is 100 km away);
/// * Hong Kong, Singapore, Toronto: pings between a cloud's own regions, June 2020, Toronto measured at Montreal;
/// * mainland to outside: no private path is published; the one assumed here runs through Guangzhou and Hong Kong, with
///   4 ms (an estimate) between those two.
///
/// "Finance" regions share a city with another region: 1 ms between the two (an estimate).
const GUIDE_DELAYS: [&[u64]; GUIDE_REGIONS.len()] = [
    &[],
    &[16_500],
    &[16_500, 1_000],
    &[18_400, 15_500, 15_500],
    &[18_400, 15_500, 15_500, 1_000],
    &[22_400, 19_500, 19_500, 4_000, 4_000],
    &[39_900, 37_000, 37_000, 21_500, 21_500, 17_500],
    &[123_600, 120_700, 120_700, 105_200, 105_200, 101_200, 110_100],
];

impl Rules {
    /// The rule sets that scenario files can name.
    pub const NAMES: [&str; SETS.len()] = {
        let mut names = [""; SETS.len()];
        let mut at = 0;
        while at < SETS.len() {
            names[at] = SETS[at].name;
            at += 1;
        }
        names
    };

    /// The states' names that all vendors share, for a scenario that is read before its vendor is known.
    pub const STATES: [&str; PeeringState::ALL.len()] = GUIDE.states;

    /// The rule set called `name`.
    pub fn named(name: &str) -> Option<Rules> {
        SETS.into_iter().find(|rules| rules.name == name)
    }

    /// The product guide's rules.
    pub const fn guide() -> Rules {
        GUIDE
    }
}
