//! Stretches of a flow's equal packets: counted, passed over, gone back to, and bounded, without making one. Makes no
//! packets.

use super::flow::{Flow, Forms, Schedule};
use super::slots::{self, Slots, bit_nanos};
use crate::units::{BitRate, NANOS_PER_SECOND, SimDuration, SimTime};

/// Stretches of equal packets.
impl Flow {
    /// Whether its packets are equal and their instants known without those before: then any number of them can be
    /// counted and skipped at once.
    pub(in crate::engine) fn is_run(&self) -> bool {
        let known = matches!(self.schedule, Schedule::Even(_) | Schedule::OnOff { .. } | Schedule::Series(_));
        known && matches!(self.forms, Forms::One(_)) && !self.is_ping
    }

    /// About how many of its next packets it sends before `t`.
    pub(in crate::engine) fn about_before(&self, t: SimTime) -> u64 {
        match (&self.schedule, &self.forms) {
            _ if self.next >= t => 0,
            (Schedule::Even(_) | Schedule::OnOff { .. } | Schedule::Series(_), Forms::One(_)) => self.count_before(t),
            (Schedule::Replay(replay, flow), _) => {
                replay.packets_before(*flow as usize, t.since(self.first)).saturating_sub(self.sequence)
            }
            _ => {
                let span = u128::from(t.min(self.stop).since(self.next).as_nanos());
                let packets = u128::from(self.density()) * span / u128::from(NANOS_PER_SECOND);
                u64::try_from(packets).unwrap_or(u64::MAX).saturating_add(1)
            }
        }
    }

    /// How many of its next packets it sends before `t`. For runs only.
    pub(in crate::engine) fn count_before(&self, t: SimTime) -> u64 {
        if self.next >= t {
            return 0;
        }
        let t = t.min(self.stop).as_nanos();
        let form = &self.forms.all()[0];
        let place = |n: u64, whole| self.place.map_or(0, |stream| stream.below(self.sequence + n, whole));
        let left = self.count - self.sequence;
        let of_slots = |slots: &Slots, t: u64| {
            let begun = slots.before(t, form.slot).min(left);
            // Only the last of them may be placed at or after `t`.
            begun
                - u64::from(
                    begun > 0 && late(slots.after(form.slot, begun - 1).begin(), place(begun - 1, form.slot.whole), t),
                )
        };
        match &self.schedule {
            Schedule::Even(slots) => of_slots(slots, t),
            Schedule::OnOff { slots, on, off } => {
                let since = t.saturating_sub(self.first.as_nanos());
                let (cycles, within) = (since / (*on + *off), since % (*on + *off));
                of_slots(slots, cycles.saturating_mul(*on).saturating_add(within.min(*on)))
            }
            Schedule::Series(cursor) => {
                let (room, span) = (cursor.until(t), bit_nanos(form.length));
                let begun = slots::count(room, span.into()).min(left);
                let last = |n: u64| u128::from(n) * u128::from(span) + u128::from(place(n, span));
                begun - u64::from(begun > 0 && last(begun - 1) >= room)
            }
            Schedule::Poisson(..) | Schedule::Replay(..) => 0,
        }
    }

    /// Moves on past the next `count` packets. For runs only.
    pub(in crate::engine) fn skip(&mut self, count: u64) {
        if count == 0 {
            return;
        }
        let form = &self.forms.all()[0];
        match &mut self.schedule {
            Schedule::Even(slots) | Schedule::OnOff { slots, .. } => *slots = slots.after(form.slot, count),
            Schedule::Series(cursor) => cursor.pass_many(bit_nanos(form.length), count),
            Schedule::Poisson(..) | Schedule::Replay(..) => {}
        }
        self.sequence += count;
        self.aim();
    }

    /// The same flow as it was when its next packet was the first at or after `t`. For runs only.
    pub(in crate::engine) fn rewound(&self, t: SimTime) -> Flow {
        let mut flow = self.restarted();
        flow.skip(flow.count_before(t));
        flow
    }

    /// The same flow as it was when its next packet was the one with number `sequence`. For runs only.
    pub(in crate::engine) fn rewound_to(&self, sequence: u64) -> Flow {
        let mut flow = self.restarted();
        flow.skip(sequence);
        flow
    }

    fn restarted(&self) -> Flow {
        let mut flow = self.clone();
        flow.sequence = 0;
        match &mut flow.schedule {
            Schedule::Even(slots) => *slots = slots.restarted(self.first.as_nanos()),
            Schedule::OnOff { slots, .. } => *slots = slots.restarted(0),
            Schedule::Series(cursor) => *cursor = cursor.restarted(self.first),
            Schedule::Poisson(..) | Schedule::Replay(..) => {}
        }
        flow.aim();
        flow
    }

    /// The rate at which it sends at `t` at most, in bits per second rounded up, and until when that holds. For runs
    /// only.
    pub(in crate::engine) fn rate_at(&self, t: SimTime) -> (BitRate, SimTime) {
        if t >= self.stop {
            return (BitRate::default(), SimTime::NEVER);
        }
        if t < self.first {
            return (BitRate::default(), self.first);
        }
        let (rate, until) = match &self.schedule {
            Schedule::Series(cursor) => cursor.rate_at(t),
            Schedule::Even(slots) | Schedule::OnOff { slots, .. } => {
                (slots.rate(self.forms.all()[0].slot, self.forms.all()[0].length), SimTime::NEVER)
            }
            Schedule::Poisson(..) | Schedule::Replay(..) => (BitRate::default(), SimTime::NEVER),
        };
        (rate, until.min(self.stop))
    }

    /// By how many bytes it may be ahead of [`Flow::rate_at`], but for what it sends in one nanosecond: a packet stands
    /// anywhere in its slot, so that two may touch. For runs only.
    pub(in crate::engine) fn burst(&self) -> u64 {
        let length = self.forms.all().first().map_or(0, |f| f.length);
        u64::from(length) * (1 + u64::from(self.place.is_some()))
    }
}

/// Where an evenly spaced sender stands, seen from a given instant: two that stand alike go on alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Beat {
    next: SimDuration,
    rest: u64,
}

impl Flow {
    /// Whether its packets are equal and evenly spaced.
    pub(in crate::engine) fn is_even(&self) -> bool {
        self.is_run() && self.place.is_none() && matches!(self.schedule, Schedule::Even(_))
    }

    /// When it stops for good.
    pub(in crate::engine) fn stop(&self) -> SimTime {
        self.stop
    }

    /// Where it stands at `now`. For evenly spaced packets only.
    pub(in crate::engine) fn beat(&self, now: SimTime) -> Beat {
        let rest = if let Schedule::Even(slots) = &self.schedule { slots.rest() } else { 0 };
        let next = if self.next == SimTime::NEVER { SimDuration::from_nanos(u64::MAX) } else { self.next.since(now) };
        Beat { next, rest }
    }
}

/// Whether a packet in a slot that begins at `begin` goes at or after `t`.
fn late(begin: u64, place: u64, t: u64) -> bool {
    begin.saturating_add(place) >= t
}
