//! Echo requests, evenly spaced. Hosts send the replies by themselves, outside this room.

use super::super::jitter::Jitter;
use super::super::timing::Start;
use super::constant::Constant;
use crate::model::plan::Pace;
use crate::units::SimDuration;

/// When requests are sent. Unless the entry sets a phase, the first has a random place in its slot, and the others keep
/// it.
pub(in crate::engine::sending) fn timing(interval: SimDuration, start: &Start<'_>) -> Constant {
    let place = start.place_in(interval.as_nanos());
    Constant::from(Pace::Interval(interval), start.first() + SimDuration::from_nanos(place), Jitter::NONE)
}

/// The identifier of all requests of one flow (RFC 792).
pub(in crate::engine::sending) fn identifier(start: &Start<'_>) -> u16 {
    start.stream("identifier").below(0, 1 << 16) as u16
}
