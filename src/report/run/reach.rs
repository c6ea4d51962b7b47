//! Demands on who reaches whom among the expectations of a run. They are judged elsewhere, without the run.

use super::model::ExpectationReport;
use crate::diagnose::Judged;
use crate::model::plan::{Plan, Reach};
use crate::report::format::words::counted;
use crate::units::{SimTime, grouped};

/// What came of each such demand of a plan, in order.
pub fn reach_reports(plan: &Plan, judged: &[Judged]) -> Vec<ExpectationReport> {
    let stage = |at| Some(plan.lesson.as_ref()?.stage_of_reach(at)?.name.to_string());
    let all = plan.reach.iter().zip(judged).enumerate();
    all.map(|(at, (demand, judged))| ExpectationReport { stage: stage(at), ..report(demand, judged) }).collect()
}

fn report(demand: &Reach, judged: &Judged) -> ExpectationReport {
    let found = match &judged.first {
        None => counted(judged.pairs, "pair"),
        Some((pair, code)) => match judged.failed {
            1 => format!("{pair}: {code}"),
            failed => format!("{pair}: {code}, and {} more of {}", grouped(failed - 1), grouped(judged.pairs)),
        },
    };
    ExpectationReport {
        stage: None,
        subject: demand.text.clone(),
        metric: metric(demand),
        between: None,
        expected: if demand.wanted { "all pairs" } else { "no pair" }.into(),
        found: Some(found),
        missing: None,
        held: Some(judged.held()),
        most_dropped: None,
    }
}

/// `reach`, and how it differs from an echo there and back at the start.
fn metric(demand: &Reach) -> String {
    let mut out = String::from(if demand.wanted { "reach" } else { "unreachable" });
    if demand.one_way {
        out += " one way";
    }
    if demand.probe.protocol.has_ports() {
        out += &format!(" {} {}", demand.probe.protocol.name(), demand.probe.port);
    }
    if demand.at > SimTime::ZERO {
        out += &format!(" at {}", demand.at);
    }
    out
}
