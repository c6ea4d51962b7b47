//! Samples of a peering, from a run or from a measurement (S40, S40a). Exact: a rate is a number of bits in 300 s.

use super::calendar::{Day, WINDOW};
use super::subject::Subject;
use crate::model::Direction;
use crate::units::{BitRate, Share, Span};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use std::fmt;

/// An average rate over one window, as the number of bits in it; never rounded.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Load(u64);

impl Load {
    /// Zero.
    pub const ZERO: Load = Load(0);

    /// A load of `bits` bits in 300 s.
    pub const fn from_bits(bits: u64) -> Load {
        Load(bits)
    }
    /// `rate` throughout the window.
    pub const fn of(rate: BitRate) -> Load {
        Load(rate.as_bps().saturating_mul(WINDOW as u64))
    }
    /// The number of bits in 300 s.
    pub const fn bits(self) -> u64 {
        self.0
    }
    /// The average, rounded half up to 1 bit/s; for display only, never for comparisons.
    pub const fn rate(self) -> BitRate {
        BitRate::from_bps((self.0 + WINDOW as u64 / 2) / WINDOW as u64)
    }
    /// The part above `other`.
    pub const fn above(self, other: Load) -> Load {
        Load(self.0.saturating_sub(other.0))
    }
    /// Mbps times a price per Mbps; the division comes last.
    pub fn times(self, price: Decimal) -> Decimal {
        self.times_part(price, (1, 1))
    }
    /// The same for a part such as 10 of 30; there is one division, at the end, so that halves of a cent are exact.
    pub fn times_part(self, price: Decimal, (part, of): (usize, usize)) -> Decimal {
        Decimal::from(self.0) * price * Decimal::from(part) / Decimal::from(WINDOW as usize * 1_000_000 * of)
    }
}

impl fmt::Display for Load {
    /// Mbps with up to six decimals, rounded half to even: `20.000027 Mbps`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} Mbps", self.times(Decimal::ONE).round_dp(6).normalize()))
    }
}

impl Serialize for Load {
    /// The exact number of bits in 300 s.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u64(self.0)
    }
}

/// Up to what load a sample may be billed (S40a).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// Nothing: the peering was not in force at any instant of the window (S43).
    Idle,
    /// The highest cap in force at any instant of the window.
    Cap(BitRate),
    /// Everything: no cap is known, as in a measured series.
    Unknown,
}

/// One 5-minute window of one peering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Its first instant.
    pub start: Timestamp,
    /// What was carried, by [`Direction`].
    pub loads: [Load; 2],
    /// How much of it may be billed.
    pub limit: Limit,
    /// Shaper drops / offered, both directions together (S38); none if nothing was offered, or if unknown.
    pub loss: Option<Share>,
    /// Whether the run, or the time the peering was in force, covers only part of the window (S40).
    pub partial: bool,
}

impl Sample {
    /// The measured load.
    pub fn measured(&self, direction: Direction) -> Load {
        self.loads[direction as usize]
    }
    /// The billed part: packets are whole, so a window at a full cap can measure slightly above the cap (S40a).
    pub fn billable(&self, direction: Direction) -> Load {
        match self.limit {
            Limit::Idle => Load::ZERO,
            Limit::Cap(cap) => self.measured(direction).min(Load::of(cap)),
            Limit::Unknown => self.measured(direction),
        }
    }
    /// The billable load of the busier direction.
    pub fn busier(&self) -> Load {
        self.billable(Direction::Out).max(self.billable(Direction::In))
    }
}

/// All samples of one peering, in time order, at most one per window.
#[derive(Debug, Clone)]
pub struct Series {
    /// The peering they belong to.
    pub subject: Subject,
    /// The samples.
    pub samples: Vec<Sample>,
    /// The measured time. A window in it without a sample is silence: a sample of 0.
    pub extent: Span<Timestamp>,
}

impl Series {
    /// Samples of a file: the peering counts as in force from the first to the last civil day with a sample. Without
    /// samples, nothing was measured.
    pub fn of_days(subject: Subject, samples: Vec<Sample>, zone: &TimeZone) -> Series {
        let start = samples.first().map_or(Timestamp::UNIX_EPOCH, |first| Day::of(first.start, zone).span.from);
        let end = samples.last().map_or(start, |last| Day::of(last.start, zone).span.until);
        Series { subject, samples, extent: Span::new(start, end) }
    }
}
