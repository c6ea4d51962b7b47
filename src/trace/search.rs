//! Finds a packet by what happened to it: the first one dropped, the slowest one delivered. Keeps a single candidate.

use super::senders::Senders;
use crate::dataplane::packet::{PacketId, PacketKind};
use crate::engine::{Interest, Observer, Record};
use crate::model::{DropReason, TrafficId};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What the packet is to have gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Dropped before all others, for this reason if there is one.
    FirstDrop(Option<DropReason>),
    /// On its way for longest, of those that reached the host they were meant for; the first of several.
    Slowest,
}

/// A search in one run.
pub(super) struct Search {
    wanted: Wanted,
    /// Only packets of this entry, if there is one.
    traffic: Option<TrafficId>,
    senders: Senders,
    /// How the candidate ended.
    best: Arc<Mutex<Option<Record>>>,
}

impl Search {
    pub(super) fn new(wanted: Wanted, traffic: Option<TrafficId>, senders: Senders) -> Search {
        Search { wanted, traffic, senders, best: Arc::default() }
    }

    pub(super) fn observer(&self) -> Box<dyn Observer> {
        let interest = match self.traffic {
            None => Interest::everything(),
            Some(id) => Interest { traffic: BTreeSet::from([id]), ..Interest::default() },
        };
        let (wanted, senders, best) = (self.wanted, self.senders.clone(), self.best.clone());
        Box::new(Searching { interest, wanted, senders, best })
    }

    /// Whether nothing that is still to come can change what was found.
    pub(super) fn is_settled(&self) -> bool {
        self.wanted != Wanted::Slowest && self.found().is_some()
    }

    /// The packet that was found.
    pub(super) fn found(&self) -> Option<(PacketId, PacketKind)> {
        self.best.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|record| (record.id, record.kind))
    }
}

struct Searching {
    interest: Interest,
    wanted: Wanted,
    senders: Senders,
    best: Arc<Mutex<Option<Record>>>,
}

impl Observer for Searching {
    fn interest(&self) -> Interest {
        self.interest.clone()
    }

    fn record(&mut self, records: &[Record]) {
        let mut best = self.best.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            if self.is_better(record, best.as_ref()) {
                *best = Some(record.clone());
            }
        }
    }
}

impl Searching {
    fn is_better(&self, record: &Record, best: Option<&Record>) -> bool {
        let took = |record: &Record| record.time.since(record.emitted);
        match (self.wanted, record.verdict()) {
            (Wanted::FirstDrop(wanted), Some(Err(reason))) => {
                best.is_none() && wanted.is_none_or(|wanted| wanted == reason)
            }
            (Wanted::Slowest, Some(Ok(host))) => {
                !record.kind.is_error()
                    && best.is_none_or(|best| took(record) > took(best))
                    // Asked last: it may look at every flow of the entry.
                    && self.senders.is_meant_for(record, host)
            }
            _ => false,
        }
    }
}
