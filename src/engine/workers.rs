//! Advances cells: one after the other in this file, in parallel in `threads`, which is only built with the feature of
//! that name. Neither decides what a cell does.

#[cfg(feature = "threads")]
mod threads;

#[cfg(feature = "threads")]
pub(super) use threads::{run, run_windows};

use super::cell::Cell;
use super::exchange::{Exchange, exchange};
use super::shared::Scope;
use crate::model::VpcId;
use crate::units::{SimDuration, SimTime};

/// Carries what the cells of the VPCs `sending`, which are in order, have left to do by themselves to the horizon.
/// Returns the number of threads used: always one here, however many are allowed.
#[cfg(not(feature = "threads"))]
pub(super) fn run(cells: &mut [Cell], sending: &[VpcId], scope: Scope<'_>, _allowed: usize) -> usize {
    run_in_turn(cells, sending, scope);
    1
}

/// Advances the cells that run in windows to the horizon. Returns the number of threads used: always one here, however
/// many are allowed.
#[cfg(not(feature = "threads"))]
pub(super) fn run_windows(
    cells: &mut [Cell],
    joined: &[VpcId],
    others: &mut dyn Exchange,
    scope: Scope<'_>,
    window: SimDuration,
    _allowed: usize,
) -> usize {
    windows_in_turn(cells, joined, others, scope, window);
    1
}

fn run_in_turn(cells: &mut [Cell], sending: &[VpcId], scope: Scope<'_>) {
    sending.iter().for_each(|vpc| cells[vpc.index()].run(scope));
}

fn windows_in_turn(
    cells: &mut [Cell],
    joined: &[VpcId],
    others: &mut dyn Exchange,
    scope: Scope<'_>,
    window: SimDuration,
) {
    let places = || joined.iter().map(|vpc| vpc.index());
    while let Some(end) = next_window(places().map(|at| &cells[at]), others, scope, window) {
        places().for_each(|at| cells[at].handle(scope, end));
        exchange(cells, places(), others);
    }
}

/// When the next window ends, if anything happens before the horizon, here or elsewhere.
fn next_window<'a>(
    joined: impl Iterator<Item = &'a Cell>,
    others: &mut dyn Exchange,
    scope: Scope<'_>,
    window: SimDuration,
) -> Option<SimTime> {
    let next = others.least(joined.map(Cell::next_event).min().unwrap_or(SimTime::NEVER));
    (next < scope.horizon).then(|| (next + window).min(scope.horizon))
}
