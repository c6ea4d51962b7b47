//! `vpcsim check`: parse, validate and judge who reaches whom; nothing runs. Complaints, and what lint finds, go to
//! stderr, one line per good file to stdout.

use super::args::CheckArgs;
use super::complaint::{complain, entries};
use super::exit::Exit;
use super::files::Disk;
use super::findings::{is_told, linted};
use super::output;
use super::reach;
use crate::diagnose::Severity;
use crate::report::{self, Remark};
use crate::scenario::Scenario;
use crate::units::SimTime;
use serde_json::{Value, json};

/// Checks every file; 2 if one has an error, 1 if a demand on who reaches whom is not met. What lint finds changes
/// nothing about that.
pub(super) fn check(args: &CheckArgs, quiet: bool) -> Exit {
    let (disk, edits) = (Disk::default(), args.edits.edits());
    let mut exit = Exit::Done;
    let mut all = Vec::new();
    for file in &args.files {
        let (complaints, found) = match disk.scenario(file, &edits) {
            Ok(scenario) => {
                if !quiet && !args.json {
                    exit = exit.max(output::stdout(&format!("{}: ok, {}\n", scenario.file, summary(&scenario))));
                }
                let judged = reach::judge(&scenario);
                exit = exit.max(reach::exit(&judged));
                reach::tell(&judged, &scenario);
                all.extend(reach::entries(&judged, &scenario));
                let mut found = linted(&scenario, SimTime::ZERO);
                let untold = scenario.warnings.into_iter().filter(|said| !is_told(said, &found)).collect();
                found.retain(|remark| remark.severity != Severity::Info);
                (untold, found)
            }
            Err(complaints) => {
                exit = Exit::CannotDo;
                (complaints, Vec::new())
            }
        };
        complain(&complaints);
        let page = output::talk_page();
        let text = report::findings(&found, &page);
        if !text.is_empty() {
            output::say(text.trim_end(), &page);
        }
        all.extend(entries(&complaints).into_iter().chain(found.iter().map(entry)));
    }
    if args.json {
        exit = exit.max(output::stdout(&report::complaints_json(&all)));
    }
    exit
}

/// A finding in the form of a complaint.
fn entry(found: &Remark) -> Value {
    json!({
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "severity": found.severity,
        "message": found.message,
        "code": found.code,
        "hint": found.fix,
    })
}

fn summary(scenario: &Scenario) -> String {
    let network = &scenario.network;
    let counted = |count: usize, what: &str| report::counted(count as u64, what);
    [
        counted(network.vpcs().len(), "VPC"),
        counted(network.hosts().len(), "host"),
        counted(network.peerings().len(), "peering"),
        counted(scenario.plan.traffic.len(), "traffic entry"),
    ]
    .join(", ")
}
