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
use crate::dataplane::shaper::Recurrence;
use crate::units::SimTime;

/// Carries packets before `until`, and leaps over as many repetitions as it can.
pub(super) fn leap(run: &mut LinkRun<'_>, until: SimTime) {
    match run.lane.search.found {
        Some(packets) => repeat(run, until, packets),
        None => search(run, until),
    }
}

/// Looks for a pattern, packet by packet.
fn search(run: &mut LinkRun<'_>, until: SimTime) {
    let (length, began) = (run.lane.search.length(), run.now);
    let start = run.state(length);
    for packets in 1..=length {
        run.carry(until, 1);
        if run.now >= until {
            return run.lane.search.was_cut_short(packets);
        }
        if run.recurs(&start, run.now.since(began), 1).times > 0 {
            run.lane.search.found = Some(packets);
            return;
        }
    }
    run.lane.search.was_in_vain();
}

/// Carries one pattern of `packets` packets and, if the state is then as it was before, books it as often as it fits.
fn repeat(run: &mut LinkRun<'_>, until: SimTime, packets: u64) {
    let (start, before) = (run.now, run.state(packets));
    let going = run.aggregate.flows.iter().map(|f| &run.flows[*f as usize]).filter(|f| f.next_wake() < SimTime::NEVER);
    let end = going.map(Flow::stop).fold(until, SimTime::min);
    let mut looped = run.looped();
    let (carried, due) = looped.carry(until, packets);
    let (count, room, is_late) = (looped.count, looped.room(due, end), looped.is_late());
    run.is_late = is_late;
    run.booking.carried_by(Road::Looped, carried);
    run.now = due;
    let (is_whole, span) = (carried == packets && due < until, due.since(start));
    let most = room.as_nanos().checked_div(span.as_nanos()).unwrap_or(0);
    let Recurrence { times, departed } =
        if is_whole { run.recurs(&before, span, most.max(1)) } else { Recurrence::default() };
    if is_whole {
        run.lane.search.was_tried(times > 0);
    }
    let times = times.min(most);
    if times > 0 {
        run.repeat(times, span, departed);
        run.booking.carried_by(Road::Repeated, packets * times);
    }
    // What was counted is booked only now, multiplied by its repetitions.
    let mut looped = run.looped();
    looped.count = count;
    looped.multiply(1 + times);
    looped.book();
    run.now = due + span * times;
    run.merge();
}
