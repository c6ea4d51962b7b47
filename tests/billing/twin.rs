//! Bills the dull way: every window of every day in a map, wide integers, tables of its own. Windows are counted from
//! 1970, which gives the same windows in zones whose offset is a multiple of five minutes; the calendar decides to
//! which day a window's start belongs.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use vpcsim::metering::{Basis, Bill, LineItem, Method, Series, Terms};

/// Bits out and in, by window, of the windows that count.
pub type Windows = BTreeMap<i64, [u128; 2]>;

/// The figures of a day or a month.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub first: Date,
    pub windows: usize,
    pub bits: u128,
    /// Only for a month: a day that is billed at all is billed whole.
    pub valid_days: Option<usize>,
    pub cents: u128,
}

const MEGA: u128 = 1_000_000 * 300;
/// The lower end of each tier in Mbps and its price, from the book cny-2022.
const DAY: [(u128, u128); 5] = [(0, 20), (20, 12), (100, 9), (500, 7), (2000, 5)];
const MONTH: [(u128, u128); 9] =
    [(0, 550), (10, 410), (20, 290), (50, 220), (100, 165), (200, 115), (500, 88), (1000, 69), (2000, 65)];

pub fn date_of(window: i64, zone: &TimeZone) -> Date {
    Timestamp::from_second(window * 300).expect("in range").to_zoned(zone.clone()).date()
}

/// Cents, rounded half up.
fn cents(bits: u128, tiers: &[(u128, u128)], (part, of): (u128, u128)) -> u128 {
    let price = tiers.iter().rev().find(|(above, _)| bits > above * MEGA).map_or(0, |(_, price)| *price);
    let (above, below) = (bits * price * 100 * part, MEGA * of);
    (2 * above + below) / (2 * below)
}

fn grouped(windows: &Windows, zone: &TimeZone, key: fn(Date) -> Date) -> BTreeMap<Date, Vec<(Date, u128)>> {
    let mut groups: BTreeMap<Date, Vec<(Date, u128)>> = BTreeMap::new();
    for (window, [out, back]) in windows {
        let date = date_of(*window, zone);
        groups.entry(key(date)).or_default().push((date, *out.max(back)));
    }
    groups
}

pub fn days(windows: &Windows, zone: &TimeZone) -> Vec<Entry> {
    let entry = |(first, samples): (Date, Vec<(Date, u128)>)| {
        let bits = samples.iter().map(|(_, bits)| *bits).max().expect("a group has samples");
        Entry { first, windows: samples.len(), bits, valid_days: None, cents: cents(bits, &DAY, (1, 1)) }
    };
    grouped(windows, zone, |date| date).into_iter().map(entry).collect()
}

pub fn months(windows: &Windows, zone: &TimeZone) -> Vec<Entry> {
    let entry = |(first, samples): (Date, Vec<(Date, u128)>)| {
        let mut loads: Vec<u128> = samples.iter().map(|(_, bits)| *bits).collect();
        loads.sort();
        loads.reverse();
        let bits = loads[loads.len() / 20];
        let mut valid: Vec<Date> = samples.iter().filter(|(_, b)| *b > 10_000 * 300).map(|(date, _)| *date).collect();
        valid.dedup();
        let leap = first.year() % 4 == 0 && (first.year() % 100 != 0 || first.year() % 400 == 0);
        let of = match first.month() {
            2 => 28 + u128::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let cents = cents(bits, &MONTH, (valid.len() as u128, of));
        Entry { first, windows: loads.len(), bits, valid_days: Some(valid.len()), cents }
    };
    grouped(windows, zone, Date::first_of_month).into_iter().map(entry).collect()
}

/// The same from the program's own bill.
pub fn billed(series: &Series, terms: &Terms, method: Method) -> Vec<Entry> {
    let bill = Bill::of(std::slice::from_ref(series), &Terms { method, ..terms.clone() });
    let entry = |line: &LineItem| {
        let amount = line.amount().expect("the book has every price").to_string();
        let cents = amount.replace('.', "").parse().expect("digits");
        match line.basis {
            Basis::Day(peak, _) => Entry {
                first: peak.date,
                windows: peak.samples + peak.silent,
                bits: peak.billable.load.bits().into(),
                valid_days: None,
                cents,
            },
            Basis::Month(month) => Entry {
                first: month.first,
                windows: month.windows(),
                bits: month.load.bits().into(),
                valid_days: Some(month.valid_days),
                cents,
            },
        }
    };
    bill.lines.iter().map(entry).collect()
}
