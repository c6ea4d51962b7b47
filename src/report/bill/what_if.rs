//! What a peering would cost under other caps: a part of the view model of a bill. It runs nothing and prices nothing.

use crate::metering::{Comparison, Found, Load, Trial, cheapest};
use crate::units::{BitRate, Money, Share};
use jiff::Timestamp;
use serde::Serialize;

/// What one peering would cost under other caps.
#[derive(Debug, Clone, Serialize)]
pub struct WhatIf {
    /// Its name.
    pub peering: String,
    /// The largest acceptable loss.
    pub most_loss: Share,
    /// The caps that the scenario gives it, each with the instant from which it holds.
    pub caps: Vec<CapReport>,
    /// The findings under these caps.
    pub as_it_is: FoundReport,
    /// Each cap of the console's menu that the peering can have, held from start to end; the scenario's own cap changes
    /// are left out.
    pub trials: Vec<TrialReport>,
    /// Caps of the menu that the peering cannot have.
    pub not_possible: Vec<NotPossible>,
    /// The cheapest trial whose loss is acceptable; none if no such trial has a price.
    #[serde(rename = "cheapest_bps")]
    pub cheapest: Option<BitRate>,
}

/// A cap and the instant from which it holds.
#[derive(Debug, Clone, Serialize)]
pub struct CapReport {
    /// The instant.
    #[serde(rename = "since_utc")]
    pub since: Timestamp,
    /// The cap.
    #[serde(rename = "cap_bps")]
    pub cap: BitRate,
}

/// The findings of a run.
#[derive(Debug, Clone, Serialize)]
pub struct FoundReport {
    /// Shaper drops / offered, of the direction that loses more.
    pub loss: Share,
    /// The largest billable sample; the largest percentile where months are billed.
    #[serde(rename = "peak_bits")]
    pub peak: Load,
    /// The cost of the run; none if its price is not published.
    pub price: Option<Money>,
}

/// One cap and the findings under it.
#[derive(Debug, Clone, Serialize)]
pub struct TrialReport {
    /// The cap.
    #[serde(rename = "cap_bps")]
    pub cap: BitRate,
    /// The findings under it.
    #[serde(flatten)]
    pub found: FoundReport,
}

/// One cap that the peering cannot have.
#[derive(Debug, Clone, Serialize)]
pub struct NotPossible {
    /// The cap.
    #[serde(rename = "cap_bps")]
    pub cap: BitRate,
    /// The reason.
    pub reason: String,
}

impl WhatIf {
    /// The table for one peering.
    pub fn of(comparison: &Comparison, most_loss: Share) -> WhatIf {
        let Comparison { subject, caps, as_it_is, trials } = comparison;
        let found = |found: &Found| FoundReport { loss: found.loss, peak: found.peak, price: found.price };
        let tried = |trial: &Trial| Some(TrialReport { cap: trial.cap, found: found(trial.found.as_ref().ok()?) });
        let impossible =
            |trial: &Trial| Some(NotPossible { cap: trial.cap, reason: trial.found.as_ref().err()?.clone() });
        WhatIf {
            peering: subject.peering.clone(),
            most_loss,
            caps: caps.iter().map(|(since, cap)| CapReport { since: *since, cap: *cap }).collect(),
            as_it_is: found(as_it_is),
            trials: trials.iter().filter_map(tried).collect(),
            not_possible: trials.iter().filter_map(impossible).collect(),
            cheapest: cheapest(trials, most_loss),
        }
    }
}
