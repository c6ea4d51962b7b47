//! The twin's state of one direction of a peering: its bucket, its queue, its wire, and when which forwarding node
//! failed. Triggers nothing: the twin's events do.

use crate::bucket::Bucket;
use crate::journey::Parcel;
use std::collections::VecDeque;
use vpcsim::model::{DropReason, LinkId, Network, Peering, PeeringState, QueueLimit, Shaping};

pub struct Lane {
    pub id: LinkId,
    /// The name from which its losses are drawn: the one the peering was made with, even after a rename.
    pub made_as: String,
    pub shaping: Option<Shaping>,
    pub bucket: Option<Bucket>,
    pub down: bool,
    pub state: PeeringState,
    pub nodes: Underlay,
    pub queue: VecDeque<Parcel>,
    pub queue_turn: u64,
    pub wire: VecDeque<Parcel>,
    pub wire_turn: u64,
    /// Segments with data that departed and were not lost otherwise.
    segments: u64,
}

impl Lane {
    /// Idle, with a full bucket.
    pub fn new(network: &Network, id: LinkId) -> Lane {
        let peering = network.peering(id.peering());
        let shaping = peering.shaping(&network.rules);
        Lane {
            id,
            made_as: peering.name.to_string(),
            shaping,
            bucket: shaping.map(Bucket::new),
            down: peering.down,
            state: peering.state,
            nodes: Underlay::of(peering),
            queue: VecDeque::new(),
            queue_turn: 0,
            wire: VecDeque::new(),
            wire_turn: 0,
            segments: 0,
        }
    }

    pub fn held(&self) -> u64 {
        (self.queue.len() + self.wire.len()) as u64
    }

    /// Takes over the peering's state; returns why everything on the lane must be dropped, if it must: it was active
    /// and no longer is (S21, S25a), or it was cut.
    pub fn follow(&mut self, peering: &Peering) -> Option<DropReason> {
        let was_active = self.state == PeeringState::Active;
        let was_down = std::mem::replace(&mut self.down, peering.down);
        self.state = peering.state;
        match self.state {
            PeeringState::Deleted if was_active => Some(DropReason::PeeringDeleted),
            PeeringState::Isolated if was_active => Some(DropReason::PeeringIsolated),
            _ if self.down && !was_down => Some(DropReason::LinkDown),
            _ => None,
        }
    }

    /// When a packet departs that is offered now, behind all that wait.
    pub fn departure(&self, now: u64, length: u16) -> u64 {
        let Some(bucket) = &self.bucket else { return now };
        let mut bucket = bucket.clone();
        for waiting in &self.queue {
            bucket.take(bucket.conforms(waiting.length), waiting.length);
        }
        bucket.nanos(bucket.conforms(length)).max(now)
    }

    /// Whether a segment with data is the one of so many that is lost.
    pub fn loses(&mut self, every: Option<u64>) -> bool {
        self.segments += 1;
        every.is_some_and(|every| self.segments.is_multiple_of(every))
    }

    /// Empties it and returns what was on it.
    pub fn clear(&mut self) -> Vec<Parcel> {
        self.wire_turn += 1;
        self.queue_turn += 1;
        self.queue.drain(..).chain(self.wire.drain(..)).collect()
    }
}

/// The forwarding nodes (S10): since when each has failed, and until when. A failure is noticed after `detection`, if
/// at all; this is computed, not stored.
pub struct Underlay {
    failed: Vec<Option<(u64, u64)>>,
    detection: Option<u64>,
}

impl Underlay {
    fn of(peering: &Peering) -> Underlay {
        let detection = peering.nodes.detection().map(|d| d.as_nanos());
        Underlay { failed: vec![None; peering.nodes.count()], detection }
    }

    /// Node `number`, from 1, fails until `until` or is repaired; returns when a failure will be noticed.
    pub fn set(&mut self, number: usize, up: bool, now: u64, until: u64) -> Option<u64> {
        let node = &mut self.failed[number - 1];
        let (since, known) = node.filter(|(_, until)| now < *until).unwrap_or((now, 0));
        *node = if up { None } else { Some((since, until.max(known))) };
        node.and_then(|(since, _)| Some(since + self.detection?))
    }

    /// Whether a flow gets through: its node is up, or its failure has been noticed while another node is up.
    pub fn carries(&self, hash: u64, now: u64) -> bool {
        let failed = |node: Option<(u64, u64)>| node.filter(|(_, until)| now < *until);
        match failed(self.failed[(hash % self.failed.len() as u64) as usize]) {
            None => true,
            Some((since, _)) => {
                let is_noticed = self.detection.is_some_and(|d| now >= since + d);
                is_noticed && self.failed.iter().any(|node| failed(*node).is_none())
            }
        }
    }
}

/// S33: the waiting packets including this one must fit; if nothing may wait, the bucket polices.
pub fn refusal(shaping: Shaping, bytes: u64, packets: usize) -> Option<DropReason> {
    let fits = match shaping.queue {
        QueueLimit::Time(t) if t.as_nanos() == 0 => return Some(DropReason::PolicerExceeded),
        QueueLimit::Bytes(b) if b.as_u64() == 0 => return Some(DropReason::PolicerExceeded),
        QueueLimit::Packets(0) => return Some(DropReason::PolicerExceeded),
        QueueLimit::Time(t) => {
            let bits = u128::from(shaping.rate.as_bps()) * u128::from(t.as_nanos()) / 1_000_000_000;
            u128::from(bytes) <= bits / 8
        }
        QueueLimit::Bytes(b) => bytes <= b.as_u64(),
        QueueLimit::Packets(p) => packets as u64 <= u64::from(p),
    };
    if fits { None } else { Some(DropReason::ShaperQueueFull) }
}
