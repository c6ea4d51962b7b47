//! Follows one packet through a run: keeps its own steps, those of what bears its name (its echo reply, ICMP errors
//! about either), and those of the TCP acknowledgment that covers it. Everything else is forgotten at once.

use super::packets::{acknowledges, asks_for_acknowledgment};
use super::senders::Senders;
use crate::dataplane::packet::{PacketId, PacketKind, SourceId};
use crate::engine::{Interest, Observer, Record, Step};
use crate::units::SimTime;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// One packet to be followed.
pub(super) struct Follow {
    id: PacketId,
    senders: Senders,
    seen: Arc<Mutex<Seen>>,
}

/// What was seen of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The steps of the packet and of what bears its name, in order.
    pub own: Vec<Record>,
    /// Those of the segment that acknowledges it.
    pub acknowledgment: Vec<Record>,
    /// How many packets its sender sent, and the number of the last one, from 0.
    pub sent: u64,
    pub last: Option<u64>,
    /// The other side's steps of the latest instant: in the order of the run, those of the acknowledgment may precede
    /// the arrival of what it acknowledges, and an error about it may precede both.
    instant: Vec<Record>,
}

impl Follow {
    pub(super) fn new(id: PacketId, senders: Senders) -> Follow {
        Follow { id, senders, seen: Arc::default() }
    }

    pub(super) fn observer(&self) -> Box<dyn Observer> {
        let traffic = self.senders.sender(self.id).map(|sender| sender.traffic);
        let interest = Interest { traffic: traffic.into_iter().collect::<BTreeSet<_>>(), ..Interest::default() };
        let (id, other, seen) = (self.id, self.senders.other_side(self.id), self.seen.clone());
        Box::new(Following { interest, id, other, seen })
    }

    /// Whether the story is over: the packet, and what came of it, ended before `now`; or it is too late for it to be
    /// sent.
    pub(super) fn is_over(&self, now: SimTime) -> bool {
        let seen = self.seen();
        if seen.own.is_empty() {
            return seen.last.is_some_and(|last| last > self.id.sequence());
        }
        let is_awaited = seen.acknowledgment.is_empty() && seen.is_to_be_acknowledged();
        !is_awaited && have_ended(&seen.own, now) && have_ended(&seen.acknowledgment, now)
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether every packet of which there are steps ended before `now`.
fn have_ended(steps: &[Record], now: SimTime) -> bool {
    let has_ended = |kind| steps.iter().any(|end| end.kind == kind && end.verdict().is_some() && end.time < now);
    steps.iter().all(|record| has_ended(record.kind))
}

impl Seen {
    /// Whether an acknowledgment is due: a segment that asks for one reached the other end.
    pub(super) fn is_to_be_acknowledged(&self) -> bool {
        self.heard().is_some_and(|heard| heard.kind == PacketKind::Segment && asks_for_acknowledgment(heard))
    }

    /// The packet's delivery.
    fn heard(&self) -> Option<&Record> {
        let of_its_sender = |record: &&Record| matches!(record.kind, PacketKind::Original | PacketKind::Segment);
        self.own.iter().filter(of_its_sender).find(|record| record.verdict().is_some_and(|verdict| verdict.is_ok()))
    }

    /// Of the other side's steps of an instant, now that all of them are there, keeps those of the acknowledgment.
    fn settle(&mut self) {
        let instant = std::mem::take(&mut self.instant);
        if let Some(id) = self.acknowledgment.first().map(|first| first.id).or_else(|| self.acknowledged_by(&instant)) {
            self.acknowledgment.extend(instant.into_iter().filter(|record| record.id == id));
        }
    }

    /// The first of these segments that acknowledges the packet, once it was heard.
    fn acknowledged_by(&self, instant: &[Record]) -> Option<PacketId> {
        let heard = self.heard().filter(|_| self.is_to_be_acknowledged())?;
        let is_sent = |record: &&Record| record.step == Step::Emitted && record.kind == PacketKind::Segment;
        let mut sent = instant.iter().filter(is_sent).filter(|record| heard.time <= record.time);
        sent.find(|record| acknowledges(record, heard)).map(|record| record.id)
    }
}

struct Following {
    interest: Interest,
    id: PacketId,
    other: Option<SourceId>,
    seen: Arc<Mutex<Seen>>,
}

impl Observer for Following {
    fn interest(&self) -> Interest {
        self.interest.clone()
    }

    fn record(&mut self, records: &[Record]) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            if seen.instant.last().is_some_and(|last| last.time < record.time) {
                seen.settle();
            }
            if record.id == self.id {
                seen.own.push(record.clone());
            }
            let is_sent = record.step == Step::Emitted && record.kind.is_of_source();
            if is_sent && record.id.source() == self.id.source() {
                seen.sent += 1;
                seen.last = Some(record.id.sequence());
            }
            if Some(record.id.source()) == self.other && !seen.own.is_empty() {
                seen.instant.push(record.clone());
            }
        }
        // An instant is told at once.
        seen.settle();
    }
}
