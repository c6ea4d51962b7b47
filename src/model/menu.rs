//! The caps that a console offers. The control plane decides which other caps are allowed.

use crate::units::BitRate;
use std::fmt;

/// Caps to choose from, in whole Mbps, smallest first (S31).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Menu(&'static [BitRate]);

impl Menu {
    /// A menu of these caps.
    pub const fn new(caps: &'static [BitRate]) -> Menu {
        Menu(caps)
    }
    /// The caps, smallest first.
    pub const fn caps(self) -> &'static [BitRate] {
        self.0
    }
    /// Whether `cap` is one of them.
    pub fn offers(self, cap: BitRate) -> bool {
        self.0.contains(&cap)
    }
}

impl fmt::Display for Menu {
    /// `10, 20 and 50 Mbps`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.len().saturating_sub(1);
        for (at, cap) in self.0.iter().enumerate() {
            let before = if at == 0 {
                ""
            } else if at == last {
                " and "
            } else {
                ", "
            };
            write!(f, "{before}{}", cap.as_bps() / 1_000_000)?;
        }
        f.write_str(" Mbps")
    }
}
