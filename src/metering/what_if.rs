//! What would another cap have cost (S41: more bandwidth can be cheaper)? What was found under each, and a choice among
//! them; who runs the scenario again with another cap is the caller.

use super::bill::{Basis, Bill, Line};
use super::series::Load;
use crate::units::{BitRate, Money, Share};

/// What one run found of one peering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Shaper drops / offered of its worse direction.
    pub loss: Share,
    /// The largest load that is billed: of its days' peaks, or of its months' percentiles.
    pub peak: Load,
    /// What the run costs; none if that is not published.
    pub price: Option<Money>,
}

impl Found {
    /// What `bill`, of this peering alone, says.
    pub fn of(loss: Share, bill: &Bill) -> Found {
        let load = |line: &Line| match line.basis {
            Basis::Day(peak, _) => peak.billable.load,
            Basis::Month(month) => month.load,
        };
        let peak = bill.lines.iter().map(load).max().unwrap_or_default();
        Found { loss, peak, price: bill.lines.iter().map(Line::amount).sum() }
    }
}

/// One peering under one cap, held from start to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The cap.
    pub cap: BitRate,
    /// What was found, or why the peering cannot have this cap.
    pub found: Result<Found, String>,
}

/// The cheapest cap that loses at most `most`; of equally cheap ones the smallest. None if none does and has a price.
pub fn cheapest(trials: &[Trial], most: Share) -> Option<BitRate> {
    let good = trials.iter().filter_map(|trial| {
        let found = trial.found.as_ref().ok().filter(|found| found.loss <= most)?;
        Some((found.price?, trial.cap))
    });
    good.min().map(|(_, cap)| cap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[test]
    fn the_cheapest_cap_need_not_be_the_smallest_that_will_do() {
        let trial = |mbps, loss, price: Option<i64>| {
            let price = price.map(|p| Money::rounded(Decimal::from(p)));
            let found = Found { loss: Share::of(loss, 100), peak: Load::ZERO, price };
            Trial { cap: BitRate::from_mbps(mbps), found: Ok(found) }
        };
        let impossible = Trial { cap: BitRate::from_mbps(500), found: Err("too large a queue".into()) };
        let tried = [trial(10, 66, Some(200)), trial(20, 3, Some(400)), trial(50, 0, Some(360)), trial(100, 0, None)];
        let trials = [&tried[..], &[impossible]].concat();
        let choose = |percent| cheapest(&trials, Share::of(percent, 100)).map(|cap| cap.to_string());
        assert_eq!(choose(5), Some("50 Mbps".into()));
        assert_eq!(choose(70), Some("10 Mbps".into()));
        assert_eq!(cheapest(&trials[..2], Share::ZERO), None);
    }
}
