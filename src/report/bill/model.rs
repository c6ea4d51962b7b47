//! The view model of a bill: everything an invoice may show, as plain numbers and texts. Text, JSON and CSV are drawn
//! from it. The metering module does the pricing.
//!
//! Field names carry their unit. Amounts and prices are decimals as texts, which keeps them exact. `_bits` fields count
//! the bits of a 5-minute window, the exact form of a sample; `_bps` fields are the same value rounded half up. Fields
//! may be added within a version; none is removed or changes its meaning.

use super::what_if::WhatIf;
use crate::metering::{Load, Method};
use crate::model::Direction;
use crate::units::{BitRate, Currency, Money};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

/// The JSON document's `format`.
pub const INVOICE_FORMAT: &str = "vpcsim-invoice";
/// The JSON document's `version`.
pub const INVOICE_VERSION: u32 = 1;

/// One bill.
#[derive(Debug, Clone, Serialize)]
pub struct Invoice {
    /// [`INVOICE_FORMAT`].
    pub format: &'static str,
    /// [`INVOICE_VERSION`].
    pub version: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The file it came from.
    pub file: String,
    /// Whether the run was interrupted: the bill then covers less. Each line says whether its period was measured only
    /// in part.
    pub partial: bool,
    /// Lines whose period was measured only in part, interrupted or not.
    pub partial_lines: usize,
    /// The vendor's name of the billing method.
    pub charge_type: &'static str,
    /// `excess` or `peak`: what picks the tier when part of a peak is free (S44).
    pub free_basis: &'static str,
    /// The zone whose civil days count.
    pub zone: String,
    /// The same zone, for counting days.
    #[serde(skip)]
    pub time_zone: TimeZone,
    /// The price book.
    pub book: BookReport,
    /// Remarks.
    pub notes: Vec<String>,
    /// By peering, then by time.
    pub lines: Vec<InvoiceLine>,
    /// By account.
    pub totals: Vec<InvoiceTotal>,
    /// Lines without a published price: the totals lack them (S42).
    pub unpriced: usize,
    /// Books shipped with the program that have prices for lines without one, those that price most lines first.
    pub priced_elsewhere: Vec<OtherBook>,
    /// Peerings inside one region: free (S39), and without monitoring in the product (S37).
    pub regional: Vec<String>,
    /// What other caps would have cost, if asked for: one entry per peering.
    pub what_if: Vec<WhatIf>,
}

/// The source of the prices.
#[derive(Debug, Clone, Serialize)]
pub struct BookReport {
    /// The book's name.
    pub name: String,
    /// Who published the prices.
    pub source: String,
    /// When they were published.
    pub date: String,
    /// The currency.
    pub currency: Currency,
}

/// A book with prices that this one lacks.
#[derive(Debug, Clone, Serialize)]
pub struct OtherBook {
    /// Its name.
    pub book: &'static str,
    /// How many of the lines without a price it prices.
    pub lines: usize,
}

/// One peering, one day or month.
#[derive(Debug, Clone, Serialize)]
pub struct InvoiceLine {
    /// Who pays: the requester's account (S39).
    pub account: String,
    /// The peering's name; if several had this name, the second is `PeerConn#2`.
    pub peering: String,
    /// Free text.
    pub label: Option<String>,
    /// What the bill calls it (S46).
    pub service: String,
    /// The requester's region.
    pub from_region: String,
    /// The accepter's region.
    pub to_region: String,
    /// `2017-06-01`, or `2017-06` for a month.
    pub period: String,
    /// The period's first instant.
    #[serde(rename = "start_utc")]
    pub start: Timestamp,
    /// The first instant after it.
    #[serde(rename = "end_utc")]
    pub end: Timestamp,
    /// The first instant of the measured part. A run that begins or ends inside a period covers less of it.
    #[serde(rename = "covers_start_utc")]
    pub covers_start: Timestamp,
    /// The first instant after the measured part.
    #[serde(rename = "covers_end_utc")]
    pub covers_end: Timestamp,
    /// The largest measured sample.
    #[serde(rename = "measured_bits")]
    pub measured: Load,
    /// Its rate over the window.
    pub measured_bps: BitRate,
    /// The load that is priced: the largest billable sample (S40a), or the percentile.
    #[serde(rename = "billable_bits")]
    pub billable: Load,
    /// Its rate over the window.
    pub billable_bps: BitRate,
    /// When that load occurred, in civil time: `2017-06-01 09:35`; none for a month.
    pub peak_at: Option<String>,
    /// Its direction, seen from the requester; none for a month.
    pub direction: Option<Direction>,
    /// Number of samples.
    pub samples: usize,
    /// Samples in a full day; none for a month.
    pub windows: Option<usize>,
    /// Samples whose window was measured only in part.
    pub partial_samples: usize,
    /// Windows of a file without a row: silence, each a sample of 0.
    pub silent_windows: usize,
    /// The number of windows the percentile is taken over, silent ones included (S48); none for a day.
    pub percentile_windows: Option<usize>,
    /// Days that count, and days of the month; none for a day.
    pub valid_days: Option<(usize, usize)>,
    /// How much of the load is free (S44).
    pub free_bps: BitRate,
    /// `priced`, `nothing` or `unpriced`.
    pub status: &'static str,
    /// Why there is no price.
    pub reason: Option<String>,
    /// `(20, 100] Mbps`
    pub tier: Option<String>,
    /// Price per Mbps and day or month.
    pub unit_price: Option<String>,
    /// What the whole load would cost.
    pub gross: Option<Money>,
    /// What is remitted: zero or negative.
    pub credit: Option<Money>,
    /// What is to be paid; none if unknown.
    pub amount: Option<Money>,
}

/// What one account pays.
#[derive(Debug, Clone, Serialize)]
pub struct InvoiceTotal {
    /// The account.
    pub account: String,
    /// The currency.
    pub currency: Currency,
    /// The total of the lines that have a price.
    pub amount: Money,
    /// Number of lines without a price: the amount lacks them.
    pub unpriced: usize,
}

impl Invoice {
    /// Whether the charge is monthly.
    pub fn is_monthly(&self) -> bool {
        self.charge_type == Method::Month95.charge_type()
    }
}
