//! Skips repeating patterns at a saturated bucket, exactly. Evenly spaced senders and a bucket are a finite state
//! machine: once everything that determines the next packets, relative to the clock, is as it was some packets ago, the
//! outcome of those packets repeats until a boundary of a book, a sender's end or the horizon. Then only sums, clocks
//! and sequences move.
//!
//! The pattern's length in packets is searched for and is only a hint: before every leap one whole pattern is carried
//! packet by packet and the states before and after it are compared. Some rates have no pattern worth finding; then
//! nothing is skipped.

use super::super::road::Road;
use super::super::sending::Flow;
use super::link_run::LinkRun;
use super::search::Search;
use crate::units::{SimDuration, SimTime};

/// Carries packets before `until`, and leaps over as many repetitions as it can.
pub(super) fn leap(run: &mut LinkRun<'_>, until: SimTime) {
    match run.lane.search.found {
        Some(packets) => repeat(run, until, packets),
        None => search(run, until),
    }
}

/// Looks for a pattern, packet by packet.
fn search(run: &mut LinkRun<'_>, until: SimTime) {
    let start = run.state();
    for packets in 1..=run.lane.search.length() {
        run.carry(until, 1);
        if run.now >= until {
            return run.lane.search.was_cut_short(packets);
        }
        if run.stands_as(&start) {
            run.lane.search.found = Some(packets);
            return;
        }
    }
    run.lane.search.was_in_vain();
}

/// Carries one pattern of `packets` packets and, if the state is then as it was before, books it as often as it fits.
fn repeat(run: &mut LinkRun<'_>, until: SimTime, packets: u64) {
    let (start, before) = (run.now, run.state());
    let going = run.aggregate.flows.iter().map(|f| &run.flows[*f as usize]).filter(|f| f.next_wake() < SimTime::NEVER);
    let end = going.map(Flow::stop).fold(until, SimTime::min);
    let mut looped = run.looped();
    let (carried, due) = looped.carry(until, packets);
    let (count, room) = (looped.count, looped.room(due, end));
    run.booking.carried_by(Road::Looped, carried);
    run.now = due;
    let is_whole = carried == packets && due < until;
    let repeats = is_whole && run.stands_as(&before);
    if is_whole && !repeats {
        run.lane.search = Search::default();
    }
    let span = due.since(start).as_nanos();
    let times = if repeats { room.as_nanos().checked_div(span).unwrap_or(0) } else { 0 };
    let leapt = SimDuration::from_nanos(span * times);
    if times > 0 {
        run.shift(times, leapt);
        run.booking.carried_by(Road::Repeated, packets * times);
    }
    // What was counted is booked only now, multiplied by its repetitions.
    let mut looped = run.looped();
    looped.count = count;
    looped.multiply(1 + times);
    looped.book();
    run.now = due + leapt;
    run.merge();
}
