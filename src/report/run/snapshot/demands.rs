//! Actions of users, events of the network itself, and the plan's expectations. It judges only the expectations.

use crate::engine::{ActionOutcome, Drops, Measured, Quantile, Run, Sum, Windows, verify};
use crate::model::plan::{Expectation, Metric, Subject};
use crate::model::{Direction, DropReason, LinkId, Outcome, Rules, VpcId};
use crate::report::format::words::within;
use crate::report::run::model::{ActionReport, ExpectationReport};
use crate::units::{SimDuration, SimTime, Span};
use std::collections::BTreeSet;

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
        let judged: Vec<_> = expectation.checks.iter().map(|check| (check, outcomes.next())).collect();
        let has_failed = judged.iter().any(|(_, outcome)| outcome.as_ref().is_some_and(|outcome| !outcome.held));
        let most = has_failed.then(|| most_dropped(run, expectation)).flatten();
        for (check, outcome) in judged {
            let whole = Span::new(SimTime::ZERO, run.plan.duration);
            let failed = outcome.as_ref().is_some_and(|outcome| !outcome.held);
            reports.push(ExpectationReport {
                stage: stage.map(|stage| stage.name.to_string()),
                subject: subject(run, expectation),
                metric: check.metric.to_string(),
                between: (expectation.between != whole).then_some(expectation.between),
                expected: check.text.clone(),
                found: outcome.as_ref().and_then(|o| o.found).map(|found| measured(check.metric, found, rules)),
                missing: outcome.as_ref().filter(|o| o.found.is_none()).map(|_| check.metric.row().missing.into()),
                held: outcome.map(|o| o.held),
                most_dropped: most.filter(|_| failed).map(|reason| reason.code().into()),
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

/// Why most of the packets that a demand is about were dropped in its window; the first of equals.
fn most_dropped(run: &Run, expectation: &Expectation) -> Option<DropReason> {
    let (mut counts, between) = ([0_u64; DropReason::COUNT], expectation.between);
    let mut add = |drops: &Drops| drops.iter().for_each(|(reason, packets)| counts[reason as usize] += packets);
    match &expectation.subject {
        Subject::Traffic(id) => {
            let book = run.simulation.traffic_books().of(*id);
            for counts in within_window(run, between, &book.whole, &book.windows) {
                [&counts.drops, &counts.ping.drops, &counts.tcp.answers_dropped].into_iter().for_each(&mut add);
            }
        }
        Subject::Link { peering, from } => {
            for link in links(run, peering.as_str(), Some(*from)) {
                let book = run.simulation.link_book(link);
                within_window(run, between, &book.whole, &book.windows).for_each(|counts| add(&counts.drops));
            }
        }
        Subject::Peering { peering } => {
            for link in links(run, peering.as_str(), None) {
                add(&run.simulation.link_book(link).whole.drops);
            }
        }
    }
    let most = DropReason::ALL.into_iter().rev().max_by_key(|reason| counts[*reason as usize])?;
    Some(most).filter(|reason| counts[*reason as usize] > 0)
}

/// What was counted in a window: its segments, for its ends are edges; or the whole run.
fn within_window<'a, T: Sum>(
    run: &Run,
    between: Span,
    whole: &'a T,
    windows: &'a Windows<T>,
) -> impl Iterator<Item = &'a T> {
    let is_whole = run.plan.is_whole(between);
    let inside = windows.segments().filter(move |(begin, _)| between.from <= *begin && *begin < between.until);
    let inside = inside.filter(move |_| !is_whole).map(|(_, counts)| counts);
    is_whole.then_some(whole).into_iter().chain(inside)
}

/// The links of all peerings that ever had a name, or those of them that leave this VPC.
fn links(run: &Run, peering: &str, from: Option<VpcId>) -> Vec<LinkId> {
    let network = run.simulation.network();
    let bearers: BTreeSet<_> = network.bearers(peering).iter().map(|(_, id)| *id).collect();
    let both = bearers.into_iter().flat_map(|id| Direction::BOTH.map(|direction| LinkId::new(id, direction)));
    both.filter(|link| from.is_none_or(|near| network.ends(*link).0 == near)).collect()
}
