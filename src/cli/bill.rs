//! `vpcsim bill`: runs a scenario, or reads measured samples, and prints what it costs. The prices are the metering room's.

use super::args::BillArgs;
use super::bill_input;
use super::exit::Exit;
use super::files::Disk;
use super::output::{self, OutputError};
use super::play::{Bug, options, play_all, report_bug};
use super::progress::Board;
use super::run::complain;
use crate::engine::Run;
use crate::metering::{Bill, Handled, MENU, Period, Series, Terms, Trial, measure};
use crate::model::plan::Plan;
use crate::model::{Change, LinkId, Network, PeeringState};
use crate::report::{self, Invoice, WhatIf};
use crate::scenario::{self, Diagnostic, Scenario};
use crate::units::{BitRate, Share, SimTime};
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
        Some(file) => match bill_input::samples(file, args, &scenario) {
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
    if args.samples.is_none() && args.table.is_given() {
        let message = "--delimiter, --decimal, --missing and --epoch say how --samples is written, and there is none";
        return Err(vec![Diagnostic::plain("vpcsim bill", message.into(), None)]);
    }
    let mut scenario = match (&args.file, &args.samples) {
        (Some(file), _) => scenario::load(file, &Disk, &args.overrides)?,
        (None, Some(_)) => bill_input::stand_in()?,
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
    bill: Bill,
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
        output::folder(folder)?;
        for (name, picture) in report::pictures(&made.bill, &made.series, terms) {
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
    invoice.notes.push(format!("Measured samples: {}.", handled.told().join("; ")));
    if scenario.file == bill_input::NO_FILE {
        invoice.notes.push("Without a scenario, every peering is billed as one between two mainland regions.".into());
    }
    Made { invoice, bill, series, monitoring: None }
}

/// What a finished run hands on.
struct Played {
    series: Vec<Series>,
    /// By peering: shaper drops / offered of its worse direction.
    losses: Vec<Share>,
    monitoring: String,
    done: bool,
}

fn played(run: &Run, period: Period) -> Played {
    let loss = |link: LinkId| {
        let counts = &run.simulation.link_book(link).whole;
        Share::of(counts.drops.at_shaper(), counts.offered.packets)
    };
    let worse = |id| loss(LinkId::new(id, true)).max(loss(LinkId::new(id, false)));
    let losses = run.simulation.network().peerings().map(|(id, _)| worse(id)).collect();
    Played { series: measure(run), losses, monitoring: report::monitoring_csv(run, period), done: run.is_done() }
}

/// The bill of the scenario as it is, and, if asked for, of the same with every cap of the menu.
fn simulated(args: &BillArgs, scenario: Scenario, terms: &Terms, quiet: bool, board: &Arc<Board>) -> Result<Made, Bug> {
    let (name, file) = (scenario.plan.name.clone(), scenario.file.clone());
    let remarks: Vec<String> = scenario.warnings.iter().map(Diagnostic::headline).collect();
    let mut scenarios = vec![scenario];
    if args.what_if.is_some() {
        let others: Vec<Scenario> = MENU.iter().map(|cap| with_cap(&scenarios[0], *cap)).collect();
        scenarios.extend(others);
    }
    let period = args.period;
    let options = options(args.how, scenarios.len(), None);
    let mut all = play_all(scenarios, options, quiet, board, move |run, _, _| played(run, period))?;
    let bill = Bill::of(&all[0].series, terms);
    let mut invoice = Invoice::of(&bill, terms, &name, &file);
    invoice.partial = all.iter().any(|played| !played.done);
    invoice.notes = remarks;
    // Of runs that were cut short nothing can be compared.
    if let Some(most) = args.what_if.filter(|_| !invoice.partial) {
        invoice.what_if = what_if(&all, terms, most);
    }
    let Played { series, monitoring, .. } = all.swap_remove(0);
    Ok(Made { invoice, bill, series, monitoring: Some(monitoring) })
}

/// One table for each peering that is billed.
fn what_if(all: &[Played], terms: &Terms, most: Share) -> Vec<WhatIf> {
    let bills: Vec<Bill> = all[1..].iter().map(|played| Bill::of(&played.series, terms)).collect();
    let subjects = all[0].series.iter().map(|series| &series.subject).enumerate();
    let table = |(at, subject): (usize, &crate::metering::Subject)| {
        let trials = MENU.iter().zip(&all[1..]).zip(&bills);
        // A peering that a timeline makes may be missing where a request was refused.
        let trial = |((cap, played), bill): ((&BitRate, &Played), &Bill)| {
            Some(Trial::of(*cap, *played.losses.get(at)?, bill, &subject.peering))
        };
        WhatIf::of(&subject.peering, &trials.filter_map(trial).collect::<Vec<_>>(), most)
    };
    subjects.filter(|(_, subject)| subject.cross_region).map(table).collect()
}

/// The scenario with `cap` on every peering across regions, from start to end.
fn with_cap(scenario: &Scenario, cap: BitRate) -> Scenario {
    let mut other = scenario.clone();
    cap_network(&mut other.network, cap);
    cap_timeline(&mut other.plan, &scenario.network, cap);
    other
}

fn cap_network(network: &mut Network, cap: BitRate) {
    let capped = network.peerings().filter(|(_, peering)| peering.cross_region);
    let capped = capped.filter(|(_, p)| matches!(p.state, PeeringState::Active | PeeringState::Pending));
    let names: Vec<_> = capped.map(|(_, peering)| peering.name.clone()).collect();
    for peering in names {
        let change = Change::ChangeBandwidth { peering, bandwidth: cap };
        // A burst of the user's own may not go with another cap; the peering keeps its cap then.
        let _ = network.apply(None, &change, SimTime::ZERO);
    }
}

/// Changes of bandwidth would end the trial, and new peerings are part of it.
fn cap_timeline(plan: &mut Plan, network: &Network, cap: BitRate) {
    plan.timeline.retain(|action| !matches!(action.change, Change::ChangeBandwidth { .. }));
    for action in &mut plan.timeline {
        if let Change::CreatePeering(spec) = &mut action.change
            && network.vpc(spec.requester).region != network.vpc(spec.accepter).region
        {
            spec.bandwidth = Some(cap);
        }
    }
}
