//! The values of arguments that are more than texts and numbers: units, times, zones. Which arguments take them is
//! declared elsewhere.

use crate::metering::Period;
use crate::model::check_delay;
use crate::notation::{self, nearest};
use crate::recording::flow_log::{Fields, Length};
use crate::units::{self, RateUnit, SimDuration};
use std::num::{NonZeroU64, NonZeroUsize};

/// A unit as written, and its meaning.
#[derive(Debug, Clone)]
pub(super) struct UnitArg {
    pub text: String,
    pub unit: RateUnit,
}

pub(super) fn parse_unit(text: &str) -> Result<UnitArg, String> {
    let unit = text.parse().map_err(|wrong: crate::units::UnitError| wrong.to_string())?;
    Ok(UnitArg { text: text.into(), unit })
}

/// The fields that a list names.
pub(super) fn parse_fields(list: &str) -> Result<Fields, String> {
    Fields::parse(list).map_err(|wrong| {
        let near = nearest(&wrong.0, Fields::words());
        let hint = near.map_or_else(|| "see help logs".to_owned(), |near| format!("did you mean {near}?"));
        format!("{wrong}: {hint}")
    })
}

/// The length of a log's windows.
pub(super) fn parse_window(text: &str) -> Result<Length, String> {
    match text {
        "1m" => Ok(Length::Minute),
        "10m" => Ok(Length::TenMinutes),
        _ => Err("windows last 1m or 10m".into()),
    }
}

pub(super) fn parse_zone(text: &str) -> Result<String, String> {
    let known = notation::time_zone(text).map(|_| text.to_owned());
    known.ok_or_else(|| "not a time zone: write UTC+8, or a name such as Europe/Berlin".into())
}

pub(super) fn parse_count(text: &str) -> Result<NonZeroU64, String> {
    let count = units::count(text).and_then(NonZeroU64::new);
    count.ok_or_else(|| "not a count above zero: write 1000, 1_000, 10k or 1M".into())
}

pub(super) fn parse_workers(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "not a number of threads: write a whole number from 1 on".into())
}

pub(super) fn parse_time(text: &str) -> Result<SimDuration, String> {
    text.parse().map_err(|e: crate::units::UnitError| format!("{e}: write a number and its unit, such as 100 ms"))
}

pub(super) fn parse_delay(text: &str) -> Result<SimDuration, String> {
    let delay = parse_time(text)?;
    check_delay(delay).map_err(|refusal| refusal.to_string())?;
    Ok(delay)
}

pub(super) fn parse_period(text: &str) -> Result<Period, String> {
    match parse_time(text)?.as_nanos() / 1_000_000_000 {
        60 => Ok(Period::Minute),
        300 => Ok(Period::FiveMinutes),
        _ => Err("the product offers 60s and 300s".into()),
    }
}

pub(super) fn parse_interval(text: &str) -> Result<SimDuration, String> {
    let interval = parse_time(text)?;
    if interval < SimDuration::from_millis(1) {
        return Err("the interval is at least 1ms".into());
    }
    Ok(interval)
}
