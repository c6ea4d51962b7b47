//! Samples of a peering, whatever their source: a run or a measurement (S40, S40a). Exact: a rate is a number of bits
//! in 300 s.

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
    /// Nothing.
    pub const ZERO: Load = Load(0);

    /// So many bits in 300 s.
    pub const fn from_bits(bits: u64) -> Load {
        Load(bits)
    }
    /// `rate` throughout the window.
    pub const fn of(rate: BitRate) -> Load {
        Load(rate.as_bps().saturating_mul(WINDOW as u64))
    }
    /// The bits in 300 s.
    pub const fn bits(self) -> u64 {
        self.0
    }
    /// The average, rounded half up to 1 bit/s; for people, never for comparing.
    pub const fn rate(self) -> BitRate {
        BitRate::from_bps((self.0 + WINDOW as u64 / 2) / WINDOW as u64)
    }
    /// What is left above `other`.
    pub const fn above(self, other: Load) -> Load {
        Load(self.0.saturating_sub(other.0))
    }
    /// Mbps times a price per Mbps; the division comes last.
    pub fn times(self, price: Decimal) -> Decimal {
        self.times_part(price, (1, 1))
    }
    /// The same of a part such as 10 of 30; the one division comes last, so that halves of a cent are exact.
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
    /// The bits in 300 s, exact.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u64(self.0)
    }
}

/// What a sample may be billed up to (S40a).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// The peering was not in force at any instant of the window (S43): nothing.
    Idle,
    /// The highest cap in force at any instant of the window.
    Cap(BitRate),
    /// No cap is known, as in a measured series: all of it.
    Unknown,
}

/// One window of 5 minutes of one peering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Its first instant.
    pub start: Timestamp,
    /// What was carried, by [`Direction`].
    pub loads: [Load; 2],
    /// What of it may be billed.
    pub limit: Limit,
    /// Shaper drops / offered, both directions together (S38); none if nothing was offered, or nobody knows.
    pub loss: Option<Share>,
    /// The run, or the peering's being in force, covers only part of the window (S40).
    pub partial: bool,
}

impl Sample {
    /// What was measured.
    pub fn measured(&self, direction: Direction) -> Load {
        self.loads[direction as usize]
    }
    /// What is billed of it: packets are whole, so a window at a full cap can measure a little above the cap (S40a).
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

/// All samples of one peering, in order of time, at most one a window.
#[derive(Debug, Clone)]
pub struct Series {
    /// Whose samples they are.
    pub subject: Subject,
    /// The samples.
    pub samples: Vec<Sample>,
    /// The time that was measured. A window of it without a sample is silence: a sample of 0.
    pub extent: Span<Timestamp>,
}

impl Series {
    /// Samples of a file: the peering is taken to be in force from the first to the last civil day with a sample.
    /// Without any sample nothing was measured.
    pub fn of_days(subject: Subject, samples: Vec<Sample>, zone: &TimeZone) -> Series {
        let start = samples.first().map_or(Timestamp::UNIX_EPOCH, |first| Day::of(first.start, zone).span.from);
        let end = samples.last().map_or(start, |last| Day::of(last.start, zone).span.until);
        Series { subject, samples, extent: Span::new(start, end) }
    }
}
