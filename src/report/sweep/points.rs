//! The points of a sweep as a table, CSV and JSON.

use super::axes::{self, maybe};
use super::model::{PointReport, SweepReport};
use crate::report::format::column::{number, text};
use crate::report::format::json::pretty;
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::Cell;
use crate::report::format::words::counted;
use crate::units::{SimDuration, grouped};

/// The columns of the CSV behind those of the axes.
pub const SWEEP_COLUMNS: &str = "partial,expectations_held,expectations,timeline_as_expected,emitted,delivered,dropped,\
                                 in_flight,loss_ppb,delivered_bps,worst_p99_ns,main_drop_reason";

/// A line for each point.
pub fn sweep_text(report: &SweepReport, page: &Page) -> String {
    let subject = match report.points.len() {
        all if all == report.planned => counted(all as u64, "point"),
        some => format!("{some} of {}", counted(report.planned as u64, "point")),
    };
    let columns = [
        text("expectations"),
        number("emitted").minor(),
        number("delivered").minor(),
        number("delivered rate"),
        number("loss"),
        number("worst p99 delay"),
        text("main drop reason"),
    ];
    let mut table = axes::table(&report.head, &columns);
    for point in &report.points {
        axes::row(&mut table, &point.values, cells(point));
    }
    axes::heading(&report.head, &subject, page) + &table.render(page) + &axes::notes(&report.head, page)
}

fn cells(point: &PointReport) -> [Cell; 7] {
    let ended = point.delivered + point.dropped;
    let expectations = match point.timeline_as_expected {
        true => axes::expectations(point.held, point.expectations, point.partial),
        false => Cell::toned(format!("{} of {}, timeline FAILED", point.held, point.expectations), Tone::Bad),
    };
    let emitted = grouped(point.emitted);
    [
        expectations,
        if point.partial { Cell::toned(format!("{emitted} PARTIAL"), Tone::Caution) } else { emitted.into() },
        grouped(point.delivered).into(),
        point.delivered_rate.to_string().into(),
        if ended > 0 { point.loss.to_string().into() } else { "".into() },
        maybe(point.worst_p99).into(),
        point.main_drop_reason.as_deref().unwrap_or_default().into(),
    ]
}

/// A row for each point.
pub fn sweep_csv(report: &SweepReport) -> String {
    let row = |point: &PointReport| {
        [
            point.partial.to_string(),
            point.held.to_string(),
            point.expectations.to_string(),
            point.timeline_as_expected.to_string(),
            point.emitted.to_string(),
            point.delivered.to_string(),
            point.dropped.to_string(),
            point.in_flight.to_string(),
            point.loss.as_ppb().to_string(),
            point.delivered_rate.as_bps().to_string(),
            maybe(point.worst_p99.map(SimDuration::as_nanos)),
            point.main_drop_reason.as_deref().unwrap_or_default().to_owned(),
        ]
        .to_vec()
    };
    axes::csv(&report.head, SWEEP_COLUMNS, report.points.iter().map(|point| (&point.values[..], row(point))))
}

/// One document.
pub fn sweep_json(report: &SweepReport) -> String {
    let mut document = axes::document("vpcsim-sweep", &report.head, report);
    let points = document["points"].as_array_mut().into_iter().flatten();
    for (shown, point) in points.zip(&report.points) {
        shown["values"] = axes::by_key(&report.head, &point.values).into();
    }
    pretty(&document)
}
