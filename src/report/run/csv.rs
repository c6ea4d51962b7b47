//! The interval series as comma-separated values: one row per link direction and interval, then those of a connection
//! if one was asked for. Not the report. Lines end in a plain newline, which every reader accepts and every Unix tool
//! expects.

use super::model::{ConnectionSeries, Snapshot};
use crate::report::format::csv::{interruption, record};
use crate::units::{SimDuration, SimTime};
use rust_decimal::Decimal;
use std::fmt::Write;

/// The names of the columns.
pub const HEADER: &str = "start_s,peering,from,to,offered_packets,offered_bytes,carried_packets,\
                      carried_bytes,dropped_packets,longest_queue_bytes,tokens_bytes";

/// The names of the columns that a connection adds.
pub const CONNECTION: &str = ",entry,connection,window_bytes,in_flight_bytes,round_trip_s";

/// Every row of every series, link by link; `tokens_bytes` is empty where there is no bucket. For an interrupted run,
/// the first line says so.
pub fn intervals_csv(snapshot: &Snapshot) -> String {
    let mut out = interruption(snapshot.reached, snapshot.duration) + HEADER;
    let connection = snapshot.intervals.as_ref().and_then(|intervals| intervals.connection.as_ref());
    let empty = ",".repeat(connection.map_or(0, |_| CONNECTION.matches(',').count()));
    out += connection.map_or("", |_| CONNECTION);
    out.push('\n');
    let Some(intervals) = &snapshot.intervals else { return out };
    for link in &intervals.links {
        let names = record([&link.peering, &link.from, &link.to]);
        for (k, row) in (0..).zip(&link.rows) {
            let start = seconds(SimTime::from_nanos(intervals.interval.as_nanos().saturating_mul(k)));
            let tokens = row.tokens.map(|t| t.as_u64().to_string()).unwrap_or_default();
            let counts = [
                row.offered.packets,
                row.offered.bytes.as_u64(),
                row.carried.packets,
                row.carried.bytes.as_u64(),
                row.dropped,
                row.longest_queue.as_u64(),
            ]
            .map(|n| n.to_string())
            .join(",");
            writeln!(out, "{start},{names},{counts},{tokens}{empty}").expect("a String takes what it is given");
        }
    }
    connection.into_iter().for_each(|connection| rows(&mut out, connection, intervals.interval));
    out
}

/// The rows of a connection, each what it was like at the end of an interval.
fn rows(out: &mut String, connection: &ConnectionSeries, interval: SimDuration) {
    let (name, number) = (record([&connection.entry]), connection.number);
    let links = ",".repeat(HEADER.matches(',').count());
    for row in &connection.rows {
        let (start, window, in_flight) = (seconds(row.time - interval), row.window_bytes, row.in_flight_bytes);
        let round_trip = row.round_trip.map(|span| seconds(SimTime::ZERO + span)).unwrap_or_default();
        writeln!(out, "{start}{links},{name},{number},{window},{in_flight},{round_trip}")
            .expect("a String takes what it is given");
    }
}

/// The exact number of seconds as a plain decimal, whatever its size: `0.25`, `86400`. An instant's own text form has
/// clock times and days, which readers of a column of seconds do not expect.
fn seconds(time: SimTime) -> String {
    Decimal::from_i128_with_scale(time.as_nanos().into(), 9).normalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::run::model::Intervals;
    use crate::report::run::sample;

    #[test]
    fn rows_are_exact_and_quoted() {
        let mut snapshot = sample::quiet();
        let mut intervals = sample::intervals(2);
        intervals.interval = SimDuration::from_nanos(1_000_000_001);
        intervals.links[0].peering = "a \"b\", c".into();
        intervals.links[0].from = "\u{1b}\n".into();
        intervals.links[0].rows[1].tokens = None;
        snapshot.intervals = Some(intervals);
        (snapshot.reached, snapshot.duration) = (SimTime::from_nanos(1), SimTime::from_nanos(2));
        assert_eq!(
            intervals_csv(&snapshot),
            "# PARTIAL: interrupted at 0.000000001 s of 0.000000002 s\n\
             start_s,peering,from,to,offered_packets,offered_bytes,carried_packets,carried_bytes,dropped_packets,\
             longest_queue_bytes,tokens_bytes\n\
             0,\"a \"\"b\"\", c\",\\u001b\\u000a,VPC2,100,150000,100,150000,0,0,125000\n\
             1.000000001,\"a \"\"b\"\", c\",\\u001b\\u000a,VPC2,200,300000,200,300000,0,1500,\n"
        );
    }

    #[test]
    fn a_start_is_in_seconds_however_late() {
        let starts = |interval: SimDuration| {
            let intervals = Intervals { interval, ..sample::intervals(4) };
            let table = intervals_csv(&Snapshot { intervals: Some(intervals), ..sample::quiet() });
            table.lines().skip(1).filter_map(|row| Some(row.split_once(',')?.0.to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(starts(SimDuration::from_secs(43_200)), ["0", "43200", "86400", "129600"]);
        assert_eq!(
            starts(SimDuration::from_nanos(299_900_000_001)),
            ["0", "299.900000001", "599.800000002", "899.700000003"]
        );
    }
}
