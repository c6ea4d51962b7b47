//! Measured samples: a window without a row, between the first and the last day that have one, is a sample of 0 (S48).

use super::kept::cases;
use super::twin::{self, Windows, date_of};
use super::{ZONES, load, scenario_text, terms};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use vpcsim::metering::{Limit, Load, Method, Sample, Series, Subject, Terms, months};
use vpcsim::model::PeeringId;

/// From mid-March and mid-October of 2017 the clocks of these zones change within weeks; the others are February of
/// a leap year and the end of a year.
const STARTS: [civil::Date; 4] =
    [civil::date(2017, 3, 10), civil::date(2017, 9, 28), civil::date(2020, 2, 20), civil::date(2021, 12, 5)];

fn world(zone: &str) -> (Subject, Terms) {
    let head = format!("zone = \"{zone}\"\nduration = \"1 s\"\n");
    let peering = "[peering.P]\nrequester = \"R\"\naccepter = \"S\"\nbandwidth = \"100 Mbps\"\n";
    let scenario = load(scenario_text(&head, peering));
    (Subject::of(&scenario.network, PeeringId(0), &scenario.plan.start), terms(&scenario))
}

fn series(subject: Subject, rows: &BTreeMap<i64, [u64; 2]>, zone: &TimeZone) -> Series {
    let sample = |(window, bits): (&i64, &[u64; 2])| Sample {
        start: Timestamp::from_second(window * 300).expect("in range"),
        loads: bits.map(Load::from_bits),
        limit: Limit::Unknown,
        loss: None,
        partial: false,
    };
    Series::of_days(subject, rows.iter().map(sample).collect(), zone)
}

/// Every window from the first to the last civil day with a row, in months (or days) that have one.
fn with_silence(rows: &BTreeMap<i64, [u64; 2]>, zone: &TimeZone, key: fn(civil::Date) -> civil::Date) -> Windows {
    let dates: Vec<civil::Date> = rows.keys().map(|window| date_of(*window, zone)).collect();
    let (first, last) = (dates[0], dates[dates.len() - 1]);
    let with_rows: BTreeSet<civil::Date> = dates.iter().map(|date| key(*date)).collect();
    // A day is never longer than 26 hours.
    let (from, to) = (rows.keys().next().expect("rows") - 312, rows.keys().next_back().expect("rows") + 312);
    let counts = |window: &i64| {
        let date = date_of(*window, zone);
        (first..=last).contains(&date) && with_rows.contains(&key(date))
    };
    let load = |window: i64| (window, rows.get(&window).map_or([0, 0], |bits| bits.map(u128::from)));
    (from..=to).filter(counts).map(load).collect()
}

/// Rows that come in bursts, with gaps of minutes to weeks, many of equal load and around 10 kbps.
fn rows() -> impl Strategy<Value = Vec<(u16, u16, u64, u64)>> {
    let skip = prop_oneof![6 => Just(0u16), 3 => 0u16..6, 1 => 0u16..900, 1 => 250u16..9_000];
    let load = || {
        prop_oneof![
            2 => Just(0u64),
            2 => 2_999_990u64..3_000_010,
            3 => 0u64..10_000_000_000,
            1 => (0u64..40).prop_map(|n| n * 3_000_000_000),
            1 => 0u64..3_000_000_000_000,
        ]
    };
    prop::collection::vec((skip, 1u16..400, load(), load()), 1..14)
}

proptest! {
    #![proptest_config(cases(160, "tests/regressions/billing.txt"))]

    #[test]
    fn bills_of_random_rows_are_the_twins(
        zone in prop::sample::select(ZONES.to_vec()),
        start in prop::sample::select(STARTS.to_vec()),
        first in 0u16..300,
        bursts in rows(),
    ) {
        let (subject, terms) = world(zone);
        let midnight = start.to_zoned(terms.zone.clone()).expect("exists").timestamp().as_second();
        let mut at = midnight.div_euclid(300) + i64::from(first);
        let mut rows = BTreeMap::new();
        for (burst, (skip, count, out, back)) in bursts.into_iter().enumerate() {
            at += i64::from(skip);
            for k in 0..u64::from(count) {
                // Some equal, some not.
                let more = if burst % 2 == 0 { 0 } else { k * 7_919 % 1_000_003 };
                rows.insert(at, [out + more, back]);
                at += 1;
            }
        }
        let series = series(subject, &rows, &terms.zone);
        let month = with_silence(&rows, &terms.zone, civil::Date::first_of_month);
        prop_assert_eq!(twin::billed(&series, &terms, Method::Month95), twin::months(&month, &terms.zone));
        let day = with_silence(&rows, &terms.zone, |date| date);
        prop_assert_eq!(twin::billed(&series, &terms, Method::DayPeak), twin::days(&day, &terms.zone));
    }
}

/// Two rows a day of 288 windows: 14 windows are dropped, and the 15th is silent.
#[test]
fn a_month_of_two_rows_is_a_month_of_silence() {
    let (subject, terms) = world("Asia/Shanghai");
    let midnight = civil::date(2017, 6, 1).to_zoned(terms.zone.clone()).expect("exists").timestamp().as_second() / 300;
    let month = |rows: &[i64]| {
        let rows = rows.iter().map(|window| (midnight + window, [150_000_000_000, 0])).collect();
        months(&series(subject.clone(), &rows, &terms.zone), &terms.zone)[0]
    };
    let two = month(&[0, 287]);
    assert_eq!((two.samples, two.silent, two.load, two.valid_days), (2, 286, Load::ZERO, 1));
    // The fifteenth row is the first that is not dropped; a row in the next day's last window adds 288 windows.
    let fourteen: Vec<i64> = (100..114).collect();
    assert_eq!(month(&fourteen).load, Load::ZERO);
    let fifteen: Vec<i64> = (100..115).collect();
    assert_eq!(month(&fifteen).load, Load::from_bits(150_000_000_000));
    assert_eq!(month(&[&fifteen[..], &[575]].concat()).load, Load::ZERO);
}
