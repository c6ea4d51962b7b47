//! A rate that changes in steps, built from rows as they occur in real files: with gaps, repeats and jitter. It knows
//! no file format and sends nothing.

use crate::units::{BitRate, SimTime};
use std::sync::Arc;

/// The steps of a series: when each begins, in order of time and without repeats, and the index of the rate that holds
/// from then on.
pub type Grid = Arc<[(SimTime, u32)]>;

/// A piecewise constant rate: each rate holds until the next one begins, the last to the end.
#[derive(Debug, Clone, Default)]
pub struct RateSeries {
    /// Shared by all series that change at the same instants. Nothing is sent before the first.
    grid: Grid,
    rates: Vec<BitRate>,
    /// What the rows held and how they were handled, for the report.
    pub handled: Vec<(String, u64)>,
}

impl RateSeries {
    /// Makes a series from rows: nanoseconds of the run, negative before its start, and the rate from then on.
    ///
    /// Rows out of order are sorted. Of several rows at one instant the last wins. A gap (longer than 1.5 times the
    /// usual step, the median) is not silence: the rate continues. The last row before the start gives the rate at the
    /// start.
    pub fn of_rows(mut rows: Vec<(i64, BitRate)>) -> RateSeries {
        let read = rows.len() as u64;
        let unsorted = rows.windows(2).filter(|pair| pair[1].0 < pair[0].0).count() as u64;
        if unsorted > 0 {
            rows.sort_by_key(|row| row.0);
        }
        // The sort is stable: the last of equal instants is also the last in the file.
        rows.dedup_by(|later, kept| {
            let repeated = later.0 == kept.0;
            if repeated {
                *kept = *later;
            }
            repeated
        });
        let repeated = read - rows.len() as u64;
        let usual = usual_step(&rows);
        let gaps = rows.windows(2).filter(|pair| is_gap(pair[1].0 - pair[0].0, usual)).count() as u64;
        let early = rows.partition_point(|row| row.0 <= 0).saturating_sub(1);
        let steps = rows.iter().skip(early).map(|(at, rate)| (SimTime::from_nanos((*at).max(0) as u64), *rate));
        let series = RateSeries::of_steps(steps.collect());
        let lines = [
            ("rows", read),
            ("rows out of order, sorted", unsorted),
            ("rows at the instant of another, the last one counts", repeated),
            ("gaps of more than 1.5 usual steps, the rate goes on", gaps),
            ("rows before the start of the run", early as u64),
        ];
        let told = lines.into_iter().filter(|(what, count)| *count > 0 || *what == "rows");
        RateSeries { handled: told.map(|(what, count)| (what.to_owned(), count)).collect(), ..series }
    }

    /// A series of clean steps: in order of time, each instant once. There is nothing to report about it.
    pub fn of_steps(steps: Vec<(SimTime, BitRate)>) -> RateSeries {
        let grid = steps.iter().zip(0..).map(|((begin, _), at)| (*begin, at)).collect();
        RateSeries::on_grid(grid, steps.into_iter().map(|(_, rate)| rate).collect())
    }

    /// A series whose grid other series may share; each step names one of `rates`.
    pub fn on_grid(grid: Grid, rates: Vec<BitRate>) -> RateSeries {
        debug_assert!(grid.is_sorted_by(|a, b| a.0 < b.0) && grid.iter().all(|step| (step.1 as usize) < rates.len()));
        RateSeries { grid, rates, handled: Vec::new() }
    }

    /// The step at this place: when it begins, and its rate.
    pub fn step(&self, place: usize) -> Option<(SimTime, BitRate)> {
        self.grid.get(place).map(|(begin, rate)| (*begin, self.rates[*rate as usize]))
    }

    /// How many steps begin at or before `time`.
    pub fn begun_by(&self, time: SimTime) -> usize {
        self.grid.partition_point(|(begin, _)| *begin <= time)
    }

    /// The steps, in order of time.
    pub fn steps(&self) -> impl Iterator<Item = (SimTime, BitRate)> + Clone {
        self.grid.iter().map(|(begin, rate)| (*begin, self.rates[*rate as usize]))
    }

    /// The highest rate of all.
    pub fn peak(&self) -> BitRate {
        self.rates.iter().copied().max().unwrap_or_default()
    }
}

/// The median distance between successive rows (the lower of two medians); zero if there is none.
fn usual_step(rows: &[(i64, BitRate)]) -> i64 {
    let mut distances: Vec<i64> = rows.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    if distances.is_empty() {
        return 0;
    }
    let middle = (distances.len() - 1) / 2;
    *distances.select_nth_unstable(middle).1
}

fn is_gap(distance: i64, usual: i64) -> bool {
    i128::from(distance) * 2 > i128::from(usual) * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(i64, u64)]) -> RateSeries {
        RateSeries::of_rows(rows.iter().map(|(at, rate)| (*at, BitRate::from_bps(*rate))).collect())
    }

    fn steps(series: &RateSeries) -> Vec<(u64, u64)> {
        series.steps().map(|(at, rate)| (at.as_nanos(), rate.as_bps())).collect()
    }

    #[test]
    fn what_real_files_have_is_put_right_and_counted() {
        let series = of(&[(10, 1), (0, 2), (20, 3), (20, 4), (31, 5), (60, 6)]);
        assert_eq!(steps(&series), [(0, 2), (10, 1), (20, 4), (31, 5), (60, 6)]);
        let counts: Vec<u64> = series.handled.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [6, 1, 1, 1], "{:?}", series.handled);
    }

    #[test]
    fn the_row_before_the_start_rules_the_start() {
        let series = of(&[(-20, 1), (-10, 2), (5, 3)]);
        assert_eq!(steps(&series), [(0, 2), (5, 3)]);
        assert_eq!(series.handled.last().map(|(_, count)| *count), Some(1));
        assert_eq!(steps(&of(&[(-10, 2), (0, 3)])), [(0, 3)]);
        assert_eq!(steps(&of(&[])), []);
    }

    #[test]
    fn one_and_a_half_steps_are_jitter_and_more_is_a_gap() {
        assert_eq!(of(&[(0, 1), (10, 1), (20, 1), (35, 1)]).handled.len(), 1);
        assert_eq!(of(&[(0, 1), (10, 1), (20, 1), (36, 1)]).handled.len(), 2);
    }
}
