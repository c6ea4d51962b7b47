//! What would another cap have cost (S41: more bandwidth can be cheaper)? Rows and a choice among them; who runs the scenario again
//! with another cap is the caller.

use super::bill::Bill;
use super::series::Load;
use crate::units::{BitRate, Money, Share};

/// The caps of the console's menu (S31).
pub const MENU: [BitRate; 7] = [
    BitRate::from_mbps(10),
    BitRate::from_mbps(20),
    BitRate::from_mbps(50),
    BitRate::from_mbps(100),
    BitRate::from_mbps(200),
    BitRate::from_mbps(500),
    BitRate::from_mbps(1000),
];

/// One peering under one cap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The cap.
    pub cap: BitRate,
    /// Shaper drops / offered of its worse direction.
    pub loss: Share,
    /// The largest billable load of the run.
    pub peak: Load,
    /// What the run costs; none if that is not published.
    pub price: Option<Money>,
}

impl Trial {
    /// What `bill` says about the peering called `name`.
    pub fn of(cap: BitRate, loss: Share, bill: &Bill, name: &str) -> Trial {
        let lines = || bill.lines.iter().filter(|line| line.subject.peering == name);
        let load = |line: &super::Line| match line.basis {
            super::Basis::Day(peak, _) => peak.billable.load,
            super::Basis::Month(month) => month.load,
        };
        let price = lines().map(super::Line::amount).sum::<Option<Money>>();
        Trial { cap, loss, peak: lines().map(load).max().unwrap_or_default(), price }
    }
}

/// The cheapest cap that loses at most `most`; of equally cheap ones the smallest. None if none does and has a price.
pub fn cheapest(trials: &[Trial], most: Share) -> Option<&Trial> {
    let good = trials.iter().filter(|trial| trial.loss <= most && trial.price.is_some());
    good.min_by_key(|trial| (trial.price, trial.cap))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[test]
    fn the_cheapest_cap_need_not_be_the_smallest_that_will_do() {
        let trial = |mbps, loss, price: Option<i64>| Trial {
            cap: BitRate::from_mbps(mbps),
            loss: Share::of(loss, 100),
            peak: Load::ZERO,
            price: price.map(|p| Money::rounded(Decimal::from(p))),
        };
        let trials = [trial(10, 66, Some(200)), trial(20, 3, Some(400)), trial(50, 0, Some(360)), trial(100, 0, None)];
        let choose = |percent| cheapest(&trials, Share::of(percent, 100)).map(|trial| trial.cap.to_string());
        assert_eq!(choose(5), Some("50 Mbps".into()));
        assert_eq!(choose(70), Some("10 Mbps".into()));
        assert_eq!(cheapest(&trials[..2], Share::ZERO), None);
    }
}
