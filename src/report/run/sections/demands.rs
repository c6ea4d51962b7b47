//! What was done and what was demanded: the timeline, the expectations, and notes on the scenario.

use super::view::{LONG, SHOWN, View};
use crate::report::format::table::{Column::*, Table};
use crate::report::run::model::ActionReport;

/// What was done and what came of it.
pub fn timeline(view: &View) -> Option<String> {
    let mut table = Table::new(&[("time", Number), ("by", Text), ("action", Text), ("", Text), ("outcome", Prose)]);
    let (mut actions, more) = view.shortlist(&view.snapshot.timeline, |action| !action.as_expected);
    actions.sort_by_key(|action| action.time);
    for action in actions {
        let mark = if action.as_expected { "ok" } else { "FAILED" };
        let by = action.by.clone().unwrap_or_default();
        table.row([action.time.to_string(), by, action.action.clone(), mark.into(), outcome(action)]);
    }
    view.section("Timeline", &table, more)
}

/// What was demanded and what was found.
pub fn expectations(view: &View) -> Option<String> {
    let mut table = Table::new(&[
        ("subject", Text),
        ("metric", Text),
        ("window", Text),
        ("expected", Number),
        ("found", Number),
        ("", Text),
    ]);
    let (checks, more) = view.shortlist(&view.snapshot.expectations, |check| check.held != Some(true));
    for check in checks {
        let mark = match check.held {
            Some(true) => "ok",
            Some(false) => "FAILED",
            None => "not evaluated",
        };
        table.row([
            check.subject.clone(),
            check.metric.clone(),
            check.between.map(|span| format!("{} to {}", span.from, span.until)).unwrap_or_default(),
            check.expected.clone(),
            check.found.as_deref().or(check.missing).unwrap_or_default().into(),
            mark.into(),
        ]);
    }
    view.section("Expectations", &table, more)
}

/// Remarks on the scenario and the run.
pub fn notes(view: &View) -> Option<String> {
    let mut table = Table::new(&[("", Text), ("", Prose)]);
    let notes = &view.snapshot.notes;
    let shown = if view.verbose || notes.len() <= LONG { notes.len() } else { SHOWN };
    for note in &notes[..shown] {
        table.row(["-".into(), note.clone()]);
    }
    view.section("Notes", &table, notes.len() - shown)
}

fn outcome(action: &ActionReport) -> String {
    match &action.refused {
        Some(code) => format!("refused ({code}): {}", action.outcome),
        None => action.outcome.clone(),
    }
}
