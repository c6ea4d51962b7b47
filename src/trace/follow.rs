//! Follows one packet through a run: keeps its own steps, those of what bears its name (its echo reply, ICMP errors
//! about either), and those of the TCP acknowledgment that covers it. Everything else is forgotten at once.

use super::reply::{acknowledges, asks_for_acknowledgment};
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
    /// The other side's steps of the latest instant: the acknowledgment may come before it in the order of the run.
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
        let has_ended = |steps: &[Record], kind| {
            let of_kind = |record: &&Record| record.kind == kind && record.verdict().is_some();
            steps.iter().find(of_kind).is_some_and(|record| record.time < now)
        };
        let own = seen.own.iter().all(|record| has_ended(&seen.own, record.kind));
        own && (!seen.is_to_be_acknowledged() || has_ended(&seen.acknowledgment, PacketKind::Segment))
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
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

    /// Looks whether this step of the other side belongs to the acknowledgment.
    fn hear(&mut self, record: &Record) {
        match self.acknowledgment.first() {
            Some(first) if first.id == record.id => self.acknowledgment.push(record.clone()),
            Some(_) => {}
            None if record.step == Step::Emitted => {
                let is_it = self.heard().is_some_and(|heard| heard.time <= record.time && acknowledges(record, heard));
                if is_it && self.is_to_be_acknowledged() {
                    self.acknowledgment.push(record.clone());
                }
            }
            None => {}
        }
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
            if record.id == self.id {
                seen.own.push(record.clone());
                if record.verdict().is_some() {
                    // The answer may have been told at this instant already.
                    let instant = std::mem::take(&mut seen.instant);
                    instant.iter().filter(|other| other.time == record.time).for_each(|other| seen.hear(other));
                }
            }
            let is_sent = record.step == Step::Emitted && record.kind.is_of_source();
            if is_sent && record.id.source() == self.id.source() {
                seen.sent += 1;
                seen.last = Some(record.id.sequence());
            }
            if Some(record.id.source()) == self.other && !seen.own.is_empty() {
                if seen.heard().is_none() {
                    seen.instant.retain(|other| other.time == record.time);
                    seen.instant.push(record.clone());
                }
                seen.hear(record);
            }
        }
    }
}
