//! Packets of a capture, as and when one host sent them. They all differ, so each is made from its frame.

use super::super::form::Turn;
use super::super::slots::Slot;
use super::super::timing::{Start, Timing};
use crate::dataplane::packet::{Packet, TailId, Tails};
use crate::model::Replay;
use crate::units::SimTime;
use crate::wire::ipv4::HEAD;
use std::sync::Arc;

/// The packets of one host of a capture.
#[derive(Debug, Clone)]
pub(in crate::engine::sending) struct Captured {
    replay: Arc<Replay>,
    flow: u32,
    first: SimTime,
}

impl Captured {
    pub(in crate::engine::sending) fn new(replay: Arc<Replay>, start: &Start<'_>) -> Captured {
        Captured { replay, flow: start.number, first: start.first() }
    }

    fn flow(&self) -> usize {
        self.flow as usize
    }

    /// Whether any of them is answered.
    pub(in crate::engine::sending) fn is_answered(&self) -> bool {
        self.replay.flows[self.flow()].frames.iter().any(|frame| frame.is_answered)
    }

    /// The packet of a turn; the caller sets its sender and instant.
    pub(in crate::engine::sending) fn packet(&self, turn: &Turn, tails: &mut Tails) -> Packet {
        let frame = self.replay.frame(self.flow(), turn.sequence);
        let frame = frame.expect("a packet that is due is one of the replay's");
        let mut head = [0; HEAD];
        let captured = frame.bytes.len().min(HEAD);
        head[..captured].copy_from_slice(&frame.bytes[..captured]);
        let is_longer = frame.wire_length as usize > HEAD;
        let tail = if is_longer { tails.put(frame.bytes.slice(captured..)) } else { TailId::NONE };
        Packet { tail, ..Packet::of(head, frame.wire_length) }
    }
}

impl Timing for Captured {
    fn due(&mut self, sequence: u64, _slot: Slot) -> u64 {
        let offset = self.replay.offset(self.flow(), sequence);
        offset.map_or(u64::MAX, |offset| self.first.as_nanos().saturating_add(offset.as_nanos()))
    }

    fn pass(&mut self, _slot: Slot) {}

    /// All its packets: their duration is not considered.
    fn density(&self, _slot: Slot) -> u64 {
        self.replay.packets(self.flow())
    }

    fn about(&self, sequence: u64, _slot: Slot, (_, until): (SimTime, SimTime)) -> u64 {
        self.replay.packets_before(self.flow(), until.since(self.first)).saturating_sub(sequence)
    }
}
