//! The lines of a course: of a link, of a VPC's router, of a traffic entry. Each notes what its books say at the end of
//! an interval; it reads no simulation.

use super::column::Column;
use crate::engine::{Drops, LinkBook, Progress, Watched};
use crate::model::DropReason;
use crate::units::ByteSize;
use std::collections::BTreeMap;

/// Dropped packets by reason.
pub type DropLines = BTreeMap<DropReason, Column>;

fn note_drops(lines: &mut DropLines, at: usize, drops: &Drops) {
    for (reason, total) in drops.iter() {
        lines.entry(reason).or_default().grew_to(at, total);
    }
}

/// One direction of a peering.
#[derive(Debug, Clone, Default)]
pub struct LinkLine {
    /// Reached the shaper: packets, bytes.
    pub offered: [Column; 2],
    /// Left the far end.
    pub carried: [Column; 2],
    /// Dropped on the link.
    pub dropped: DropLines,
    /// The most bytes that waited at any instant of the interval.
    pub longest_queue: Column,
}

impl LinkLine {
    pub(super) fn note(&mut self, at: usize, book: &LinkBook, queue: ByteSize) {
        let counts = &book.whole;
        for (columns, counts) in [(&mut self.offered, counts.offered), (&mut self.carried, counts.carried)] {
            columns[0].grew_to(at, counts.packets);
            columns[1].grew_to(at, counts.bytes);
        }
        note_drops(&mut self.dropped, at, &counts.drops);
        self.longest_queue.set(at, queue.as_u64());
    }
}

/// What the router of a VPC dropped.
#[derive(Debug, Clone, Default)]
pub struct RouterLine {
    /// By reason.
    pub dropped: DropLines,
}

impl RouterLine {
    pub(super) fn note(&mut self, at: usize, drops: &Drops) {
        note_drops(&mut self.dropped, at, drops);
    }
}

/// One traffic entry.
#[derive(Debug, Clone, Default)]
pub struct EntryLine {
    /// Emitted: packets, bytes.
    pub sent: [Column; 2],
    /// Accepted by the host they were meant for.
    pub delivered: [Column; 2],
    /// Dropped.
    pub dropped: DropLines,
    /// Echo replies that came back, and those that were dropped.
    pub answered: Column,
    pub replies_dropped: DropLines,
    /// Of TCP: payload bytes taken in order for the first time, segments sent again, timeouts.
    pub payload: Column,
    pub retransmissions: Column,
    pub timeouts: Column,
    /// The first connection that is open, at the end of each interval in which one is: its number, from 0, and what it
    /// was like.
    pub connection: Vec<(u64, Watched)>,
}

impl EntryLine {
    pub(super) fn note(&mut self, at: usize, progress: &Progress) {
        for (columns, counts) in [(&mut self.sent, progress.sent), (&mut self.delivered, progress.delivered)] {
            columns[0].grew_to(at, counts.packets);
            columns[1].grew_to(at, counts.bytes);
        }
        note_drops(&mut self.dropped, at, &progress.drops);
        self.answered.grew_to(at, progress.answered);
        note_drops(&mut self.replies_dropped, at, &progress.reply_drops);
        self.payload.grew_to(at, progress.payload);
        self.retransmissions.grew_to(at, progress.retransmissions);
        self.timeouts.grew_to(at, progress.timeouts);
    }
}
