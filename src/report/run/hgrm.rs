//! Delay distributions as an HdrHistogram log (format 1.2), written by the serialization of the `hdrhistogram` crate:
//! one line for each traffic entry and kind, over the whole run. Delays are in nanoseconds; only the column for people,
//! the longest of each line, is in milliseconds, as other writers of such logs have it.

use super::delays::{DelayBook, DelayLog};
use crate::report::artifact::DELAY_LOG;
use crate::report::format::csv::interruption;
use crate::units::{SimDuration, SimTime};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use std::time::Duration;

const VERSION: &str = "[Histogram log format version 1.2]";
const LEGEND: &[u8] = b"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
/// Of nanoseconds in the column for people.
const PER_MILLISECOND: f64 = 1e6;
/// The smallest delay that is told from others, in nanoseconds; above a thousand times that, delays within 0.1 % share
/// a bucket.
const LOWEST: u64 = 1;
const DIGITS: u8 = 3;

/// The log. The tag of a line is the entry and the kind, as in `sync/delay`.
pub fn hgrm(log: &DelayLog) -> String {
    let (mut out, mut serializer) = (Vec::new(), V2DeflateSerializer::new());
    let mut head = IntervalLogWriterBuilder::new();
    head.add_comment(&format!("{}{}]", DELAY_LOG.trim_start_matches('#'), env!("CARGO_PKG_VERSION")));
    if let Some(partial) = interruption(log.reached, log.duration).strip_prefix('#') {
        head.add_comment(partial.trim_end());
    }
    head.add_comment(VERSION).with_start_time(log.start.into());
    head.begin_log_with(&mut out, &mut serializer).expect(FITS);
    out.extend_from_slice(LEGEND);
    let mut rows = IntervalLogWriterBuilder::new();
    rows.with_max_value_divisor(PER_MILLISECOND);
    let mut rows = rows.begin_log_with(&mut out, &mut serializer).expect(FITS);
    let length = Duration::from_nanos(log.reached.since(SimTime::ZERO).as_nanos());
    for book in &log.books {
        let tag = tag(book);
        rows.write_histogram(&histogram(&book.delays), Duration::ZERO, length, Tag::new(&tag)).expect(FITS);
    }
    String::from_utf8(out).expect("the writer is given texts and writes texts")
}

/// Why writing cannot fail: memory takes everything, and what is serialized has at most 64 kB of buckets.
const FITS: &str = "memory takes what it is given";

fn histogram(delays: &[(SimDuration, u64)]) -> Histogram<u64> {
    let mut histogram = Histogram::new_with_bounds(LOWEST, 2 * LOWEST, DIGITS).expect("the bounds are constants");
    histogram.auto(true);
    for (delay, count) in delays {
        histogram.record_n(delay.as_nanos(), *count).expect("it grows to hold any delay");
    }
    histogram
}

/// `sync/delay`: names hold neither slashes nor what ends a tag.
fn tag(book: &DelayBook) -> String {
    format!("{}/{}", book.entry, book.kind.name())
}
