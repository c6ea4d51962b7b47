//! Availability of a peering (S36): the share of its active time in which injected faults did not keep it from
//! carrying. Loss is not an outage, even at 100 %: the rule names only faults that take transport away.
//! Control-plane states are no outages: a deleted peering is not unavailable, it is gone. The rules state the
//! promised availability.

use super::peering::Peering;
use super::state::PeeringState;
use crate::units::{Share, SimDuration, SimTime};

/// How available a peering was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// How long it was active.
    pub active: SimDuration,
    /// Of that, time lost to faults, weighted by the share of flows that were not carried; rounded half up to 1 ns.
    pub downtime: SimDuration,
    /// `1 - downtime / active`.
    pub share: Share,
}

impl Peering {
    /// Its availability until `now`; none if it was never active.
    pub fn availability(&self, now: SimTime) -> Option<Availability> {
        let mut active = 0;
        let mut lost = 0;
        for (at, (from, state)) in self.history.iter().enumerate() {
            let until = self.history.get(at + 1).map_or(now, |(until, _)| *until).min(now);
            if *state == PeeringState::Active {
                active += until.since(*from).as_nanos();
                lost += self.lost_between(*from, until);
            }
        }
        if active == 0 {
            return None;
        }
        let whole = u128::from(Share::WHOLE.as_ppb());
        let downtime = ((lost + whole / 2) / whole) as u64;
        Some(Availability {
            active: SimDuration::from_nanos(active),
            downtime: SimDuration::from_nanos(downtime),
            share: Share::of(active - downtime, active),
        })
    }

    /// Nanoseconds times parts per billion that were not carried in `[from, until)`.
    fn lost_between(&self, from: SimTime, until: SimTime) -> u128 {
        let first = self.outages.partition_point(|(since, _)| *since <= from).saturating_sub(1);
        let mut lost = 0;
        for (at, (since, share)) in self.outages.iter().enumerate().skip(first).take_while(|(_, o)| o.0 < until) {
            let end = self.outages.get(at + 1).map_or(until, |(end, _)| *end).min(until);
            lost += u128::from(end.since(from.max(*since)).as_nanos()) * u128::from(share.as_ppb());
        }
        lost
    }
}
