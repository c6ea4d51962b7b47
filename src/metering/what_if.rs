//! What would another cap have cost (S41: more bandwidth can be cheaper)? The plan again under each cap of the
//! console's menu, what was found under each, and a choice among them; who plays the plans is the caller.
//!
//! In a trial every peering across regions has the same cap, from start to end. What is found of a peering is
//! nevertheless its own: packets cross one peering only (S3), no two peerings share a bucket (S10), and senders do not
//! react. Only replies that return over another peering than their request came by (S15) depend on that one's cap too.

use super::bill::{Basis, Bill, LineItem, Terms};
use super::measure::measure;
use super::series::{Load, Series};
use super::subject::Subject;
use crate::engine::Run;
use crate::model::plan::Plan;
use crate::model::{Change, LinkId, Menu, Network, Peering, PeeringId};
use crate::units::{BitRate, Money, Share, SimTime};
use jiff::{SignedDuration, Timestamp};

/// A network and its plan under each cap of the menu, in the menu's order.
pub fn trials(network: &Network, plan: &Plan) -> Vec<(Network, Plan)> {
    network.rules.menu.caps().iter().map(|cap| with_cap(network.clone(), plan.clone(), *cap)).collect()
}

/// Both with `cap` on every peering across regions that can have it, from start to end. The same peerings come and go
/// at the same instants as without: whether a request succeeds does not depend on caps that are allowed.
fn with_cap(mut network: Network, mut plan: Plan, cap: BitRate) -> (Network, Plan) {
    let capped: Vec<PeeringId> = network.peerings().filter(|(_, p)| p.cross_region).map(|(id, _)| id).collect();
    for id in capped {
        // Where this is refused nothing is found under this cap: see `Capped::refusals`.
        let _ = network.redeclare_cap(id, cap);
    }
    plan.timeline.retain(|action| !matches!(action.change, Change::ChangeBandwidth { .. }));
    for action in &mut plan.timeline {
        if let Change::CreatePeering(spec) = &mut action.change {
            let _ = network.respecify_cap(spec, cap);
        }
    }
    (network, plan)
}

/// What a finished run metered, by peering.
pub struct Metered {
    /// The samples.
    pub series: Vec<Series>,
    menu: Menu,
    capped: Vec<Capped>,
}

/// What a run says of one peering's caps.
struct Capped {
    /// Shaper drops / offered of its worse direction.
    loss: Share,
    /// Every cap it had, with the instant it began.
    caps: Vec<(Timestamp, BitRate)>,
    /// Why it cannot have each cap of the menu; none where it can.
    refusals: Vec<Option<String>>,
}

impl Metered {
    /// Of a run that is finished ([`Run::finish`]).
    pub fn of(run: &Run) -> Metered {
        let (network, start) = (run.simulation.network(), run.plan.start.timestamp());
        let loss = |link: LinkId| run.simulation.link_book(link).whole.loss();
        let instant = |time: SimTime| start.saturating_add(SignedDuration::from_nanos(time.as_nanos() as i64));
        let capped = |(id, peering): (PeeringId, &Peering)| {
            let refusal = |cap: &BitRate| network.check_cap(peering, *cap).err().map(|refusal| refusal.to_string());
            Capped {
                loss: LinkId::both(id).map(loss).into_iter().fold(Share::ZERO, Share::max),
                caps: peering.caps.iter().map(|(at, cap)| (instant(*at).unwrap_or(Timestamp::MAX), *cap)).collect(),
                refusals: network.rules.menu.caps().iter().map(refusal).collect(),
            }
        };
        Metered { series: measure(run), menu: network.rules.menu, capped: network.peerings().map(capped).collect() }
    }

    /// What was found of one peering.
    fn found(&self, at: usize, terms: &Terms) -> Found {
        Found::of(self.capped[at].loss, &Bill::of(&self.series[at..=at], terms))
    }
}

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
    fn of(loss: Share, bill: &Bill) -> Found {
        let load = |line: &LineItem| match line.basis {
            Basis::Day(peak, _) => peak.billable.load,
            Basis::Month(month) => month.load,
        };
        let peak = bill.lines.iter().map(load).max().unwrap_or_default();
        Found { loss, peak, price: bill.lines.iter().map(LineItem::amount).sum() }
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

/// One peering under the caps that the plan gives it and under each of the menu.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The peering.
    pub subject: Subject,
    /// The caps that the plan gives it, each with the instant it begins.
    pub caps: Vec<(Timestamp, BitRate)>,
    /// What was found under these.
    pub as_it_is: Found,
    /// In the menu's order.
    pub trials: Vec<Trial>,
}

/// One comparison for each peering that is billed: `as_it_is` is what the run of the plan metered, `trials` what those
/// of [`trials()`] did, in their order.
pub fn compare(as_it_is: &Metered, trials: &[Metered], terms: &Terms) -> Vec<Comparison> {
    let comparison = |(at, series): (usize, &Series)| {
        let trial = |((cap, under), refusal): ((&BitRate, &Metered), &Option<String>)| {
            let found = refusal.clone().map_or_else(|| Ok(under.found(at, terms)), Err);
            Trial { cap: *cap, found }
        };
        Comparison {
            subject: series.subject.clone(),
            caps: as_it_is.capped[at].caps.clone(),
            as_it_is: as_it_is.found(at, terms),
            trials: as_it_is.menu.caps().iter().zip(trials).zip(&as_it_is.capped[at].refusals).map(trial).collect(),
        }
    };
    let billed = as_it_is.series.iter().enumerate().filter(|(_, series)| series.subject.cross_region);
    billed.map(comparison).collect()
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
