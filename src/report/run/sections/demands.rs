//! Actions and demands: the timeline, the expectations, and notes on the scenario.

use super::view::{LONG, SHOWN, View};
use crate::report::format::column::{number, prose, text};
use crate::report::format::notes::folded;
use crate::report::format::page::Tone;
use crate::report::format::table::{Cell, Table};
use crate::report::run::model::ActionReport;

/// The actions and their outcomes.
pub fn timeline(view: &View) -> Option<String> {
    let mut table = Table::new(&[number("time").key(), text("by"), text("action"), text(""), prose("outcome")]);
    let (mut actions, more) = view.shortlist(&view.snapshot.timeline, |action| !action.as_expected);
    actions.sort_by_key(|action| action.time);
    for action in actions {
        let by = action.by.clone().unwrap_or_default();
        let [time, action_text] = [action.time.to_string(), action.action.clone()].map(Cell::from);
        table.row([time, by.into(), action_text, mark(action), outcome(action).into()]);
    }
    view.section("Timeline", &table, more)
}

/// The expectations and what was found.
pub fn expectations(view: &View) -> Option<String> {
    let mut table = Table::new(&[
        text("subject").key(),
        text("metric").key(),
        text("window").key(),
        number("expected"),
        number("found"),
        text("").joined(),
        text("stage"),
    ]);
    let (checks, more) = view.shortlist(&view.snapshot.expectations, |check| check.held != Some(true));
    for check in checks {
        let mark = match check.held {
            Some(true) => Cell::from("ok"),
            Some(false) => Cell::toned("FAILED", Tone::Bad),
            None => Cell::toned("not evaluated", Tone::Caution),
        };
        let window = check.between.map(|span| format!("{} to {}", span.from, span.until)).unwrap_or_default();
        let [subject, metric, expected] = [&check.subject, &check.metric, &check.expected].map(Cell::from);
        let found = check.found.as_deref().or(check.missing).unwrap_or_default();
        let stage = Cell::from(check.stage.clone().unwrap_or_default());
        table.row([subject, metric, window.into(), expected, found.into(), mark, stage]);
    }
    view.section("Expectations", &table, more)
}

/// Remarks on the scenario and the run.
pub fn notes(view: &View) -> Option<String> {
    let mut table = Table::new(&[text(""), prose("")]);
    let notes = folded(&view.snapshot.notes, view.page.verbose);
    let shown = if view.page.verbose || notes.len() <= LONG { notes.len() } else { SHOWN };
    for note in &notes[..shown] {
        table.row(["-".into(), note.clone()]);
    }
    view.section("Notes", &table, notes.len() - shown)
}

/// Whether the action went as expected. An expected refusal is not a success of the action.
fn mark(action: &ActionReport) -> Cell {
    match (action.as_expected, &action.refused) {
        (false, _) => Cell::toned("FAILED", Tone::Bad),
        (true, Some(_)) => "refused".into(),
        (true, None) => "ok".into(),
    }
}

fn outcome(action: &ActionReport) -> String {
    match &action.refused {
        Some(code) if action.as_expected => format!("as expected: {} ({code})", action.outcome),
        Some(code) => format!("refused: {} ({code})", action.outcome),
        None => action.outcome.clone(),
    }
}
