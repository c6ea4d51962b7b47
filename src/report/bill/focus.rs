//! The bill as a FOCUS 1.0 CSV: a Usage row per peering and day (or month), a Credit row for what is free. A line
//! without a published price has no row, since the format has no unknown cost; the text and the JSON list it. The
//! format has no partial periods either: such a line has a row like any other, and the JSON says what it covers.

use super::model::{Invoice, InvoiceLine};
use crate::report::format::csv::record;
use crate::units::{Money, Span};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write;

/// The names of the columns.
pub const HEADER: &str = "\
    BilledCost,EffectiveCost,ListCost,ContractedCost,BillingAccountId,BillingAccountName,\
    BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,\
    ChargeCategory,ChargeClass,ChargeDescription,ChargeFrequency,ConsumedQuantity,ConsumedUnit,\
    PricingQuantity,PricingUnit,ListUnitPrice,ContractedUnitPrice,PricingCategory,ProviderName,\
    PublisherName,InvoiceIssuerName,RegionId,RegionName,ResourceId,ResourceName,ResourceType,\
    ServiceCategory,ServiceName,SkuId,SkuPriceId,SubAccountId,SubAccountName,Tags,x_Tier,\
    x_PeakDirection,x_PeakAt";

/// Every priced line with a cost. Times are in UTC, and the end of a period is exclusive.
pub fn focus_csv(invoice: &Invoice) -> String {
    let mut out = format!("{HEADER}\n");
    for line in &invoice.lines {
        let Some(gross) = line.gross else { continue };
        row(&mut out, invoice, line, "Usage", gross);
        if let Some(credit) = line.credit.filter(|credit| *credit < Money::ZERO) {
            row(&mut out, invoice, line, "Credit", credit);
        }
    }
    out
}

/// The civil month in which a charge is billed, in the billing zone, taken from the line.
fn billing_period(invoice: &Invoice, line: &InvoiceLine) -> Span<Timestamp> {
    let zone = invoice.time_zone.clone();
    let first = line.start.to_zoned(zone.clone()).date().first_of_month();
    let midnight =
        |date: jiff::civil::Date| date.to_zoned(zone.clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp());
    Span::new(midnight(first), first.last_of_month().tomorrow().map_or(Timestamp::MAX, midnight))
}

fn row(out: &mut String, invoice: &Invoice, line: &InvoiceLine, category: &str, cost: Money) {
    let is_usage = category == "Usage";
    let unit = if invoice.is_monthly() { "Mbps-Months" } else { "Mbps-Days" };
    let or_nothing = |text: String| if is_usage { text } else { String::new() };
    let mbps = line.billable.times(rust_decimal::Decimal::ONE).round_dp(9).normalize().to_string();
    let price = line.unit_price.clone().unwrap_or_default();
    let period = billing_period(invoice, line);
    let described = if is_usage {
        format!("{} {}, {}", line.service, line.peering, line.period)
    } else {
        format!("free bandwidth of {}, {}", line.peering, line.period)
    };
    let sku = format!("{}/{}", invoice.book.name, line.tier.clone().unwrap_or_default());
    let cost = cost.to_string();
    let fields: [String; 40] = [
        cost.clone(),
        cost.clone(),
        cost.clone(),
        cost,
        line.account.clone(),
        line.account.clone(),
        invoice.book.currency.to_string(),
        utc(period.from),
        utc(period.until),
        utc(line.start),
        utc(line.end),
        category.into(),
        String::new(),
        described,
        "Usage-Based".into(),
        or_nothing(mbps.clone()),
        or_nothing("Mbps".into()),
        or_nothing(mbps),
        or_nothing(unit.into()),
        or_nothing(price.clone()),
        or_nothing(price),
        or_nothing("Standard".into()),
        "vpcsim".into(),
        "vpcsim".into(),
        "vpcsim".into(),
        line.from_region.clone(),
        line.from_region.clone(),
        line.peering.clone(),
        line.label.clone().unwrap_or_else(|| line.peering.clone()),
        "Peering connection".into(),
        "Networking".into(),
        line.service.clone(),
        or_nothing(invoice.charge_type.into()),
        or_nothing(sku),
        line.account.clone(),
        line.account.clone(),
        "{}".into(),
        line.tier.clone().unwrap_or_default(),
        line.direction.map(|direction| direction.to_string()).unwrap_or_default(),
        line.peak_at.clone().unwrap_or_default(),
    ];
    writeln!(out, "{}", record(&fields)).expect("a String takes what it is given");
}

/// ISO 8601, to the second.
fn utc(instant: Timestamp) -> String {
    instant.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
