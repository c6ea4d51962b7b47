//! `bill --what-if`: the scenario again with each cap of the console's menu, and a table for each peering that has a
//! cap. What is the cheapest the metering room says.
//!
//! In a trial every peering across regions has the same cap, from start to end. A peering's row is nevertheless its
//! own: packets cross one peering only (S3), no two peerings share a bucket (S10), and senders do not react. Only
//! replies that return over another peering than their request came by (S15) depend on that one's cap too.

use super::bill::Played;
use crate::metering::{Bill, Found, Series, Terms, Trial};
use crate::model::{Change, Menu, Network, PeeringId};
use crate::report::WhatIf;
use crate::scenario::Scenario;
use crate::units::{BitRate, Share};

/// The scenario under each cap of the menu, in the menu's order.
pub(super) fn trials(scenario: &Scenario) -> Vec<Scenario> {
    scenario.network.rules.menu.caps().iter().map(|cap| with_cap(scenario, *cap)).collect()
}

/// The scenario with `cap` on every peering across regions that can have it, from start to end. The same peerings come
/// and go at the same instants as without: whether a request succeeds does not depend on caps that are allowed.
fn with_cap(scenario: &Scenario, cap: BitRate) -> Scenario {
    let Scenario { mut network, mut plan, file, warnings } = scenario.clone();
    let capped: Vec<PeeringId> = network.peerings().filter(|(_, p)| p.cross_region).map(|(id, _)| id).collect();
    for id in capped {
        // Where this is refused the table has no number for this cap: see `refusals`.
        let _ = network.redeclare_cap(id, cap);
    }
    plan.timeline.retain(|action| !matches!(action.change, Change::ChangeBandwidth { .. }));
    for action in &mut plan.timeline {
        if let Change::CreatePeering(spec) = &mut action.change {
            let _ = network.respecify_cap(spec, cap);
        }
    }
    Scenario { file, network, plan, warnings }
}

/// Why a peering cannot have each cap of the menu; none where it can.
pub(super) fn refusals(network: &Network, id: PeeringId) -> Vec<Option<String>> {
    let refusal = |cap: &BitRate| network.check_cap(network.peering(id), *cap).err().map(|refusal| refusal.to_string());
    network.rules.menu.caps().iter().map(refusal).collect()
}

/// One table for each peering that is billed, a row for each cap of `menu`: `as_it_is` is the run of the scenario,
/// `trials` those of [`trials`].
pub(super) fn tables(menu: Menu, as_it_is: &Played, trials: &[Played], terms: &Terms, most: Share) -> Vec<WhatIf> {
    let found = |played: &Played, at: usize| {
        let series: &[Series] = &played.series[at..=at];
        Found::of(played.links[at].loss, &Bill::of(series, terms))
    };
    let table = |(at, series): (usize, &Series)| {
        let link = &as_it_is.links[at];
        let trial = |((cap, played), refusal): ((&BitRate, &Played), &Option<String>)| {
            let found = refusal.clone().map_or_else(|| Ok(found(played, at)), Err);
            Trial { cap: *cap, found }
        };
        let trials: Vec<Trial> = menu.caps().iter().zip(trials).zip(&link.refusals).map(trial).collect();
        WhatIf::of(&series.subject.peering, &link.caps, found(as_it_is, at), &trials, most)
    };
    let billed = as_it_is.series.iter().enumerate().filter(|(_, series)| series.subject.cross_region);
    billed.map(table).collect()
}
