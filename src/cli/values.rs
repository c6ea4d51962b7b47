//! The values of arguments that are more than texts and numbers: units, times, zones. Which arguments take them is
//! declared elsewhere.

use crate::metering::Period;
use crate::model::{DropReason, check_delay};
use crate::notation::{self, nearest};
use crate::recording::capture::{DELIVERED, Only};
use crate::recording::flow_log::{Fields, Length, WrongFields};
use crate::sweep::{Axis, Within};
use crate::units::{self, BitRate, ByteSize, RateUnit, Share, SimDuration};
use std::fmt;
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

/// A place to capture packets at, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PointArg {
    Peering(String),
    /// In a VPC.
    Host(String, String),
    Vpc(String),
}

impl fmt::Display for PointArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PointArg::Peering(name) => write!(f, "peering:{name}"),
            PointArg::Host(vpc, name) => write!(f, "host:{vpc}/{name}"),
            PointArg::Vpc(name) => write!(f, "vpc:{name}"),
        }
    }
}

pub(super) fn parse_point(text: &str) -> Result<PointArg, String> {
    match text.split_once(':') {
        Some(("peering", name)) => Ok(PointArg::Peering(name.into())),
        Some(("vpc", name)) => Ok(PointArg::Vpc(name.into())),
        Some(("host", host)) => match host.split_once('/') {
            Some((vpc, name)) => Ok(PointArg::Host(vpc.into(), name.into())),
            None => Err("a host is written host:VPC/NAME".into()),
        },
        _ => Err("write peering:NAME, host:VPC/NAME or vpc:NAME".into()),
    }
}

/// How captured packets end.
pub(super) fn parse_only(text: &str) -> Result<Only, String> {
    match text {
        "dropped" => Ok(Only::Dropped),
        DELIVERED => Ok(Only::Delivered),
        code => DropReason::from_code(code).map(Only::Reason).ok_or_else(|| {
            let codes = DropReason::ALL.map(DropReason::code);
            let near =
                nearest(code, codes.into_iter()).map_or(String::new(), |near| format!(" (did you mean {near}?)"));
            format!("no packet ends like that{near}: write dropped, {DELIVERED} or a code of help codes")
        }),
    }
}

/// The fields that a list names.
pub(super) fn parse_fields(list: &str) -> Result<Fields, String> {
    Fields::parse(list).map_err(|wrong| {
        let WrongFields::Unknown(word) = &wrong else { return wrong.to_string() };
        let hint = nearest(word, Fields::words())
            .map_or_else(|| "see help logs".to_owned(), |near| format!("did you mean {near}?"));
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

pub(super) fn parse_axis(text: &str) -> Result<Axis, String> {
    Axis::parse(text)
}

pub(super) fn parse_rate(text: &str) -> Result<BitRate, String> {
    let rate: Option<BitRate> = text.parse().ok();
    rate.filter(|rate| rate.as_bps() > 0).ok_or_else(|| "not a rate above zero: write 10 Gbps".into())
}

pub(super) fn parse_resolution(text: &str) -> Result<Within, String> {
    if let Ok(share) = text.parse::<Share>() {
        return Ok(Within::Share(share));
    }
    let rate = text.parse().map(|rate: BitRate| Within::Load(rate.as_bps()));
    rate.map_err(|_| "neither a share nor a rate: write '0.1 %' or '100 kbps'".into())
}

/// The smallest frame holds an IPv4 and a UDP header; the largest, the largest packet.
pub(super) fn parse_frame(text: &str) -> Result<u32, String> {
    const FRAMES: std::ops::RangeInclusive<u64> = 46..=65_553;
    let bytes = units::count(text).or_else(|| text.parse().ok().map(ByteSize::as_u64));
    let frame = bytes.filter(|bytes| FRAMES.contains(bytes)).and_then(|bytes| u32::try_from(bytes).ok());
    frame.ok_or_else(|| "not the size of a frame: write 46 to 65553 bytes, such as 64 or 1518".into())
}
