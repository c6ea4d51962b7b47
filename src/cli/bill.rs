//! `vpcsim bill`: runs a scenario, or reads measured samples, and prints what it costs. The prices are the metering room's.

use super::args::BillArgs;
use super::bill_input;
use super::exit::Exit;
use super::files::Disk;
use super::output::{self, OutputError};
use super::play::{Bug, options, play_all, report_bug};
use super::progress::Board;
use super::run::complain;
use super::what_if;
use crate::engine::Run;
use crate::metering::{Bill, Handled, Period, Series, Terms, measure};
use crate::model::{LinkId, Peering, PeeringId};
use crate::report::{self, Invoice};
use crate::scenario::{self, Diagnostic, Scenario};
use crate::units::{BitRate, Share, SimTime};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// Bills one scenario.
pub(super) fn bill(args: &BillArgs, quiet: bool) -> Result<Exit, OutputError> {
    let (scenario, terms) = match load(args) {
        Ok(loaded) => loaded,
        Err(complaints) => {
            complain(&complaints);
            return Ok(Exit::CannotDo);
        }
    };
    let board = Arc::new(Board::default());
    let made = match &args.samples {
        Some(file) => match bill_input::samples(file, &scenario) {
            Ok((series, handled)) => Ok(measured(&scenario, &terms, series, handled)),
            Err(complaints) => {
                complain(&complaints);
                return Ok(Exit::CannotDo);
            }
        },
        None => simulated(args, scenario, &terms, quiet, &board),
    };
    let made = match made {
        Ok(made) => made,
        Err(bug) => {
            report_bug(&bug);
            return Ok(Exit::Bug);
        }
    };
    print(&made, &terms, args)?;
    Ok(if made.invoice.partial {
        Exit::Interrupted
    } else if args.require_priced && made.invoice.unpriced > 0 {
        Exit::DemandNotMet
    } else {
        Exit::Done
    })
}

fn load(args: &BillArgs) -> Result<(Scenario, Terms), Vec<Diagnostic>> {
    let mut scenario = match (&args.file, &args.samples) {
        (Some(file), _) => scenario::load(file, &Disk, &args.overrides)?,
        (None, Some(samples)) => bill_input::stand_in(samples)?,
        (None, None) => unreachable!("the arguments require one of the two"),
    };
    if let Some(seed) = args.seed {
        scenario.plan.seed = seed;
    }
    let terms = bill_input::terms(args, &scenario)?;
    Ok((scenario, terms))
}

/// A bill and what it was made of.
struct Made {
    invoice: Invoice,
    series: Vec<Series>,
    /// Of a run.
    monitoring: Option<String>,
}

fn print(made: &Made, terms: &Terms, args: &BillArgs) -> Result<(), OutputError> {
    if let Some(path) = &args.csv {
        if made.invoice.partial {
            output::talk(&format!(
                "vpcsim: interrupted; {} is not written, for a part would be booked as the whole",
                path.display()
            ));
        } else {
            output::file(path, &report::focus_csv(&made.invoice))?;
        }
    }
    if let (Some(path), Some(monitoring)) = (&args.monitoring, &made.monitoring) {
        output::file(path, monitoring)?;
    }
    if let Some(folder) = &args.svg {
        let pictures = report::pictures(&made.series, terms);
        match pictures.is_empty() {
            true => output::talk("vpcsim: nothing to draw for --svg: no peering across regions was in force"),
            false => output::folder(folder)?,
        }
        for (name, picture) in pictures {
            output::file(&folder.join(name), &picture)?;
        }
    }
    output::stdout(&match args.json {
        true => report::invoice_json(&made.invoice),
        false => report::invoice_text(&made.invoice, output::width()),
    })
}

fn measured(scenario: &Scenario, terms: &Terms, series: Vec<Series>, handled: Handled) -> Made {
    let bill = Bill::of(&series, terms);
    let mut invoice = Invoice::of(&bill, terms, &scenario.plan.name, &scenario.file);
    let counted = [
        (handled.unsorted, "not in order of time"),
        (handled.repeated, "for a window that had one; the largest counts"),
        (handled.inside, "not at the start of a window"),
    ];
    let counted = counted.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}"));
    let parts: Vec<String> = std::iter::once(format!("{} rows", handled.rows)).chain(counted).collect();
    invoice.notes.push(format!("Measured samples: {}.", parts.join("; ")));
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
        loss: loss(LinkId::new(id, true)).max(loss(LinkId::new(id, false))),
        caps: peering.caps.iter().map(|(since, cap)| (instant(*since).unwrap_or(Timestamp::MAX), *cap)).collect(),
        refusals: what_if::refusals(network, id),
    };
    let links = network.peerings().map(capped).collect();
    Played { series: measure(run), links, monitoring: report::monitoring_csv(run, period), done: run.is_done() }
}

/// The bill of the scenario as it is, and, if asked for, of the same with every cap of the menu.
fn simulated(args: &BillArgs, scenario: Scenario, terms: &Terms, quiet: bool, board: &Arc<Board>) -> Result<Made, Bug> {
    let (name, file) = (scenario.plan.name.clone(), scenario.file.clone());
    let remarks: Vec<String> = scenario.warnings.iter().map(Diagnostic::headline).collect();
    let trials = if args.what_if.is_some() { what_if::trials(&scenario) } else { Vec::new() };
    let scenarios: Vec<Scenario> = std::iter::once(scenario).chain(trials).collect();
    let period = args.period;
    let options = options(args.how, scenarios.len(), None);
    let mut all = play_all(scenarios, options, quiet, board, move |run, _, _| played(run, period))?;
    let trials = all.split_off(1);
    let as_it_is = all.swap_remove(0);
    let bill = Bill::of(&as_it_is.series, terms);
    let mut invoice = Invoice::of(&bill, terms, &name, &file);
    invoice.partial = !as_it_is.done || trials.iter().any(|played| !played.done);
    invoice.notes.extend(remarks);
    if let Some(most) = args.what_if {
        match invoice.partial {
            true => invoice.notes.push("Caps are not compared: runs that were interrupted say nothing.".into()),
            false => invoice.what_if = what_if::tables(&as_it_is, &trials, terms, most),
        }
        if invoice.what_if.is_empty() && !invoice.partial {
            invoice.notes.push("There is no cap to try: no peering is across regions (S27).".into());
        }
    }
    let Played { series, monitoring, .. } = as_it_is;
    Ok(Made { invoice, series, monitoring: Some(monitoring) })
}
