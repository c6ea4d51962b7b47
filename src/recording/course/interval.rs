//! How long intervals are when nobody says: a ladder of round lengths, of which one makes a few hundred intervals of a
//! run. For courses, and for the interval series of a folder; it cuts nothing into intervals itself.

use crate::model::Network;
use crate::model::plan::Plan;
use crate::units::{SimDuration, SimTime};

/// The most intervals of a course.
pub const POINTS_MAX: u64 = 200_000;
/// The most that are chosen, and the fewest of a run with many links.
const USUAL: u64 = 600;
const FEWEST: u64 = 100;
/// About how many numbers the charts of a page are made of.
const NUMBERS: u64 = 30_000;
/// Numbers per interval: of a link, and of a traffic entry.
const OF_LINK: u64 = 5;
const OF_ENTRY: u64 = 4;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// The shortest round interval that cuts a run into at most about 600 parts, fewer if it has many links and entries.
pub fn round_interval(network: &Network, plan: &Plan) -> SimDuration {
    let numbers = network.peerings().len() as u64 * 2 * OF_LINK + plan.traffic.len() as u64 * OF_ENTRY;
    let most = (NUMBERS / numbers.max(1)).clamp(FEWEST, USUAL);
    let length = plan.duration.since(SimTime::ZERO).as_nanos();
    let fits = |interval: &u64| length.div_ceil(*interval) <= most;
    SimDuration::from_nanos(round_lengths().find(fits).unwrap_or(length.max(1)))
}

/// 1, 2, 5, 10 … 500 ms, 1, 2, 5, 10, 20, 30 s, and on by the clock to ten years.
fn round_lengths() -> impl Iterator<Item = u64> {
    let decades = (3..=9).flat_map(|power| [1, 2, 5].map(|digit| digit * 10u64.pow(power)));
    let seconds = decades.take_while(|length| *length < 10 * SECOND);
    let clock = [10, 20, 30].map(|n| n * SECOND).into_iter().chain([1, 2, 5, 10, 20, 30].map(|n| n * MINUTE));
    let days = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 3_652].map(|n| n * 24 * HOUR);
    seconds.chain(clock).chain([1, 2, 6, 12].map(|n| n * HOUR)).chain(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_rise_and_none_is_more_than_four_times_another() {
        let lengths: Vec<u64> = round_lengths().collect();
        assert!(lengths.windows(2).all(|pair| pair[0] < pair[1] && pair[1] <= 4 * pair[0]), "{lengths:?}");
        assert_eq!(lengths[..4], [1_000, 2_000, 5_000, 10_000]);
    }
}
