//! `vpcsim diff`: what a change does, before it is made: who reaches whom, peerings, findings and, with traffic, what
//! runs of both scenarios lose and cost.

use super::args::{DiffArgs, FailOnArg};
use super::bill_input;
use super::exit::Exit;
use super::files::Disk;
use super::interrupt::Interrupts;
use super::output;
use super::play::{Bug, Took, options, play_all, report_bug};
use super::probe::instant;
use crate::diagnose::Ground;
use crate::diagnose::diff::Diff;
use crate::engine::Run;
use crate::metering::{Bill, Metered, Terms};
use crate::report::{self, DiffReport, Invoice, Snapshot};
use crate::scenario::{Diagnostic, Scenario};

/// Prints what differs; 1 if pairs are lost and that is to fail.
pub(super) fn diff(
    args: &DiffArgs,
    quiet: bool,
    verbose: u8,
    interrupts: &Interrupts,
) -> Result<Exit, Vec<Diagnostic>> {
    let disk = Disk::default();
    // The options are the change: with the same file twice, they are all of it.
    let before = disk.scenario(&args.before, &[])?;
    let after = disk.scenario(&args.after, &args.edits.edits())?;
    let at = instant(args.probe.at, &before)?;
    instant(args.probe.at, &after)?;
    let probe = args.probe.probe(&after.file)?;
    let ground = |scenario: &Scenario| Ground::at(scenario.network.clone(), &scenario.plan, at);
    let [old, new] = [&before, &after].map(ground);
    let found = Diff::between((&old, &before.plan), (&new, &after.plan), probe, at);
    let mut report = DiffReport::of(&found, &before.file, &after.file, at);
    let has_traffic = [&before, &after].iter().any(|scenario| !scenario.plan.traffic.is_empty());
    let mut took = None;
    if has_traffic && !args.no_run {
        let terms = [bill_input::terms_by(None, &before, &disk)?, bill_input::terms_by(None, &after, &disk)?];
        match runs(args, [before, after], &terms, quiet, interrupts, &mut report) {
            Ok(time) => took = Some(time),
            Err(bug) => {
                report_bug(&bug);
                return Ok(Exit::Bug);
            }
        }
    }
    let page = output::page(verbose > 0);
    let printed = match args.json {
        true => output::stdout(&report::diff_json(&report)),
        false => output::report(&report::diff_text(&report, &page), &page),
    };
    took.iter().for_each(|took| took.tell(quiet));
    let fails = match args.fail_on {
        Some(FailOnArg::Lost) => report.pairs_lost > 0,
        Some(FailOnArg::Any) => !report.is_empty(),
        None => false,
    };
    let verdict = match (report.partial, fails) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::DemandNotMet,
        (false, false) => Exit::Done,
    };
    Ok(verdict.max(printed))
}

/// Runs both scenarios and adds what differs in what they lose and cost.
fn runs(
    args: &DiffArgs,
    scenarios: [Scenario; 2],
    terms: &[Terms; 2],
    quiet: bool,
    interrupts: &Interrupts,
    report: &mut DiffReport,
) -> Result<Took, Bug> {
    let finish =
        |run: &Run, file: &str, _: &[Diagnostic]| (Snapshot::of(run, file, Vec::new(), None), Metered::of(run));
    let played = play_all(scenarios.into(), options(args.how, 2, None), quiet, interrupts, finish)?;
    let mut made = played.made.into_iter();
    if let (Some(Some((before, spent))), Some(Some((after, spends)))) = (made.next(), made.next()) {
        report.add_runs([&before, &after]);
        let bill = |metered: &Metered, terms: &Terms, run: &Snapshot| {
            Invoice::of(&Bill::of(&metered.series, terms), terms, &run.scenario, &run.file)
        };
        report.add_bills([&bill(&spent, &terms[0], &before), &bill(&spends, &terms[1], &after)]);
    } else {
        report.partial = true;
    }
    Ok(played.took)
}
