//! Demands on who reaches whom, for the commands that judge them without a run: what failed, for people and programs,
//! and the exit code.

use super::exit::Exit;
use super::output;
use crate::diagnose::{Judged, judge as judged};
use crate::model::Thing;
use crate::scenario::Scenario;
use crate::units::grouped;
use serde_json::{Value, json};

/// What comes of each such demand of a scenario.
pub(super) fn judge(scenario: &Scenario) -> Vec<Judged> {
    judged(&scenario.network, &scenario.plan)
}

/// 1 if a demand is not met.
pub(super) fn exit(judged: &[Judged]) -> Exit {
    if judged.iter().all(Judged::held) { Exit::Done } else { Exit::DemandNotMet }
}

/// Tells people which demands are not met.
pub(super) fn tell(judged: &[Judged], scenario: &Scenario) {
    for failure in failures(judged, scenario) {
        output::talk(&format!("{}: FAILED: {}", failure.place, failure.message));
    }
}

/// The same for programs, in the form of complaints.
pub(super) fn entries(judged: &[Judged], scenario: &Scenario) -> Vec<Value> {
    let entry = |failure: Failure| {
        json!({
            "file": failure.file,
            "line": failure.line,
            "column": failure.column,
            "severity": "error",
            "message": failure.message,
            "code": "EXPECTATION_FAILED",
            "hint": null,
        })
    };
    failures(judged, scenario).map(entry).collect()
}

struct Failure {
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    /// `FILE:LINE:COLUMN`
    place: String,
    message: String,
}

fn failures<'a>(judged: &'a [Judged], scenario: &'a Scenario) -> impl Iterator<Item = Failure> + 'a {
    let failed = judged.iter().enumerate().filter(|(_, judged)| !judged.held());
    failed.filter_map(|(at, judged)| {
        let demand = &scenario.plan.reach[at];
        let (pair, code) = judged.first.as_ref()?;
        let key = if demand.wanted { "reach" } else { "unreachable" };
        let message = format!(
            "{key} \"{}\": {pair}: {code} ({} of {} pairs)",
            demand.text,
            grouped(judged.failed),
            grouped(judged.pairs),
        );
        let place = scenario.places.of(&scenario.network, &scenario.plan, Thing::Reach(at));
        let (line, column) = place.as_ref().map(|place| (place.line, place.column)).unzip();
        let file = place.map_or_else(|| scenario.file.clone(), |place| place.file);
        let spelt = [line, column].into_iter().flatten().map(|n| format!(":{n}")).collect::<String>();
        Some(Failure { place: file.clone() + &spelt, file, line, column, message })
    })
}
