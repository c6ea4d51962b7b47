//! What a file of measurements does not say and the importer must be told.

use crate::model::{RATE_MAX, TIME_MAX};
use crate::notation::{Dialect, Meaning};
use crate::units::{Factor, RateUnit, SimDuration};
use jiff::tz::TimeZone;

/// What the numbers mean and what the file does not say.
#[derive(Debug, Clone)]
pub struct SeriesOptions {
    /// The unit of a cell's number, read as a rate.
    pub unit: RateUnit,
    /// The same, in the user's words.
    pub unit_text: String,
    /// What 1 means in the time column.
    pub step: SimDuration,
    /// Factor applied to every rate.
    pub scale: Factor,
    /// One-way delay from any place to any other.
    pub delay: SimDuration,
    /// The time zone of civil stamps; `None` is a scenario's default.
    pub zone: Option<String>,
    /// How the file is written.
    pub dialect: Dialect,
}

impl SeriesOptions {
    pub(super) fn meaning<'a>(&'a self, zone: &'a TimeZone) -> Meaning<'a> {
        Meaning {
            dialect: &self.dialect,
            zone,
            step: self.step,
            unit: Some(self.unit),
            scale: self.scale,
            latest: TIME_MAX,
            fastest: RATE_MAX,
        }
    }
}
