//! The steps of a service test as a table, CSV and JSON.

use super::axes::{self, maybe};
use super::model::{ServiceReport, ServiceStep};
use crate::report::format::column::{number, text};
use crate::report::format::json::pretty;
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::Cell;
use crate::report::run::Delays;
use crate::units::SimDuration;
use serde_json::{Value, json};

/// The columns of the CSV behind those of the axes.
pub const SERVICE_COLUMNS: &str = "cir_bps,sent_bps,delivered_bps,loss_ppb,delay_min_ns,delay_p50_ns,delay_p99_ns,\
                                   delay_max_ns,delay_variation_ns,expectations_held,expectations,main_drop_reason";

/// A line for each step.
pub fn service_text(report: &ServiceReport, page: &Page) -> String {
    let columns = [
        number("IR sent"),
        number("IR delivered"),
        number("FLR"),
        number("FTD min").opens(),
        number("p50"),
        number("p99"),
        number("max"),
        number("FDV"),
        text("expectations").opens(),
        text("main drop reason"),
    ];
    let mut table = axes::table(&report.head, &columns);
    for step in &report.steps {
        axes::row(&mut table, &step.values, cells(step));
    }
    let committed = report.steps.first().map_or(String::new(), |step| format!(", CIR {}", step.committed));
    let same = report.steps.windows(2).all(|two| two[0].committed == two[1].committed);
    let subject = format!("{} in steps{}", report.key, if same { committed } else { String::new() });
    let mut remarks = "IR: information rate, IPv4 bits. FLR: frame loss ratio. FTD: frame transfer delay. FDV: frame \
                       delay variation, p99 - min."
        .to_owned();
    if report.steps.iter().any(ServiceStep::is_unlimited) {
        remarks += " Where an overshoot loses nothing, nothing keeps the entry to its CIR.";
    }
    if report.steps.iter().any(|step| step.senders > 1) {
        remarks += " The CIR is that of each sender of the entry; IR counts all.";
    }
    axes::heading(&report.head, &subject, page)
        + &table.render(page)
        + "\n"
        + &page.prose(&remarks)
        + &axes::notes(&report.head, page)
}

fn cells(step: &ServiceStep) -> [Cell; 10] {
    let delay = |of: fn(&Delays) -> SimDuration| maybe(step.delay.as_ref().map(of)).into();
    let sent = step.sent.to_string();
    [
        if step.partial { Cell::toned(format!("{sent} PARTIAL"), Tone::Caution) } else { sent.into() },
        step.delivered.to_string().into(),
        step.loss.to_string().into(),
        delay(|delay| delay.min),
        delay(|delay| delay.p50),
        delay(|delay| delay.p99),
        delay(|delay| delay.max),
        maybe(step.delay_variation).into(),
        axes::expectations(step.held, step.expectations, step.partial),
        step.main_drop_reason.as_deref().unwrap_or_default().into(),
    ]
}

/// A row for each step.
pub fn service_csv(report: &ServiceReport) -> String {
    let row = |step: &ServiceStep| {
        let delay = |of: fn(&Delays) -> SimDuration| maybe(step.delay.as_ref().map(|delay| of(delay).as_nanos()));
        [
            step.committed.as_bps().to_string(),
            step.sent.as_bps().to_string(),
            step.delivered.as_bps().to_string(),
            step.loss.as_ppb().to_string(),
            delay(|delay| delay.min),
            delay(|delay| delay.p50),
            delay(|delay| delay.p99),
            delay(|delay| delay.max),
            maybe(step.delay_variation.map(SimDuration::as_nanos)),
            step.held.to_string(),
            step.expectations.to_string(),
            step.main_drop_reason.as_deref().unwrap_or_default().to_owned(),
        ]
        .to_vec()
    };
    axes::csv(&report.head, SERVICE_COLUMNS, report.steps.iter().map(|step| (&step.values[..], row(step))))
}

/// One document with every step.
pub fn service_json(report: &ServiceReport) -> String {
    let step = |step: &ServiceStep| {
        let mut shown = json!({ "at": axes::by_key(&report.head, &step.values) });
        if let (Some(shown), Ok(Value::Object(fields))) = (shown.as_object_mut(), serde_json::to_value(step)) {
            shown.extend(fields);
        }
        shown
    };
    let steps: Vec<Value> = report.steps.iter().map(step).collect();
    let fields = json!({ "key": report.key, "steps": steps });
    pretty(&axes::document("vpcsim-y1564", &report.head, &fields))
}
