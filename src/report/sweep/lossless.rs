//! The searches for the highest lossless rate as a table, CSV and JSON.

use super::axes::{self, maybe};
use super::model::{LosslessReport, LosslessSearch};
use crate::report::format::column::{number, prose};
use crate::report::format::json::pretty;
use crate::report::format::page::Page;
use crate::report::format::table::{Cell, Table};
use crate::report::format::words::counted;
use crate::units::{BitRate, SimDuration, grouped};
use serde_json::{Value, json};

/// The columns of the CSV behind those of the axes.
pub const LOSSLESS_COLUMNS: &str = "lossless_bps,resolution_bps,packets_per_s,delay_min_ns,delay_p50_ns,delay_p99_ns,\
                                    delay_max_ns,burst_packets,burst_buffer_ns,rates_tried,limited_by,burst_limited_by";

/// A line for each search, and below it why the rate is no higher.
pub fn lossless_text(report: &LosslessReport, page: &Page) -> String {
    let columns = [
        number("lossless rate"),
        number("packets/s"),
        number("resolution").minor(),
        number("delay min").opens(),
        number("p50"),
        number("p99"),
        number("max"),
        number("burst").opens(),
        number("buffer"),
        prose("limited by"),
    ];
    let mut table = axes::table(&report.head, &columns);
    for search in &report.searches {
        axes::row(&mut table, &search.values, cells(search));
    }
    let mut remarks = format!("Tried up to {}, the line rate", report.line_rate);
    let trial = report.searches.first().map(|search| search.trial);
    match trial.filter(|trial| report.searches.iter().all(|search| search.trial == *trial)) {
        Some(trial) => {
            remarks += &format!(", for {trial} each; where a bucket and a queue fill, a longer run loses sooner.");
        }
        None => remarks += ".",
    }
    if report.searches.iter().any(|search| search.senders > 1) {
        remarks += " Rates and bursts are those of each sender of the entry.";
    }
    let subject = format!("highest {} without loss", report.key);
    let tried = if page.verbose { tried(report, page) } else { String::new() };
    axes::heading(&report.head, &subject, page)
        + &table.render(page)
        + &tried
        + "\n"
        + &page.prose(&remarks)
        + &axes::notes(&report.head, page)
}

fn cells(search: &LosslessSearch) -> [Cell; 10] {
    let delay = |of: fn(&crate::report::run::Delays) -> SimDuration| maybe(search.delay.as_ref().map(of)).into();
    let burst = search.burst.as_ref();
    let why = [&search.limited_by, &burst.and_then(|burst| burst.limited_by.clone())].map(Clone::clone);
    let why = match why {
        [Some(rate), Some(burst)] if rate != burst => format!("{rate}; the burst by {burst}"),
        [rate, burst] => rate.or(burst).unwrap_or_default(),
    };
    let packets = burst.map(|burst| burst.packets.map_or("none".into(), |packets| counted(packets, "packet")));
    [
        search.lossless.map_or("none".into(), |rate| rate.to_string()).into(),
        maybe(search.packets_per_s.map(grouped)).into(),
        maybe(search.resolution).into(),
        delay(|delay| delay.min),
        delay(|delay| delay.p50),
        delay(|delay| delay.p99),
        delay(|delay| delay.max),
        maybe(packets).into(),
        maybe(burst.and_then(|burst| burst.buffer)).into(),
        why.into(),
    ]
}

/// Every rate that was tried.
fn tried(report: &LosslessReport, page: &Page) -> String {
    let mut table: Table = axes::table(&report.head, &[number("tried"), number("lost")]);
    for search in &report.searches {
        for tried in &search.tried {
            axes::row(&mut table, &search.values, [tried.rate.to_string(), grouped(tried.lost)].map(Cell::from));
        }
    }
    format!("\n{}", table.render(page))
}

/// A row for each search.
pub fn lossless_csv(report: &LosslessReport) -> String {
    let row = |search: &LosslessSearch| {
        let delay = |of: fn(&crate::report::run::Delays) -> SimDuration| {
            maybe(search.delay.as_ref().map(|delay| of(delay).as_nanos()))
        };
        let burst = search.burst.as_ref();
        [
            maybe(search.lossless.map(BitRate::as_bps)),
            maybe(search.resolution.map(BitRate::as_bps)),
            maybe(search.packets_per_s),
            delay(|delay| delay.min),
            delay(|delay| delay.p50),
            delay(|delay| delay.p99),
            delay(|delay| delay.max),
            maybe(burst.and_then(|burst| burst.packets)),
            maybe(burst.and_then(|burst| burst.buffer).map(SimDuration::as_nanos)),
            search.tried.len().to_string(),
            maybe(search.limited_by.clone()),
            maybe(burst.and_then(|burst| burst.limited_by.clone())),
        ]
        .to_vec()
    };
    axes::csv(&report.head, LOSSLESS_COLUMNS, report.searches.iter().map(|search| (&search.values[..], row(search))))
}

/// A document for a single search, and an array of them for several.
pub fn lossless_json(report: &LosslessReport) -> String {
    let one = |search: &LosslessSearch| {
        let fields = json!({
            "at": axes::by_key(&report.head, &search.values),
            "key": report.key,
            "senders": search.senders,
            "trial_ns": search.trial,
            "line_rate_bps": report.line_rate,
            "lossless_bps": search.lossless,
            "resolution_bps": search.resolution,
            "packets_per_s": search.packets_per_s,
            "limited_by": search.limited_by,
            "delay": search.delay,
            "burst": search.burst,
            "tried": search.tried,
        });
        axes::document("vpcsim-lossless", &report.head, &fields)
    };
    match &report.searches[..] {
        [search] => pretty(&one(search)),
        searches => pretty(&searches.iter().map(one).collect::<Vec<Value>>()),
    }
}
