//! `vpcsim check`: parse and validate; nothing runs. Complaints go to stderr, one line per good file to stdout.

use super::args::CheckArgs;
use super::exit::Exit;
use super::files::Disk;
use super::output::{self, OutputError};
use super::run::complain;
use crate::scenario::{self, Diagnostic};

/// Checks every file; 2 if one has an error.
pub(super) fn check(args: &CheckArgs, quiet: bool) -> Result<Exit, OutputError> {
    let mut exit = Exit::Done;
    let mut all = Vec::new();
    for file in &args.files {
        let complaints = match scenario::load(file, &Disk, &args.overrides) {
            Ok(scenario) => {
                if !quiet && !args.json {
                    output::stdout(&format!("{}: ok, {}\n", file.display(), summary(&scenario)))?;
                }
                scenario.warnings
            }
            Err(complaints) => {
                exit = Exit::CannotDo;
                complaints
            }
        };
        if !args.json {
            complain(&complaints);
        }
        all.extend(complaints);
    }
    if args.json {
        let entries: Vec<serde_json::Value> = all.iter().map(Diagnostic::json).collect();
        let document = serde_json::json!({ "format": "vpcsim-check", "version": 1, "complaints": entries });
        output::stdout(&format!("{document:#}\n"))?;
    }
    Ok(exit)
}

fn summary(scenario: &scenario::Scenario) -> String {
    let network = &scenario.network;
    let counted = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    [
        counted(network.vpcs().len(), "VPC"),
        counted(network.hosts().len(), "host"),
        counted(network.peerings().len(), "peering"),
        format!("{} traffic", scenario.plan.traffic.len()),
    ]
    .join(", ")
}
