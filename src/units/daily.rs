//! The daily curve: a raised cosine, 1 at the peak and 0 half a day from it. Computed as a float, returned as a share.

use super::{BitRate, Share};

const DAY_SECONDS: f64 = 86_400.0;

/// The value of the curve `seconds` before or after the peak.
pub fn daily_share(seconds: i64) -> Share {
    let turn = 2.0 * std::f64::consts::PI * (seconds as f64 / DAY_SECONDS);
    Share::from_ppb(((1.0 + libm::cos(turn)) / 2.0 * 1e9 + 0.5) as u64)
}

impl BitRate {
    /// The rate that lies `share` of the way from `low` to `high`, rounded down to 1 bit/s.
    pub fn between(low: BitRate, high: BitRate, share: Share) -> BitRate {
        let way = u128::from(high.as_bps().saturating_sub(low.as_bps())) * u128::from(share.as_ppb());
        BitRate::from_bps(low.as_bps() + (way / 1_000_000_000) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_highest_at_its_peak_and_lowest_half_a_day_away() {
        assert_eq!(daily_share(0), Share::WHOLE);
        assert_eq!((daily_share(43_200), daily_share(-43_200)), (Share::ZERO, Share::ZERO));
        assert_eq!(daily_share(21_600), Share::from_ppb(500_000_000));
        assert!((0..43_200).all(|s| daily_share(s) >= daily_share(s + 1) && daily_share(s) == daily_share(-s)));
        let (low, high) = (BitRate::from_mbps(10), BitRate::from_mbps(30));
        assert_eq!(BitRate::between(low, high, daily_share(21_600)), BitRate::from_mbps(20));
    }
}
