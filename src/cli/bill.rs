//! `vpcsim bill`: runs a scenario, or reads measured samples, and prints what it costs. The metering module does the
//! pricing.

use super::args::BillArgs;
use super::bill_input;
use super::bill_output::{BillFiles, Made};
use super::exit::Exit;
use super::files::Disk;
use super::interrupt::Interrupts;
use super::play::{Bug, Took, options, play_all, report_bug};
use crate::engine::Run;
use crate::metering::{self, Bill, Handled, Metered, Monitoring, Series, Terms};
use crate::report::{self, Invoice, Page, WhatIf};
use crate::scenario::{Diagnostic, Places, Scenario};

/// Bills one scenario.
pub(super) fn bill(
    args: &BillArgs,
    quiet: bool,
    verbose: u8,
    interrupts: &Interrupts,
) -> Result<Exit, Vec<Diagnostic>> {
    let disk = Disk::default();
    let (scenario, terms) = load(args, &disk)?;
    let samples = args.samples.as_deref().map(|file| bill_input::samples(file, args, &scenario, &disk)).transpose()?;
    let files = BillFiles::claim(args, &disk)?;
    let made = match samples {
        Some((series, handled)) => Ok((measured(&scenario, &terms, series, handled), None)),
        None => simulated(args, scenario, &terms, quiet, interrupts),
    };
    let (made, took) = match made {
        Ok(made) => made,
        Err(bug) => {
            report_bug(&bug);
            return Ok(Exit::Bug);
        }
    };
    let to = args.report_to();
    let page = to.page(verbose > 0);
    let printed = match (args.json, quiet) {
        (true, _) => to.write(&report::invoice_json(&made.invoice), &Page::PIPE),
        (false, true) => to.write(&report::invoice_in_brief(&made.invoice, &page), &page),
        (false, false) => to.write(&report::invoice_text(&made.invoice, &page), &page),
    };
    let verdict = if made.invoice.partial {
        Exit::Interrupted
    } else if args.require_priced && made.invoice.unpriced > 0 {
        Exit::DemandNotMet
    } else {
        Exit::Done
    };
    let written = files.write(&made, &terms);
    took.iter().for_each(|took| took.tell(quiet));
    Ok(verdict.max(printed).max(written))
}

fn load(args: &BillArgs, disk: &Disk) -> Result<(Scenario, Terms), Vec<Diagnostic>> {
    if args.samples.is_none() && args.table.is_given() {
        let message = "--delimiter, --decimal, --missing and --epoch say how --samples is written, and there is none";
        return Err(vec![Diagnostic::plain("vpcsim bill", message.into(), None)]);
    }
    let mut scenario = match (&args.file, &args.samples) {
        (Some(file), _) => disk.scenario(file, &args.edits.edits())?,
        (None, Some(_)) => bill_input::stand_in()?,
        (None, None) => unreachable!("the arguments require one of the two"),
    };
    if let Some(seed) = args.seed {
        scenario.plan.seed = seed;
    }
    let terms = bill_input::terms(args, &scenario, disk)?;
    Ok((scenario, terms))
}

fn measured(scenario: &Scenario, terms: &Terms, series: Vec<Series>, handled: Handled) -> Made {
    let bill = Bill::of(&series, terms);
    let mut invoice = Invoice::of(&bill, terms, &scenario.plan.name, &scenario.file);
    invoice.notes.push(report::samples_note(&handled));
    if scenario.file == bill_input::NO_FILE {
        invoice.notes.push("Without a scenario, every peering is billed as one between two mainland regions.".into());
    }
    Made { invoice, series, monitoring: None }
}

/// The result of a finished run.
struct Played {
    metered: Metered,
    /// The monitoring, if asked for.
    monitoring: Option<String>,
    done: bool,
}

/// The bill of the scenario unchanged and, if asked for, of the scenario under every cap of the menu.
fn simulated(
    args: &BillArgs,
    scenario: Scenario,
    terms: &Terms,
    quiet: bool,
    interrupts: &Interrupts,
) -> Result<(Made, Option<Took>), Bug> {
    let (name, file) = (scenario.plan.name.clone(), scenario.file.clone());
    let remarks: Vec<String> = scenario.warnings.iter().map(Diagnostic::headline).collect();
    let scenarios = with_trials(scenario, args.what_if.is_some());
    let planned = scenarios.len();
    let played = |run: &Run, _: &str, _: &[Diagnostic]| Played {
        metered: Metered::of(run),
        monitoring: args.monitoring.is_some().then(|| report::monitoring_csv(&Monitoring::of(run, args.period))),
        done: run.is_done(),
    };
    let all = play_all(scenarios, options(args.how, planned, None), quiet, interrupts, played)?;
    let took = all.took;
    let mut all = all.made.into_iter().flatten();
    let as_it_is = all.next().expect("the first scenario is always played");
    let trials: Vec<Played> = all.collect();
    let interrupted = 1 + trials.len() < planned || !as_it_is.done || trials.iter().any(|trial| !trial.done);
    let Played { metered, monitoring, .. } = as_it_is;
    let mut invoice = Invoice::of(&Bill::of(&metered.series, terms), terms, &name, &file);
    invoice.partial = interrupted;
    invoice.notes.extend(remarks);
    match args.what_if {
        None => {}
        Some(_) if interrupted => invoice.notes.push("Interrupted: no caps are compared.".into()),
        Some(most) => {
            let trials: Vec<Metered> = trials.into_iter().map(|trial| trial.metered).collect();
            let comparisons = metering::compare(&metered, &trials, terms);
            invoice.what_if = comparisons.iter().map(|comparison| WhatIf::of(comparison, most)).collect();
            if invoice.what_if.is_empty() {
                invoice.notes.push("There is no cap to try: no peering is across regions (S27).".into());
            }
        }
    }
    Ok((Made { invoice, series: metered.series, monitoring }, Some(took)))
}

/// The scenario and, if asked for, the same under each cap of the menu.
fn with_trials(scenario: Scenario, wanted: bool) -> Vec<Scenario> {
    let trials = if wanted { metering::trials(&scenario.network, &scenario.plan) } else { Vec::new() };
    let under = |(network, plan)| Scenario {
        network,
        plan,
        file: scenario.file.clone(),
        places: Places::default(),
        warnings: Vec::new(),
    };
    let trials: Vec<Scenario> = trials.into_iter().map(under).collect();
    std::iter::once(scenario).chain(trials).collect()
}
