//! The time axis of a civil day, which has 23 or 25 hours where clocks change. Draws nothing.

use super::frame::{LEFT, RIGHT};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// Hours between two labels.
const EVERY: i64 = 3;

/// A clock change: the day then has 23 or 25 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockChange {
    /// The second of the day at which it happens.
    pub at: u32,
    /// How far clocks go forward, in seconds; negative if back.
    pub forward: i32,
}

/// The seconds of a day as pixels.
pub struct Hours {
    seconds: i64,
    change: Option<ClockChange>,
}

impl Hours {
    pub fn new(change: Option<ClockChange>) -> Hours {
        let forward = change.map_or(0, |change| i64::from(change.forward));
        Hours { seconds: (DAY - forward).max(HOUR), change }
    }

    /// The pixel of a second of the day.
    pub fn x(&self, second: u32) -> i32 {
        let part = i64::from(second).min(self.seconds) as f64 / self.seconds as f64;
        LEFT + (part * f64::from(RIGHT - LEFT)).round() as i32
    }

    /// The end of the last second.
    pub fn end(&self) -> u32 {
        self.seconds as u32
    }

    /// The seconds at which the clock shows every third hour, with the hour. A repeated hour has one label.
    pub fn labels(&self) -> Vec<(u32, String)> {
        let mut labels: Vec<(u32, String)> = Vec::new();
        for clock in (0..=DAY).step_by((EVERY * HOUR) as usize) {
            if let Some(second) = self.second_of(clock) {
                labels.push((second, format!("{:02}:00", clock / HOUR)));
            }
        }
        labels
    }

    /// The last time the clock shows `clock`, if it does.
    fn second_of(&self, clock: i64) -> Option<u32> {
        let (at, forward) = self.change.map_or((0, 0), |c| (i64::from(c.at), i64::from(c.forward)));
        let after = clock - forward;
        let second = if after >= at { Some(after) } else { Some(clock).filter(|clock| *clock < at) };
        second.filter(|second| (0..=self.seconds).contains(second)).and_then(|second| u32::try_from(second).ok())
    }

    /// The labels of the axis.
    pub fn caption(&self, day: &str, zone: &str) -> String {
        let day_and_zone = format!("time of day, {day}, {zone}");
        let Some(change) = self.change else { return day_and_zone };
        let (at, by) = (i64::from(change.at), i64::from(change.forward));
        let way = if by < 0 { "back" } else { "forward" };
        format!("{day_and_zone}; clocks go {way} by {} min at {:02}:{:02}", by.abs() / 60, at / HOUR, at % HOUR / 60)
    }
}
