//! `vpcsim bill`: runs a scenario, or reads measured samples, and prints what it costs. The prices are the metering
//! room's.

use super::args::BillArgs;
use super::bill_input;
use super::bill_output::BillFiles;
use super::exit::Exit;
use super::files::Disk;
use super::interrupt::Interrupts;
use super::output;
use super::play::{Bug, options, play_all, report_bug};
use super::what_if;
use crate::engine::Run;
use crate::metering::{Bill, Handled, Period, Series, Terms, measure};
use crate::model::{LinkId, Peering, PeeringId};
use crate::report::{self, Invoice};
use crate::scenario::{self, Diagnostic, Scenario};
use crate::units::{BitRate, Share, SimTime};
use jiff::{SignedDuration, Timestamp};

/// Bills one scenario.
pub(super) fn bill(args: &BillArgs, quiet: bool, interrupts: &Interrupts) -> Result<Exit, Vec<Diagnostic>> {
    let disk = Disk::default();
    let (scenario, terms) = load(args, &disk)?;
    let samples = args.samples.as_deref().map(|file| bill_input::samples(file, args, &scenario, &disk)).transpose()?;
    let files = BillFiles::claim(args, &disk)?;
    let made = match samples {
        Some((series, handled)) => Ok(measured(&scenario, &terms, series, handled)),
        None => simulated(args, scenario, &terms, quiet, interrupts),
    };
    let made = match made {
        Ok(made) => made,
        Err(bug) => {
            report_bug(&bug);
            return Ok(Exit::Bug);
        }
    };
    let printed = output::stdout(&match args.json {
        true => report::invoice_json(&made.invoice),
        false => report::invoice_text(&made.invoice, output::width()),
    });
    let verdict = if made.invoice.partial {
        Exit::Interrupted
    } else if args.require_priced && made.invoice.unpriced > 0 {
        Exit::DemandNotMet
    } else {
        Exit::Done
    };
    Ok(verdict.max(printed).max(files.write(&made, &terms)))
}

fn load(args: &BillArgs, disk: &Disk) -> Result<(Scenario, Terms), Vec<Diagnostic>> {
    if args.samples.is_none() && args.table.is_given() {
        let message = "--delimiter, --decimal, --missing and --epoch say how --samples is written, and there is none";
        return Err(vec![Diagnostic::plain("vpcsim bill", message.into(), None)]);
    }
    let mut scenario = match (&args.file, &args.samples) {
        (Some(file), _) => scenario::load(file, disk, &args.overrides)?,
        (None, Some(_)) => bill_input::stand_in()?,
        (None, None) => unreachable!("the arguments require one of the two"),
    };
    if let Some(seed) = args.seed {
        scenario.plan.seed = seed;
    }
    let terms = bill_input::terms(args, &scenario, disk)?;
    Ok((scenario, terms))
}

/// A bill and what it was made of.
pub(super) struct Made {
    pub invoice: Invoice,
    pub series: Vec<Series>,
    /// Of a run.
    pub monitoring: Option<String>,
}

fn measured(scenario: &Scenario, terms: &Terms, series: Vec<Series>, handled: Handled) -> Made {
    let bill = Bill::of(&series, terms);
    let mut invoice = Invoice::of(&bill, terms, &scenario.plan.name, &scenario.file);
    invoice.notes.push(format!("Measured samples: {}.", handled.told().join("; ")));
    if scenario.file == bill_input::NO_FILE {
        invoice.notes.push("Without a scenario, every peering is billed as one between two mainland regions.".into());
    }
    Made { invoice, series, monitoring: None }
}

/// What a finished run hands on.
pub(super) struct Played {
    /// By peering.
    pub series: Vec<Series>,
    /// By peering.
    pub links: Vec<Capped>,
    monitoring: String,
    done: bool,
}

/// What a run says of one peering's caps.
pub(super) struct Capped {
    /// Shaper drops / offered of its worse direction.
    pub loss: Share,
    /// Every cap it had, with the instant it began.
    pub caps: Vec<(Timestamp, BitRate)>,
    /// Why it cannot have each cap of the console's menu; none where it can.
    pub refusals: Vec<Option<String>>,
}

fn played(run: &Run, period: Period) -> Played {
    let (network, start) = (run.simulation.network(), run.plan.start.timestamp());
    let loss = |link: LinkId| {
        let counts = &run.simulation.link_book(link).whole;
        Share::of(counts.drops.at_shaper(), counts.offered.packets)
    };
    let instant = |time: SimTime| start.saturating_add(SignedDuration::from_nanos(time.as_nanos() as i64));
    let capped = |(id, peering): (PeeringId, &Peering)| Capped {
        loss: LinkId::both(id).map(loss).into_iter().fold(Share::ZERO, Share::max),
        caps: peering.caps.iter().map(|(since, cap)| (instant(*since).unwrap_or(Timestamp::MAX), *cap)).collect(),
        refusals: what_if::refusals(network, id),
    };
    let links = network.peerings().map(capped).collect();
    Played { series: measure(run), links, monitoring: report::monitoring_csv(run, period), done: run.is_done() }
}

/// The bill of the scenario as it is, and, if asked for, of the same with every cap of the menu.
fn simulated(
    args: &BillArgs,
    scenario: Scenario,
    terms: &Terms,
    quiet: bool,
    interrupts: &Interrupts,
) -> Result<Made, Bug> {
    let (name, file, menu) = (scenario.plan.name.clone(), scenario.file.clone(), scenario.network.rules.menu);
    let remarks: Vec<String> = scenario.warnings.iter().map(Diagnostic::headline).collect();
    let trials = if args.what_if.is_some() { what_if::trials(&scenario) } else { Vec::new() };
    let scenarios: Vec<Scenario> = std::iter::once(scenario).chain(trials).collect();
    let period = args.period;
    let options = options(args.how, scenarios.len(), None);
    let planned = scenarios.len();
    let all = play_all(scenarios, options, quiet, interrupts, |run, _, _| played(run, period))?;
    let mut all: Vec<Played> = all.into_iter().flatten().collect();
    let interrupted = all.len() < planned || all.iter().any(|played| !played.done);
    let trials = all.split_off(1);
    let as_it_is = all.swap_remove(0);
    let bill = Bill::of(&as_it_is.series, terms);
    let mut invoice = Invoice::of(&bill, terms, &name, &file);
    invoice.partial = interrupted;
    invoice.notes.extend(remarks);
    match args.what_if {
        None => {}
        Some(_) if interrupted => invoice.notes.push("Interrupted: no caps are compared.".into()),
        Some(most) => {
            invoice.what_if = what_if::tables(menu, &as_it_is, &trials, terms, most);
            if invoice.what_if.is_empty() {
                invoice.notes.push("There is no cap to try: no peering is across regions (S27).".into());
            }
        }
    }
    let Played { series, monitoring, .. } = as_it_is;
    Ok(Made { invoice, series, monitoring: Some(monitoring) })
}
