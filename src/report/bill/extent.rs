//! How much of its periods a bill covers, in sentences for the head of an invoice. The words: a run, a window, a day or
//! a month is *partial* if only part of it was measured; a window of a file is *silent* if it has no row. What has no
//! price is *not priced*, and is reported elsewhere.

use super::model::{Invoice, InvoiceLine};
use crate::report::format::words;
use crate::units::{SimDuration, grouped};
use std::collections::BTreeMap;

/// A longer list of periods is counted instead.
const LISTED: usize = 4;

/// Nothing if every period was measured in full.
pub fn extent(invoice: &Invoice) -> Vec<String> {
    let interrupted = invoice.partial.then(|| "PARTIAL: interrupted before the end of the run.".to_owned());
    interrupted.into_iter().chain(partial(invoice)).chain(silent(invoice)).collect()
}

fn partial(invoice: &Invoice) -> Option<String> {
    // All peerings of one run share the same periods.
    let mut parts = BTreeMap::new();
    for line in invoice.lines.iter().filter(|line| (line.covers_start, line.covers_end) != (line.start, line.end)) {
        parts.insert((line.covers_start, line.covers_end), format!("{} of {}", covered(line), line.period));
    }
    let mut listed: Vec<String> = parts.values().take(LISTED).cloned().collect();
    if parts.len() > LISTED {
        listed.push(format!("parts of {} more", parts.len() - LISTED));
    }
    if parts.is_empty() {
        return None;
    }
    let all = words::listed(&listed);
    let plural = if parts.len() > 1 { "S" } else { "" };
    Some(match invoice.is_monthly() {
        true => format!("PARTIAL MONTH{plural}: the bill covers {all}; the rest could raise or lower the 95 %."),
        false => format!(
            "PARTIAL DAY{plural}: the bill covers {all}; a day is billed by its peak, which the rest could only raise."
        ),
    })
}

fn covered(line: &InvoiceLine) -> SimDuration {
    let nanos = line.covers_end.as_nanosecond() - line.covers_start.as_nanosecond();
    SimDuration::from_nanos(u64::try_from(nanos).unwrap_or_default())
}

fn silent(invoice: &Invoice) -> Option<String> {
    let silent: usize = invoice.lines.iter().map(|line| line.silent_windows).sum();
    let all: usize = invoice.lines.iter().map(|line| line.samples + line.silent_windows).sum();
    let [silent, all] = [silent, all].map(|count| grouped(count as u64));
    (silent != "0").then(|| format!("SILENCE: {silent} of {all} windows of 5 minutes have no row; each counts as 0."))
}
