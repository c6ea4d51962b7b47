//! Actions of users, events of the network itself, and the plan's expectations. It judges only the expectations.

use crate::engine::{ActionOutcome, Measured, Quantile, Run, verify};
use crate::model::plan::{Expectation, Metric, Subject};
use crate::model::{Outcome, Rules};
use crate::report::format::words::within;
use crate::report::run::model::{ActionReport, ExpectationReport};
use crate::units::{SimDuration, SimTime, Span};

/// Actions of users and events of the network itself, in order; at the same instant the network comes first.
pub fn timeline(run: &Run) -> Vec<ActionReport> {
    let action = |outcome: &ActionOutcome| {
        let action = &run.plan.timeline[outcome.action];
        let by = action.by.map(|by| run.simulation.network().account(by).name.to_string());
        ActionReport {
            time: action.time,
            by,
            action: action.text.clone(),
            outcome: outcome.text.clone(),
            refused: outcome.refused.map(String::from),
            as_expected: outcome.as_expected,
        }
    };
    let event = |(time, outcome): &(SimTime, Outcome)| ActionReport {
        time: *time,
        by: None,
        action: "(automatic)".into(),
        outcome: outcome.0.clone(),
        refused: None,
        as_expected: true,
    };
    let mut all: Vec<ActionReport> = run.simulation.happened().iter().map(event).collect();
    all.extend(run.outcomes.iter().map(action));
    all.sort_by_key(|report| report.time);
    all
}

/// Each check of each expectation, in order; evaluated only if the run is done.
pub fn expectations(run: &Run) -> Vec<ExpectationReport> {
    let outcomes = if run.is_done() { verify(run) } else { Vec::new() };
    let rules = &run.simulation.network().rules;
    let mut outcomes = outcomes.into_iter();
    let mut reports = Vec::new();
    for (at, expectation) in run.plan.expectations.iter().enumerate() {
        let stage = run.plan.lesson.as_ref().and_then(|lesson| lesson.stage_of_expectation(at));
        for check in &expectation.checks {
            let outcome = outcomes.next();
            let whole = Span::new(SimTime::ZERO, run.plan.duration);
            reports.push(ExpectationReport {
                stage: stage.map(|stage| stage.name.to_string()),
                subject: subject(run, expectation),
                metric: check.metric.to_string(),
                between: (expectation.between != whole).then_some(expectation.between),
                expected: check.text.clone(),
                found: outcome.as_ref().and_then(|o| o.found).map(|found| measured(check.metric, found, rules)),
                missing: outcome.as_ref().filter(|o| o.found.is_none()).map(|_| check.metric.row().missing.into()),
                most_dropped: outcome.as_ref().and_then(|o| o.most_dropped).map(|reason| reason.code().into()),
                held: outcome.map(|o| o.held),
            });
        }
    }
    reports
}

/// A value with its unit, and its largest error.
fn measured(metric: Metric, found: Measured, rules: &Rules) -> String {
    if found.low == found.high {
        return metric.show(found.low, rules);
    }
    // Only quantiles of delays can be inexact.
    let [low, high] = [found.low, found.high].map(SimDuration::from_nanos);
    let quantile = Quantile { low, high };
    within(quantile.value(), quantile.precision())
}

fn subject(run: &Run, expectation: &Expectation) -> String {
    match &expectation.subject {
        Subject::Traffic(id) => format!("traffic {}", run.plan.entry(*id).name),
        Subject::Peering { peering } => format!("peering {peering}"),
        Subject::Link { peering, from } => {
            format!("peering {peering} from {}", run.simulation.network().vpc(*from).name)
        }
    }
}
