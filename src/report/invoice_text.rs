//! The readable invoice: first who pays what, then the lines behind it. Not for programs: see the JSON and the CSV.

use super::invoice::{Invoice, InvoiceLine, WhatIf};
use super::table::{Column, Table, wrapped};
use crate::units::BitRate;

/// The invoice for a terminal `width` columns wide.
pub fn invoice_text(invoice: &Invoice, width: usize) -> String {
    let mut parts = vec![headline(invoice, width), totals(invoice, width)];
    if !invoice.lines.is_empty() {
        parts.push(format!("Charges\n{}", lines(invoice, width)));
    }
    parts.extend(invoice.what_if.iter().map(|what_if| trials(what_if, invoice, width)));
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
    let partial = if invoice.partial { "PARTIAL: the run was interrupted.\n" } else { "" };
    prose(&head, width) + &prose(&prices, width) + partial
}

fn totals(invoice: &Invoice, width: usize) -> String {
    if invoice.totals.is_empty() {
        return "Nothing to pay.\n".into();
    }
    let sentence = |total: &super::invoice::InvoiceTotal| {
        let (account, amount, currency) = (&total.account, total.amount, total.currency);
        match total.unpriced {
            0 => format!("{account} pays {amount} {currency}."),
            1 => format!("{account} pays {amount} {currency} and, PARTIAL, for 1 line whose price is not published."),
            n => {
                format!("{account} pays {amount} {currency} and, PARTIAL, for {n} lines whose price is not published.")
            }
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

fn trials(what_if: &WhatIf, invoice: &Invoice, width: usize) -> String {
    let mut table = Table::new(&[
        ("cap", Column::Number),
        ("loss", Column::Number),
        ("peak", Column::Number),
        ("price", Column::Number),
        ("", Column::Text),
    ]);
    for trial in &what_if.trials {
        let chosen = Some(trial.cap) == what_if.cheapest;
        table.row([
            trial.cap.to_string(),
            trial.loss.to_string(),
            trial.peak.to_string(),
            trial.price.map_or("not priced".into(), |price| price.to_string()),
            if chosen { "cheapest".into() } else { String::new() },
        ]);
    }
    let (peering, most, currency) = (&what_if.peering, what_if.most_loss, invoice.book.currency);
    let answer = match what_if.cheapest {
        Some(cap) => format!("{cap} is the cheapest cap that loses at most {most}."),
        None => format!("No cap with a published price loses at most {most}."),
    };
    format!(
        "What if {peering} had another cap? (price of the run, {currency})\n{}{}",
        table.render(width),
        prose(&answer, width)
    )
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
    if !invoice.regional.is_empty() {
        notes.push(format!("Free, since within one region (S39): {}.", invoice.regional.join(", ")));
    }
    notes
}
