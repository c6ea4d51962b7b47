//! Quantities with units: instants, durations, rates, sizes, shares, money; parsing and printing them; and how foreign
//! text is printed. All rounding of quantities lives in this room. It knows nothing of packets or clouds.
//!
//! Text form: a decimal number, a space, a unit (`"100 Mbps"`, `"20 ms"`, `"1500 B"`, `"0.1 %"`).
//! Decimal prefixes are powers of ten (SI), `KiB`/`MiB`/`GiB` powers of two (IEC 80000-13).

mod column;
mod daily;
mod escape;
mod factor;
mod money;
mod number;
mod rate;
mod share;
mod size;
mod span;
mod time;

pub use column::{RateUnit, whole};
pub use daily::daily_share;
pub use escape::{escaped, escaped_lines, steers};
pub use factor::Factor;
pub use money::{Currency, Money};
pub use number::{UnitError, count, grouped};
pub use rate::BitRate;
pub use share::Share;
pub use size::ByteSize;
pub use span::Span;
pub use time::{SimDuration, SimTime};

/// Nanoseconds in one second.
pub const NANOS_PER_SECOND: u64 = 1_000_000_000;
