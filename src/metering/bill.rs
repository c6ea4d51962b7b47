//! The bill: one line per peering and day (or month), totals per payer (S39–S48). Draws nothing.

use super::book::PriceBook;
use super::month::{Month, months};
use super::peak::{DayPeak, days};
use super::price::{Charge, Free, price_day, price_month};
use super::series::Series;
use super::subject::Subject;
use crate::model::plan::{Billing, BookChoice, FreeBasis, Plan};
use crate::model::{Name, Network, Rules};
use crate::notation::{Diagnostic, Source};
use crate::units::{BitRate, Money, Span};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// How a bill is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The peak of each day (S40).
    DayPeak,
    /// The 95th percentile of each month (S48).
    Month95,
}

impl Method {
    /// The vendor's name for it.
    pub fn charge_type(self) -> &'static str {
        match self {
            Method::DayPeak => "POSTPAID_BY_DAY_MAX",
            Method::Month95 => "POSTPAID_BY_MONTH_95",
        }
    }
}

/// Everything a bill depends on besides samples.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The price book.
    pub book: PriceBook,
    /// The billing method.
    pub method: Method,
    /// What picks the tier when part of a peak is free.
    pub free_basis: FreeBasis,
    /// Free bandwidth, by the peering's original name, with its first day (unset: the day the peering was made) and its
    /// last day.
    pub free: Vec<(Name, BitRate, Option<Date>, Date)>,
    /// VIP customers.
    pub vip: Vec<Name>,
    /// The free bandwidth of VIP customers on each of their peerings between home regions, and its last day (S44).
    pub vip_free: (BitRate, Date),
    /// The zone whose civil days count.
    pub zone: TimeZone,
}

impl Terms {
    /// The terms of a scenario: with this price book, else the one that its file chooses, else the usual one.
    ///
    /// # Errors
    /// What is wrong with a book of the user's own.
    pub fn of(network: &Network, plan: &Plan, book: Option<BookChoice>) -> Result<Terms, Vec<Diagnostic>> {
        let usual = || BookChoice::Shipped(network.rules.book.into());
        let book = match book.or_else(|| plan.billing.book.clone()).unwrap_or_else(usual) {
            BookChoice::Shipped(name) => PriceBook::shipped(&name).expect("only names of shipped books are chosen"),
            BookChoice::Own { file, text } => {
                PriceBook::parse(&Source::new(file, text), &|name| network.regions().find(name).is_some())?
            }
        };
        let name = |id| network.account(id).name.clone();
        Ok(Terms::new(book, &network.rules, &plan.billing, plan.start.time_zone().clone(), name))
    }

    /// The terms of a scenario and its rules, with `book` and in `zone`; `account` gives an account's name.
    pub fn new(
        book: PriceBook,
        rules: &Rules,
        billing: &Billing,
        zone: TimeZone,
        account: impl Fn(crate::model::AccountId) -> Name,
    ) -> Terms {
        let free = billing.free.iter().map(|f| (f.peering.clone(), f.bandwidth, f.from, f.until));
        Terms {
            book,
            method: Method::DayPeak,
            free_basis: billing.free_basis,
            free: free.collect(),
            vip: billing.vip.iter().map(|id| account(*id)).collect(),
            vip_free: (rules.vip_bandwidth, rules.vip_until),
            zone,
        }
    }

    /// The free bandwidth of a peering on a day (S44): only between home regions, in whole days; of several offers the
    /// largest.
    fn free_on(&self, subject: &Subject, day: Date) -> Free {
        let mut bandwidth = BitRate::default();
        if subject.home.is_some() {
            let own = self.free.iter().filter(|(name, ..)| *name == subject.made_as);
            let own = own.filter(|(_, _, from, until)| (from.unwrap_or(subject.made_on)..=*until).contains(&day));
            bandwidth = own.map(|(_, bandwidth, ..)| *bandwidth).max().unwrap_or_default();
            let (vip_bandwidth, vip_until) = self.vip_free;
            if self.vip.contains(subject.payer()) && (subject.made_on..=vip_until).contains(&day) {
                bandwidth = bandwidth.max(vip_bandwidth);
            }
        }
        Free { bandwidth, basis: self.free_basis }
    }
}

/// The load that a line bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// A day's peak, and its free bandwidth.
    Day(DayPeak, BitRate),
    /// A month's 95th percentile.
    Month(Month),
}

/// One peering, one day or month.
#[derive(Debug, Clone)]
pub struct LineItem {
    /// The peering and who pays for it.
    pub subject: Subject,
    /// What was measured.
    pub basis: Basis,
    /// The charge period.
    pub period: Span<Timestamp>,
    /// The measured part: less if a run begins or ends inside the period.
    pub covers: Span<Timestamp>,
    /// Its cost.
    pub charge: Charge,
}

impl LineItem {
    /// What is to be paid; none if unknown.
    pub fn amount(&self) -> Option<Money> {
        match self.charge {
            Charge::Nothing => Some(Money::ZERO),
            Charge::Priced(priced) => Some(priced.amount),
            Charge::Unpriced(_) => None,
        }
    }
    /// Whether only part of the period was measured.
    pub fn is_partial(&self) -> bool {
        self.covers != self.period
    }
}

/// What one account pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// The account.
    pub account: Name,
    /// The total of the lines that have a price.
    pub amount: Money,
    /// Number of lines without a price: the amount lacks them (S42).
    pub unpriced: usize,
}

/// Everything to be paid.
#[derive(Debug, Clone)]
pub struct Bill {
    /// By peering, then by time.
    pub lines: Vec<LineItem>,
    /// By account, in order of name.
    pub totals: Vec<Total>,
    /// Peerings that are free because both ends are in one region (S39).
    pub regional: Vec<Subject>,
    /// Peerings whose free bandwidth is not remitted, because it applies to days and months are billed (S44, S48).
    pub not_remitted: Vec<Subject>,
}

impl Bill {
    /// The bill of all series under `terms`.
    pub fn of(series: &[Series], terms: &Terms) -> Bill {
        let (billed, regional): (Vec<&Series>, Vec<&Series>) = series.iter().partition(|s| s.subject.cross_region);
        let lines: Vec<LineItem> = match terms.method {
            Method::DayPeak => billed.iter().flat_map(|s| day_lines(s, terms)).collect(),
            Method::Month95 => billed.iter().flat_map(|s| month_lines(s, terms)).collect(),
        };
        let mut totals: BTreeMap<Name, Total> = BTreeMap::new();
        for line in &lines {
            let account = line.subject.payer().clone();
            let total = totals.entry(account.clone()).or_insert(Total { account, amount: Money::ZERO, unpriced: 0 });
            match line.amount() {
                Some(amount) => total.amount = total.amount + amount,
                None => total.unpriced += 1,
            }
        }
        let subjects = |series: Vec<&Series>| series.iter().map(|series| series.subject.clone()).collect();
        Bill {
            lines,
            totals: totals.into_values().collect(),
            regional: subjects(regional),
            not_remitted: match terms.method {
                Method::DayPeak => Vec::new(),
                Method::Month95 => subjects(billed.into_iter().filter(|series| has_free_day(series, terms)).collect()),
            },
        }
    }

    /// The shipped books, other than that of `terms`, that have prices for lines without one, each with the number of
    /// such lines, those with most first.
    pub fn priced_elsewhere(&self, terms: &Terms) -> Vec<(&'static str, usize)> {
        let unpriced = || self.lines.iter().filter(|line| line.amount().is_none());
        let is_priced = |book: &PriceBook, line: &LineItem| {
            matches!(charge(book, &line.subject, line.basis, terms.free_basis), Charge::Priced(_))
        };
        let others = PriceBook::shipped_names().filter(|name| *name != terms.book.name);
        let count = |name| {
            let book = PriceBook::shipped(name)?;
            Some((name, unpriced().filter(|line| is_priced(&book, line)).count()))
        };
        let mut found: Vec<(&str, usize)> = others.filter_map(count).filter(|(_, lines)| *lines > 0).collect();
        found.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
        found
    }

    /// The number of lines without a price.
    pub fn unpriced(&self) -> usize {
        self.totals.iter().map(|total| total.unpriced).sum()
    }
}

fn has_free_day(series: &Series, terms: &Terms) -> bool {
    let free = |day: &DayPeak| terms.free_on(&series.subject, day.date).bandwidth > BitRate::default();
    days(series, &terms.zone).iter().any(free)
}

fn day_lines(series: &Series, terms: &Terms) -> Vec<LineItem> {
    let line = |peak: DayPeak| {
        let free = terms.free_on(&series.subject, peak.date);
        line(series, Basis::Day(peak, free.bandwidth), peak.span, terms)
    };
    days(series, &terms.zone).into_iter().map(line).collect()
}

fn month_lines(series: &Series, terms: &Terms) -> Vec<LineItem> {
    let line = |month: Month| line(series, Basis::Month(month), month.span, terms);
    months(series, &terms.zone).into_iter().map(line).collect()
}

/// The cost of a measured period by a book.
fn charge(book: &PriceBook, subject: &Subject, basis: Basis, free_basis: FreeBasis) -> Charge {
    match basis {
        Basis::Day(peak, bandwidth) => {
            price_day(book, subject, peak.billable.load, Free { bandwidth, basis: free_basis })
        }
        Basis::Month(month) => price_month(book, subject, month.load, month.valid_days, month.days),
    }
}

fn line(series: &Series, basis: Basis, period: Span<Timestamp>, terms: &Terms) -> LineItem {
    let charge = charge(&terms.book, &series.subject, basis, terms.free_basis);
    LineItem { subject: series.subject.clone(), basis, period, covers: period.intersection(series.extent), charge }
}
