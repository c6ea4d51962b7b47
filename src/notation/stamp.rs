//! Instants as files write them: civil stamps, with or without an offset, and counts since 1970. Times that clocks skip
//! or show twice are resolved here, and counted. It knows no run: the caller subtracts the start.

use super::wrong::Wrong;
use crate::units::{SimDuration, UnitError};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use std::str::FromStr;

/// The two kinds of stamps.
#[derive(Debug, Clone, Copy)]
pub enum Stamp {
    /// With an offset from UTC, or `Z`.
    Instant(Timestamp),
    /// By the clocks of some zone.
    Civil(DateTime),
}

/// How often the clocks show what a stamp says, and which instant it was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Once.
    Once,
    /// Never: moved forward by what the clocks skip.
    Never,
    /// Twice: taken as the earlier.
    Earlier,
    /// Twice: taken as the later, since the file goes on from there.
    Later,
}

impl FromStr for Stamp {
    type Err = Wrong;
    /// `2017-06-01`, `2017-06-01 08:00`, `2017-06-01T08:00:00.5`, `2017-06-01T00:00:00Z`, `2017-06-01T08:00:00+08:00`.
    fn from_str(text: &str) -> Result<Stamp, Wrong> {
        let clock = text.get(10..).unwrap_or("");
        let parsed = if clock.contains(['Z', 'z', '+', '-']) {
            text.parse().map(Stamp::Instant)
        } else {
            text.parse().map(Stamp::Civil)
        };
        parsed.map_err(|_| {
            Wrong::new(format!("`{text}` is not a civil time"))
                .hint("write for example 2017-06-01T08:00:00, or 2017-06-01 for midnight")
        })
    }
}

impl Stamp {
    /// The instant meant, by the clocks of `zone`. A stamp that clocks show twice is the earlier one, unless that is
    /// not after `previous`, the instant of the row before it in order of time: then clocks have gone back in between.
    /// None beyond the calendar's years.
    pub fn instant(self, zone: &TimeZone, previous: Option<Timestamp>) -> Option<(Timestamp, Shown)> {
        let civil = match self {
            Stamp::Instant(instant) => return Some((instant, Shown::Once)),
            Stamp::Civil(civil) => civil,
        };
        let ambiguous = zone.to_ambiguous_timestamp(civil);
        let shown = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => Shown::Once,
            AmbiguousOffset::Gap { .. } => Shown::Never,
            AmbiguousOffset::Fold { .. } => {
                let earlier = ambiguous.earlier().ok()?;
                if previous.is_some_and(|previous| earlier <= previous) { Shown::Later } else { Shown::Earlier }
            }
        };
        let instant = if shown == Shown::Later { ambiguous.later() } else { ambiguous.compatible() };
        Some((instant.ok()?, shown))
    }
}

/// How many stamps the clocks do not show exactly once, for reports about a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShownCounts {
    /// Of [`Shown::Never`].
    pub never: u64,
    /// Of [`Shown::Earlier`].
    pub earlier: u64,
    /// Of [`Shown::Later`].
    pub later: u64,
}

impl ShownCounts {
    /// Counts one.
    pub fn add(&mut self, shown: Shown) {
        match shown {
            Shown::Once => {}
            Shown::Never => self.never += 1,
            Shown::Earlier => self.earlier += 1,
            Shown::Later => self.later += 1,
        }
    }
    /// What to report, with counts; only counts above zero.
    pub fn told(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let all = [
            ("stamps that clocks skip, moved forward", self.never),
            ("stamps that clocks show twice, taken as the earlier", self.earlier),
            ("stamps that clocks show twice, taken as the later by their order", self.later),
        ];
        all.into_iter().filter(|(_, count)| *count > 0)
    }
}

/// Whether a text is meant as a civil stamp: it begins with a year and a dash.
pub fn is_stamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-'
}

/// What a number of time counts since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epoch {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Millis,
    /// Microseconds.
    Micros,
    /// Nanoseconds.
    Nanos,
}

impl Epoch {
    /// All, as a person writes them.
    pub const NAMES: [&'static str; 4] = ["s", "ms", "us", "ns"];
    const ALL: [Epoch; 4] = [Epoch::Seconds, Epoch::Millis, Epoch::Micros, Epoch::Nanos];

    /// `s`, `ms`, `us` or `ns`.
    pub fn name(self) -> &'static str {
        Epoch::NAMES[self as usize]
    }

    /// In full: `seconds`.
    pub fn word(self) -> &'static str {
        ["seconds", "milliseconds", "microseconds", "nanoseconds"][self as usize]
    }

    fn unit(self) -> SimDuration {
        SimDuration::from_nanos(1_000_u64.pow(3 - self as u32))
    }

    /// The instant, rounded half up to 1 ns.
    ///
    /// # Errors
    /// No number, or one beyond the year 2554.
    pub fn instant(self, number: &str) -> Result<Timestamp, UnitError> {
        let nanos = self.unit().times(number)?.as_nanos();
        let too_large = |_| UnitError::TooLarge { text: number.into(), quantity: "time" };
        Timestamp::from_nanosecond(i128::from(nanos)).map_err(too_large)
    }

    /// The probable unit of a number that is far too large for a time of a run: an instant from 1973 to 2286 has nine
    /// digits in seconds, ten from September 2001 on, and three more in each finer unit.
    pub fn guess(number: &str) -> Option<Epoch> {
        let whole = number.split(['.', 'e', 'E']).next().unwrap_or_default();
        let at = whole.len().checked_sub(9)?;
        Epoch::ALL.get(at / 3).copied().filter(|_| at % 3 < 2)
    }
}

impl FromStr for Epoch {
    type Err = String;
    fn from_str(text: &str) -> Result<Epoch, String> {
        let found = Epoch::ALL.into_iter().find(|epoch| epoch.name() == text);
        found.ok_or_else(|| format!("times since 1970 count in {}, not in `{text}`", Epoch::NAMES.join(", ")))
    }
}

/// The zone called `name`: `UTC`, `UTC+8`, `UTC-3:30`, or a name of the time zone database.
pub fn time_zone(name: &str) -> Option<TimeZone> {
    fixed_zone(name).or_else(|| TimeZone::get(name).ok())
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zones_are_fixed_or_named() {
        for wrong in ["UTC8", "UTC+15", "UTC+8:60", "UTC+", "UTC++8", "utc", "CST"] {
            assert!(fixed_zone(wrong).is_none(), "{wrong}");
        }
        assert!(fixed_zone("UTC").is_some() && fixed_zone("UTC+14").is_some());
    }

    #[test]
    fn a_count_since_1970_is_an_instant() {
        for (number, epoch) in [
            ("1496275200", Epoch::Seconds),
            ("1496275200000", Epoch::Millis),
            ("1496275200000000", Epoch::Micros),
            ("1496275200000000000", Epoch::Nanos),
            ("1496275200.0", Epoch::Seconds),
        ] {
            assert_eq!(epoch.instant(number).map(|at| at.to_string()), Ok("2017-06-01T00:00:00Z".into()));
            assert_eq!(Epoch::guess(number), Some(epoch), "{number}");
        }
        // 2001-08-30, the last month of nine digits.
        assert_eq!(Epoch::guess("999129600"), Some(Epoch::Seconds));
        assert_eq!(Epoch::guess("999129600000"), Some(Epoch::Millis));
        for number in ["34560000", "14962752000", "123456789012345678901"] {
            assert_eq!(Epoch::guess(number), None, "{number}");
        }
        assert!(Epoch::Seconds.instant("99999999999").is_err() && "m".parse::<Epoch>().is_err());
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        /// Rows in order of time, as clocks show them over the end of summer time, are those rows again.
        #[test]
        fn the_order_of_a_file_tells_a_repeated_hour_apart(
            zone in prop::sample::select(vec![
                ("Europe/Berlin", "2017-10-28T23:00:00Z"),
                ("America/Toronto", "2017-11-05T04:00:00Z"),
                // Half an hour.
                ("Australia/Lord_Howe", "2017-04-01T13:30:00Z"),
                // At midnight.
                ("America/Sao_Paulo", "2017-02-19T00:30:00Z"),
                ("Asia/Shanghai", "2017-06-01T00:00:00Z"),
            ]),
            minutes in prop::sample::select(vec![1_i64, 5, 10, 15, 30]),
            offset in 0_i64..30,
        ) {
            let (zone, first) = (TimeZone::get(zone.0).expect("bundled"), zone.1.parse::<Timestamp>().expect("sound"));
            let mut previous = None;
            let mut counts = ShownCounts::default();
            for row in 0..240 / minutes {
                let at = first + jiff::SignedDuration::from_mins(row * minutes + offset);
                let civil = at.to_zoned(zone.clone()).datetime().to_string();
                let (read, shown) = civil.parse::<Stamp>().expect("sound").instant(&zone, previous).expect("in range");
                prop_assert_eq!(read, at, "{}", civil);
                counts.add(shown);
                previous = Some(read);
            }
            let fixed = zone.iana_name() == Some("Asia/Shanghai");
            prop_assert_eq!(counts.later > 0, !fixed);
            prop_assert_eq!(counts.earlier, counts.later);
        }
    }
}
