//! The civil days and months of the billing zone and their 5-minute windows (S40): 288 a day, 276 or 300 where clocks
//! change. What happened in them is not known here.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Seconds of a sample's window (S40). Every sample divides by this, partial ones too.
pub const WINDOW: i64 = 300;

/// One civil day, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// What a calendar calls it.
    pub date: Date,
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant of the next.
    pub end: Timestamp,
}

impl Day {
    /// The day of `instant` in `zone`.
    pub fn of(instant: Timestamp, zone: &TimeZone) -> Day {
        let here = instant.to_zoned(zone.clone());
        // Only the calendar's own last day has no next one.
        let start = here.start_of_day().map_or(instant, |start| start.timestamp());
        let next = here.tomorrow().and_then(|next| next.start_of_day());
        Day { date: here.date(), start, end: next.map_or(Timestamp::MAX, |end| end.timestamp()) }
    }

    /// How many windows of 5 minutes it has.
    pub fn windows(&self) -> usize {
        self.windows_in((self.start, self.end))
    }

    /// How many of its windows overlap a stretch of time, half-open.
    pub fn windows_in(&self, (from, until): (Timestamp, Timestamp)) -> usize {
        let into = |instant: Timestamp| instant.as_nanosecond() - self.start.as_nanosecond();
        let window = i128::from(WINDOW) * 1_000_000_000;
        let (first, last) = (into(from.max(self.start)), into(until.min(self.end)));
        if first < last { ((last + window - 1) / window - first / window) as usize } else { 0 }
    }

    /// Where the window of `period` seconds that holds `instant` starts; windows are counted from the start of the day.
    pub fn window_start(&self, instant: Timestamp, period: i64) -> Timestamp {
        let into = (instant.as_second() - self.start.as_second()).rem_euclid(period);
        Timestamp::from_second(instant.as_second() - into).unwrap_or(self.start)
    }
}

/// How many windows of the days in `zone` overlap a stretch of time, half-open.
pub(super) fn windows_in(stretch: (Timestamp, Timestamp), zone: &TimeZone) -> usize {
    let (mut at, mut count) = (stretch.0, 0);
    while at < stretch.1 {
        let day = Day::of(at, zone);
        count += day.windows_in(stretch);
        at = day.end;
    }
    count
}

/// The civil month of a day in `zone`, half-open.
pub(super) fn month_of(date: Date, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let midnight = |date: Date| {
        let zoned = date.to_zoned(zone.clone());
        zoned.map_or(Timestamp::MAX, |zoned| Day::of(zoned.timestamp(), zone).start)
    };
    (midnight(date.first_of_month()), date.last_of_month().tomorrow().map_or(Timestamp::MAX, midnight))
}

/// What two stretches of time have in common; empty at the later start if nothing.
pub(super) fn overlap(a: (Timestamp, Timestamp), b: (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
    let start = a.0.max(b.0);
    (start, a.1.min(b.1).max(start))
}

/// Remembers the day, since one instant mostly falls on the day of the one before.
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
            Some(day) if (day.start..day.end).contains(&instant) => day,
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
        // Half an hour more or less.
        assert_eq!(
            [day("2017-04-02", "Australia/Lord_Howe").windows(), day("2017-10-01", "Australia/Lord_Howe").windows()],
            [294, 282]
        );
    }

    #[test]
    fn a_stretch_has_the_windows_it_touches() {
        let zone = TimeZone::get("America/Toronto").expect("a zone of the bundle");
        let first = day("2017-03-11", "America/Toronto");
        let at = |seconds: i64| Timestamp::from_second(first.start.as_second() + seconds).expect("in range");
        let count = |from, until| windows_in((at(from), at(until)), &zone);
        assert_eq!([count(0, 0), count(299, 301), count(300, 600), count(0, 86_400)], [0, 2, 1, 288]);
        // From the last five minutes of that day over the day of 23 hours into the next one.
        assert_eq!(count(86_399, 86_400 + 23 * 3_600 + 1), 1 + 276 + 1);
    }

    #[test]
    fn windows_are_counted_from_the_start_of_the_day() {
        // Clocks went from 00:00 to 01:00 there: the day starts at 01:00.
        let day = day("2017-10-15", "America/Sao_Paulo");
        assert_eq!(day.windows(), 276);
        let later = Timestamp::from_second(day.start.as_second() + 301).expect("in range");
        assert_eq!(day.window_start(later, WINDOW).as_second(), day.start.as_second() + 300);
    }
}
