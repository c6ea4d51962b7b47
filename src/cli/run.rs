//! `vpcsim run`: several scenarios at once on tokio's blocking pool, a progress line, Ctrl-C, the reports in the order of the files.

use super::args::RunArgs;
use super::exit::Exit;
use super::files::Disk;
use super::output::{self, OutputError};
use super::progress::{Board, Line};
use crate::engine::{Options, Run, Unbalanced};
use crate::report::{self, Snapshot};
use crate::scenario::{self, Diagnostic, Scenario};
use crate::units::SimTime;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How long a slice of a run should take: short enough for progress and Ctrl-C, long enough to cost nothing.
const SLICE: Duration = Duration::from_millis(50);
/// Most interval rows kept for one run: 64 bytes each.
const ROWS_MAX: u64 = 20_000_000;

/// Runs every file; the worst exit code of all wins.
pub(super) fn run(args: &RunArgs, quiet: bool, verbose: u8) -> Result<Exit, OutputError> {
    if args.csv.is_some() && args.files.len() > 1 {
        eprintln!("vpcsim: --csv takes a single scenario");
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
    let snapshots = match play_all(scenarios, args, quiet, &board) {
        Ok(snapshots) => snapshots,
        Err(bug) => {
            eprintln!("vpcsim: {bug}\nThis is a bug in vpcsim; please report it with the scenario.");
            return Ok(Exit::Bug);
        }
    };
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
        let links = scenario.network.peerings().len() as u64 * 2;
        let rows = scenario.plan.duration.as_nanos() / interval.as_nanos() * links;
        if rows > ROWS_MAX {
            let message = format!("--interval {interval} makes {rows} rows, at most {ROWS_MAX} are kept");
            return Err(vec![Diagnostic::plain(&scenario.file, message, Some("use a longer interval".into()))]);
        }
    }
    Ok(scenario)
}

pub(super) fn complain(complaints: &[Diagnostic]) {
    for complaint in complaints {
        eprintln!("{}", complaint.render(output::width()));
    }
}

/// Plays all scenarios, as many at once as there are cores.
fn play_all(
    scenarios: Vec<Scenario>,
    args: &RunArgs,
    quiet: bool,
    board: &Arc<Board>,
) -> Result<Vec<Snapshot>, Box<dyn std::error::Error>> {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(cores)
        .enable_all()
        .build()?;
    let options = Options { interval: args.interval };
    runtime.block_on(async {
        let mut runs = JoinSet::new();
        for (at, scenario) in scenarios.into_iter().enumerate() {
            let board = board.clone();
            board.plan(scenario.plan.duration);
            runs.spawn_blocking(move || play(scenario, options, &board).map(|snapshot| (at, snapshot)));
        }
        let mut line = Line::new(quiet);
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        let mut ctrl_c = std::pin::pin!(tokio::signal::ctrl_c());
        let mut snapshots = Vec::new();
        loop {
            tokio::select! {
                joined = runs.join_next() => match joined {
                    None => break,
                    Some(played) => snapshots.push(played??),
                },
                _ = tick.tick() => line.tick(board),
                _ = &mut ctrl_c, if !board.is_interrupted() => board.interrupted.store(true, Ordering::Relaxed),
            }
        }
        snapshots.sort_by_key(|(at, _)| *at);
        Ok(snapshots.into_iter().map(|(_, snapshot)| snapshot).collect())
    })
}

/// Plays one scenario in slices of about [`SLICE`] of wall time; what comes out does not depend on the slicing.
fn play(scenario: Scenario, options: Options, board: &Board) -> Result<Snapshot, Unbalanced> {
    let notes = scenario.warnings.iter().map(Diagnostic::headline).collect();
    let duration = scenario.plan.duration.as_nanos();
    let mut run = Run::new(scenario.network, scenario.plan, options);
    let mut slice = (duration / 1000).clamp(1, 10_000_000);
    let mut emitted = 0;
    while !run.is_done() && !board.is_interrupted() {
        let started = Instant::now();
        let from = run.simulation.now().as_nanos();
        run.advance(SimTime::from_nanos(from.saturating_add(slice)));
        let now_emitted = run.simulation.totals().emitted;
        board.advance(run.simulation.now().as_nanos() - from, now_emitted - emitted);
        emitted = now_emitted;
        slice = if started.elapsed() < SLICE { slice.saturating_mul(2) } else { (slice / 2).max(1) };
    }
    run.finish()?;
    Ok(Snapshot::of(&run, &scenario.file, notes, options.interval))
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
