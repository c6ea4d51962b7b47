//! Packets as events: at the far end of their path, where something may react to them. Defines the single order of
//! arrivals, and keeps them in it.

use crate::dataplane::packet::Packet;
use crate::model::{LinkId, Verdict, VpcId};
use crate::units::SimTime;
use bytes::Bytes;
use slab::Slab;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A packet at the far end of its path, to which something may react.
pub(super) struct Arrival {
    pub time: SimTime,
    /// The link it came over; `None` inside the VPC, which sorts after all links.
    pub link: Option<LinkId>,
    pub sequence: u64,
    pub packet: Packet,
    pub judged: Option<Judged>,
}

/// How a packet ends, as was found in an epoch before it arrived; another epoch may judge otherwise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub epoch: u64,
    pub verdict: Verdict,
}

/// An arrival for another cell, with the bytes after its head.
pub struct Mail {
    /// The VPC it is for.
    pub to: VpcId,
    pub(super) arrival: Arrival,
    pub(super) tail: Option<Bytes>,
}

/// The arrivals of a cell, in order: by time, then by link, then by sequence.
#[derive(Default)]
pub(super) struct Arrivals {
    /// With the place of each in `held`: small, since they are moved often.
    order: BinaryHeap<Reverse<(SimTime, u32, u64, u32)>>,
    held: Slab<(Packet, Option<Judged>)>,
}

impl Arrivals {
    pub(super) fn push(&mut self, arrival: &Arrival) {
        let Arrival { time, link, sequence, ref packet, judged } = *arrival;
        let at = self.held.insert((packet.clone(), judged)) as u32;
        self.order.push(Reverse((time, link.map_or(u32::MAX, |link| link.0), sequence, at)));
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> SimTime {
        self.order.peek().map_or(SimTime::NEVER, |Reverse((time, ..))| *time)
    }

    pub(super) fn pop(&mut self) -> Option<Arrival> {
        let Reverse((time, link, sequence, at)) = self.order.pop()?;
        let (packet, judged) = self.held.remove(at as usize);
        Some(Arrival { time, link: (link < u32::MAX).then_some(LinkId(link)), sequence, packet, judged })
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }
}
