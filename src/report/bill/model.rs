//! The view model of a bill: everything an invoice may show, as plain numbers and texts. Text, JSON and CSV are drawn
//! from it. It prices nothing: the metering room does.
//!
//! Field names carry their unit. Amounts and prices are decimals as texts, which keeps them exact. `_bits` fields count
//! the bits of a 5-minute window, the exact form of a sample; `_bps` fields are the same rounded half up. Fields may be
//! added within a version; none changes its meaning or goes.

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
    /// Whether the run was interrupted: the bill then covers less. Which periods were measured only in part, its lines
    /// say.
    pub partial: bool,
    /// Lines whose period was measured only in part, interrupted or not.
    pub partial_lines: usize,
    /// The vendor's name of the billing method.
    pub charge_type: &'static str,
    /// `excess` or `peak`: what picks the tier where some of a peak is free (S44).
    pub free_basis: &'static str,
    /// Whose civil days count.
    pub zone: String,
    /// The same, to count days with.
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
    /// Lines whose price is not published: the totals lack them (S42).
    pub unpriced: usize,
    /// Books that come with the program and have prices for lines without one, those for most first.
    pub priced_elsewhere: Vec<OtherBook>,
    /// Peerings inside one region: free (S39), and without monitoring in the product (S37).
    pub regional: Vec<String>,
    /// What other caps would have cost, if asked for: one entry a peering.
    pub what_if: Vec<WhatIf>,
}

/// Where the prices are from.
#[derive(Debug, Clone, Serialize)]
pub struct BookReport {
    /// The book's name.
    pub name: String,
    /// Who published them.
    pub source: String,
    /// When.
    pub date: String,
    /// What they are in.
    pub currency: Currency,
}

/// A book that has prices which this one lacks.
#[derive(Debug, Clone, Serialize)]
pub struct OtherBook {
    /// Its name.
    pub book: &'static str,
    /// For how many of the lines without a price.
    pub lines: usize,
}

/// One peering, one day or month.
#[derive(Debug, Clone, Serialize)]
pub struct InvoiceLine {
    /// Who pays: the requester's account (S39).
    pub account: String,
    /// The peering's name; of several that bore it, the second is `PeerConn#2`.
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
    /// The first instant behind it.
    #[serde(rename = "end_utc")]
    pub end: Timestamp,
    /// What of the period was measured: its first instant. A run that begins or ends inside a period covers less of it.
    #[serde(rename = "covers_start_utc")]
    pub covers_start: Timestamp,
    /// The first instant behind it.
    #[serde(rename = "covers_end_utc")]
    pub covers_end: Timestamp,
    /// The largest measured sample.
    #[serde(rename = "measured_bits")]
    pub measured: Load,
    /// Its rate over the window.
    pub measured_bps: BitRate,
    /// The load the price is for: the largest billable sample (S40a), or the percentile.
    #[serde(rename = "billable_bits")]
    pub billable: Load,
    /// Its rate over the window.
    pub billable_bps: BitRate,
    /// When that was, civil time: `2017-06-01 09:35`; none for a month.
    pub peak_at: Option<String>,
    /// Which way, seen from the requester; none for a month.
    pub direction: Option<Direction>,
    /// Samples taken.
    pub samples: usize,
    /// Samples the day has; none for a month.
    pub windows: Option<usize>,
    /// Samples whose window was measured only in part.
    pub partial_samples: usize,
    /// Windows of a file that have no row: silence, each a sample of 0.
    pub silent_windows: usize,
    /// The windows that a month's percentile is of, silent ones among them (S48); none for a day.
    pub percentile_windows: Option<usize>,
    /// Days that count and days of the month; none for a day.
    pub valid_days: Option<(usize, usize)>,
    /// What of the load is free (S44).
    pub free_bps: BitRate,
    /// `priced`, `nothing` or `unpriced`.
    pub status: &'static str,
    /// Why there is no price.
    pub reason: Option<String>,
    /// `(20, 100] Mbps`
    pub tier: Option<String>,
    /// Per Mbps and day or month.
    pub unit_price: Option<String>,
    /// What all of the load would cost.
    pub gross: Option<Money>,
    /// What is remitted: zero or negative.
    pub credit: Option<Money>,
    /// What is to be paid; none if nobody knows.
    pub amount: Option<Money>,
}

/// What one account pays.
#[derive(Debug, Clone, Serialize)]
pub struct InvoiceTotal {
    /// Who.
    pub account: String,
    /// What in.
    pub currency: Currency,
    /// How much, of what has a price.
    pub amount: Money,
    /// Lines that have none: the amount lacks them.
    pub unpriced: usize,
}

impl Invoice {
    /// Whether the charge is by the month.
    pub fn is_monthly(&self) -> bool {
        self.charge_type == Method::Month95.charge_type()
    }
}
