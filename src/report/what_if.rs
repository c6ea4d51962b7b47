//! What a peering would cost under other caps: the view model, a part of the invoice, and its table. It runs nothing
//! and prices nothing.

use super::invoice::Invoice;
use super::table::{Column, Table, wrapped};
use crate::metering::{Comparison, Found, Load, Trial, cheapest};
use crate::units::{BitRate, Money, Share};
use jiff::Timestamp;
use serde::Serialize;

/// More caps of one peering than this are counted, not listed.
const LISTED: usize = 4;

/// What one peering would cost under other caps.
#[derive(Debug, Clone, Serialize)]
pub struct WhatIf {
    /// Its name.
    pub peering: String,
    /// The loss that may be.
    pub most_loss: Share,
    /// The caps that the scenario gives it, each with the instant it begins.
    pub caps: Vec<CapReport>,
    /// What was found under these.
    pub as_it_is: FoundReport,
    /// Each cap of the console's menu that the peering can have, held from start to end: the scenario's own changes of
    /// the cap are left out.
    pub trials: Vec<TrialReport>,
    /// Caps of the menu that it cannot have.
    pub not_possible: Vec<NotPossible>,
    /// The cheapest of the trials that loses no more than that; none if none does and has a price.
    #[serde(rename = "cheapest_bps")]
    pub cheapest: Option<BitRate>,
}

/// A cap and when it begins.
#[derive(Debug, Clone, Serialize)]
pub struct CapReport {
    /// When.
    #[serde(rename = "since_utc")]
    pub since: Timestamp,
    #[serde(rename = "cap_bps")]
    #[allow(missing_docs)]
    pub cap: BitRate,
}

/// What a run found.
#[derive(Debug, Clone, Serialize)]
pub struct FoundReport {
    /// Shaper drops / offered of its worse direction.
    pub loss: Share,
    /// The largest billable sample; the largest percentile where months are billed.
    #[serde(rename = "peak_bits")]
    pub peak: Load,
    /// What the run costs; none if that is not published.
    pub price: Option<Money>,
}

/// One cap and what a run found under it.
#[derive(Debug, Clone, Serialize)]
pub struct TrialReport {
    #[serde(rename = "cap_bps")]
    #[allow(missing_docs)]
    pub cap: BitRate,
    #[serde(flatten)]
    #[allow(missing_docs)]
    pub found: FoundReport,
}

/// One cap that the peering cannot have.
#[derive(Debug, Clone, Serialize)]
pub struct NotPossible {
    #[serde(rename = "cap_bps")]
    #[allow(missing_docs)]
    pub cap: BitRate,
    /// Why not.
    pub reason: String,
}

impl WhatIf {
    /// The table for one peering.
    pub fn of(comparison: &Comparison, most_loss: Share) -> WhatIf {
        let Comparison { subject, caps, as_it_is, trials } = comparison;
        let found = |found: &Found| FoundReport { loss: found.loss, peak: found.peak, price: found.price };
        let tried = |trial: &Trial| Some(TrialReport { cap: trial.cap, found: found(trial.found.as_ref().ok()?) });
        let impossible =
            |trial: &Trial| Some(NotPossible { cap: trial.cap, reason: trial.found.as_ref().err()?.clone() });
        WhatIf {
            peering: subject.peering.clone(),
            most_loss,
            caps: caps.iter().map(|(since, cap)| CapReport { since: *since, cap: *cap }).collect(),
            as_it_is: found(as_it_is),
            trials: trials.iter().filter_map(tried).collect(),
            not_possible: trials.iter().filter_map(impossible).collect(),
            cheapest: cheapest(trials, most_loss),
        }
    }

    /// The table as text.
    pub(super) fn text(&self, invoice: &Invoice, width: usize) -> String {
        let load = if invoice.is_monthly() { "95 %" } else { "peak" };
        let columns = [
            ("cap", Column::Number),
            ("loss", Column::Number),
            (load, Column::Number),
            ("price", Column::Number),
            ("", Column::Prose),
        ];
        let mut table = Table::new(&columns);
        let row = |cap: String, found: &FoundReport, remark: String| {
            let price = found.price.map_or("not priced".into(), |price| price.to_string());
            [cap, found.loss.to_string(), found.peak.to_string(), price, remark]
        };
        table.row(row("as it is".into(), &self.as_it_is, self.own_caps(invoice)));
        let mut rows: Vec<(BitRate, [String; 5])> = Vec::new();
        for trial in &self.trials {
            let remark = if Some(trial.cap) == self.cheapest { "cheapest".into() } else { String::new() };
            rows.push((trial.cap, row(trial.cap.to_string(), &trial.found, remark)));
        }
        for NotPossible { cap, reason } in &self.not_possible {
            let (none, remark) = (String::new, format!("not possible: {reason}"));
            rows.push((*cap, [cap.to_string(), none(), none(), none(), remark]));
        }
        rows.sort_by_key(|(cap, _)| *cap);
        rows.into_iter().for_each(|(_, row)| table.row(row));
        let (peering, currency) = (&self.peering, invoice.book.currency);
        let prose: String = self.answers().iter().flat_map(|answer| wrapped(answer, width)).map(|l| l + "\n").collect();
        format!("What if {peering} had another cap? (price of the run, {currency})\n{}{prose}", table.render(width))
    }

    /// `100 Mbps, 200 Mbps from 2017-06-01 20:00`; the first cap also with its instant where the peering was made
    /// later.
    fn own_caps(&self, invoice: &Invoice) -> String {
        let first = invoice.lines.iter().map(|line| line.covers_start).min();
        let mut caps: Vec<String> = Vec::new();
        for CapReport { since, cap } in self.caps.iter().take(LISTED) {
            let civil = since.to_zoned(invoice.time_zone.clone());
            let clock = if civil.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
            let from = if Some(*since) > first { format!(" from {}", civil.strftime(clock)) } else { String::new() };
            caps.push(format!("{cap}{from}"));
        }
        if self.caps.len() > LISTED {
            caps.push(format!("and {} more", self.caps.len() - LISTED));
        }
        caps.join(", ")
    }

    fn answers(&self) -> Vec<String> {
        let mut answers = Vec::new();
        match self.caps.len().saturating_sub(1) {
            0 => {}
            1 => answers
                .push("Each other row holds its cap throughout: the file's change of the cap is left out.".into()),
            n => answers.push(format!(
                "Each other row holds its cap throughout: the file's {n} changes of the cap are left out."
            )),
        }
        let most = self.most_loss;
        answers.push(match self.cheapest {
            Some(cap) => format!("{cap} is the cheapest cap that loses at most {most}."),
            None => format!("No cap with a published price loses at most {most}."),
        });
        answers
    }
}
