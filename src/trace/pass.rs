//! What is known of a pass over a run afterwards. It plays nothing.

use crate::engine::{Pass, Run};
use crate::units::SimTime;

/// How a pass went.
#[derive(Debug, Clone)]
pub struct Played {
    /// Where the run ended, if the pass was not over and the plan not played to its end.
    pub interrupted: Option<SimTime>,
    /// What changed the network so far, in order of time.
    pub(super) changes: Vec<(SimTime, String)>,
}

impl Played {
    /// What came of a pass over this run.
    pub fn of(run: &Run, pass: &dyn Pass) -> Played {
        let accepted = run.outcomes.iter().filter(|outcome| outcome.refused.is_none());
        let actions = accepted.map(|outcome| &run.plan.timeline[outcome.action]);
        let by_itself = run.simulation.happened().iter().map(|(time, outcome)| (*time, outcome.0.clone()));
        let mut changes: Vec<_> = actions.map(|action| (action.time, action.text.clone())).chain(by_itself).collect();
        changes.sort_by_key(|(time, _)| *time);
        let is_whole = run.is_done() || pass.is_over(run);
        Played { interrupted: (!is_whole).then(|| run.simulation.now()), changes }
    }
}
