//! Regions and the one-way delays between them: the guide's eight built in (S42), others declared (S50).
//!
//! Built-in delays are half of a measured round trip, rounded to 0.1 ms:
//! * mainland pairs: WonderNetwork, November 2018, smallest of a series of pings, Beijing measured at Zhangjiakou (160
//!   km away) and Guangzhou and Shenzhen Finance at Shenzhen (Guangzhou is 100 km away);
//! * Hong Kong, Singapore, Toronto: pings between a cloud's own regions, June 2020, Toronto measured at Montreal;
//! * mainland to outside: nobody publishes a private path; ours runs through Guangzhou and Hong Kong, with 4 ms (our
//!   estimate) between those two.
//!
//! "Finance" regions share a city with their sister: 1 ms between the two (our estimate). Any of these can be
//! overridden in a scenario.

use super::ids::RegionId;
use crate::units::SimDuration;
use std::collections::BTreeMap;

/// A region: a name, and whether it is one of the mainland's for prices (S42).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// As scenario files spell it.
    pub name: String,
}

/// All regions of a network and the one-way delays between them.
#[derive(Debug, Clone)]
pub struct Regions {
    regions: Vec<Region>,
    by_name: BTreeMap<String, RegionId>,
    delays: BTreeMap<(RegionId, RegionId), SimDuration>,
}

const BUILT_IN: [&str; 8] =
    ["beijing", "shanghai", "shanghai-finance", "guangzhou", "shenzhen-finance", "hongkong", "singapore", "toronto"];

/// One-way delay in microseconds, lower triangle in the order of [`BUILT_IN`].
const BUILT_IN_DELAYS: [&[u64]; 8] = [
    &[],
    &[16_500],
    &[16_500, 1_000],
    &[18_400, 15_500, 15_500],
    &[18_400, 15_500, 15_500, 1_000],
    &[22_400, 19_500, 19_500, 4_000, 4_000],
    &[39_900, 37_000, 37_000, 21_500, 21_500, 17_500],
    &[123_600, 120_700, 120_700, 105_200, 105_200, 101_200, 110_100],
];

impl Default for Regions {
    /// The guide's eight.
    fn default() -> Self {
        let mut regions = Regions { regions: Vec::new(), by_name: BTreeMap::new(), delays: BTreeMap::new() };
        for name in BUILT_IN {
            regions.declare(name);
        }
        for (a, row) in BUILT_IN_DELAYS.iter().enumerate() {
            for (b, &micros) in row.iter().enumerate() {
                let pair = (RegionId(a as u32), RegionId(b as u32));
                regions.set_delay(pair.0, pair.1, SimDuration::from_micros(micros));
            }
        }
        regions
    }
}

impl Regions {
    /// The region called `name`, made if it is new.
    pub fn declare(&mut self, name: &str) -> RegionId {
        self.find(name).unwrap_or_else(|| {
            let id = RegionId(self.regions.len() as u32);
            self.regions.push(Region { name: name.into() });
            self.by_name.insert(name.into(), id);
            id
        })
    }
    /// The region called `name`.
    pub fn find(&self, name: &str) -> Option<RegionId> {
        self.by_name.get(name).copied()
    }
    /// The name of a region.
    pub fn name(&self, id: RegionId) -> &str {
        &self.regions[id.index()].name
    }
    /// All names, built-in ones first.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.regions.iter().map(|r| r.name.as_str())
    }
    /// One-way delay between two regions, either order; `None` if nobody stated one.
    pub fn delay(&self, a: RegionId, b: RegionId) -> Option<SimDuration> {
        self.delays.get(&(a.min(b), a.max(b))).copied()
    }
    /// States the one-way delay between two regions, both ways.
    pub fn set_delay(&mut self, a: RegionId, b: RegionId, delay: SimDuration) {
        self.delays.insert((a.min(b), a.max(b)), delay);
    }
}
