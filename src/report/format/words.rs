//! Phrases shared by several reports. The text forms of quantities are in the units instead.

use crate::units::{SimDuration, grouped};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `1 packet`, `1,200 packets`, `2 entries`: the only place that forms plurals.
pub fn counted(count: u64, one: &str) -> String {
    let many = match one.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{one}s"),
    };
    format!("{} {}", grouped(count), if count == 1 { one } else { &many })
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A time and, unless it is exact, its largest error, rounded up to two digits: `18.412 ms ±4.1 us`.
pub fn within(time: SimDuration, precision: SimDuration) -> String {
    let nanos = precision.as_nanos();
    let step = 10u64.pow(nanos.checked_ilog10().unwrap_or(0).saturating_sub(1));
    let rounded = SimDuration::from_nanos(nanos.div_ceil(step).saturating_mul(step));
    if nanos == 0 { time.to_string() } else { format!("{time} ±{rounded}") }
}

/// A zone's name, or its offset at `at` if it has none: `UTC+08`.
pub fn zone_name(zone: &TimeZone, at: Timestamp) -> String {
    zone.iana_name().map_or_else(|| format!("UTC{}", zone.to_offset(at)), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_not_several() {
        assert_eq!(
            [(1, "row"), (0, "row"), (1_200, "row"), (1, "entry"), (2, "entry"), (2, "day")]
                .map(|(n, one)| counted(n, one)),
            ["1 row", "0 rows", "1,200 rows", "1 entry", "2 entries", "2 days"]
        );
        let listed = |items: &[&str]| listed(&items.iter().map(|item| item.to_string()).collect::<Vec<_>>());
        assert_eq!(
            [listed(&[]), listed(&["a"]), listed(&["a", "b"]), listed(&["a", "b", "c"])],
            ["", "a", "a and b", "a, b and c"]
        );
    }
}
