//! `vpcsim lint`: what is wrong with networks, or will be. Findings go to stdout; whatever cannot be read is refused as
//! everywhere.

use super::args::LintArgs;
use super::complaint::complain;
use super::exit::Exit;
use super::files::Disk;
use super::findings::{findings, remark};
use super::output;
use crate::diagnose::Severity;
use crate::report::{self, Remark};
use crate::scenario::{Diagnostic, Scenario};
use crate::units::SimTime;

/// Lints every file; 1 if something is as bad as `--fail-on` says, 2 if one cannot be read.
pub(super) fn lint(args: &LintArgs, quiet: bool, verbose: u8) -> Result<Exit, Vec<Diagnostic>> {
    let (disk, edits) = (Disk::default(), args.edits.edits());
    let mut complaints = Vec::new();
    let mut found: Vec<Remark> = Vec::new();
    for file in &args.files {
        match disk.scenario(file, &edits).and_then(|scenario| at(args, &scenario).map(|at| findings(&scenario, at))) {
            Ok(all) => found.extend(all),
            Err(all) => complaints.extend(all),
        }
    }
    // A document is whole, or complaints stand for it. One of findings in SARIF can hold the complaints too.
    if args.json && !complaints.is_empty() {
        return Err(complaints);
    }
    complain(&complaints);
    let limit = args.fail_on.map(Severity::from);
    let mut exit = match (complaints.is_empty(), limit) {
        (false, _) => Exit::CannotDo,
        (true, Some(limit)) if found.iter().any(|remark| remark.severity <= limit) => Exit::DemandNotMet,
        (true, _) => Exit::Done,
    };
    if args.json {
        exit = exit.max(output::stdout(&report::findings_json(&found)));
    } else if args.sarif {
        let all: Vec<Remark> = complaints.iter().map(remark).chain(found).collect();
        exit = exit.max(output::stdout(&report::sarif(&all)));
    } else if !quiet {
        let page = output::page(verbose > 0);
        exit = exit.max(output::report(&report::findings(&found, &page), &page));
    }
    Ok(exit)
}

/// The instant to look at.
fn at(args: &LintArgs, scenario: &Scenario) -> Result<SimTime, Vec<Diagnostic>> {
    let at = SimTime::ZERO + args.at.unwrap_or_default();
    if at <= scenario.plan.duration {
        return Ok(at);
    }
    let message = format!("--at {at} is after the end of the run at {}", scenario.plan.duration);
    Err(vec![Diagnostic::plain(&scenario.file, message, None)])
}
