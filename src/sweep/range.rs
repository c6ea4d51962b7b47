//! `A..B/STEP` -> the values from A to B, each as text that reads back to exactly its value. One function for all
//! quantities: rates, times, sizes, shares, packets and plain numbers.

use crate::units::{BitRate, ByteSize, Share, SimDuration, UnitError, count};
use std::fmt::Display;
use std::str::FromStr;

/// The most points of a sweep, and so the most values of a range.
pub const POINTS_MAX: usize = 10_000;

/// One kind of quantity: from text to its smallest steps, and back to a text that reads the same.
struct Quantity {
    read: fn(&str) -> Option<u64>,
    write: fn(u64) -> String,
}

const QUANTITIES: [Quantity; 6] = [
    Quantity { read: |text| count(text), write: |n| n.to_string() },
    Quantity { read: |text| steps(text, BitRate::as_bps), write: |n| exact(BitRate::from_bps(n), n, "bps") },
    Quantity { read: |text| steps(text, SimDuration::as_nanos), write: |n| exact(SimDuration::from_nanos(n), n, "ns") },
    Quantity { read: |text| steps(text, ByteSize::as_u64), write: |n| exact(ByteSize::from_bytes(n), n, "B") },
    Quantity { read: |text| steps(text, Share::as_ppb), write: percent },
    Quantity { read: packets, write: |n| format!("{n} packets") },
];

fn steps<T: FromStr<Err = UnitError>>(text: &str, count: fn(T) -> u64) -> Option<u64> {
    text.parse().ok().map(count)
}

fn packets(text: &str) -> Option<u64> {
    count(text.trim().strip_suffix("packets")?)
}

/// As a person writes it, if that is exact; otherwise in the smallest unit.
fn exact<T: Display + FromStr + PartialEq>(value: T, steps: u64, unit: &str) -> String {
    let short = value.to_string();
    if short.parse().ok() == Some(value) { short } else { format!("{steps} {unit}") }
}

/// All seven decimals that a share can have.
fn percent(ppb: u64) -> String {
    let (whole, part) = (ppb / 10_000_000, ppb % 10_000_000);
    let fraction = format!(".{part:07}");
    format!("{whole}{} %", fraction.trim_end_matches('0').trim_end_matches('.'))
}

/// The values of a range; none if `text` is not meant as one.
pub(super) fn range(text: &str) -> Option<Result<Vec<String>, String>> {
    let (first, rest) = text.split_once("..")?;
    // A path such as ../rates.csv is a value.
    first.trim_start().starts_with(|c: char| c.is_ascii_digit()).then(|| values(first, rest))
}

fn values(first: &str, rest: &str) -> Result<Vec<String>, String> {
    let (last, step) = rest.rsplit_once('/').ok_or_else(|| {
        let (first, last) = (first.trim(), rest.trim());
        format!("a range needs its step: write {first}..{last}/STEP")
    })?;
    let parts = [first, last, step].map(str::trim);
    let read = |quantity: &Quantity| {
        let [first, last, step] = parts.map(|part| (quantity.read)(part));
        Some((first?, last?, step?, quantity.write))
    };
    let (first, last, step, write) = QUANTITIES.iter().find_map(read).ok_or_else(|| {
        "the two ends and the step of a range are quantities of one kind, each with its unit, such as 10 Mbps..200 \
         Mbps/10 Mbps, 1 ms..10 ms/1 ms or 1..5/1; other values are written as a list: A,B,C"
            .to_owned()
    })?;
    let [from, to, by] = parts;
    if step == 0 {
        return Err(format!("the step {by} leads nowhere: write one above zero"));
    }
    let span = last.checked_sub(first).ok_or_else(|| format!("a range counts up: write {to}..{from}/{by}"))?;
    if span / step >= POINTS_MAX as u64 {
        return Err(format!("{from}..{to}/{by} has more than {POINTS_MAX} values: use a larger step"));
    }
    Ok((0..=span / step).map(|k| write(first + k * step)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> Result<String, String> {
        range(text).expect("a range").map(|values| values.join(", "))
    }

    #[test]
    fn a_range_counts_up_in_its_unit_and_ends_at_or_before_its_end() {
        for (text, values) in [
            ("10 Mbps..40 Mbps/10 Mbps", "10 Mbps, 20 Mbps, 30 Mbps, 40 Mbps"),
            ("10 Mbps..35 Mbps/10 Mbps", "10 Mbps, 20 Mbps, 30 Mbps"),
            ("900 Mbps .. 1.1 Gbps / 100 Mbps", "900 Mbps, 1 Gbps, 1.1 Gbps"),
            ("1..3/1", "1, 2, 3"),
            ("7..7/1", "7"),
            ("5 ms..1 s/500 ms", "5 ms, 505 ms"),
            ("0 %..0.00002 %/0.00001 %", "0 %, 0.00001 %, 0.00002 %"),
            ("15 kB..16 kB/500 B", "15 kB, 15.5 kB, 16 kB"),
            ("0 packets..4 packets/2 packets", "0 packets, 2 packets, 4 packets"),
        ] {
            assert_eq!(made(text).as_deref(), Ok(values), "{text}");
        }
    }

    #[test]
    fn no_value_is_rounded() {
        assert_eq!(made("1.0000001 Gbps..1.0000002 Gbps/100 bps").as_deref(), Ok("1000000100 bps, 1000000200 bps"));
        assert_eq!(made("1 ms..1.0000004 ms/0.4 ns").ok(), None);
        assert_eq!(made("1 s..1.0001 s/100 us").as_deref(), Ok("1 s, 1000100000 ns"));
    }

    #[test]
    fn what_is_wrong_with_a_range_is_said_with_what_to_write() {
        for (text, part) in [
            ("10 Mbps..40 Mbps", "10 Mbps..40 Mbps/STEP"),
            ("40 Mbps..10 Mbps/10 Mbps", "10 Mbps..40 Mbps/10 Mbps"),
            ("1..5/0", "above zero"),
            ("1..10000/1", "10000"),
            ("1..10001/1", "larger step"),
            ("1 ms..5 Mbps/1", "one kind"),
            ("10..20/5 Mbps", "one kind"),
            ("1..99999999999999999999999/1", "one kind"),
            ("1..18446744073709551615/1", "larger step"),
            ("1../1", "one kind"),
        ] {
            let said = made(text).unwrap_or_else(|wrong| wrong);
            assert!(said.contains(part), "{text}: {said}");
        }
        assert!(range("../rates.csv").is_none() && range("10.0.0.0/8").is_none());
    }
}
