//! `vpcsim bill`: runs a scenario, or reads measured samples, and prints what it costs. The prices are the metering room's.

use super::args::BillArgs;
use super::bill_input;
use super::bill_output::BillFiles;
use super::exit::Exit;
use super::files::Disk;
use super::interrupt::Interrupts;
use super::output;
use super::play::{Bug, options, play_all, report_bug};
use crate::engine::Run;
use crate::metering::{Bill, Handled, MENU, Period, Series, Terms, Trial, measure};
use crate::model::plan::Plan;
use crate::model::{Change, LinkId, Network, PeeringState};
use crate::report::{self, Invoice, WhatIf};
use crate::scenario::{self, Diagnostic, Scenario};
use crate::units::{BitRate, Share, SimTime};

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
    pub bill: Bill,
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
fn simulated(
    args: &BillArgs,
    scenario: Scenario,
    terms: &Terms,
    quiet: bool,
    interrupts: &Interrupts,
) -> Result<Made, Bug> {
    let (name, file) = (scenario.plan.name.clone(), scenario.file.clone());
    let remarks: Vec<String> = scenario.warnings.iter().map(Diagnostic::headline).collect();
    let mut scenarios = vec![scenario];
    if args.what_if.is_some() {
        let others: Vec<Scenario> = MENU.iter().map(|cap| with_cap(&scenarios[0], *cap)).collect();
        scenarios.extend(others);
    }
    let period = args.period;
    let options = options(args.how, scenarios.len(), None);
    let planned = scenarios.len();
    let all = play_all(scenarios, options, quiet, interrupts, |run, _, _| played(run, period))?;
    let mut all: Vec<Played> = all.into_iter().flatten().collect();
    let bill = Bill::of(&all[0].series, terms);
    let mut invoice = Invoice::of(&bill, terms, &name, &file);
    invoice.partial = all.len() < planned || all.iter().any(|played| !played.done);
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
