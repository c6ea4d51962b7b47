//! Regions and the one-way delays between them: the vendor's (S42), and those that a scenario declares (S50), whose
//! delays override the vendor's.

use super::ids::RegionId;
use super::rules::Rules;
use crate::units::SimDuration;
use std::collections::BTreeMap;

/// A region.
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

impl Regions {
    /// The regions of the rules, with their delays.
    pub fn of(rules: &Rules) -> Regions {
        let mut regions = Regions { regions: Vec::new(), by_name: BTreeMap::new(), delays: BTreeMap::new() };
        for name in rules.regions {
            regions.declare(name);
        }
        for (a, row) in rules.region_delays.iter().enumerate() {
            for (b, &micros) in row.iter().enumerate() {
                let (a, b) = (RegionId(a as u32), RegionId(b as u32));
                regions.set_delay(a, b, SimDuration::from_micros(micros));
            }
        }
        regions
    }

    /// The region called `name`, created if it is new.
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
    /// All names, the vendor's first.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.regions.iter().map(|r| r.name.as_str())
    }
    /// One-way delay between two regions, in either order; `None` if it is not stated.
    pub fn delay(&self, a: RegionId, b: RegionId) -> Option<SimDuration> {
        self.delays.get(&(a.min(b), a.max(b))).copied()
    }
    /// States the one-way delay between two regions, both ways.
    pub fn set_delay(&mut self, a: RegionId, b: RegionId, delay: SimDuration) {
        self.delays.insert((a.min(b), a.max(b)), delay);
    }
}
