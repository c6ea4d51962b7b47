//! Playing scenarios: several at once on tokio's blocking pool, a progress line, Ctrl-C. What is made of a finished run is the
//! subcommand's.

use super::args::HowArgs;
use super::machine;
use super::pace::Pace;
use super::progress::{Board, Line};
use crate::engine::{Mode, Options, Run, Unbalanced};
use crate::model::Network;
use crate::model::plan::Plan;
use crate::scenario::{Diagnostic, Scenario};
use crate::units::SimDuration;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Why a run came to nothing: a bug of ours.
pub(super) type Bug = Box<dyn std::error::Error>;

/// How to compute each of `runs` runs: unless the user chose, they share the cores.
pub(super) fn options(how: HowArgs, runs: usize, interval: Option<SimDuration>) -> Options {
    let mode = if how.packets { Mode::Packets } else { Mode::Runs };
    Options { interval, mode, workers: how.workers.unwrap_or(share(machine::cores(), runs)) }
}

/// Cores for each of `runs`, at least one.
fn share(cores: NonZeroUsize, runs: usize) -> NonZeroUsize {
    NonZeroUsize::new(cores.get() / runs.max(1)).unwrap_or(NonZeroUsize::MIN)
}

/// Plays all scenarios, as many at once as the cores have room for; what `finish` makes of each run, its
/// file and its warnings, in the order of the scenarios.
pub(super) fn play_all<T: Send + 'static>(
    scenarios: Vec<Scenario>,
    options: Options,
    quiet: bool,
    board: &Arc<Board>,
    finish: impl Fn(&Run, &str, &[Diagnostic]) -> T + Clone + Send + 'static,
) -> Result<Vec<T>, Bug> {
    let at_once = share(machine::cores(), options.workers.get());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(at_once.get())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut runs = JoinSet::new();
        for (at, scenario) in scenarios.into_iter().enumerate() {
            let (board, finish) = (board.clone(), finish.clone());
            board.plan(scenario.plan.duration);
            runs.spawn_blocking(move || {
                let Scenario { file, network, plan, warnings } = scenario;
                play(network, plan, options, &board).map(|run| (at, finish(&run, &file, &warnings)))
            });
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

/// Plays one scenario slice by slice; what comes out does not depend on the slicing.
fn play(network: Network, plan: Plan, options: Options, board: &Board) -> Result<Run, Unbalanced> {
    let mut pace = Pace::new(plan.duration);
    let mut run = Run::new(network, plan, options);
    let mut emitted = 0;
    while !run.is_done() && !board.is_interrupted() {
        let started = Instant::now();
        let from = run.simulation.now();
        let until = pace.next(from, |until| run.work(until));
        run.advance(until);
        let now_emitted = run.simulation.totals().emitted;
        board.advance(run.simulation.now().since(from).as_nanos(), now_emitted - emitted);
        emitted = now_emitted;
        pace.took(started.elapsed());
    }
    run.finish()?;
    Ok(run)
}

/// Tells of a bug of ours.
pub(super) fn report_bug(bug: &Bug) {
    super::output::talk(&format!("vpcsim: {bug}\nThis is a bug in vpcsim; please report it with the scenario."));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_share_the_cores_and_each_has_one() {
        let share = |cores, runs| share(NonZeroUsize::new(cores).expect("not zero"), runs).get();
        assert_eq!([share(8, 1), share(8, 3), share(8, 8), share(8, 99), share(8, 0)], [8, 2, 1, 1, 8]);
    }
}
