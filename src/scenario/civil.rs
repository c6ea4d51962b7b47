//! Civil time of a scenario: its time zone and the civil instant at which it starts. Virtual time does not depend on
//! it.

use super::Loader;
use crate::model::YEARS;
use crate::notation::{Entity, Stamp, Wrong, nearest, time_zone};
use jiff::Zoned;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

impl Loader<'_> {
    /// The civil instant of time 0, from `start` and `zone`. A civil time that the zone's clocks skip or show twice is
    /// refused.
    pub(super) fn start(&mut self, top: &Entity) -> Zoned {
        let usual = self.network.rules.start();
        let zone = match top.get::<String>("zone") {
            // If the zone is unknown, UTC decides whether `start` is a valid time.
            Some(name) => self.zone(top, name).unwrap_or(TimeZone::UTC),
            None => usual.time_zone().clone(),
        };
        let Some(text) = top.get::<String>("start") else {
            let midnight = zone.to_ambiguous_zoned(usual.datetime());
            return midnight.compatible().unwrap_or(usual);
        };
        match civil_start(text.trim(), &zone) {
            Ok(start) => start,
            Err(wrong) => {
                self.out.wrong(top.span("start"), wrong);
                usual
            }
        }
    }

    fn zone(&mut self, top: &Entity, name: &str) -> Option<TimeZone> {
        let found = time_zone(name.trim());
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

/// The instant; an error if it does not exist or is ambiguous.
fn civil_start(text: &str, zone: &TimeZone) -> Result<Zoned, Wrong> {
    let civil = match text.parse() {
        Ok(Stamp::Instant(instant)) => {
            let start = instant.to_zoned(zone.clone());
            return in_years(text, start.year()).map(|()| start);
        }
        Ok(Stamp::Civil(civil)) => civil,
        Err(_) => {
            let hint = "write for example \"2017-06-01T08:00:00\", or \"2017-06-01\" for midnight";
            return Err(Wrong::new(format!("`{text}` is not a civil time")).hint(hint));
        }
    };
    in_years(text, civil.year())?;
    let ambiguous = zone.to_ambiguous_zoned(civil);
    let named = zone.iana_name().unwrap_or("the zone");
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => {}
        AmbiguousOffset::Gap { .. } => {
            let next = ambiguous.later().map(|later| later.datetime().to_string()).unwrap_or_default();
            let hint = format!("behind the gap it is \"{next}\"");
            return Err(Wrong::new(format!("the clocks of {named} skip {civil}")).hint(hint));
        }
        AmbiguousOffset::Fold { before, after } => {
            let hint = format!("say which: \"{civil}{}\" or \"{civil}{}\"", offset(before), offset(after));
            return Err(Wrong::new(format!("the clocks of {named} show {civil} twice")).hint(hint));
        }
    }
    ambiguous.unambiguous().map_err(|wrong| Wrong::new(wrong.to_string()).hint("choose another time"))
}

fn in_years(text: &str, year: i16) -> Result<(), Wrong> {
    if YEARS.contains(&year) {
        return Ok(());
    }
    let hint = format!("it may be from {} to {}", YEARS.start(), YEARS.end());
    Err(Wrong::new(format!("`start` cannot be {text}")).hint(hint))
}

/// `+02:00`
fn offset(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(text: &str, zone: &str) -> Result<String, (String, String)> {
        let zone = time_zone(zone).expect("a zone");
        let start = civil_start(text, &zone).map(|start| start.timestamp().to_string());
        start.map_err(|wrong| (wrong.message, wrong.hint.expect("what to write instead")))
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
}
