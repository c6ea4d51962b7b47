//! The civil day of the billing zone and its 5-minute windows (S40): 288 of them, 276 or 300 where clocks change.

use super::series::WINDOW;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

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
        (self.end.as_second() - self.start.as_second()).div_euclid(WINDOW) as usize
    }

    /// Where the window of `period` seconds that holds `instant` starts; windows are counted from the start of the day.
    pub fn window_start(&self, instant: Timestamp, period: i64) -> Timestamp {
        let into = (instant.as_second() - self.start.as_second()).rem_euclid(period);
        Timestamp::from_second(instant.as_second() - into).unwrap_or(self.start)
    }
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
