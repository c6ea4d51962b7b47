//! A price book: tiers of prices by groups of regions (S42). Plain data and look-ups: a book is read
//! elsewhere.

use super::series::Load;
use crate::units::{BitRate, Currency};
use rust_decimal::Decimal;
use std::fmt;

/// Prices and where they are from.
///
/// # The file
///
#[doc = include_str!("book.md")]
#[derive(Debug, Clone)]
pub struct PriceBook {
    /// Its name.
    pub name: String,
    /// Who published the numbers.
    pub source: String,
    /// When, as closely as is known: `2017`.
    pub date: String,
    /// What they are in.
    pub currency: Currency,
    /// The group whose prices hold between two of its own regions, and which a peering to another group does not pay
    /// for (S42).
    pub home: String,
    /// The groups.
    pub groups: Vec<Group>,
}

/// Regions that share their prices.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Region names as scenario files spell them.
    pub regions: Vec<String>,
    /// Per Mbps and day, of the day's peak (S40); empty if not sold so.
    pub day: Vec<Tier>,
    /// Per Mbps and month, of the month's 95th percentile (S48); empty if not sold so.
    pub month: Vec<Tier>,
}

/// `(above, to]` and the price of one Mbps of a load that falls into it (S41: of all its Mbps).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// Not included.
    pub above: BitRate,
    /// Included; none in the last tier.
    pub to: Option<BitRate>,
    /// None where the book says "-" or "consult": not published, which is not free (S42).
    pub price: Option<Decimal>,
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mbps = |rate: BitRate| Decimal::new(rate.as_bps() as i64, 6).normalize();
        match self.to {
            Some(to) => f.pad(&format!("({}, {}] Mbps", mbps(self.above), mbps(to))),
            None => f.pad(&format!("> {} Mbps", mbps(self.above))),
        }
    }
}

/// Why there is no price (S42).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpriced {
    /// The tier's price is not published.
    NotPublished(Tier),
    /// The book does not know one of the regions.
    UnknownRegion,
    /// Neither end is in the home group: which column holds is not published.
    BothOutside,
    /// The book does not sell by this method.
    NotSold,
}

impl fmt::Display for Unpriced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unpriced::NotPublished(tier) => write!(f, "price not published for {tier}"),
            Unpriced::UnknownRegion => f.write_str("price not published for these regions"),
            Unpriced::BothOutside => f.write_str("price not published between regions outside the mainland"),
            Unpriced::NotSold => f.write_str("price not published for this billing method"),
        }
    }
}

impl PriceBook {
    pub(super) fn group_of(&self, region: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.regions.iter().any(|r| r == region))
    }

    /// The group whose prices hold between two regions (S42): the home group's between two of its own, else the other
    /// one's.
    pub(super) fn between(&self, a: &str, b: &str) -> Result<&Group, Unpriced> {
        let (Some(a), Some(b)) = (self.group_of(a), self.group_of(b)) else { return Err(Unpriced::UnknownRegion) };
        match (a.name == self.home, b.name == self.home) {
            (true, _) => Ok(b),
            (_, true) => Ok(a),
            _ => Err(Unpriced::BothOutside),
        }
    }
}

/// The tier that `load` falls into: open at the bottom, closed at the top (S42), compared as integers. Nothing falls
/// into none.
pub(super) fn tier_of(tiers: &[Tier], load: Load) -> Option<Tier> {
    let holds = |tier: &&Tier| load > Load::of(tier.above) && tier.to.is_none_or(|to| load <= Load::of(to));
    tiers.iter().find(holds).copied()
}
