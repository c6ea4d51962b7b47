//! Which stages of a lesson are passed, and why not, from a run's expectations; the hint is chosen by the drop that was
//! seen most where and when the demand looks, for another part of the run may fail for another reason. It may be asked
//! after every change of a network that is played with: it needs only the plan and the snapshot.

use super::model::StageResult;
use crate::model::plan::Plan;
use crate::model::{DropReason, Stage};
use crate::report::run::{ExpectationReport, Snapshot};

/// What came of each stage of the plan's lesson, in order; nothing if it has none. `snapshot` is of a run of that plan,
/// with what came of its demands on who reaches whom ([`crate::report::reach_reports`]).
pub fn stage_results(plan: &Plan, snapshot: &Snapshot) -> Vec<StageResult> {
    let stages = plan.lesson.iter().flat_map(|lesson| &lesson.stages);
    stages.map(|stage| result(stage, snapshot)).collect()
}

/// The same for a file that changes what its lesson fixes: no stage is passed.
pub fn changed_results(stages: &[String], changed: &[String], may_change: &[String]) -> Vec<StageResult> {
    const SHOWN: usize = 3;
    let mut told = changed.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if changed.len() > SHOWN {
        told += &format!(" and {} more", changed.len() - SHOWN);
    }
    let may = match may_change {
        [] => "nothing".to_owned(),
        keys => keys.join(", "),
    };
    let why = format!("The lesson fixes {told}: put it back as shipped. What may change: {may}.");
    let failed = |name: &String| StageResult { name: name.clone(), passed: false, why: Some(why.clone()) };
    stages.iter().map(failed).collect()
}

fn result(stage: &Stage, snapshot: &Snapshot) -> StageResult {
    let own = |report: &&ExpectationReport| report.stage.as_deref() == Some(stage.name.as_str());
    let mut demands = snapshot.expectations.iter().filter(own).peekable();
    // A stage without a demand that was judged proves nothing.
    let is_silent = demands.peek().is_none();
    let failed = demands.find(|report| report.held != Some(true));
    let why = match failed {
        Some(report) => Some(why(stage, report)),
        None if is_silent => Some("nothing was judged.".into()),
        None => None,
    };
    StageResult { name: stage.name.to_string(), passed: why.is_none(), why }
}

/// The demand, what was found, and a hint.
fn why(stage: &Stage, report: &ExpectationReport) -> String {
    let found =
        report.found.as_deref().or(report.missing.as_deref()).unwrap_or("not known, for the run was not finished");
    let window = report.between.map(|span| format!(" from {} to {}", span.from, span.until)).unwrap_or_default();
    let said = match is_reach(report) {
        true => format!("{} \"{}\": {found}", report.metric, report.subject),
        false => format!("{}: {}{window} is {found}, not {}", report.subject, report.metric, report.expected),
    };
    let most = most_dropped(report);
    let hint = hint(stage, most).map(|hint| format!(" {hint}")).unwrap_or_default();
    match most.filter(|_| !is_reach(report)) {
        Some(reason) => format!("{said}; most drops are {}.{hint}", reason.code()),
        None => format!("{said}.{hint}"),
    }
}

fn is_reach(report: &ExpectationReport) -> bool {
    report.metric.starts_with("reach") || report.metric.starts_with("unreachable")
}

/// The hint for these drops; if there is none, the one that always helps.
fn hint(stage: &Stage, most: Option<DropReason>) -> Option<&str> {
    let on = |reason| stage.hints.iter().find(|hint| hint.on == reason);
    most.and_then(|reason| on(Some(reason))).or_else(|| on(None)).map(|hint| hint.text.as_str())
}

/// Why most of the packets that a demand is about were dropped; of a demand on who reaches whom, what stops the first
/// pair.
fn most_dropped(report: &ExpectationReport) -> Option<DropReason> {
    if !is_reach(report) {
        return DropReason::from_code(report.most_dropped.as_deref()?);
    }
    let words = report.found.as_deref()?.split([' ', ',', ':']);
    words.rev().find_map(DropReason::from_code)
}
