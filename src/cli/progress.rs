//! Progress of long runs on stderr, when that is a terminal: virtual time, packets per second, time left. Shared counters only;
//! the simulation never waits for it.

use crate::units::{SimTime, grouped};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// What all runs of a command tell the progress line, and what it tells them.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// Set once by Ctrl-C: every run stops where it is.
    pub interrupted: AtomicBool,
    planned: AtomicU64,
    reached: AtomicU64,
    emitted: AtomicU64,
}

impl Board {
    /// One more run, this long.
    pub(super) fn plan(&self, duration: SimTime) {
        self.planned.fetch_add(duration.as_nanos(), Ordering::Relaxed);
    }
    /// A run went on by so many nanoseconds and packets.
    pub(super) fn advance(&self, nanos: u64, packets: u64) {
        self.reached.fetch_add(nanos, Ordering::Relaxed);
        self.emitted.fetch_add(packets, Ordering::Relaxed);
    }
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// The line itself.
pub(super) struct Line {
    bar: Option<ProgressBar>,
    started: Instant,
    quiet: bool,
}

impl Line {
    pub(super) fn new(quiet: bool) -> Line {
        Line { bar: None, started: Instant::now(), quiet: quiet || !std::io::stderr().is_terminal() }
    }

    /// Redraws; call it a few times a second.
    pub(super) fn tick(&mut self, board: &Board) {
        let elapsed = self.started.elapsed();
        if self.quiet || elapsed < PATIENCE {
            return;
        }
        let planned = board.planned.load(Ordering::Relaxed);
        let reached = board.reached.load(Ordering::Relaxed);
        let per_second = board.emitted.load(Ordering::Relaxed) as f64 / elapsed.as_secs_f64();
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(planned);
            if let Ok(style) = ProgressStyle::with_template("{bar:16} {percent:>3} %  {eta} left  {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_length(planned);
        bar.set_position(reached);
        let (reached, planned) = (SimTime::from_nanos(reached / 1_000_000 * 1_000_000), SimTime::from_nanos(planned));
        bar.set_message(format!("{reached} of {planned}  {} packets/s", grouped(per_second as u64)));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
