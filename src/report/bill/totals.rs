//! The totals: who pays how much, in sentences, and the total of each peering that has several lines.

use super::model::{Invoice, InvoiceLine, InvoiceTotal, OtherBook};
use super::what_if_text::priced;
use crate::metering::Load;
use crate::report::format::column::{number, text};
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::Table;
use crate::report::format::words::{counted, listed};
use crate::units::{Money, grouped};

/// Who pays what, and which books have the prices that are missing.
pub fn totals(invoice: &Invoice, page: &Page) -> String {
    if invoice.totals.is_empty() {
        return page.prose("Nothing to pay.");
    }
    let tone = |total: &InvoiceTotal| if total.unpriced > 0 { Tone::Caution } else { Tone::Title };
    let totals = invoice.totals.iter().map(|total| page.toned(&payment(total, invoice), tone(total)));
    totals.chain(elsewhere(invoice).map(|sentence| page.prose(&sentence))).collect()
}

/// An incomplete amount is reported as incomplete; if every line lacks a price, no amount is reported.
fn payment(total: &InvoiceTotal, invoice: &Invoice) -> String {
    let InvoiceTotal { account, amount, currency, unpriced } = total;
    let lines = invoice.lines.iter().filter(|line| line.account == *account).count();
    let (are, whose) = if *unpriced == 1 { ("is", "its price is") } else { ("are", "their prices are") };
    let why = format!("{are} NOT PRICED, since {whose} not published");
    let unpriced_lines = counted(*unpriced as u64, "line");
    match (*unpriced, *amount > Money::ZERO) {
        (0, _) => format!("{account} pays {amount} {currency}."),
        (1, true) => format!("{account} pays {amount} {currency}; 1 more line {why}."),
        (n, true) => format!("{account} pays {amount} {currency}; {} more lines {why}.", grouped(n as u64)),
        (1, false) if lines == 1 => format!("{account}: its 1 line {why}."),
        (n, false) if lines == n => format!("{account}: all {unpriced_lines} {why}."),
        (_, false) => format!("{account}: {unpriced_lines} {why}; nothing else costs anything."),
    }
}

/// Which books shipped with the program have the prices that this one lacks.
fn elsewhere(invoice: &Invoice) -> Option<String> {
    if invoice.unpriced == 0 {
        return None;
    }
    let unpriced = invoice.unpriced;
    let other = |other: &OtherBook| match other.lines {
        all if all == unpriced => format!("--book {}", other.book),
        some => format!("--book {} ({} of {})", other.book, grouped(some as u64), counted(unpriced as u64, "line")),
    };
    let others: Vec<String> = invoice.priced_elsewhere.iter().map(other).collect();
    let what = if unpriced == 1 { "that price" } else { "such prices" };
    Some(match &others[..] {
        [] => format!("No book that comes with vpcsim has {what}; --book FILE takes one of your own."),
        [_] => format!("Another book has {what}: {}.", listed(&others)),
        [..] => format!("Other books have {what}: {}.", listed(&others)),
    })
}

/// The total of each peering, if one of them has several lines.
pub fn by_peering(invoice: &Invoice, page: &Page) -> Option<String> {
    let mut groups: Vec<Vec<&InvoiceLine>> = Vec::new();
    for line in &invoice.lines {
        match groups.last_mut().filter(|group| group[0].peering == line.peering) {
            Some(group) => group.push(line),
            None => groups.push(vec![line]),
        }
    }
    if groups.iter().all(|group| group.len() == 1) {
        return None;
    }
    let (periods, load) = if invoice.is_monthly() { ("months", "highest 95 %") } else { ("days", "highest peak") };
    let mut table = Table::new(&[
        text("peering").key(),
        number(periods),
        number("with load"),
        number(load),
        number("amount"),
        number("not priced"),
    ]);
    for group in groups {
        let count = |wanted: &dyn Fn(&&&InvoiceLine) -> bool| group.iter().filter(wanted).count() as u64;
        let unpriced = count(&|line| line.amount.is_none());
        let amount = group.iter().filter_map(|line| line.amount).fold(Money::ZERO, |sum, amount| sum + amount);
        let is_known = amount > Money::ZERO || unpriced == 0;
        table.row([
            group[0].peering.as_str().into(),
            grouped(group.len() as u64).into(),
            grouped(count(&|line| line.billable > Load::ZERO)).into(),
            group.iter().map(|line| line.billable).max().unwrap_or_default().to_string().into(),
            priced(is_known.then_some(amount)),
            if unpriced > 0 { grouped(unpriced) } else { String::new() }.into(),
        ]);
    }
    Some(page.title("Totals") + &table.render(page))
}
