//! Stretches of a flow's equal packets: counts, skips, rewinds and bounds them without making a packet.

use super::flow::Flow;
use super::slots::Ahead;
use super::template::Forms;
use super::timing::Timing;
use crate::units::{BitRate, SimDuration, SimTime};

/// Stretches of equal packets.
impl Flow {
    /// Whether its packets are of one size and each instant is known without the earlier ones.
    /// Then any number of its packets can be counted and skipped at once.
    pub(in crate::engine) fn is_countable(&self) -> bool {
        matches!(self.template.forms, Forms::One(_)) && self.schedule.predictable().is_some()
    }

    /// About how many of its next packets it sends before `t`.
    pub(in crate::engine) fn about_before(&self, t: SimTime) -> u64 {
        if self.next >= t {
            return 0;
        }
        if self.is_countable() {
            return self.count_before(t);
        }
        self.schedule.about(self.sequence, self.template.forms.slot(0), (self.next, t.min(self.stop)))
    }

    /// How many of its next packets it sends before `t`. For countable flows only.
    pub(in crate::engine) fn count_before(&self, t: SimTime) -> u64 {
        if self.next >= t {
            return 0;
        }
        let ahead =
            Ahead { sequence: self.sequence, left: self.count - self.sequence, slot: self.template.forms.slot(0) };
        self.schedule.predictable().map_or(0, |schedule| schedule.count_before(t.min(self.stop).as_nanos(), ahead))
    }

    /// Moves on past the next `count` packets. For countable flows only.
    pub(in crate::engine) fn skip(&mut self, count: u64) {
        if count == 0 {
            return;
        }
        if let Some(schedule) = self.schedule.predictable_mut() {
            schedule.skip(self.template.forms.slot(0), count);
        }
        self.sequence += count;
        self.aim();
    }

    /// The same flow as it was when its next packet was the first at or after `t`. For countable flows only.
    pub(in crate::engine) fn rewound(&self, t: SimTime) -> Flow {
        let mut flow = self.restarted();
        flow.skip(flow.count_before(t).max(self.first()));
        flow
    }

    /// The same flow as it was when its next packet was the one with number `sequence`. For countable flows only.
    pub(in crate::engine) fn rewound_to(&self, sequence: u64) -> Flow {
        let mut flow = self.restarted();
        flow.skip(sequence);
        flow
    }

    fn restarted(&self) -> Flow {
        let mut flow = self.clone();
        flow.sequence = 0;
        if let Some(schedule) = flow.schedule.predictable_mut() {
            schedule.restart();
        }
        flow.aim();
        flow
    }

    /// The highest rate at which it sends at `t`, in bits per second rounded up, and until when that holds. For
    /// countable flows only.
    pub(in crate::engine) fn rate_at(&self, t: SimTime) -> (BitRate, SimTime) {
        let silent_until = |until| (BitRate::default(), until);
        let (Some(schedule), Some(form)) = (self.schedule.predictable(), self.forms().first()) else {
            return silent_until(SimTime::NEVER);
        };
        if t >= self.stop {
            return silent_until(SimTime::NEVER);
        }
        if t < schedule.first() {
            return silent_until(schedule.first());
        }
        let (rate, until) = schedule.rate_at(t, form.slot, form.length);
        (rate, until.min(self.stop))
    }

    /// By how many bytes it may be ahead of [`Flow::rate_at`], not counting what that rate sends in one nanosecond: a
    /// packet may be anywhere in its slot, so that two may touch. For countable flows only.
    pub(in crate::engine) fn burst(&self) -> u64 {
        let length = self.forms().first().map_or(0, |form| form.length);
        let may_touch = self.schedule.predictable().is_some_and(|schedule| !schedule.jitter().is_none());
        u64::from(length) * (1 + u64::from(may_touch))
    }
}

/// The state of an evenly spaced sender relative to an instant: senders in equal states continue equally.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Phase {
    next: SimDuration,
    carried: u64,
}

impl Flow {
    /// Whether its packets are equal and evenly spaced.
    pub(in crate::engine) fn is_even(&self) -> bool {
        self.is_countable() && self.carried().is_some()
    }

    /// When it stops for good.
    pub(in crate::engine) fn stop(&self) -> SimTime {
        self.stop
    }

    /// Its phase at `now`. For evenly spaced packets only.
    pub(in crate::engine) fn phase(&self, now: SimTime) -> Phase {
        let next = if self.next == SimTime::NEVER { SimDuration::from_nanos(u64::MAX) } else { self.next.since(now) };
        Phase { next, carried: self.carried().unwrap_or(0) }
    }

    fn carried(&self) -> Option<u64> {
        self.schedule.predictable().and_then(|schedule| schedule.carried())
    }
}
