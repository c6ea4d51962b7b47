//! The windows of a flow log: stretches of 1 or 10 minutes of the run's local clock, and what was added up in each. A
//! window is over once its time is and all packets that were sent in it have come to their end.

use super::flow::{Flow, Key};
use crate::model::plan::Plan;
use crate::units::{NANOS_PER_SECOND, SimTime};
use std::collections::BTreeMap;

/// How long packets are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// As CCN does.
    Minute,
    /// As AWS does, unless told otherwise.
    TenMinutes,
}

impl Length {
    fn nanos(self) -> u64 {
        let minutes = match self {
            Length::Minute => 1,
            Length::TenMinutes => 10,
        };
        minutes * 60 * NANOS_PER_SECOND
    }
}

/// The run's local clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// The instant 0 of the run since 1970 began, in nanoseconds.
    unix: i128,
    /// How far into its window the run starts.
    into: u64,
    window: u64,
}

impl Clock {
    pub(super) fn new(plan: &Plan, length: Length) -> Clock {
        let (unix, window) = (plan.start.timestamp().as_nanosecond(), length.nanos());
        let ahead = i128::from(plan.start.offset().seconds()) * i128::from(NANOS_PER_SECOND);
        // Smaller than a window.
        let into = (unix + ahead).rem_euclid(i128::from(window)) as u64;
        Clock { unix, into, window }
    }

    /// Which window an instant lies in.
    pub(super) fn window(&self, time: SimTime) -> u64 {
        time.as_nanos().saturating_add(self.into) / self.window
    }

    /// Whether nothing new happens in a window from `now` on.
    fn is_past(&self, window: u64, now: SimTime) -> bool {
        self.window(now) > window
    }

    /// Seconds since 1970 began.
    pub(super) fn seconds(&self, time: SimTime) -> i128 {
        (self.unix + i128::from(time.as_nanos())).div_euclid(i128::from(NANOS_PER_SECOND))
    }
}

/// What was added up in one window.
#[derive(Debug, Default)]
struct Window {
    flows: BTreeMap<Key, Flow>,
    /// Packets that were sent in it and have not come to their end.
    open: u64,
}

/// The windows that are not over.
#[derive(Debug)]
pub(super) struct Windows {
    pub clock: Clock,
    windows: BTreeMap<u64, Window>,
}

impl Windows {
    pub(super) fn new(clock: Clock) -> Windows {
        Windows { clock, windows: BTreeMap::new() }
    }

    fn at(&mut self, time: SimTime) -> &mut Window {
        self.windows.entry(self.clock.window(time)).or_default()
    }

    /// A packet is sent that will be added later.
    pub(super) fn expect(&mut self, time: SimTime) {
        self.at(time).open += 1;
    }

    /// It came to its end.
    pub(super) fn settle(&mut self, time: SimTime) {
        self.at(time).open -= 1;
    }

    /// Adds a packet of `bytes` that passed at `time`.
    pub(super) fn add(&mut self, key: Key, time: SimTime, bytes: u16, tcp_flags: u8) {
        let flow = Flow { packets: 1, bytes: bytes.into(), first: time, last: time, tcp_flags };
        self.at(time).flows.entry(key).and_modify(|sum| sum.join(&flow)).or_insert(flow);
    }

    /// The flows of the first window, if it is over at `now`; of the first window there is, without an instant.
    pub(super) fn take(&mut self, now: Option<SimTime>) -> Option<BTreeMap<Key, Flow>> {
        let first = self.windows.first_entry()?;
        let is_over = |now: SimTime| first.get().open == 0 && self.clock.is_past(*first.key(), now);
        now.is_none_or(is_over).then(|| first.remove().flows)
    }
}
