//! From values to pixels and to axis labels. Draws nothing.

/// A vertical axis from 0 at `bottom` to `top` at `ceiling` (pixels count downwards).
#[derive(Clone, Copy)]
pub struct Vertical {
    pub top: u64,
    pub bottom: i32,
    pub ceiling: i32,
}

impl Vertical {
    /// An axis on which `most` leaves `room` pixels free above it. Without any value its top is `otherwise`.
    pub fn fit(most: u64, otherwise: u64, (bottom, ceiling): (i32, i32), room: i32) -> Vertical {
        let height = i64::from(bottom - ceiling).max(1) as u128;
        let used = i64::from(bottom - ceiling - room).max(1) as u128;
        let value = if most == 0 { otherwise } else { most };
        let top = u64::try_from((u128::from(value) * height).div_ceil(used)).unwrap_or(u64::MAX);
        Vertical { top, bottom, ceiling }
    }

    /// The pixel of `value`; values beyond the axis are clamped to its end.
    pub fn y(&self, value: u64) -> i32 {
        let part = value.min(self.top) as f64 / self.top as f64;
        self.bottom - (part * f64::from(self.bottom - self.ceiling)).round() as i32
    }

    /// About `count` round values, from 0 upwards.
    pub fn ticks(&self, count: u64) -> impl Iterator<Item = u64> {
        let top = self.top;
        let step = round_step(top, count);
        (0..=top / step).map(move |n| n * step)
    }
}

/// The smallest of 1, 2, 2.5, 5, 10, … that fits into `top` at most `count` times.
fn round_step(top: u64, count: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        let steps = [Some(power), power.checked_mul(2), (power > 1).then_some(power / 2 * 5), power.checked_mul(5)];
        if let Some(step) = steps.into_iter().flatten().find(|step| top / step <= count) {
            return step;
        }
        let Some(next) = power.checked_mul(10) else { return top };
        power = next;
    }
}

/// The unit that gives short numbers for rates up to `top`, and its size.
pub fn unit(top: u64) -> (&'static str, u64) {
    match top {
        0..1_000 => ("bps", 1),
        1_000..1_000_000 => ("kbps", 1_000),
        1_000_000..1_000_000_000 => ("Mbps", 1_000_000),
        1_000_000_000..1_000_000_000_000 => ("Gbps", 1_000_000_000),
        _ => ("Tbps", 1_000_000_000_000),
    }
}

/// `value` in a unit of size `factor`, without trailing zeros.
pub fn in_unit(value: u64, factor: u64) -> String {
    (value as f64 / factor as f64).to_string()
}
