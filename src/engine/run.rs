//! The driver of a scenario: plays a plan's timeline through the simulation's three calls. The caller chooses the
//! steps: a program that shows progress advances in small ones, a test in a single one.

use super::options::Options;
use super::simulation::{Simulation, Unbalanced};
use crate::model::plan::{Action, Plan};
use crate::model::{Network, Rules};
use crate::units::SimTime;
use std::sync::Arc;
use tracing::info;

/// The minimum cost of a change, in packets that are carried one by one.
const CHANGE: u64 = 1_000;

/// What an action of the timeline did.
#[derive(Debug, Clone)]
pub struct ActionOutcome {
    /// Index into the plan's timeline.
    pub action: usize,
    /// What it did, or the refusal's message.
    pub text: String,
    /// The refusal's code.
    pub refused: Option<&'static str>,
    /// Whether the outcome is the one the plan expects.
    pub as_expected: bool,
}

/// A plan being played.
pub struct Run {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The simulation it is played in.
    pub simulation: Simulation,
    /// What the timeline did so far.
    pub outcomes: Vec<ActionOutcome>,
}

/// Somebody who looks on while a run is played, by an observer: whoever plays it begins with this call, and may end
/// when it is over.
pub trait Pass: Sync {
    /// Called before the run begins.
    fn begin(&self, run: &mut Run);
    /// The next instant, after `now`, at which it wants to look at the run: no slice goes past it.
    fn next_look(&self, _now: SimTime) -> SimTime {
        SimTime::NEVER
    }
    /// Called after each slice, the last one too, before the question whether the run may end.
    fn look(&self, _run: &mut Run) {}
    /// Whether the run may end here: a question, which may be asked at any time and as often as one likes.
    fn is_over(&self, _run: &Run) -> bool {
        false
    }
}

impl Run {
    /// A run at time 0.
    pub fn new(network: Network, plan: Plan, options: Options) -> Run {
        let plan = Arc::new(plan);
        Run { simulation: Simulation::new(network, &plan, options), plan, outcomes: Vec::new() }
    }

    /// About how much work it is to [`Run::advance`] to `until`, in packets that are carried one by one (about 30 ns
    /// each).
    pub fn work(&mut self, until: SimTime) -> u64 {
        let network = self.simulation.network();
        // Every change makes all VPCs look up their paths again.
        let change = CHANGE + network.vpcs().len() as u64 + network.peerings().len() as u64;
        let actions = self.plan.timeline[self.outcomes.len()..].partition_point(|action| action.time < until);
        self.simulation.work(until).saturating_add((actions as u64).saturating_mul(change))
    }

    /// Plays everything due before `until`, at most to the plan's end.
    pub fn advance(&mut self, until: SimTime) {
        let until = until.min(self.plan.duration);
        let plan = self.plan.clone();
        while let Some(action) = plan.timeline.get(self.outcomes.len()).filter(|a| a.time < until) {
            let outcome = self.act(self.outcomes.len(), action);
            self.outcomes.push(outcome);
        }
        self.simulation.advance(until);
    }

    fn act(&mut self, index: usize, action: &Action) -> ActionOutcome {
        let result = self.simulation.apply(action.by, &action.change, action.time);
        let (mut text, refused) = match result {
            Ok(outcome) => (outcome.0, None),
            Err(refusal) => (refusal.to_string(), Some(self.simulation.network().rules.code(&refusal))),
        };
        let as_expected = match (refused, &action.refused) {
            (None, None) => true,
            (Some(code), Some(wanted)) => Rules::is_called(code, wanted),
            (None, Some(_)) | (Some(_), None) => false,
        };
        if let Some(wanted) = action.refused.as_ref().filter(|_| !as_expected) {
            text += &format!("; expected was the refusal {wanted}");
        }
        info!(at = %action.time, action = %action.text, outcome = %text, "timeline");
        ActionOutcome { action: index, text, refused, as_expected }
    }

    /// Whether the plan is played to its end.
    pub fn is_done(&self) -> bool {
        self.simulation.now() >= self.plan.duration
    }

    /// Closes what is open and checks the books; call it once, at the end or when interrupted.
    ///
    /// # Errors
    /// The books do not balance: a bug in this crate.
    pub fn finish(&mut self) -> Result<(), Unbalanced> {
        self.simulation.close();
        self.simulation.check_books()
    }
}
