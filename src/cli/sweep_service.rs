//! `vpcsim sweep --y1564`: plays the steps of a service test at each point. Which steps there are, [`crate::sweep`]
//! says.

use super::args::SweepArgs;
use super::sweep_entry::{Tested, name_in, tested};
use super::sweep_input::{Setting, Subject};
use super::sweep_play::{Player, Stop};
use crate::report::ServiceStep;
use crate::scenario::Diagnostic;
use crate::sweep::{Axis, OVERSHOOT, STEPS, Step, steps};
use crate::units::BitRate;

/// The option that turns the rate.
const OPTION: &str = "--y1564";

/// The axis of the steps.
pub(super) fn axis() -> Axis {
    let percent = STEPS.into_iter().chain([OVERSHOOT]).map(|percent| format!("{percent} %"));
    Axis { key: "step, share of the CIR".into(), values: percent.collect() }
}

/// A step at a point.
pub(super) struct Case {
    values: Vec<String>,
    settings: Vec<Setting>,
    tested: Tested,
    committed: BitRate,
    step: Step,
}

/// Every step of every point; each can be played.
///
/// # Errors
/// One of them cannot.
pub(super) fn cases(
    args: &SweepArgs,
    key: &str,
    subject: &Subject,
    points: Vec<(Vec<String>, Vec<Setting>)>,
) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let name = name_in(key, OPTION, subject)?;
    let turn = |rate: BitRate| {
        let option = if args.cir.is_some() { "--cir" } else { OPTION };
        Setting { key: key.to_owned(), value: format!("{} bps", rate.as_bps()), option }
    };
    let mut cases = Vec::new();
    for (values, settings) in points {
        let tested = tested(&name, subject, &settings, turn)?;
        let committed = args.cir.unwrap_or(tested.rate);
        for step in steps(committed) {
            let values = [&values[..], &[format!("{} %", step.percent)]].concat();
            let settings = [&settings[..], &[turn(step.rate)]].concat();
            subject.load(&settings)?;
            cases.push(Case { values, settings, tested: tested.clone(), committed, step });
        }
    }
    Ok(cases)
}

/// Plays all steps; those that were begun, in order.
///
/// # Errors
/// A bug.
pub(super) fn play(cases: &[Case], player: &mut Player<'_>) -> Result<Vec<ServiceStep>, Stop> {
    let points: Vec<Vec<Setting>> = cases.iter().map(|case| case.settings.clone()).collect();
    let made = player.play(&points, |at, snapshot| {
        let Case { values, tested, committed, step, .. } = &cases[at];
        let entry = snapshot.traffic.get(tested.id.index())?;
        let sends = (tested.senders, tested.window);
        Some(ServiceStep::of(values, (*committed, step.percent), sends, snapshot, entry))
    })?;
    Ok(made.into_iter().flatten().flatten().collect())
}
