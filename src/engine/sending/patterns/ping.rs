//! Echo requests, evenly spaced. Hosts send the replies by themselves, outside this room.

use super::super::form::Turn;
use super::super::jitter::Jitter;
use super::super::timing::Start;
use super::constant::Constant;
use crate::model::plan::Pace;
use crate::units::SimDuration;
use crate::wire::icmp;
use crate::wire::ipv4::{Addressing, HEAD};

/// When requests are sent. Unless the entry sets a phase, the first has a random place in its slot, and the others keep
/// it.
pub(in crate::engine::sending) fn timing(interval: SimDuration, start: &Start<'_>) -> Constant {
    let place = start.place_in(interval.as_nanos());
    Constant::from(Pace::Interval(interval), start.first() + SimDuration::from_nanos(place), Jitter::NONE)
}

/// What requests look like.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::sending) struct Echo {
    /// The identifier of all requests of one flow (RFC 792).
    identifier: u16,
}

impl Echo {
    pub(in crate::engine::sending) fn new(start: &Start<'_>) -> Echo {
        Echo { identifier: start.stream("identifier").below(0, 1 << 16) as u16 }
    }

    pub(in crate::engine::sending) fn head(self, to: Addressing, length: u16, turn: &Turn) -> [u8; HEAD] {
        icmp::echo_request(to, length, self.identifier, turn.sequence as u16, turn.at.as_nanos())
    }
}
