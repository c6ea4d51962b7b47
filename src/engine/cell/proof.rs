//! Whether the senders of a link together conform to its bucket, so that no packet waits and the stretch passes in
//! closed form.
//!
//! A sender is never ahead of its rate by more than its burst, the packets that may touch ([`Flow::burst`]). While the
//! combined rate is within the cap, the tokens never fall by more than the sum of the bursts, so that one look at the
//! bucket proves the stretch; what the bucket holds beyond that may be sent above the cap. While senders and rates stay
//! the same, the proof still holds, and the bucket need not be charged. It is charged when its state is needed: for the
//! packets since an instant early enough that the bucket was full at some point after it ([`Shaper::fills_within`]).
//!
//! [`Shaper::fills_within`]: crate::dataplane::shaper::Shaper::fills_within

use super::super::sending::Flow;
use super::aggregate::{Aggregate, Within};
use super::lane::{Lane, Uncharged};
use super::link_run::LinkRun;
use super::merge::Merge;
use crate::units::SimTime;

/// How long all packets are proven to conform; `None` if they are not, or if the proof is not worth it. For countable
/// senders only.
pub(super) fn conforming(run: &mut LinkRun<'_>) -> Option<Within> {
    let (now, end, burst) = (run.now, run.end, run.aggregate.burst);
    let shaper = run.lane.link.shaper()?;
    let (slack, is_proven) = match run.lane.uncharged {
        Some(Uncharged { slack, .. }) => (slack, true),
        None => (shaper.room(now, burst)?, false),
    };
    let within = run.aggregate.within(run.flows, shaper.shaping().rate, slack, now, end);
    // If the stretch ends before the horizon, the bucket is charged there: that must not cost more than the stretch
    // saves.
    let fills = shaper.fills_within(within.peak, burst);
    let is_worth_it = within.until == end || is_proven || fills.is_some_and(|f| within.until > now + f + f);
    (within.until > now && is_worth_it).then_some(within)
}

/// Charges the bucket of `lane` for the packets of `aggregate` before `now` that passed in closed form.
pub(super) fn charge(lane: &mut Lane, aggregate: &Aggregate, flows: &[Flow], merge: &mut Merge, now: SimTime) {
    let Some(Uncharged { since, peak, .. }) = lane.uncharged.take() else { return };
    let Some(shaper) = lane.link.shaper() else { return };
    let fills = shaper.fills_within(peak, aggregate.burst);
    let from = fills.map_or(since, |f| (now - f).max(since));
    let mut flows: Vec<Flow> = aggregate.flows.iter().map(|f| flows[*f as usize].rewound(from)).collect();
    merge.reset(from, flows.iter().map(Flow::next_wake));
    loop {
        let (sent, number) = merge.first();
        if sent >= now {
            return;
        }
        if sent == merge.limit() {
            merge.reset(sent, flows.iter().map(Flow::next_wake));
            continue;
        }
        let flow = &mut flows[number as usize];
        let departure = shaper.admit(sent, flow.forms()[0].length);
        debug_assert_eq!(departure, Ok(sent), "a packet that was proven to conform waits");
        flow.step();
        merge.set(number, flow.next_wake());
    }
}
