//! What came of a scenario's demands, in the same words for every view of a run. How the words are set, each view
//! decides.

use super::model::{ExpectationReport, Snapshot};
use crate::report::format::words::counted;
use crate::units::SimTime;

/// What came of a run and of its demands, in words that want a full stop.
pub struct Verdict {
    /// How far the run came, if it was interrupted: `PARTIAL: interrupted after 3.2 s of 10 s`.
    pub interrupted: Option<String>,
    /// How many expectations hold, and how many are not evaluated; none without expectations.
    pub expectations: Option<String>,
    /// How many are not evaluated.
    pub unknown: usize,
    /// Each expectation that failed: `traffic sync loss is 3 %, expected 0 %`.
    pub failed: Vec<String>,
    /// How many actions did not go as expected, if any.
    pub actions: Option<String>,
    /// Each of them, `accept PeerConn at 8 s`, and what came of it.
    pub astray: Vec<(String, String)>,
}

impl Verdict {
    /// The verdict on a run.
    pub fn of(snapshot: &Snapshot) -> Verdict {
        let all = &snapshot.expectations;
        let failed = all.iter().filter(|one| one.held == Some(false)).map(failure).collect();
        let astray = snapshot.timeline.iter().filter(|action| !action.as_expected);
        let astray: Vec<_> = astray.map(|a| (format!("{} at {}", a.action, a.time), a.outcome.clone())).collect();
        let actions = format!("{} of the timeline FAILED", counted(astray.len() as u64, "action"));
        Verdict {
            interrupted: snapshot.partial.then(|| {
                let [reached, duration] = [snapshot.reached, snapshot.duration].map(|end| end.since(SimTime::ZERO));
                format!("PARTIAL: interrupted after {reached} of {duration}")
            }),
            expectations: (!all.is_empty()).then(|| holding(all)),
            unknown: all.iter().filter(|one| one.held.is_none()).count(),
            failed,
            actions: (!astray.is_empty()).then_some(actions),
            astray,
        }
    }
}

fn holding(all: &[ExpectationReport]) -> String {
    let count = |held: Option<bool>| all.iter().filter(|one| one.held == held).count();
    let unknown = count(None);
    if unknown == all.len() {
        return format!("{} NOT EVALUATED", counted(all.len() as u64, "expectation"));
    }
    let held = match (count(Some(true)), all.len()) {
        (held, 1) => format!("{held} of 1 expectation holds"),
        (held, of) => format!("{held} of {of} expectations hold"),
    };
    if unknown > 0 { format!("{held}; {unknown} NOT EVALUATED") } else { held }
}

fn failure(one: &ExpectationReport) -> String {
    let found = match &one.found {
        Some(found) => format!(" is {found}"),
        None => format!(": {}", one.missing.as_deref().unwrap_or_default()),
    };
    format!("{} {}{found}, expected {}", one.subject, one.metric, one.expected)
}
