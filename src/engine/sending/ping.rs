//! Echo requests, evenly spaced. Their answers are not this room's: hosts give them by themselves.

use super::constant::Constant;
use super::form::Turn;
use super::jitter::Jitter;
use super::timing::Start;
use crate::model::plan::Pace;
use crate::units::SimDuration;
use crate::wire::icmp;
use crate::wire::ipv4::{Addressing, HEAD};

/// When requests go. Unless the entry sets a phase, the first has a random place in its slot, and the others keep it.
pub(super) fn timing(interval: SimDuration, start: &Start<'_>) -> Constant {
    let place = match start.entry.phase {
        Some(_) => 0,
        None => start.stream("place").below(0, interval.as_nanos()),
    };
    Constant::from(Pace::Interval(interval), start.first() + SimDuration::from_nanos(place), Jitter::NONE)
}

/// What requests look like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Echo {
    /// Of all requests of one flow (RFC 792).
    identifier: u16,
}

impl Echo {
    pub(super) fn new(start: &Start<'_>) -> Echo {
        Echo { identifier: start.stream("identifier").below(0, 1 << 16) as u16 }
    }

    pub(super) fn head(self, to: Addressing, length: u16, turn: &Turn) -> [u8; HEAD] {
        icmp::echo_request(to, length, self.identifier, turn.sequence as u16, turn.at.as_nanos())
    }
}
