//! Which stages of a lesson are passed, and why not, from a run's expectations and drops; the hint is chosen by the drop
//! that was seen most. It may be asked after every change of a network that is played with: it needs only the plan and
//! the snapshot.

use super::model::StageResult;
use crate::model::plan::Plan;
use crate::model::{DropReason, Stage};
use crate::report::run::{ExpectationReport, Snapshot, TrafficReport};

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
        Some(report) => Some(why(stage, report, snapshot)),
        None if is_silent => Some("nothing was judged.".into()),
        None => None,
    };
    StageResult { name: stage.name.to_string(), passed: why.is_none(), why }
}

/// The demand, what was found, and a hint.
fn why(stage: &Stage, report: &ExpectationReport, snapshot: &Snapshot) -> String {
    let found = report.found.as_deref().or(report.missing).unwrap_or("not known, for the run was not finished");
    let window = report.between.map(|span| format!(" from {} to {}", span.from, span.until)).unwrap_or_default();
    let said = match is_reach(report) {
        true => format!("{} \"{}\": {found}", report.metric, report.subject),
        false => format!("{}: {}{window} is {found}, not {}", report.subject, report.metric, report.expected),
    };
    let most = most_dropped(report, snapshot);
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
fn most_dropped(report: &ExpectationReport, snapshot: &Snapshot) -> Option<DropReason> {
    if is_reach(report) {
        let words = report.found.as_deref()?.split([' ', ',', ':']);
        return words.rev().find_map(DropReason::from_code);
    }
    let mut counts = [0_u64; DropReason::COUNT];
    let mut add = |code: &str, packets: u64| {
        counts[DropReason::from_code(code)? as usize] += packets;
        Some(())
    };
    if let Some(name) = report.subject.strip_prefix("traffic ") {
        let entry = snapshot.traffic.iter().find(|entry| entry.name == name)?;
        drops_of(entry).for_each(|(code, packets)| _ = add(code, packets));
    } else {
        let name = report.subject.strip_prefix("peering ")?.split(' ').next()?;
        let on = |link: usize| snapshot.links.get(link).is_some_and(|link| link.peering == name);
        let drops = snapshot.drops.iter().filter(|drop| drop.link.is_some_and(on));
        drops.for_each(|drop| _ = add(drop.reason, drop.packets));
    }
    // The first of equals.
    let most = DropReason::ALL.into_iter().rev().max_by_key(|reason| counts[*reason as usize])?;
    Some(most).filter(|reason| counts[*reason as usize] > 0)
}

/// All drops of a traffic entry, those of replies and answers included.
fn drops_of(entry: &TrafficReport) -> impl Iterator<Item = (&'static str, u64)> {
    let replies = entry.ping.iter().flat_map(|ping| &ping.replies_dropped_by);
    let answers = entry.tcp.iter().flat_map(|tcp| &tcp.answers_dropped_by);
    entry.dropped_by.iter().chain(replies).chain(answers).copied()
}
