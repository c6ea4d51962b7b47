//! The window of CUBIC outside slow start (RFC 9438 §4), in whole numbers. Time is counted in 2⁻²⁰ s, windows in 2⁻¹⁶
//! bytes.

use super::super::ahead::Ahead;
use super::{Acknowledged, SCALE};
use crate::units::{NANOS_PER_SECOND, SimDuration, SimTime};

/// The factor β of a reduction, 0.7, and C, 0.4 segments/s³, as fractions.
const BETA: (u64, u64) = (7, 10);
const C: (i64, i64) = (2, 5);
/// Of the Reno-friendly window: 3 (1 − β) / (1 + β) segments for each window acknowledged (§4.3).
const ALPHA: (u64, u64) = (9, 17);
/// Times are at most this far from the plateau: 2,048 s.
const TIME_MAX: i64 = 1 << 31;
const TIME_SCALE: u32 = 20;

/// What is left of `bytes` after a loss.
pub fn kept(bytes: u64) -> u64 {
    bytes * BETA.0 / BETA.1
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cubic {
    /// The window before the last reduction, which is the plateau; and the same without fast convergence.
    plateau: u64,
    prior: u64,
    /// When growth began after the last reduction; never if it did not yet.
    since: SimTime,
    /// How long after that the plateau is reached: less than 4,000 s for any window.
    k: u32,
    /// The curve has come this high, in bytes; it only rises. 0 if that is not known.
    reached: u32,
    /// The window that Reno would have.
    friendly: u64,
}

impl Default for Cubic {
    fn default() -> Cubic {
        Cubic { plateau: 0, prior: 0, since: SimTime::NEVER, k: 0, reached: 0, friendly: 0 }
    }
}

impl Cubic {
    /// The window was `window` when something was lost (§4.6 and §4.7).
    pub fn reduce(&mut self, window: u64) {
        // Fast convergence: where the window fell short of the last plateau, others need room.
        let is_short = window < self.plateau;
        self.plateau = if is_short { window / 20 * 17 } else { window };
        self.prior = window;
        self.since = SimTime::NEVER;
    }

    /// The idle time does not count as time to grow (§5.8).
    pub fn rest(&mut self, idle: SimDuration) {
        self.since += idle;
        self.reached = 0;
    }

    /// Segments have another length from now on, by which the curve is measured.
    pub fn bend(&mut self) {
        self.reached = 0;
    }

    /// Goes so far ahead.
    pub fn go_ahead(&mut self, by: Ahead) {
        self.since = by.later(self.since);
    }

    /// The window after an acknowledgment.
    pub fn window(&mut self, window: u64, mss: u32, acknowledged: Acknowledged) -> u64 {
        if self.since == SimTime::NEVER {
            // Without a reduction, after slow start has ended by itself, this is the plateau.
            self.plateau = self.plateau.max(window);
            self.prior = self.prior.max(self.plateau);
            (self.k, self.reached) = (time_to_plateau(self.plateau - window, mss), 0);
            self.friendly = window;
            self.since = acknowledged.now;
        }
        let elapsed = acknowledged.now.since(self.since);
        let share = |of: u64| divided((u128::from(of) * u128::from(acknowledged.bytes)) << SCALE, window);
        let one = u64::from(mss) << SCALE;
        self.friendly += if self.friendly < self.prior { share(one) * ALPHA.0 / ALPHA.1 } else { share(one) };
        if self.is_below_friendly(elapsed, mss) {
            return window.max(self.friendly);
        }
        let target = self.at(elapsed + acknowledged.smoothed, mss).clamp(window, window + window / 2);
        window + share(target - window)
    }

    /// Whether the curve is below the window of Reno. As long as it was above when looked at last, it still is.
    fn is_below_friendly(&mut self, elapsed: SimDuration, mss: u32) -> bool {
        if self.friendly < u64::from(self.reached) << SCALE {
            return false;
        }
        let at = self.at(elapsed, mss);
        self.reached = u32::try_from(at >> SCALE).unwrap_or(u32::MAX);
        at < self.friendly
    }

    /// W(t) = C (t − K)³ + plateau (§4.2).
    fn at(&self, elapsed: SimDuration, mss: u32) -> u64 {
        let time = divided(u128::from(elapsed.as_nanos()) << TIME_SCALE, NANOS_PER_SECOND);
        // As short as they may be: a product of 64 bits is several times cheaper.
        let from = (time as i64 - i64::from(self.k)).clamp(-TIME_MAX, TIME_MAX);
        let segments = (i128::from(from * from) * i128::from(from)) >> 20;
        let unit = (i64::from(mss) << SCALE) * C.0 / C.1;
        let bytes = (segments * i128::from(unit)) >> (3 * TIME_SCALE - 20);
        (i128::from(self.plateau) + bytes).max(0) as u64
    }
}

/// `number / by`, which fits: most numbers are short, and a division of 64 bits is many times faster.
fn divided(number: u128, by: u64) -> u64 {
    match u64::try_from(number) {
        Ok(number) => number / by,
        Err(_) => (number / u128::from(by)) as u64,
    }
}

/// K: how long it takes to grow by `missing`, in 2⁻²⁰ s.
fn time_to_plateau(missing: u64, mss: u32) -> u32 {
    let segments = (u128::from(missing) << (3 * TIME_SCALE - SCALE)) / u128::from(mss);
    u32::try_from(cube_root(segments * C.1 as u128 / C.0 as u128)).unwrap_or(u32::MAX)
}

/// The largest whole number whose cube is at most `n`.
fn cube_root(n: u128) -> u64 {
    let mut root = 0u128;
    for bit in (0..=42).rev().map(|shift| 1u128 << shift) {
        let tried = root | bit;
        if tried * tried * tried <= n {
            root = tried;
        }
    }
    root as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cube_root_is_the_largest_that_fits() {
        for root in [0u128, 1, 2, 3, 1_000, (1 << 31) + 7, (1 << 42) - 1] {
            let cube = root * root * root;
            assert_eq!(cube_root(cube), root as u64);
            assert_eq!(cube_root(cube + 3 * root * root + 3 * root), root as u64);
        }
    }
}
