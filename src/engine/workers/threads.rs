//! Advances cells on several threads. Which thread carries which cell does not affect the results: a cell touches only
//! itself, and one thread exchanges the mail between windows. The caller decides how many threads may be used.

#![allow(clippy::disallowed_methods, reason = "the one place where threads are started")]

use super::super::cell::Cell;
use super::super::exchange::{Exchange, exchange};
use super::super::shared::Scope;
use super::{next_window, run_in_turn, windows_in_turn};
use crate::model::VpcId;
use crate::units::{SimDuration, SimTime};
use spin::Yield;
use spin::barrier::Barrier;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

/// Packets that justify another thread: about a millisecond of work, twenty times the cost of starting one.
const WORTH_A_THREAD: u64 = 50_000;
/// Packets a window must hold to justify two meetings of all threads: about 100 µs of work.
const WORTH_A_MEETING: u64 = 4_000;
/// Pieces of work per thread, so that all threads stay busy to the end: if there are few cells, each is cut into pieces
/// of time, each of which costs a look at every sender.
const PIECES: u64 = 16;

/// Carries what the cells of the VPCs `sending`, which are in order, have left to do by themselves to the horizon;
/// returns the number of threads used.
pub fn run(cells: &mut [Cell], sending: &[VpcId], scope: Scope<'_>, workers: usize) -> usize {
    let span = scope.horizon.since(scope.from);
    let passive = sending.iter().map(|vpc| cells[vpc.index()].packets_in(span));
    let workers = workers.min(worth(passive, WORTH_A_THREAD));
    if workers == 1 {
        run_in_turn(cells, sending, scope);
        return 1;
    }
    let pieces = (PIECES * workers as u64).div_ceil(sending.len() as u64);
    let sending = cells.iter_mut().filter(|cell| sending.binary_search(&cell.vpc).is_ok());
    let piece = SimDuration::from_nanos(span.as_nanos() / pieces + 1);
    let waiting: Mutex<VecDeque<(SimTime, &mut Cell)>> = Mutex::new(sending.map(|cell| (scope.from, cell)).collect());
    let work = || {
        while let Some((from, cell)) = pop(&waiting) {
            // Those that run in windows stand at different instants link by link.
            let until = if cell.is_joined() { scope.horizon } else { (from + piece).min(scope.horizon) };
            cell.run(Scope { from, horizon: until, ..scope });
            if until < scope.horizon {
                lock(&waiting).push_back((until, cell));
            }
        }
    };
    thread::scope(|threads| {
        let helpers = start(threads, workers - 1, &work);
        work();
        helpers + 1
    })
}

/// Starts up to `count` more threads on `work`; returns how many could be started. With fewer, the work only takes
/// longer.
fn start<'scope>(threads: &'scope thread::Scope<'scope, '_>, count: usize, work: &'scope (impl Fn() + Sync)) -> usize {
    let one = |_| thread::Builder::new().spawn_scoped(threads, work).ok();
    (0..count).map_while(one).count()
}

/// How many threads can be kept busy by cells with so many packets each, if `worthwhile` packets justify one; at least
/// one.
fn worth(packets: impl Iterator<Item = u64>, worthwhile: u64) -> usize {
    let part = packets.filter(|packets| *packets > 0);
    let (count, sum) = part.fold((0, 0u64), |(n, sum), packets| (n + 1, sum.saturating_add(packets)));
    count.min((sum / worthwhile) as usize).max(1)
}

fn pop<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    lock(queue).pop_front()
}

/// Ignores poisoning: a panic in one thread ends the whole run, so its unfinished state is never used.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Advances the cells that run in windows to the horizon; returns the number of threads used.
pub fn run_windows(
    cells: &mut [Cell],
    joined: &[VpcId],
    others: &mut dyn Exchange,
    scope: Scope<'_>,
    window: SimDuration,
    workers: usize,
) -> usize {
    let events = joined.iter().map(|vpc| cells[vpc.index()].events_in(window));
    let workers = workers.min(worth(events, WORTH_A_MEETING));
    if workers > 1 {
        return meet(cells, others, scope, window, workers);
    }
    windows_in_turn(cells, joined, others, scope, window);
    1
}

/// All threads take cells until none is left, meet, let one of them exchange the mail, and meet again. They wait by
/// spinning rather than sleeping, since windows are short. Returns the number of threads used.
///
/// ```text
/// thread 1   cell cell |      | exchange, next window |      | cell …
/// thread 2   cell      | meet |                       | meet | cell cell …
/// thread 3   cell cell |      |                       |      | …
/// ```
fn meet(cells: &mut [Cell], others: &mut dyn Exchange, scope: Scope<'_>, window: SimDuration, workers: usize) -> usize {
    let mut joined: Vec<&mut Cell> = cells.iter_mut().filter(|c| c.is_joined()).collect();
    let Some(first) = next_window(joined.iter().map(|cell| &**cell), others, scope, window) else { return 1 };
    let others = Mutex::new(others);
    let (end, next) = (AtomicU64::new(first.as_nanos()), AtomicUsize::new(0));
    // Made once the number of threads is known.
    let meeting: OnceLock<Barrier<Yield>> = OnceLock::new();
    let cells: Vec<Mutex<&mut Cell>> = joined.drain(..).map(Mutex::new).collect();
    // A thread that panics still comes to the meetings, so that the others do not wait for ever.
    let panicked = Mutex::new(None);
    let take = || {
        let until = SimTime::from_nanos(end.load(Ordering::Relaxed));
        while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            lock(cell).handle(scope, until);
        }
    };
    let lead = || {
        let mut guards: Vec<MutexGuard<'_, &mut Cell>> = cells.iter().map(lock).collect();
        let mut all: Vec<&mut Cell> = guards.iter_mut().map(|guard| &mut ***guard).collect();
        let mut others = lock(&others);
        let senders = 0..all.len();
        exchange(&mut all, senders, &mut **others);
        let goes_on = lock(&panicked).is_none();
        next_window(all.iter().map(|cell| &**cell), &mut **others, scope, window).filter(|_| goes_on)
    };
    let work = || loop {
        let meeting = meeting.wait();
        if let Err(cause) = catch_unwind(AssertUnwindSafe(take)) {
            *lock(&panicked) = Some(cause);
        }
        if meeting.wait().is_leader() {
            let upcoming = catch_unwind(AssertUnwindSafe(lead)).unwrap_or_else(|cause| {
                *lock(&panicked) = Some(cause);
                None
            });
            next.store(0, Ordering::Relaxed);
            end.store(upcoming.unwrap_or(SimTime::NEVER).as_nanos(), Ordering::Relaxed);
        }
        meeting.wait();
        if end.load(Ordering::Relaxed) == SimTime::NEVER.as_nanos() {
            return;
        }
    };
    let workers = thread::scope(|threads| {
        let helpers = start(threads, workers - 1, &work);
        meeting.get_or_init(|| Barrier::new(helpers + 1));
        work();
        helpers + 1
    });
    if let Some(cause) = panicked.into_inner().unwrap_or_else(PoisonError::into_inner) {
        resume_unwind(cause);
    }
    workers
}
