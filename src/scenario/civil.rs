//! Civil time of a scenario: its time zone, the civil instant it starts at, stamps in its files. Virtual time knows none of this.

use super::Loader;
use super::datum::Entity;
use super::nearest::nearest;
use crate::model::plan::default_start;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// Calendars and time zones are well known in these years only.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

impl Loader<'_> {
    /// The civil instant of time 0, by `start` and `zone`. A civil time that the zone's clocks skip or show twice is refused.
    pub(super) fn start(&mut self, top: &Entity) -> Zoned {
        let (zone, start) = (top.get::<String>("zone"), top.get::<String>("start"));
        let Some(zone) = zone.map_or_else(|| Some(default_start().time_zone().clone()), |name| self.zone(top, name))
        else {
            return default_start();
        };
        let Some(text) = start else {
            let midnight = zone.to_ambiguous_zoned(default_start().datetime());
            return midnight.compatible().unwrap_or_else(|_| default_start());
        };
        match civil_start(text.trim(), &zone) {
            Ok(start) => start,
            Err((message, hint)) => {
                self.out.error(top.span("start"), message).hint(hint);
                default_start()
            }
        }
    }

    fn zone(&mut self, top: &Entity, name: &str) -> Option<TimeZone> {
        let found = fixed_zone(name.trim()).or_else(|| TimeZone::get(name.trim()).ok());
        if found.is_none() {
            let known: Vec<String> = jiff::tz::db().available().map(|zone| zone.as_str().to_owned()).collect();
            let hint = match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "write \"UTC+8\", or a name of the time zone database such as \"Asia/Shanghai\"".into(),
            };
            self.out.error(top.span("zone"), format!("`{name}` is not a time zone")).hint(hint);
        }
        found
    }
}

/// `UTC`, `UTC+8`, `UTC-3:30`.
fn fixed_zone(name: &str) -> Option<TimeZone> {
    let rest = name.strip_prefix("UTC")?;
    let (sign, rest) = match rest.chars().next() {
        None => return Some(TimeZone::UTC),
        Some('+') => (1, &rest[1..]),
        Some('-') => (-1, &rest[1..]),
        Some(_) => return None,
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let number = |text: &str| text.parse::<i32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let (hours, minutes) = (number(hours).filter(|h| *h <= 14)?, number(minutes).filter(|m| *m < 60)?);
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok().map(TimeZone::fixed)
}

/// Message and hint if there is no such instant, or two.
fn civil_start(text: &str, zone: &TimeZone) -> Result<Zoned, (String, String)> {
    let civil = match stamp(text) {
        Some(Stamp::Instant(instant)) => {
            let start = instant.to_zoned(zone.clone());
            return in_years(text, start.year()).map(|()| start);
        }
        Some(Stamp::Civil(civil)) => civil,
        None => {
            let hint = "write for example \"2017-06-01T08:00:00\", or \"2017-06-01\" for midnight";
            return Err((format!("`{text}` is not a civil time"), hint.into()));
        }
    };
    in_years(text, civil.year())?;
    let ambiguous = zone.to_ambiguous_zoned(civil);
    let named = zone.iana_name().unwrap_or("the zone");
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => {}
        AmbiguousOffset::Gap { .. } => {
            let next = ambiguous.later().map(|later| later.datetime().to_string()).unwrap_or_default();
            return Err((format!("the clocks of {named} skip {civil}"), format!("behind the gap it is \"{next}\"")));
        }
        AmbiguousOffset::Fold { before, after } => {
            let hint = format!("say which: \"{civil}{}\" or \"{civil}{}\"", offset(before), offset(after));
            return Err((format!("the clocks of {named} show {civil} twice"), hint));
        }
    }
    ambiguous.unambiguous().map_err(|wrong| (wrong.to_string(), "choose another time".into()))
}

fn in_years(text: &str, year: i16) -> Result<(), (String, String)> {
    if YEARS.contains(&year) {
        return Ok(());
    }
    let hint = format!("it may be from {} to {}", YEARS.start(), YEARS.end());
    Err((format!("`start` cannot be {text}"), hint))
}

/// `+02:00`
fn offset(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// What a stamp can say.
#[derive(Debug, Clone, Copy)]
enum Stamp {
    /// With an offset from UTC, or `Z`.
    Instant(Timestamp),
    /// By the clocks of some zone.
    Civil(DateTime),
}

/// `2017-06-01`, `2017-06-01 08:00`, `2017-06-01T08:00:00.5`, `2017-06-01T00:00:00Z`, `2017-06-01T08:00:00+08:00`.
fn stamp(text: &str) -> Option<Stamp> {
    let clock = text.get(10..).unwrap_or("");
    if clock.contains(['Z', 'z', '+', '-']) {
        return text.parse().ok().map(Stamp::Instant);
    }
    text.parse().ok().map(Stamp::Civil)
}

/// Whether a text is meant as a civil stamp: it begins with a year and a dash.
pub(super) fn is_stamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-'
}

/// Nanoseconds from `start` to the stamp, and whether clocks skip it or show it twice: a skipped time is moved forward by what is
/// skipped, of two equal ones the earlier is taken.
pub(super) fn since_start(text: &str, start: &Zoned) -> Option<(i64, bool)> {
    let (instant, is_ambiguous) = match stamp(text)? {
        Stamp::Instant(instant) => (instant, false),
        Stamp::Civil(civil) => {
            let ambiguous = start.time_zone().to_ambiguous_timestamp(civil);
            let is_ambiguous = ambiguous.is_ambiguous();
            (ambiguous.compatible().ok()?, is_ambiguous)
        }
    };
    let nanos = instant.as_nanosecond() - start.timestamp().as_nanosecond();
    Some((i64::try_from(nanos).ok()?, is_ambiguous))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(text: &str, zone: &str) -> Result<String, (String, String)> {
        let zone = fixed_zone(zone).or_else(|| TimeZone::get(zone).ok()).expect("a zone");
        civil_start(text, &zone).map(|start| start.timestamp().to_string())
    }

    #[test]
    fn a_start_is_one_instant_or_refused() {
        assert_eq!(start("2017-06-01T08:00:00", "UTC+8"), Ok("2017-06-01T00:00:00Z".into()));
        assert_eq!(start("2017-06-01", "UTC-3:30"), Ok("2017-06-01T03:30:00Z".into()));
        assert_eq!(start("2017-06-01 08:00:00+02:00", "UTC"), Ok("2017-06-01T06:00:00Z".into()));
        let (skipped, hint) = start("2017-03-26T02:30:00", "Europe/Berlin").unwrap_err();
        assert!(skipped.contains("skip") && hint.contains("03:30"), "{skipped} {hint}");
        let (twice, hint) = start("2017-10-29T02:30:00", "Europe/Berlin").unwrap_err();
        assert!(twice.contains("twice") && hint.contains("+02:00") && hint.contains("+01:00"), "{twice} {hint}");
        assert_eq!(start("2017-10-29T02:30:00+01:00", "Europe/Berlin"), Ok("2017-10-29T01:30:00Z".into()));
        for wrong in
            ["", "yesterday", "2017-13-01", "2017-06-01T25:00", "1969-12-31", "2201-01-01T00:00:00Z", "ÄÄÄÄÄÄÄ"]
        {
            assert!(start(wrong, "UTC").is_err(), "{wrong}");
        }
    }

    #[test]
    fn zones_are_fixed_or_named() {
        for wrong in ["UTC8", "UTC+15", "UTC+8:60", "UTC+", "UTC++8", "utc", "CST"] {
            assert!(fixed_zone(wrong).is_none(), "{wrong}");
        }
        assert!(fixed_zone("UTC").is_some() && fixed_zone("UTC+14").is_some());
    }

    #[test]
    fn stamps_count_from_the_start() {
        let zone = TimeZone::get("Europe/Berlin").expect("bundled");
        let start = civil_start("2017-10-29T00:00:00", &zone).expect("sound");
        let hours = |text: &str| since_start(text, &start).map(|(nanos, twice)| (nanos / 3_600_000_000_000, twice));
        assert_eq!(hours("2017-10-29 02:00:00"), Some((2, true)));
        assert_eq!(hours("2017-10-29T03:00:00"), Some((4, false)));
        assert_eq!(hours("2017-10-28T23:00"), Some((-1, false)));
        assert!(is_stamp("2017-10-29") && !is_stamp("2017") && !is_stamp("12345678"));
    }
}
