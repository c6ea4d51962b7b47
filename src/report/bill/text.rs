//! The readable invoice: first who pays what, then the lines behind it. Not for programs: see the JSON and the CSV.

use super::extent::extent;
use super::model::{Invoice, InvoiceLine, InvoiceTotal};
use super::what_if_text::what_if_text;
use crate::report::format::table::{Column, Table, wrapped};
use crate::units::{BitRate, grouped};

/// The invoice for a terminal `width` columns wide.
pub fn invoice_text(invoice: &Invoice, width: usize) -> String {
    let mut parts = vec![headline(invoice, width), totals(invoice, width)];
    if !invoice.lines.is_empty() {
        parts.push(format!("Charges\n{}", lines(invoice, width)));
    }
    parts.extend(invoice.what_if.iter().map(|what_if| what_if_text(what_if, invoice, width)));
    let notes = notes(invoice);
    if !notes.is_empty() {
        parts.push(notes.iter().map(|note| prose(note, width)).collect());
    }
    parts.join("\n")
}

fn prose(text: &str, width: usize) -> String {
    wrapped(text, width).join("\n") + "\n"
}

fn headline(invoice: &Invoice, width: usize) -> String {
    let book = &invoice.book;
    let method = if invoice.is_monthly() { "95th percentile of the month" } else { "peak of the day" };
    let head = format!("{}: bill by the {method}, days of {} ({})", invoice.scenario, invoice.zone, invoice.file);
    let prices = format!("Prices: {} ({}, {}), {}", book.name, book.source, book.date, book.currency);
    [head, prices].iter().chain(&extent(invoice)).map(|sentence| prose(sentence, width)).collect()
}

fn totals(invoice: &Invoice, width: usize) -> String {
    if invoice.totals.is_empty() {
        return "Nothing to pay.\n".into();
    }
    let sentence = |InvoiceTotal { account, amount, currency, unpriced }: &InvoiceTotal| {
        let pays = format!("{account} pays {amount} {currency}");
        let is_some_priced = invoice.lines.iter().any(|line| line.account == *account && line.amount.is_some());
        match (unpriced, is_some_priced) {
            (0, _) => format!("{pays}."),
            (1, true) => format!("{pays}; 1 more line is NOT PRICED, since its price is not published."),
            (n, true) => format!("{pays}; {n} more lines are NOT PRICED, since their prices are not published."),
            (1, false) => format!("{account}: its 1 line is NOT PRICED, since its price is not published."),
            (n, false) => format!("{account}: all {n} lines are NOT PRICED, since their prices are not published."),
        }
    };
    invoice.totals.iter().map(|total| prose(&sentence(total), width)).collect()
}

fn lines(invoice: &Invoice, width: usize) -> String {
    let period = if invoice.is_monthly() { "month" } else { "day" };
    let mut table = Table::new(&[
        (period, Column::Text),
        ("peering", Column::Text),
        ("payer", Column::Text),
        (if invoice.is_monthly() { "95 %" } else { "peak" }, Column::Number),
        ("measured", Column::Number),
        ("at", Column::Text),
        ("free", Column::Number),
        ("windows", Column::Number),
        ("silent", Column::Number),
        ("valid days", Column::Number),
        ("tier", Column::NumberOrBreak),
        ("price", Column::Number),
        ("amount", Column::Number),
        ("", Column::Prose),
    ])
    .keyed(2);
    let several = invoice.totals.len() > 1;
    for line in &invoice.lines {
        let capped = line.measured != line.billable;
        table.row([
            line.period.clone(),
            line.peering.clone(),
            if several { line.account.clone() } else { String::new() },
            line.billable.to_string(),
            if capped { line.measured.to_string() } else { String::new() },
            when(line),
            if line.free_bps > BitRate::default() { line.free_bps.to_string() } else { String::new() },
            line.percentile_windows.map(|windows| grouped(windows as u64)).unwrap_or_default(),
            // A day's remark has its samples.
            if line.windows.is_none() && line.silent_windows > 0 {
                grouped(line.silent_windows as u64)
            } else {
                String::new()
            },
            line.valid_days.map(|(valid, all)| format!("{valid} of {all}")).unwrap_or_default(),
            line.tier.clone().unwrap_or_default(),
            line.unit_price.clone().unwrap_or_default(),
            line.amount.map_or("not priced".into(), |amount| amount.to_string()),
            remark(line),
        ]);
    }
    table.render(width)
}

/// The clock at the peak and its direction, seen from the payer: `09:35 out`.
fn when(line: &InvoiceLine) -> String {
    match (line.peak_at.as_deref().and_then(|at| at.split(' ').nth(1)), line.direction) {
        (Some(clock), Some(direction)) => format!("{clock} {direction}"),
        _ => String::new(),
    }
}

/// What the numbers of a line do not say.
fn remark(line: &InvoiceLine) -> String {
    let mut remarks = Vec::new();
    remarks.extend(line.reason.clone());
    if let Some(windows) = line.windows.filter(|windows| line.samples < *windows) {
        remarks.push(format!("{} of {windows} samples", line.samples));
    }
    if line.partial_samples > 0 {
        remarks.push(format!("{} partial", line.partial_samples));
    }
    remarks.extend(line.label.clone());
    remarks.join("; ")
}

fn notes(invoice: &Invoice) -> Vec<String> {
    let mut notes = invoice.notes.clone();
    if invoice.lines.iter().any(|line| line.measured != line.billable && line.valid_days.is_none()) {
        notes.push(
            "A peak is billed up to the highest cap in force in its 5 minutes; whole packets can measure a little more \
             (S40a)."
                .into(),
        );
    }
    if invoice.lines.iter().any(|line| line.percentile_windows.is_some()) {
        notes.push(
            "The 95 % is of the month's windows of 5 minutes in which the peering was in force: of a run those that it \
             covers, of a file all of the days from the first row to the last, each without a row as 0 (S48)."
                .into(),
        );
    }
    if !invoice.regional.is_empty() {
        notes.push(format!("Free, since within one region (S39): {}.", invoice.regional.join(", ")));
    }
    notes
}
