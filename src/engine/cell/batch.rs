//! A batch: packets that one sender sends one after the other, drawn together, for what becomes of one does not matter
//! to when the next one goes. Where every packet is wanted, those of a batch are made, whole. Carries none.

use super::super::sending::{self, Flow, Turn};
use crate::dataplane::packet::Packet;
use crate::units::SimTime;
use crate::wire::ipv4::HEAD;

/// Packets of a batch at most: enough that drawing one does not wait for another, few enough to stay at hand.
pub(super) const BATCH: usize = 64;

/// The packets made last: each stands here whole while it is carried.
pub(super) type Batch = [Packet; BATCH];

pub(super) fn batch() -> Box<Batch> {
    Box::new(std::array::from_fn(|_| sending::record([0; HEAD], 0)))
}

/// Draws the packets of `flow` before `end`, as many as fit into `turns`, and makes them in the batch, if there is one.
#[inline]
pub(super) fn draw<'a>(flow: &mut Flow, end: SimTime, turns: &'a mut [Turn], batch: Option<&mut Batch>) -> &'a [Turn] {
    let drawn = flow.draw(end, turns);
    let turns = &turns[..drawn];
    if let Some(batch) = batch {
        turns.iter().zip(batch).for_each(|(turn, packet)| flow.make(turn, packet));
    }
    turns
}
