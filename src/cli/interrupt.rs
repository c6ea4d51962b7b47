//! Signals that ask the program to end: SIGINT, SIGTERM, SIGHUP. The first signal ends a run early, if one is in
//! progress; otherwise, and the second time, the program ends at once. Handlers only set flags, which needs no thread
//! and no descriptor; the engine does not know of them.

use super::exit::Exit;
use super::output::talk;
use signal_hook::{consts, flag};
use std::ffi::c_int;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A signal this soon after another is a duplicate: timeout(1) sends one to the program and one to its group.
const ECHO: Duration = Duration::from_millis(20);

/// The signals received, and their effect.
pub(super) struct Interrupts {
    /// Set by the first signal.
    heard: Arc<AtomicBool>,
    /// Whether a signal ends the program at once.
    at_once: Arc<AtomicBool>,
}

impl Interrupts {
    /// Starts listening; until a run can end early, a signal ends the program at once.
    pub(super) fn listen() -> Interrupts {
        let interrupts = Interrupts { heard: Arc::default(), at_once: Arc::new(AtomicBool::new(true)) };
        // Exceeding the file size limit is then a failed write, reported like a full disk, and does not end the
        // program.
        #[cfg(unix)]
        let _ = flag::register(consts::SIGXFSZ, Arc::default());
        for signal in signals() {
            if let Err(error) = interrupts.register(signal) {
                talk(&format!("vpcsim: signal {signal} will not be heard: {error}"));
            }
        }
        interrupts
    }

    fn register(&self, signal: c_int) -> io::Result<()> {
        // They run in this order, so that the first signal during a run does not end the program.
        flag::register_conditional_shutdown(signal, Exit::Interrupted.code().into(), self.at_once.clone())?;
        flag::register(signal, self.heard.clone())?;
        Ok(())
    }

    /// Whether a signal asked the program to end.
    pub(super) fn heard(&self) -> bool {
        self.heard.load(Ordering::Relaxed)
    }

    /// While the result is alive, the first signal is only recorded.
    pub(super) fn run_can_end_early(&self) -> EarlyEnd<'_> {
        self.at_once.store(false, Ordering::SeqCst);
        EarlyEnd { interrupts: self, noticed: None }
    }
}

/// A stretch in which the first signal is only recorded.
pub(super) struct EarlyEnd<'a> {
    interrupts: &'a Interrupts,
    noticed: Option<Instant>,
}

impl EarlyEnd<'_> {
    /// Once the first signal was received and its duplicate can no longer arrive, lets the next one end the program; to
    /// be called regularly.
    pub(super) fn look(&mut self) {
        if self.interrupts.heard() && self.noticed.get_or_insert_with(Instant::now).elapsed() > ECHO {
            self.interrupts.at_once.store(true, Ordering::SeqCst);
        }
    }
}

impl Drop for EarlyEnd<'_> {
    fn drop(&mut self) {
        if self.interrupts.heard() {
            thread::sleep(ECHO);
        }
        self.interrupts.at_once.store(true, Ordering::SeqCst);
    }
}

#[cfg(unix)]
fn signals() -> Vec<c_int> {
    let mut signals = vec![consts::SIGINT, consts::SIGTERM];
    if !hang_ups_are_ignored() {
        signals.push(consts::SIGHUP);
    }
    signals
}

#[cfg(not(unix))]
fn signals() -> Vec<c_int> {
    vec![consts::SIGINT, consts::SIGTERM]
}

/// Whether the parent process wants the program to outlive the terminal, as nohup(1) does.
#[cfg(unix)]
fn hang_ups_are_ignored() -> bool {
    let mask = super::machine::ignored_signals().unwrap_or(0);
    mask >> (consts::SIGHUP - 1) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_signal_is_the_one_that_ends_at_once() {
        let interrupts = Interrupts { heard: Arc::default(), at_once: Arc::new(AtomicBool::new(true)) };
        let at_once = || interrupts.at_once.load(Ordering::SeqCst);
        let mut early_end = interrupts.run_can_end_early();
        early_end.look();
        assert!(!at_once(), "nothing was heard yet");
        interrupts.heard.store(true, Ordering::SeqCst);
        early_end.look();
        assert!(!at_once(), "the first may come again as its own echo");
        thread::sleep(2 * ECHO);
        early_end.look();
        assert!(at_once());
        drop(early_end);
        assert!(at_once(), "nothing is left to be ended early");
    }
}
