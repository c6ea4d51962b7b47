//! Playing scenarios: several at once on tokio's blocking pool, a progress line, Ctrl-C. What is made of a finished run is the
//! subcommand's.

use super::progress::{Board, Line};
use crate::engine::{Options, Run, Unbalanced};
use crate::scenario::Scenario;
use crate::units::SimTime;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How long a slice of a run should take: short enough for progress and Ctrl-C, long enough to cost nothing.
const SLICE: Duration = Duration::from_millis(50);

/// Why a run came to nothing: a bug of ours.
pub(super) type Bug = Box<dyn std::error::Error>;

/// Plays all scenarios, as many at once as there are cores; what `finish` makes of each run, in the order of the scenarios.
pub(super) fn play_all<T: Send + 'static>(
    scenarios: Vec<Scenario>,
    options: Options,
    quiet: bool,
    board: &Arc<Board>,
    finish: impl Fn(&Run, &Scenario) -> T + Clone + Send + 'static,
) -> Result<Vec<T>, Bug> {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(cores)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut runs = JoinSet::new();
        for (at, scenario) in scenarios.into_iter().enumerate() {
            let (board, finish) = (board.clone(), finish.clone());
            board.plan(scenario.plan.duration);
            runs.spawn_blocking(move || play(&scenario, options, &board).map(|run| (at, finish(&run, &scenario))));
        }
        let mut line = Line::new(quiet);
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        let mut ctrl_c = std::pin::pin!(tokio::signal::ctrl_c());
        let mut finished = Vec::new();
        loop {
            tokio::select! {
                joined = runs.join_next() => match joined {
                    None => break,
                    Some(played) => finished.push(played??),
                },
                _ = tick.tick() => line.tick(board),
                _ = &mut ctrl_c, if !board.is_interrupted() => board.interrupted.store(true, Ordering::Relaxed),
            }
        }
        finished.sort_by_key(|(at, _)| *at);
        Ok(finished.into_iter().map(|(_, made)| made).collect())
    })
}

/// Plays one scenario in slices of about [`SLICE`] of wall time; what comes out does not depend on the slicing.
fn play(scenario: &Scenario, options: Options, board: &Board) -> Result<Run, Unbalanced> {
    let duration = scenario.plan.duration.as_nanos();
    let mut run = Run::new(scenario.network.clone(), scenario.plan.clone(), options);
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
    Ok(run)
}

/// Tells of a bug of ours.
pub(super) fn report_bug(bug: &Bug) {
    super::output::talk(&format!("vpcsim: {bug}\nThis is a bug in vpcsim; please report it with the scenario."));
}
