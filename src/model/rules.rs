//! What a vendor decides, as data: one [`Rules`] value per rule set, whose settings can be overridden singly. The sets
//! that come with the program are in [`super::vendors`]. No behaviour: the control plane, the data plane, meters and
//! reports read these values.

use super::menu::Menu;
use super::refusal::Refusal;
use super::state::PeeringState;
use crate::units::{BitRate, Share, SimDuration};
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Which peers of one VPC may overlap each other (S12, S13). The two ends of one peering never may (S11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverlapPolicy {
    /// Two peers of a VPC may overlap only if both peerings are regional (the guide).
    Guide,
    /// No two peers of a VPC may overlap (the vendor's limits page of 2024).
    Strict2024,
    /// Peers may overlap freely; only the pair itself may not.
    Aws,
}

/// The rule set a network obeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Its name in scenario files.
    pub name: &'static str,
    /// S12, S13.
    pub overlap: OverlapPolicy,
    /// Peerings per VPC that count for the quota, pending ones included (S23).
    pub quota_total: u32,
    /// Active peerings per VPC (S23).
    pub quota_active: u32,
    /// Whether a cross-region peering must have a cap (S29). One without a cap is not shaped, and bills, which count up
    /// to the cap (S40a), count nothing for it.
    pub cap_mandatory: bool,
    /// The highest cap of a cross-region peering without a ticket (S30).
    pub bandwidth_max: BitRate,
    /// The caps that the console offers; any other cap gets a remark (S31).
    pub menu: Menu,
    /// The platform's ceiling on a regional peering, per direction (S28); `None` means no ceiling.
    pub regional_ceiling: Option<BitRate>,
    /// Whether a route outside the peer's CIDRs is refused, not only warned about (S8).
    pub strict_routes: bool,
    /// Whether VPC routers decrement TTL and send ICMP errors (S35a).
    pub routers_visible: bool,
    /// Largest IPv4 packet inside a region, VPC or regional peering, in bytes (S35a).
    pub mtu_regional: u16,
    /// Largest IPv4 packet on a cross-region peering, in bytes (S35a).
    pub mtu_cross_region: u16,
    /// Host to host inside a VPC, and across a regional peering, one way (S35b).
    pub local_delay: SimDuration,
    /// The regions that exist without being declared (S42).
    pub regions: &'static [&'static str],
    /// One-way delays between them, in microseconds: row n has those from region n to each one before it (S35b).
    pub region_delays: &'static [&'static [u64]],
    /// The regions treated as one for prices and free bandwidth (S42, S44).
    pub home: Home,
    /// How long a request waits to be accepted before it expires (S19).
    pub request_life: SimDuration,
    /// The grace period: how long everything still works for an account in arrears (S43).
    pub arrears_grace: SimDuration,
    /// The promised availability: the share of its active time in which a peering carries packets (S36).
    pub promised: Share,
    /// The civil day on which a run starts by default (S40).
    pub first_day: Date,
    /// The time zone of its civil days, in hours east of UTC (S40).
    pub zone: i8,
    /// The price book used by default (S42).
    pub book: &'static str,
    /// The free bandwidth of VIP accounts on each of their peerings at home (S44).
    pub vip_bandwidth: BitRate,
    /// The last civil day of that free bandwidth.
    pub vip_until: Date,
    /// The vendor's names for the states, in the order of [`PeeringState::ALL`] (S22).
    pub states: [&'static str; PeeringState::ALL.len()],
    /// The vendor's names for refusals: this crate's name ([`Refusal::name`]), then the vendor's.
    pub refusals: &'static [(&'static str, &'static str)],
}

/// Regions treated as one for prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// Their common name in bills.
    pub name: &'static str,
    /// The regions.
    pub regions: &'static [&'static str],
    /// Two of them: traffic measured without stating regions is billed as if between these.
    pub between: [&'static str; 2],
}

impl Home {
    /// Its name, if both `ends` of a peering are in it.
    pub fn of(&self, ends: [&str; 2]) -> Option<&'static str> {
        ends.iter().all(|region| self.regions.contains(region)).then_some(self.name)
    }
}

impl Rules {
    /// The vendor's name for a state.
    pub fn state(&self, state: PeeringState) -> &'static str {
        self.states[state as usize]
    }

    /// The state that the vendor calls `name`.
    pub fn state_called(&self, name: &str) -> Option<PeeringState> {
        PeeringState::ALL.into_iter().find(|state| self.state(*state) == name)
    }

    /// The vendor's name for a refusal; if it has none, this crate's (without a dot).
    pub fn code(&self, refusal: &Refusal) -> &'static str {
        self.code_of(refusal.name())
    }

    /// Every code that a refusal can have; some appear twice.
    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        Refusal::NAMES.into_iter().map(|name| self.code_of(name))
    }

    fn code_of(&self, own: &'static str) -> &'static str {
        self.refusals.iter().find(|(name, _)| *name == own).map_or(own, |(_, code)| code)
    }

    /// Whether `name` stands for `code`: a vendor's dotted code may be shortened to its last part.
    pub fn is_called(code: &str, name: &str) -> bool {
        code == name || Rules::last_part(code) == name
    }

    /// The part of a code after its last dot.
    pub fn last_part(code: &str) -> &str {
        code.rsplit('.').next().unwrap_or(code)
    }

    /// The downtime that the promised availability allows in this much active time, rounded down to 1 ns (S36).
    pub fn downtime_allowed(&self, active: SimDuration) -> SimDuration {
        let whole = u128::from(Share::WHOLE.as_ppb());
        let nanos = u128::from(active.as_nanos()) * (whole - u128::from(self.promised.as_ppb())) / whole;
        SimDuration::from_nanos(nanos as u64)
    }

    /// The default start of a run: the first instant of the first day, in the vendor's zone (S40).
    pub fn start(&self) -> Zoned {
        let zone = TimeZone::fixed(jiff::tz::offset(self.zone));
        self.first_day.to_zoned(zone).expect("a fixed offset has every civil instant of a year that has four digits")
    }
}
