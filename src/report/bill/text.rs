//! The readable invoice: first who pays what, then the lines behind it. Programs read the JSON or the CSV instead.

use super::extent::extent;
use super::model::{Invoice, InvoiceLine};
use super::totals::{by_peering, totals};
use super::what_if_text::{priced, what_if_text};
use crate::metering::Load;
use crate::report::format::column::{number, prose, text};
use crate::report::format::notes::folded;
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::Table;
use crate::report::format::words::counted;
use crate::units::{BitRate, grouped};

/// The invoice on a page.
pub fn invoice_text(invoice: &Invoice, page: &Page) -> String {
    let mut parts = vec![headline(invoice, page) + &cautions(invoice, page), totals(invoice, page)];
    parts.extend(by_peering(invoice, page));
    if !invoice.lines.is_empty() {
        parts.push(page.title("Charges") + &lines(invoice, page));
    }
    parts.extend(invoice.what_if.iter().map(|what_if| what_if_text(what_if, invoice, page)));
    let notes = folded(&notes(invoice), page.verbose);
    if !notes.is_empty() {
        parts.push(notes.iter().map(|note| page.prose(note)).collect());
    }
    parts.join("\n")
}

/// Who pays what, and what the bill lacks.
pub fn invoice_in_brief(invoice: &Invoice, page: &Page) -> String {
    cautions(invoice, page) + &totals(invoice, page)
}

fn headline(invoice: &Invoice, page: &Page) -> String {
    let book = &invoice.book;
    let method = if invoice.is_monthly() { "95th percentile of each month" } else { "peak of each day" };
    let head = format!("{}: billed by the {method} in {} ({})", invoice.scenario, invoice.zone, invoice.file);
    let prices = format!("Prices: {} ({}, {}), {}", book.name, book.source, book.date, book.currency);
    page.title(&head) + &page.prose(&prices)
}

/// The parts of its periods that the bill does not cover.
fn cautions(invoice: &Invoice, page: &Page) -> String {
    extent(invoice).iter().map(|sentence| page.toned(sentence, Tone::Caution)).collect()
}

fn lines(invoice: &Invoice, page: &Page) -> String {
    let (period, load) = if invoice.is_monthly() { ("month", "95 %") } else { ("day", "peak") };
    let mut table = Table::new(&[
        text(period).key(),
        text("peering").key(),
        text("payer"),
        number(load),
        number("measured").minor(),
        text("at"),
        number("free"),
        number("windows").minor(),
        number("silent"),
        number("valid days"),
        number("tier").opens(),
        number("price"),
        number("amount"),
        prose(""),
    ]);
    let several = invoice.totals.len() > 1;
    // A month has days without a packet. If all lines are of that kind, they are shown.
    let folds = !page.verbose && invoice.lines.iter().any(|line| !is_idle(line));
    for line in invoice.lines.iter().filter(|line| !folds || !is_idle(line)) {
        let capped = line.measured != line.billable;
        table.row([
            line.period.as_str().into(),
            line.peering.as_str().into(),
            if several { line.account.as_str() } else { "" }.into(),
            line.billable.to_string().into(),
            if capped { line.measured.to_string() } else { String::new() }.into(),
            when(line).into(),
            if line.free_bps > BitRate::default() { line.free_bps.to_string() } else { String::new() }.into(),
            line.percentile_windows.map(|windows| grouped(windows as u64)).unwrap_or_default().into(),
            // A daily line's remark covers silence.
            if line.windows.is_none() && line.silent_windows > 0 {
                grouped(line.silent_windows as u64)
            } else {
                String::new()
            }
            .into(),
            line.valid_days.map(|(valid, all)| format!("{valid} of {all}")).unwrap_or_default().into(),
            line.tier.clone().unwrap_or_default().into(),
            line.unit_price.clone().unwrap_or_default().into(),
            priced(line.amount),
            remark(line).into(),
        ]);
    }
    let folded = invoice.lines.iter().filter(|line| folds && is_idle(line)).count() as u64;
    let more = format!("… and {} without load, at 0.00 (-v shows all)", counted(folded, period));
    table.render(page) + &if folded > 0 { page.remark(&more) } else { String::new() }
}

/// Whether nothing was carried and the line needs no remark.
fn is_idle(line: &InvoiceLine) -> bool {
    line.measured == Load::ZERO && line.billable == Load::ZERO && remark(line).is_empty()
}

/// The time of the peak and its direction, seen from the payer: `09:35 out`.
fn when(line: &InvoiceLine) -> String {
    match (line.peak_at.as_deref().and_then(|at| at.split(' ').nth(1)), line.direction) {
        (Some(clock), Some(direction)) => format!("{clock} {direction}"),
        _ => String::new(),
    }
}

/// Remarks on what the numbers of a line do not show.
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
