//! `vpcsim check`: parse, validate and judge who reaches whom; nothing runs. Complaints go to stderr, one line per good
//! file to stdout.

use super::args::CheckArgs;
use super::complaint::{complain, entries};
use super::exit::Exit;
use super::files::Disk;
use super::output;
use super::reach;
use crate::report;
use crate::scenario::Scenario;

/// Checks every file; 2 if one has an error, 1 if a demand on who reaches whom is not met.
pub(super) fn check(args: &CheckArgs, quiet: bool) -> Exit {
    let (disk, edits) = (Disk::default(), args.edits.edits());
    let mut exit = Exit::Done;
    let (mut all, mut failures) = (Vec::new(), Vec::new());
    for file in &args.files {
        let complaints = match disk.scenario(file, &edits) {
            Ok(scenario) => {
                if !quiet && !args.json {
                    exit = exit.max(output::stdout(&format!("{}: ok, {}\n", scenario.file, summary(&scenario))));
                }
                let judged = reach::judge(&scenario);
                exit = exit.max(reach::exit(&judged));
                reach::tell(&judged, &scenario);
                failures.extend(reach::entries(&judged, &scenario));
                scenario.warnings
            }
            Err(complaints) => {
                exit = Exit::CannotDo;
                complaints
            }
        };
        complain(&complaints);
        all.extend(complaints);
    }
    if args.json {
        exit = exit.max(output::stdout(&report::complaints_json(&[entries(&all), failures].concat())));
    }
    exit
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
