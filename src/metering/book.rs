//! A price book: tiers of prices by groups of regions (S42). Plain data and look-ups; books are read elsewhere.

use super::series::Load;
use crate::units::{BitRate, Currency};
use rust_decimal::Decimal;
use std::fmt;

/// Prices and their source.
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
    /// When, as precisely as is known: `2017`.
    pub date: String,
    /// The currency.
    pub currency: Currency,
    /// The home group: its prices hold between two of its own regions, and a peering from it to another group pays that
    /// group's prices (S42).
    pub home: String,
    /// The groups.
    pub groups: Vec<Group>,
}

/// Regions with the same prices.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Region names as scenario files spell them.
    pub regions: Vec<String>,
    /// Prices per Mbps and day, for the day's peak (S40); empty if not sold by day.
    pub day: Vec<Tier>,
    /// Prices per Mbps and month, for the month's 95th percentile (S48); empty if not sold by month.
    pub month: Vec<Tier>,
}

/// The range `(above, to]`, and the price per Mbps of a load in it (S41: for all of its Mbps).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// The lower bound, exclusive.
    pub above: BitRate,
    /// The upper bound, inclusive; none in the last tier.
    pub to: Option<BitRate>,
    /// None where the book says "-" or "consult": not published, which does not mean free (S42).
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
    /// Neither end is in the home group: which price applies is not published.
    BothOutside,
    /// The book has no prices for this method.
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

    /// The group whose prices hold between two regions (S42): the home group between two of its own, otherwise the
    /// other one.
    pub(super) fn between(&self, a: &str, b: &str) -> Result<&Group, Unpriced> {
        let (Some(a), Some(b)) = (self.group_of(a), self.group_of(b)) else { return Err(Unpriced::UnknownRegion) };
        match (a.name == self.home, b.name == self.home) {
            (true, _) => Ok(b),
            (_, true) => Ok(a),
            _ => Err(Unpriced::BothOutside),
        }
    }
}

/// The tier of `load`: open at the bottom, closed at the top (S42), compared as integers. A load of zero is in none.
pub(super) fn tier_of(tiers: &[Tier], load: Load) -> Option<Tier> {
    let holds = |tier: &&Tier| load > Load::of(tier.above) && tier.to.is_none_or(|to| load <= Load::of(to));
    tiers.iter().find(holds).copied()
}
