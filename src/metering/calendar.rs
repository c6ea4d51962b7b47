//! The civil days and months of the billing zone and their 5-minute windows (S40): 288 a day, 276 or 300 where clocks
//! change. It knows nothing of what happened in them.

use crate::units::Span;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Length of a sample's window in seconds (S40). Every sample is divided by this, partial ones too.
pub const WINDOW: i64 = 300;

/// One civil day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Its date.
    pub date: Date,
    /// From its first instant up to that of the next day.
    pub span: Span<Timestamp>,
}

impl Day {
    /// The day of `instant` in `zone`.
    pub fn of(instant: Timestamp, zone: &TimeZone) -> Day {
        let here = instant.to_zoned(zone.clone());
        // Only the last day of the calendar has no next day.
        let start = here.start_of_day().map_or(instant, |start| start.timestamp());
        let next = here.tomorrow().and_then(|next| next.start_of_day());
        let until = next.map_or(Timestamp::MAX, |next| next.timestamp());
        Day { date: here.date(), span: Span::new(start, until) }
    }

    /// The number of its 5-minute windows.
    pub fn windows(&self) -> usize {
        self.windows_in(self.span)
    }

    /// The number of its windows that overlap `span`.
    pub fn windows_in(&self, span: Span<Timestamp>) -> usize {
        let into = |instant: Timestamp| instant.as_nanosecond() - self.span.from.as_nanosecond();
        let window = i128::from(WINDOW) * 1_000_000_000;
        let common = span.intersection(self.span);
        let (first, last) = (into(common.from), into(common.until));
        if first < last { ((last + window - 1) / window - first / window) as usize } else { 0 }
    }

    /// The start of the window of `period` seconds that contains `instant`; windows are counted from the start of the
    /// day.
    pub fn window_start(&self, instant: Timestamp, period: i64) -> Timestamp {
        let into = (instant.as_second() - self.span.from.as_second()).rem_euclid(period);
        Timestamp::from_second(instant.as_second() - into).unwrap_or(self.span.from)
    }
}

/// The number of windows that overlap `span`, over the days in `zone`.
pub(super) fn windows_in(span: Span<Timestamp>, zone: &TimeZone) -> usize {
    let (mut at, mut count) = (span.from, 0);
    while at < span.until {
        let day = Day::of(at, zone);
        count += day.windows_in(span);
        at = day.span.until;
    }
    count
}

/// The civil month that contains a day, in `zone`.
pub(super) fn month_of(date: Date, zone: &TimeZone) -> Span<Timestamp> {
    let midnight = |date: Date| {
        let zoned = date.to_zoned(zone.clone());
        zoned.map_or(Timestamp::MAX, |zoned| Day::of(zoned.timestamp(), zone).span.from)
    };
    let until = date.last_of_month().tomorrow().map_or(Timestamp::MAX, midnight);
    Span::new(midnight(date.first_of_month()), until)
}

/// Caches the day, since consecutive instants are mostly on the same day.
pub(super) struct Days<'a> {
    zone: &'a TimeZone,
    day: Option<Day>,
}

impl<'a> Days<'a> {
    pub(super) fn new(zone: &'a TimeZone) -> Days<'a> {
        Days { zone, day: None }
    }
    pub(super) fn of(&mut self, instant: Timestamp) -> Day {
        match self.day {
            Some(day) if day.span.contains(instant) => day,
            _ => *self.day.insert(Day::of(instant, self.zone)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(date: &str, zone: &str) -> Day {
        let zone = TimeZone::get(zone).expect("a zone of the bundle");
        let noon = date.parse::<Date>().expect("a date").at(12, 0, 0, 0).to_zoned(zone.clone()).expect("noon exists");
        Day::of(noon.timestamp(), &zone)
    }

    #[test]
    fn a_day_has_as_many_windows_as_it_has() {
        let windows = |date| day(date, "America/Toronto").windows();
        assert_eq!([windows("2017-03-12"), windows("2017-06-01"), windows("2017-11-05")], [276, 288, 300]);
        assert_eq!(day("2017-03-12", "Asia/Shanghai").windows(), 288);
        // Half an hour longer or shorter.
        assert_eq!(
            [day("2017-04-02", "Australia/Lord_Howe").windows(), day("2017-10-01", "Australia/Lord_Howe").windows()],
            [294, 282]
        );
    }

    #[test]
    fn a_stretch_has_the_windows_it_touches() {
        let zone = TimeZone::get("America/Toronto").expect("a zone of the bundle");
        let first = day("2017-03-11", "America/Toronto");
        let at = |seconds: i64| Timestamp::from_second(first.span.from.as_second() + seconds).expect("in range");
        let count = |from, until| windows_in(Span::new(at(from), at(until)), &zone);
        assert_eq!([count(0, 0), count(299, 301), count(300, 600), count(0, 86_400)], [0, 2, 1, 288]);
        // From the last five minutes of that day, over the day of 23 hours, into the next day.
        assert_eq!(count(86_399, 86_400 + 23 * 3_600 + 1), 1 + 276 + 1);
    }

    #[test]
    fn windows_are_counted_from_the_start_of_the_day() {
        // Clocks went from 00:00 to 01:00: the day starts at 01:00.
        let day = day("2017-10-15", "America/Sao_Paulo");
        assert_eq!(day.windows(), 276);
        let later = Timestamp::from_second(day.span.from.as_second() + 301).expect("in range");
        assert_eq!(day.window_start(later, WINDOW).as_second(), day.span.from.as_second() + 300);
    }
}
