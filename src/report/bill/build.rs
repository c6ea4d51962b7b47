//! Builds the [`Invoice`] of a bill: names things and counts what was measured only in part. Draws nothing.

use super::model::{BookReport, INVOICE_FORMAT, INVOICE_VERSION, Invoice, InvoiceLine, InvoiceTotal, OtherBook};
use crate::metering::{Basis, Bill, Charge, LineItem, Load, Subject, Terms};
use crate::model::plan::FreeBasis;
use crate::report::format::words::zone_name;
use crate::units::BitRate;
use jiff::Timestamp;

impl Invoice {
    /// The invoice of a bill under `terms`.
    pub fn of(bill: &Bill, terms: &Terms, scenario: &str, file: &str) -> Invoice {
        let book = &terms.book;
        let total = |total: &crate::metering::Total| InvoiceTotal {
            account: total.account.to_string(),
            currency: book.currency,
            amount: total.amount,
            unpriced: total.unpriced,
        };
        Invoice {
            format: INVOICE_FORMAT,
            version: INVOICE_VERSION,
            scenario: scenario.into(),
            file: file.into(),
            partial: false,
            partial_lines: bill.lines.iter().filter(|line| line.is_partial()).count(),
            charge_type: terms.method.charge_type(),
            free_basis: if terms.free_basis == FreeBasis::Excess { "excess" } else { "peak" },
            zone: zone_name(&terms.zone, bill.lines.first().map_or(Timestamp::UNIX_EPOCH, |line| line.period.from)),
            time_zone: terms.zone.clone(),
            book: BookReport {
                name: book.name.clone(),
                source: book.source.clone(),
                date: book.date.clone(),
                currency: book.currency,
            },
            notes: not_remitted(bill).into_iter().collect(),
            lines: bill.lines.iter().map(|l| line(l, terms)).collect(),
            totals: bill.totals.iter().map(total).collect(),
            unpriced: bill.unpriced(),
            priced_elsewhere: bill.priced_elsewhere(terms).into_iter().map(other_book).collect(),
            regional: bill.regional.iter().map(|subject: &Subject| subject.peering.clone()).collect(),
            what_if: Vec::new(),
        }
    }
}

fn other_book((book, lines): (&'static str, usize)) -> OtherBook {
    OtherBook { book, lines }
}

fn not_remitted(bill: &Bill) -> Option<String> {
    let names: Vec<&str> = bill.not_remitted.iter().map(|subject| subject.peering.as_str()).collect();
    let sentence = "Free bandwidth is remitted from peaks of days only (S44); months are billed in full";
    (!names.is_empty()).then(|| format!("{sentence}: {}.", names.join(", ")))
}

fn line(line: &LineItem, terms: &Terms) -> InvoiceLine {
    let subject = &line.subject;
    let mut report = InvoiceLine {
        account: subject.payer().to_string(),
        peering: subject.peering.clone(),
        label: subject.label.clone(),
        service: subject.service(),
        from_region: subject.requester.region.clone(),
        to_region: subject.accepter.region.clone(),
        period: String::new(),
        start: line.period.from,
        end: line.period.until,
        covers_start: line.covers.from,
        covers_end: line.covers.until,
        measured: Load::ZERO,
        measured_bps: BitRate::default(),
        billable: Load::ZERO,
        billable_bps: BitRate::default(),
        peak_at: None,
        direction: None,
        samples: 0,
        windows: None,
        partial_samples: 0,
        silent_windows: 0,
        percentile_windows: None,
        valid_days: None,
        free_bps: BitRate::default(),
        status: "",
        reason: None,
        tier: None,
        unit_price: None,
        gross: None,
        credit: None,
        amount: line.amount(),
    };
    measured(&mut report, line, terms);
    priced(&mut report, line.charge);
    report
}

fn measured(report: &mut InvoiceLine, line: &LineItem, terms: &Terms) {
    match line.basis {
        Basis::Day(peak, free) => {
            report.period = peak.date.to_string();
            (report.measured, report.billable) = (peak.measured.load, peak.billable.load);
            if peak.billable.load > Load::ZERO {
                let civil = peak.billable.start.to_zoned(terms.zone.clone());
                report.peak_at = Some(civil.strftime("%Y-%m-%d %H:%M").to_string());
                report.direction = Some(peak.billable.direction);
            }
            (report.samples, report.partial_samples, report.silent_windows) = (peak.samples, peak.partial, peak.silent);
            report.windows = Some(peak.windows);
            report.free_bps = free;
        }
        Basis::Month(month) => {
            report.period = month.first.strftime("%Y-%m").to_string();
            (report.measured, report.billable) = (month.measured, month.load);
            (report.samples, report.partial_samples, report.silent_windows) =
                (month.samples, month.partial, month.silent);
            report.percentile_windows = Some(month.windows());
            report.valid_days = Some((month.valid_days, month.days));
        }
    }
    (report.measured_bps, report.billable_bps) = (report.measured.rate(), report.billable.rate());
}

fn priced(report: &mut InvoiceLine, charge: Charge) {
    match charge {
        Charge::Nothing => report.status = "nothing",
        Charge::Unpriced(reason) => {
            report.status = "unpriced";
            report.reason = Some(reason.to_string());
        }
        Charge::Priced(priced) => {
            report.status = "priced";
            report.tier = Some(priced.tier.to_string());
            report.unit_price = Some(priced.unit_price.to_string());
            report.gross = Some(priced.gross);
            report.credit = Some(priced.credit);
        }
    }
}
