//! `vpcsim run`: plays scenarios and prints the reports in the order of the files.

use super::args::RunArgs;
use super::exit::Exit;
use super::files::Disk;
use super::output::{self, OutputError};
use super::play::{options, play_all, report_bug};
use super::progress::Board;
use crate::engine::Run;
use crate::model::Change;
use crate::report::{self, EffortReport, Snapshot};
use crate::scenario::{self, Diagnostic, Scenario};
use crate::units::{SimDuration, grouped};
use std::path::Path;
use std::sync::Arc;

/// Most interval rows kept for one run: 64 bytes each.
const ROWS_MAX: u64 = 20_000_000;

/// Runs every file; the worst exit code of all wins.
pub(super) fn run(args: &RunArgs, quiet: bool, verbose: u8) -> Result<Exit, OutputError> {
    if args.csv.is_some() && args.files.len() > 1 {
        output::talk("vpcsim: --csv takes a single scenario");
        return Ok(Exit::CannotDo);
    }
    let mut exit = Exit::Done;
    let mut scenarios = Vec::new();
    for file in &args.files {
        match load(file, args) {
            Ok(scenario) => scenarios.push(scenario),
            Err(complaints) => {
                complain(&complaints);
                exit = Exit::CannotDo;
            }
        }
    }
    let board = Arc::new(Board::default());
    let options = options(args.how, scenarios.len(), args.interval);
    let snapshot = move |run: &Run, file: &str, warnings: &[Diagnostic]| {
        let notes = warnings.iter().map(Diagnostic::headline).collect();
        (Snapshot::of(run, file, notes, options.interval), EffortReport::from(run.simulation.effort()))
    };
    let (snapshots, efforts): (Vec<_>, Vec<_>) = match play_all(scenarios, options, quiet, &board, snapshot) {
        Ok(played) => played.into_iter().unzip(),
        Err(bug) => {
            report_bug(&bug);
            return Ok(Exit::Bug);
        }
    };
    if verbose > 0 {
        // Not in the report: that is the same however it was computed.
        for (snapshot, effort) in snapshots.iter().zip(&efforts) {
            let (workers, s) = (options.workers.get(), if options.workers.get() == 1 { "" } else { "s" });
            let limit = effort.limit(workers).map_or(String::new(), |limit| format!(", limited: {limit}"));
            output::talk(&format!("how ({}): {}; {workers} worker{s}{limit}", snapshot.file, effort.told()));
        }
    }
    if !snapshots.iter().all(Snapshot::demands_met) {
        exit = exit.max(Exit::DemandNotMet);
    }
    if board.is_interrupted() {
        exit = exit.max(Exit::Interrupted);
    }
    print(&snapshots, args, quiet, verbose)?;
    Ok(exit)
}

fn load(file: &Path, args: &RunArgs) -> Result<Scenario, Vec<Diagnostic>> {
    let mut scenario = scenario::load(file, &Disk, &args.overrides)?;
    if let Some(seed) = args.seed {
        scenario.plan.seed = seed;
    }
    if let Some(interval) = args.interval {
        let rows = rows(&scenario, interval);
        if rows > ROWS_MAX {
            let (rows, most) = (grouped(rows), grouped(ROWS_MAX));
            let message = format!("--interval {interval} makes up to {rows} rows, at most {most} are kept");
            return Err(vec![Diagnostic::plain(&scenario.file, message, Some("use a longer interval".into()))]);
        }
    }
    Ok(scenario)
}

/// Interval rows that a run may keep: those of both directions of every peering, as if each that the timeline asks for were made.
fn rows(scenario: &Scenario, interval: SimDuration) -> u64 {
    let asked = scenario.plan.timeline.iter().filter(|action| matches!(action.change, Change::CreatePeering(_)));
    let peerings = (scenario.network.peerings().len() + asked.count()) as u64;
    scenario.plan.duration.as_nanos().div_ceil(interval.as_nanos().max(1)).saturating_mul(peerings.saturating_mul(2))
}

pub(super) fn complain(complaints: &[Diagnostic]) {
    for text in scenario::told(complaints, output::width()) {
        output::talk(&text);
    }
}

fn print(snapshots: &[Snapshot], args: &RunArgs, quiet: bool, verbose: u8) -> Result<(), OutputError> {
    if let (Some(path), Some(Some(intervals))) = (&args.csv, snapshots.first().map(|s| &s.intervals)) {
        output::file(path, &report::intervals_csv(intervals))?;
    }
    if args.json {
        return output::stdout(&match (snapshots, args.files.len()) {
            ([one], 1) => report::json(one),
            (all, _) => report::json_array(all),
        });
    }
    let width = output::width();
    let mut text = String::new();
    for snapshot in snapshots {
        if quiet && snapshot.demands_met() && !snapshot.partial {
            continue;
        }
        text += &report::text(snapshot, width, verbose > 0);
        if let Some(intervals) = &snapshot.intervals {
            text += "\n";
            text += &report::bars(intervals, width);
        }
        if snapshots.len() > 1 {
            text += "\n";
        }
    }
    if snapshots.len() > 1 && !quiet {
        text += &report::comparison(&snapshots.iter().collect::<Vec<_>>());
    }
    output::stdout(&text)
}
