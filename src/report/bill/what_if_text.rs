//! The table of what a peering would cost under other caps.

use super::model::Invoice;
use super::what_if::{CapReport, FoundReport, NotPossible, WhatIf};
use crate::report::format::column::{number, prose};
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::{Cell, Table};
use crate::units::{BitRate, Money};

/// If a peering had more caps than this, they are counted instead of listed.
const LISTED: usize = 4;

/// The table as text.
pub fn what_if_text(what_if: &WhatIf, invoice: &Invoice, page: &Page) -> String {
    let load = if invoice.is_monthly() { "95 %" } else { "peak" };
    let columns = [number("cap").key(), number("loss"), number(load), number("price"), prose("")];
    let mut table = Table::new(&columns);
    let row = |cap: String, found: &FoundReport, remark: String| {
        [cap.into(), found.loss.to_string().into(), found.peak.to_string().into(), priced(found.price), remark.into()]
    };
    table.row(row("as it is".into(), &what_if.as_it_is, own_caps(&what_if.caps, invoice)));
    let mut rows: Vec<(BitRate, [Cell; 5])> = Vec::new();
    for trial in &what_if.trials {
        let remark = if Some(trial.cap) == what_if.cheapest { "cheapest".into() } else { String::new() };
        rows.push((trial.cap, row(trial.cap.to_string(), &trial.found, remark)));
    }
    for NotPossible { cap, reason } in &what_if.not_possible {
        let (none, remark) = (|| Cell::from(""), format!("not possible: {reason}"));
        rows.push((*cap, [cap.to_string().into(), none(), none(), none(), remark.into()]));
    }
    rows.sort_by_key(|(cap, _)| *cap);
    rows.into_iter().for_each(|(_, row)| table.row(row));
    let (peering, currency) = (&what_if.peering, invoice.book.currency);
    let answers: String = answers(what_if).iter().map(|answer| page.prose(answer)).collect();
    let title = page.title(&format!("What if {peering} had another cap? (price of the run, {currency})"));
    title + &table.render(page) + &answers
}

/// An amount, or a remark that there is none.
pub fn priced(amount: Option<Money>) -> Cell {
    amount.map_or_else(|| Cell::toned("not priced", Tone::Caution), |amount| amount.to_string().into())
}

/// `100 Mbps, 200 Mbps from 2017-06-01 20:00`; the first cap has its instant too if the peering was created later.
fn own_caps(caps: &[CapReport], invoice: &Invoice) -> String {
    let first = invoice.lines.iter().map(|line| line.covers_start).min();
    let mut told: Vec<String> = Vec::new();
    for CapReport { since, cap } in caps.iter().take(LISTED) {
        let civil = since.to_zoned(invoice.time_zone.clone());
        let clock = if civil.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
        let from = if Some(*since) > first { format!(" from {}", civil.strftime(clock)) } else { String::new() };
        told.push(format!("{cap}{from}"));
    }
    if caps.len() > LISTED {
        told.push(format!("and {} more", caps.len() - LISTED));
    }
    told.join(", ")
}

fn answers(what_if: &WhatIf) -> Vec<String> {
    let mut answers = Vec::new();
    match what_if.caps.len().saturating_sub(1) {
        0 => {}
        1 => answers.push("Each other row holds its cap throughout: the file's change of the cap is left out.".into()),
        n => answers
            .push(format!("Each other row holds its cap throughout: the file's {n} changes of the cap are left out.")),
    }
    let most = what_if.most_loss;
    answers.push(match what_if.cheapest {
        Some(cap) => format!("{cap} is the cheapest cap that loses at most {most}."),
        None => format!("No cap with a published price loses at most {most}."),
    });
    answers
}
