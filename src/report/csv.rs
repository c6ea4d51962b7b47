//! The interval series as comma-separated values, quoted as RFC 4180 has it: one row a link direction and interval. Not the
//! report. Lines end in a plain newline, which every reader takes and every Unix tool expects.

use super::snapshot::Intervals;
use crate::units::SimTime;
use std::fmt::Write;

const HEADER: &str = "start_s,peering,from,to,offered_packets,offered_bytes,carried_packets,carried_bytes,dropped_packets,\
                      longest_queue_bytes,tokens_bytes";

/// Every row of every series, link by link; `tokens_bytes` is empty where there is no bucket.
pub fn intervals_csv(intervals: &Intervals) -> String {
    let mut out = format!("{HEADER}\n");
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
            writeln!(out, "{start},{names},{counts},{tokens}").expect("a String takes what it is given");
        }
    }
    out
}

/// The exact decimal number of seconds: an instant prints as that and its unit.
fn seconds(time: SimTime) -> String {
    time.to_string().trim_end_matches(" s").to_owned()
}

/// One row without its line end, quoted where RFC 4180 asks for it.
pub(super) fn record<F: AsRef<[u8]>>(fields: impl IntoIterator<Item = F>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields).expect("memory takes what it is given");
    let written = writer.into_inner().expect("memory takes what it is given");
    let line = String::from_utf8_lossy(&written);
    line.strip_suffix('\n').unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn rows_are_exact_and_quoted() {
        let mut intervals = sample::intervals(2);
        intervals.interval = crate::units::SimDuration::from_nanos(1_000_000_001);
        intervals.links[0].peering = "a \"b\", c".into();
        intervals.links[0].rows[1].tokens = None;
        assert_eq!(
            intervals_csv(&intervals),
            "start_s,peering,from,to,offered_packets,offered_bytes,carried_packets,carried_bytes,dropped_packets,\
             longest_queue_bytes,tokens_bytes\n\
             0,\"a \"\"b\"\", c\",VPC1,VPC2,100,150000,100,150000,0,0,125000\n\
             1.000000001,\"a \"\"b\"\", c\",VPC1,VPC2,200,300000,200,300000,0,1500,\n"
        );
    }
}
