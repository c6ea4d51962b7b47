//! Plays scenarios: several at once on separate threads, with a progress line and an early end. The subcommand decides
//! what to do with a finished run. The threads are not tokio's, whose blocking pool panics if no thread can be started.

use super::args::HowArgs;
use super::interrupt::Interrupts;
use super::machine;
use super::pace::Pace;
use super::progress::{Board, Line};
use crate::engine::{Mode, Options, Pass, Run, Unbalanced};
use crate::model::Network;
use crate::model::plan::Plan;
use crate::report;
use crate::scenario::{Diagnostic, Scenario};
use crate::trace;
use crate::units::SimDuration;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{self, UnboundedSender};

/// How often the progress line is drawn and signals are checked.
const TICK: Duration = Duration::from_millis(100);

/// Why a run has no result: a bug in the program.
pub(super) type Bug = Box<dyn std::error::Error + Send + Sync>;

/// The results of all runs, and the time and packets they took.
pub(super) struct Played<T> {
    /// In the order of the scenarios; none for those that were not begun.
    pub made: Vec<Option<T>>,
    pub took: Took,
}

/// The time it took to carry the packets.
#[derive(Default)]
pub(super) struct Took {
    packets: u64,
    wall: Duration,
}

impl Took {
    /// Adds what other runs took, one after the other.
    pub(super) fn add(&mut self, other: &Took) {
        self.packets += other.packets;
        self.wall += other.wall;
    }

    /// Prints it, unless the user asked for less. It is in no report: a report is the same to the byte on any machine.
    pub(super) fn tell(&self, quiet: bool) {
        if !quiet {
            super::output::talk(&report::carried(self.packets, self.wall));
        }
    }
}

/// How to compute each of `runs` runs: unless the user chose, they share the cores.
pub(super) fn options(how: HowArgs, runs: usize, interval: Option<SimDuration>) -> Options {
    let mode = if how.packets { Mode::Packets } else { Mode::Runs };
    Options { interval, watch: None, mode, workers: how.workers.unwrap_or(share(machine::cores(), runs)) }
}

/// Cores for each of `runs`, at least one.
fn share(cores: NonZeroUsize, runs: usize) -> NonZeroUsize {
    NonZeroUsize::new(cores.get() / runs.max(1)).unwrap_or(NonZeroUsize::MIN)
}

/// Plays all scenarios, as many at once as the cores allow; returns what `finish` makes of each run, its file and its
/// warnings. After a signal no more are begun, except the first, so that there is always a report.
pub(super) fn play_all<T: Send>(
    scenarios: Vec<Scenario>,
    options: Options,
    quiet: bool,
    interrupts: &Interrupts,
    finish: impl Fn(&Run, &str, &[Diagnostic]) -> T + Sync,
) -> Result<Played<T>, Bug> {
    play_watched(scenarios, None, options, quiet, interrupts, finish)
}

/// Plays a scenario until a pass over it is over, to its end, or until a signal.
pub(super) fn play_pass(
    scenario: Scenario,
    pass: &dyn Pass,
    options: Options,
    quiet: bool,
    interrupts: &Interrupts,
) -> Result<trace::Played, Bug> {
    let finish = |run: &Run, _: &str, _: &[Diagnostic]| trace::Played::of(run, pass);
    let played = play_watched(vec![scenario], Some(pass), options, quiet, interrupts, finish)?;
    played.made.into_iter().flatten().next().ok_or_else(|| "the run has no result".into())
}

/// The same while somebody looks on, if anybody does.
pub(super) fn play_watched<T: Send>(
    scenarios: Vec<Scenario>,
    pass: Option<&dyn Pass>,
    options: Options,
    quiet: bool,
    interrupts: &Interrupts,
    finish: impl Fn(&Run, &str, &[Diagnostic]) -> T + Sync,
) -> Result<Played<T>, Bug> {
    let started = Instant::now();
    let at_once = share(machine::cores(), options.workers.get()).get().min(scenarios.len());
    let board = Board::new(interrupts, scenarios.iter().map(|scenario| scenario.plan.duration));
    let mut made: Vec<Option<T>> = scenarios.iter().map(|_| None).collect();
    let waiting = Mutex::new(scenarios.into_iter().enumerate());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = |finished: UnboundedSender<(usize, Result<T, Bug>)>| {
        while let Some((at, scenario)) = next().filter(|(at, _)| *at == 0 || !board.is_interrupted()) {
            // After a bug, nobody receives the results.
            let _ = finished.send((at, finish_one(scenario, pass, options, &board, &finish)));
        }
    };
    let mut early_end = interrupts.run_can_end_early();
    thread::scope(|threads| {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let start = |_| {
            let (work, sender) = (&work, sender.clone());
            thread::Builder::new().spawn_scoped(threads, move || work(sender)).ok()
        };
        if at_once > 0 && (0..at_once).map_while(start).count() == 0 {
            if !quiet {
                super::output::talk("vpcsim: no thread is to be had: going on with this one, without progress");
            }
            work(sender.clone());
        }
        drop(sender);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        runtime.block_on(async {
            let mut line = Line::new(quiet);
            let mut tick = tokio::time::Instant::now();
            loop {
                match tokio::time::timeout_at(tick, receiver.recv()).await {
                    Ok(None) => return Ok(()),
                    Ok(Some((at, played))) => made[at] = Some(played?),
                    Err(_) => {
                        line.tick(&board);
                        early_end.look();
                        tick += TICK;
                    }
                }
            }
        })
    })
    .map(|()| Played { made, took: Took { packets: board.packets(), wall: started.elapsed() } })
}

/// Plays one scenario to its end or until a signal, and returns the wanted result. A panic is a bug like any other.
fn finish_one<T>(
    scenario: Scenario,
    pass: Option<&dyn Pass>,
    options: Options,
    board: &Board,
    finish: impl Fn(&Run, &str, &[Diagnostic]) -> T,
) -> Result<T, Bug> {
    let Scenario { file, network, plan, warnings, .. } = scenario;
    let played = catch_unwind(AssertUnwindSafe(|| {
        play(network, plan, pass, options, board).map(|run| finish(&run, &file, &warnings))
    }));
    Ok(played.map_err(|_| format!("the run of {file} panicked"))??)
}

/// Plays one scenario slice by slice, until a pass over it is over if there is one; the result does not depend on the
/// slices.
fn play(
    network: Network,
    plan: Plan,
    pass: Option<&dyn Pass>,
    options: Options,
    board: &Board,
) -> Result<Run, Unbalanced> {
    let mut pace = Pace::new(plan.duration);
    let mut run = Run::new(network, plan, options);
    pass.iter().for_each(|pass| pass.begin(&mut run));
    let mut emitted = 0;
    while !run.is_done() && !pass.is_some_and(|pass| pass.is_over(&run)) && !board.is_interrupted() {
        let started = Instant::now();
        let from = run.simulation.now();
        let until = pace.next(from, |until| run.work(until));
        run.advance(pass.map_or(until, |pass| until.min(pass.next_look(from))));
        pass.iter().for_each(|pass| pass.look(&mut run));
        let now_emitted = run.simulation.totals().emitted;
        board.advance(run.simulation.now().since(from).as_nanos(), now_emitted - emitted);
        emitted = now_emitted;
        pace.took(started.elapsed());
    }
    run.finish()?;
    Ok(run)
}

/// Reports a bug in the program.
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
