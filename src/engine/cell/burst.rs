//! A burst: packets that one sender sends one after the other, drawn together, for what becomes of one does not matter
//! to when the next one goes. Where all packets are made, those of a burst stand on a bench, whole. Carries none.

use super::super::flow::{self, Flow, Turn};
use crate::dataplane::packet::Packet;
use crate::units::SimTime;
use crate::wire::ipv4::HEAD;

/// Packets of a burst at most: enough that drawing one does not wait for another, few enough to stay at hand.
pub(super) const BURST: usize = 64;

/// The packets made last.
pub(super) type Bench = [Packet; BURST];

pub(super) fn bench() -> Box<Bench> {
    Box::new(std::array::from_fn(|_| flow::record([0; HEAD], 0)))
}

/// Draws the packets of `flow` before `end`, as many as fit into `burst`, and makes them on the bench, if there is one.
#[inline]
pub(super) fn draw<'a>(flow: &mut Flow, end: SimTime, burst: &'a mut [Turn], bench: Option<&mut Bench>) -> &'a [Turn] {
    let drawn = flow.draw(end, burst);
    let burst = &burst[..drawn];
    if let Some(bench) = bench {
        burst.iter().zip(bench).for_each(|(turn, packet)| flow.make(turn, packet));
    }
    burst
}
