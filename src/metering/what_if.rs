//! The costs under other caps (S41: more bandwidth can be cheaper): the plan under each cap of the console's menu, the
//! findings under each, and a choice among them. The caller runs the plans.
//!
//! In a trial, every peering across regions has the same cap, from start to end. The findings for one peering are
//! nevertheless independent of the others: packets cross only one peering (S3), no two peerings share a bucket (S10),
//! and senders do not react. The exception is replies that return over another peering than their request (S15): they
//! depend on that peering's cap too.

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

/// Both with `cap` on every peering across regions that can have it, from start to end. Peerings come and go at the
/// same instants as without it: whether a request succeeds does not depend on allowed caps.
fn with_cap(mut network: Network, mut plan: Plan, cap: BitRate) -> (Network, Plan) {
    let capped: Vec<PeeringId> = network.peerings().filter(|(_, p)| p.cross_region).map(|(id, _)| id).collect();
    for id in capped {
        // If this is refused, there are no findings under this cap: see `Capped::refusals`.
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

/// What a run found about one peering's caps.
struct Capped {
    /// Shaper drops / offered, of the direction that loses more.
    loss: Share,
    /// Every cap it had, with the instant from which it held.
    caps: Vec<(Timestamp, BitRate)>,
    /// For each cap of the menu, why the peering cannot have it; none if it can.
    refusals: Vec<Option<String>>,
}

impl Metered {
    /// The meters of a finished run ([`Run::finish`]).
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

    /// The findings for one peering.
    fn found(&self, at: usize, terms: &Terms) -> Found {
        Found::of(self.capped[at].loss, &Bill::of(&self.series[at..=at], terms))
    }
}

/// The findings of one run for one peering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Shaper drops / offered, of the direction that loses more.
    pub loss: Share,
    /// The largest billed load: of the daily peaks, or of the monthly percentiles.
    pub peak: Load,
    /// The cost of the run; none if its price is not published.
    pub price: Option<Money>,
}

impl Found {
    /// The findings from `bill`, which is of this peering only.
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
    /// The findings, or why the peering cannot have this cap.
    pub found: Result<Found, String>,
}

/// One peering under the caps of the plan and under each cap of the menu.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The peering.
    pub subject: Subject,
    /// The caps of the plan, each with the instant from which it holds.
    pub caps: Vec<(Timestamp, BitRate)>,
    /// The findings under these caps.
    pub as_it_is: Found,
    /// In the menu's order.
    pub trials: Vec<Trial>,
}

/// One comparison for each billed peering: `as_it_is` is the metered run of the plan, `trials` are the metered runs of
/// [`trials()`], in their order.
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

/// The cheapest cap that loses at most `most`; of equally cheap ones the smallest. None if no such cap has a price.
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
