//! The findings about a scenario, for `lint` and `check`: those of the lints, and the remarks made while it was read
//! that no lint makes. Where they stand is looked up here; they are drawn elsewhere.

use crate::diagnose::lint::{LIST, lint};
use crate::diagnose::{Finding, Ground, Severity};
use crate::notation;
use crate::report::Remark;
use crate::scenario::{Diagnostic, Place, Scenario};
use crate::units::SimTime;

/// What a complaint or remark without a code of its own is called.
const PLAIN: &str = "REMARK";

/// Everything found at an instant, worst first, then in order of place; remarks last among those as bad.
pub(super) fn findings(scenario: &Scenario, at: SimTime) -> Vec<Remark> {
    let found = linted(scenario, at);
    let untold: Vec<Remark> = scenario.warnings.iter().filter(|said| !is_told(said, &found)).map(remark).collect();
    let mut all: Vec<Remark> = found.into_iter().chain(untold).collect();
    all.sort_by_key(|remark| remark.severity);
    all
}

/// What the lints find at an instant, worst first, then in order of place.
pub(super) fn linted(scenario: &Scenario, at: SimTime) -> Vec<Remark> {
    let ground = Ground::at(scenario.network.clone(), &scenario.plan, at);
    let mut found: Vec<_> = lint(&ground, &scenario.plan, at)
        .into_iter()
        .map(|finding| (scenario.places.of(ground.network(), &scenario.plan, finding.about), finding))
        .collect();
    // What is in no text stands at the end.
    found.sort_by_key(|(place, finding)| (finding.severity, place.is_none(), place.clone()));
    let told = |(place, finding): (Option<Place>, Finding)| Remark {
        line: place.as_ref().map(|place| place.line),
        column: place.as_ref().map(|place| place.column),
        file: place.map_or_else(|| scenario.file.clone(), |place| place.file),
        severity: finding.severity,
        code: finding.code.to_owned(),
        message: finding.sentence,
        fix: finding.fix,
    };
    found.into_iter().map(told).collect()
}

/// Whether the lints tell, or need not tell, what a remark made while reading says. They see the network whole; traffic
/// they see only on the routes of one instant.
pub(super) fn is_told(remark: &Diagnostic, found: &[Remark]) -> bool {
    let Some(code) = remark.code.as_deref() else { return false };
    let is_found = || found.iter().any(|finding| finding.code == code);
    LIST.iter().any(|lint| lint.code == code) && (code != "MTU_EXCEEDED" || is_found())
}

/// A complaint or remark in the form of a finding.
pub(super) fn remark(said: &Diagnostic) -> Remark {
    let (line, column) = said.line_column().unzip();
    Remark {
        file: said.source.name().to_owned(),
        line,
        column,
        severity: match said.severity {
            notation::Severity::Error => Severity::Error,
            notation::Severity::Warning => Severity::Warning,
        },
        code: said.code.clone().unwrap_or_else(|| PLAIN.to_owned()),
        message: said.message.clone(),
        fix: said.hint.clone(),
    }
}
