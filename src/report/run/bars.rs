//! The interval series as text bars, one line each for rate, queue and tokens. Not a plot: eight heights, no colour.

use super::model::{ConnectionRow, ConnectionSeries, IntervalRow, IntervalSeries, Intervals};
use crate::report::format::page::Page;
use crate::report::format::prose::columns_of;
use crate::units::{BitRate, ByteSize, SimDuration, SimTime};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Exactly zero: the lowest bar is for small values.
const NOTHING: char = '·';
/// With fewer columns than this, no shape is visible.
const LEAST_COLUMNS: usize = 10;
/// The gap between two labels of the time axis.
const TICK: usize = 20;

/// The width of a chart where the length of lines is unlimited.
const USUAL_WIDTH: usize = 100;

/// Carried rate, longest queue and tokens over time, for every link direction.
pub fn bars(intervals: &Intervals, page: &Page) -> String {
    let width = page.width.unwrap_or(USUAL_WIDTH);
    let most_rows = intervals.links.iter().map(|link| link.rows.len()).max().unwrap_or(0);
    let titles = intervals.links.iter().map(|link| format!("{} {} -> {}", link.peering, link.from, link.to));
    let title = |connection: &ConnectionSeries| format!("{}, connection {}", connection.entry, connection.number);
    let titles: Vec<String> = titles.chain(intervals.connection.as_ref().map(title)).collect();
    if most_rows == 0 {
        return String::new();
    }
    let charts = intervals.links.iter().map(|link| lines(link, intervals.interval, intervals.reached));
    let of_connection = |connection| connection_lines(connection, intervals.interval, most_rows);
    let charts: Vec<Vec<BarRow>> = charts.chain(intervals.connection.as_ref().map(of_connection)).collect();
    let margin = 3 + charts.iter().flatten().map(|line| columns_of(&line.legend())).max().unwrap_or(0);
    let group = most_rows.div_ceil(width.saturating_sub(margin).max(LEAST_COLUMNS));
    let column = SimDuration::from_nanos(intervals.interval.as_nanos().saturating_mul(group as u64));
    let mut out = format!("1 column = {column}");
    if group > 1 {
        out += &format!(": most of {group} intervals, of tokens the fewest");
    }
    out += &format!("; {NOTHING} is zero\n");
    let legend_width = margin - 3;
    for (title, chart) in titles.iter().zip(&charts) {
        out += &format!("\n{title}\n");
        for line in chart {
            out += &format!(" {:<legend_width$}  {}\n", line.legend(), line.bars(group));
        }
        out += format!(" {:<legend_width$}  {}", "", axis(chart[0].values.len().div_ceil(group), column)).trim_end();
        out.push('\n');
    }
    out
}

/// One line of bars.
struct BarRow {
    name: &'static str,
    values: Vec<u64>,
    /// The value of a full bar, in figures and in words.
    full: (u64, String),
    /// Which value represents several: the highest or the lowest.
    pick: fn(&[u64]) -> u64,
}

impl BarRow {
    fn legend(&self) -> String {
        format!("{:<12}  0 … {}", self.name, self.full.1)
    }

    fn bars(&self, group: usize) -> String {
        self.values.chunks(group).map(|values| bar((self.pick)(values), self.full.0)).collect()
    }
}

/// Rates are drawn against the cap, tokens against the bucket size.
fn lines(link: &IntervalSeries, interval: SimDuration, reached: SimTime) -> Vec<BarRow> {
    let most = |values: &[u64]| values.iter().copied().max().unwrap_or(0);
    let least = |values: &[u64]| values.iter().copied().min().unwrap_or(0);
    let series = |value: fn(&IntervalRow) -> u64| link.rows.iter().map(value).collect::<Vec<u64>>();
    let bytes = |n: u64| ByteSize::from_bytes(n).to_string();

    let length = |at: usize| {
        let start = SimTime::from_nanos(interval.as_nanos() * at as u64);
        interval.min(reached.since(start))
    };
    let rate_of = |(at, row): (usize, &IntervalRow)| BitRate::average(row.carried.bytes, length(at)).as_bps();
    let rates: Vec<u64> = link.rows.iter().enumerate().map(rate_of).collect();
    let top = most(&rates).max(link.cap.unwrap_or_default().as_bps());
    let rate = BitRate::from_bps(top).to_string();
    let mut lines = vec![BarRow { name: "carried rate", values: rates, full: (top, rate), pick: most }];
    let queues = series(|row| row.longest_queue.as_u64());
    let top = most(&queues);
    lines.push(BarRow { name: "queue", values: queues, full: (top, bytes(top)), pick: most });
    if link.rows.iter().any(|row| row.tokens.is_some()) {
        let tokens = series(|row| row.tokens.unwrap_or_default().as_u64());
        let top = most(&tokens).max(link.burst.unwrap_or_default().as_u64());
        lines.push(BarRow { name: "tokens", values: tokens, full: (top, bytes(top)), pick: least });
    }
    lines
}

/// A connection at the end of each interval; nothing where it was not open.
fn connection_lines(connection: &ConnectionSeries, interval: SimDuration, count: usize) -> Vec<BarRow> {
    let most = |values: &[u64]| values.iter().copied().max().unwrap_or(0);
    let series = |value: fn(&ConnectionRow) -> u64| {
        let mut values = vec![0; count];
        for row in &connection.rows {
            let at = (row.time.as_nanos() / interval.as_nanos().max(1)) as usize;
            values.get_mut(at.saturating_sub(1)).into_iter().for_each(|place| *place = value(row));
        }
        values
    };
    let line = |name, values: Vec<u64>, say: fn(u64) -> String| {
        let top = most(&values);
        BarRow { name, values, full: (top, say(top)), pick: most }
    };
    let bytes = |n| ByteSize::from_bytes(n).to_string();
    vec![
        line("window", series(|row| row.window_bytes), bytes),
        line("in flight", series(|row| row.in_flight_bytes), bytes),
        line("round trip", series(|row| row.round_trip.unwrap_or_default().as_nanos()), |n| {
            SimDuration::from_nanos(n).to_string()
        }),
    ]
}

/// The bar for `value` of `full`; any value above zero has at least the lowest one.
fn bar(value: u64, full: u64) -> char {
    if value == 0 || full == 0 {
        return NOTHING;
    }
    let eighths = (u128::from(value) * 8).div_ceil(u128::from(full)).min(8);
    BARS[eighths as usize - 1]
}

/// Times below the columns where they begin, all in the unit of the first one; `columns` wide, or one label longer.
fn axis(columns: usize, column: SimDuration) -> String {
    let times = |at: usize| SimDuration::from_nanos(column.as_nanos().saturating_mul(at as u64));
    let label = |at: usize| format!("{:<TICK$}", format!("╵{}", times(at).in_unit_of(times(TICK))));
    (0..columns.max(1)).step_by(TICK).map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::run::sample;

    #[test]
    fn a_bucket_is_seen_to_empty() {
        assert_eq!(
            bars(&sample::intervals(12), &Page::of_width(80)),
            "1 column = 1 s; · is zero\n\
             \n\
             PeerConn VPC1 -> VPC2\n \
             carried rate  0 … 14.4 Mbps  ▁▂▂▃▄▄▅▆▆▇██\n \
             queue         0 … 16.5 kB    ·▁▂▃▃▄▅▆▆▇██\n \
             tokens        0 … 125 kB     ██▇▆▅▄▄▃▂▁··\n                              \
             ╵0 s\n"
        );
    }

    #[test]
    fn more_intervals_than_columns_are_grouped_and_it_says_so() {
        let chart = bars(&sample::intervals(100), &Page::of_width(80));
        assert!(chart.starts_with("1 column = 2 s: most of 2 intervals, of tokens the fewest; "), "{chart}");
        assert!(chart.lines().all(|line| line.chars().count() <= 80), "{chart}");
        assert!(chart.contains("╵0 s                ╵40 s"), "{chart}");
    }

    /// 300 s are written 5 min, but not beside 200 s and 400 s.
    #[test]
    fn an_axis_has_one_unit() {
        let labels = |columns, seconds| {
            let axis = axis(columns, SimDuration::from_secs(seconds));
            axis.split('╵').skip(1).map(|label| label.trim().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(labels(81, 5), ["0 s", "100 s", "200 s", "300 s", "400 s"]);
        assert_eq!(labels(61, 18), ["0 min", "6 min", "12 min", "18 min"]);
        assert_eq!(labels(41, 7_200), ["0 h", "40 h", "80 h"]);
    }

    #[test]
    fn nothing_is_not_little_and_no_series_is_no_chart() {
        assert_eq!([bar(0, 9), bar(1, 1_000_000), bar(9, 9), bar(0, 0)], ['·', '▁', '█', '·']);
        let empty =
            Intervals { interval: SimDuration::from_secs(1), reached: SimTime::ZERO, links: vec![], connection: None };
        assert_eq!(bars(&empty, &Page::PIPE), "");
    }
}
