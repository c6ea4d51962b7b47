//! Losses: how a sender finds them (RACK, RFC 8985; RFC 6582 where the other side does not tell ranges), and what it
//! remembers until they are repaired. What was sent before something that arrived is lost: at once if more than two
//! segments arrived beyond it, else after a quarter of a round trip.
//!
//! Instead of a list of the instants at which segments were sent, an acknowledgment tells when the segment that caused
//! it was sent ([`Segment::caused`]).

use super::Settings;
use super::ahead::Ahead;
use super::scoreboard::News;
use super::segment::Segment;
use super::state::{Alarm, Chunk, Proportion, Repair, Sender, Trouble};
use crate::units::{SimDuration, SimTime};

/// More than this many segments beyond a gap show that it is a loss (RFC 6675 §4).
const DUPLICATES: u32 = 2;

impl Trouble {
    /// Bytes of which it is known that they are not under way.
    pub fn known(&self, mss: u32) -> u64 {
        self.board.arrived() + self.board.lost() + u64::from(self.duplicates) * u64::from(mss)
    }

    /// Whether a loss is being repaired and the window does not open meanwhile.
    pub fn is_repairing(&self) -> bool {
        self.repair == Repair::Fast
    }

    /// Whether everything was repaired before `to`, which is acknowledged.
    fn is_over(&self, to: u64) -> bool {
        let is_calm = self.repair == Repair::Done && self.probed.0 == 0 && !self.is_urgent && self.duplicates == 0;
        is_calm && !self.board.has_gaps() && to > self.reduced.max(self.repaired)
    }

    /// Goes so far ahead.
    pub fn go_ahead(&mut self, by: Ahead) {
        self.board.go_ahead(by);
        self.newest = by.later(self.newest);
        self.probed.1 = by.later(self.probed.1);
        // Of these, 0 says that there was none.
        for number in [&mut self.repaired, &mut self.reached, &mut self.reduced, &mut self.probed.0] {
            *number += if *number > 0 { by.bytes } else { 0 };
        }
    }

    /// Forgets what no longer counts once everything before `to` is acknowledged.
    pub fn forget(&mut self, to: u64) {
        self.board.forget();
        // All that is asked of them is whether as much, or more, is acknowledged.
        self.repaired = self.repaired.max(to - 1);
        self.reduced = self.reduced.max(to - 1);
        if self.probed.0 == 0 {
            self.probed.1 = SimTime::ZERO;
        }
        if !self.is_repairing() {
            self.proportion = Proportion::default();
        }
    }

    /// Notes what an acknowledgment tells; `next` was never sent.
    pub fn take(&mut self, segment: &Segment, next: u64) -> News {
        let to = segment.acknowledged;
        let mut news = self.board.acknowledge(to, segment.caused);
        for (start, end) in segment.blocks.ranges(to).filter(|(_, end)| *end <= next) {
            news = news.and(self.board.arrive(start, end, segment.caused));
        }
        self.reached = self.reached.max(news.shown_to);
        if news.bytes > 0 {
            self.newest = self.newest.max(segment.caused);
        }
        news
    }
}

impl Sender {
    /// What it remembers of losses.
    pub(super) fn trouble(&mut self) -> &mut Trouble {
        self.trouble_from(self.unacknowledged)
    }

    /// The same, where everything before `start` was acknowledged before.
    pub(super) fn trouble_from(&mut self, start: u64) -> &mut Trouble {
        let trouble = self.trouble.get_or_insert_with(|| Box::new(Trouble { is_at_rest: true, ..Trouble::default() }));
        if std::mem::take(&mut trouble.is_at_rest) {
            trouble.board.acknowledge(start, SimTime::ZERO);
            trouble.reached = start;
        }
        trouble
    }

    /// The same, while something is to be repaired.
    #[inline]
    pub(super) fn in_trouble(&self) -> Option<&Trouble> {
        self.trouble.as_deref().filter(|trouble| !trouble.is_at_rest)
    }

    #[inline]
    fn in_trouble_mut(&mut self) -> Option<&mut Trouble> {
        self.trouble.as_deref_mut().filter(|trouble| !trouble.is_at_rest)
    }

    /// Rests if everything is repaired.
    pub(super) fn rest_from_trouble(&mut self) {
        let to = self.unacknowledged;
        if let Some(trouble) = self.in_trouble_mut() {
            trouble.is_at_rest = trouble.is_over(to);
        }
    }

    /// The first lost range.
    pub(super) fn first_lost(&mut self) -> Option<(u64, u64)> {
        self.in_trouble_mut()?.board.first_lost()
    }

    pub(super) fn resent(&mut self, chunk: Chunk, now: SimTime) {
        let next = self.next;
        let trouble = self.trouble();
        trouble.board.resend((chunk.start, chunk.end), now, next);
        trouble.is_urgent = false;
        self.counts.retransmissions += 1;
    }

    /// The acknowledgment advanced by `bytes`.
    pub(super) fn advance(&mut self, bytes: u64) {
        let (to, next, mss) = (self.unacknowledged, self.next, u64::from(self.mss));
        let Some(trouble) = self.in_trouble_mut() else { return };
        if trouble.repair == Repair::Done || to >= trouble.repaired {
            (trouble.repair, trouble.duplicates) = (Repair::Done, 0);
        } else if trouble.duplicates > 0 {
            // Where no ranges are told, a part of an acknowledgment shows the next loss (RFC 6582 §3.2).
            let more = u32::try_from((bytes / mss).saturating_sub(1)).unwrap_or(u32::MAX);
            trouble.duplicates = trouble.duplicates.saturating_sub(more).max(1);
            trouble.board.lose((to + mss).min(next), SimTime::ZERO);
            trouble.is_urgent = true;
        }
    }

    /// Finds losses.
    pub(super) fn detect(&mut self, now: SimTime, flight: u64, settings: &Settings) {
        self.judge_probe(flight);
        let (to, mss, waits) = (self.unacknowledged, u64::from(self.mss), self.waits_for_order());
        let next = self.next;
        let Some(trouble) = self.in_trouble_mut() else { return };
        if !settings.sack {
            // Duplicates of what was sent again tell nothing (RFC 6582 §3.2).
            if trouble.duplicates > DUPLICATES && trouble.repair == Repair::Done && to > trouble.repaired {
                trouble.board.lose((to + mss).min(next), SimTime::ZERO);
                self.recover(flight);
            }
        } else if trouble.repair != Repair::Done || trouble.board.arrived() > u64::from(DUPLICATES) * mss {
            self.lose_older(flight);
        } else if trouble.board.arrived() > 0 && !waits {
            let quarter = SimDuration::from_nanos(self.rtt.least().as_nanos() / 4);
            (self.due, self.alarm) = (now + quarter, Alarm::Reorder);
        }
    }

    /// If it was the probe that arrived, what it repeated was lost (RFC 8985 §7.4).
    fn judge_probe(&mut self, flight: u64) {
        let to = self.unacknowledged;
        let Some(trouble) = self.in_trouble_mut() else { return };
        let (end, sent) = trouble.probed;
        if end == 0 || end > to {
            return;
        }
        trouble.probed.0 = 0;
        if trouble.newest == sent && trouble.repair == Repair::Done {
            self.reduce(flight);
        }
    }

    /// What was sent before something that arrived is lost.
    pub(super) fn lose_older(&mut self, flight: u64) {
        let trouble = self.trouble();
        trouble.board.lose(trouble.reached, trouble.newest);
        if trouble.board.lost() > 0 && trouble.repair == Repair::Done {
            self.recover(flight);
        }
    }

    /// Reduces the window for a loss or a mark, once for each window.
    pub(super) fn reduce(&mut self, flight: u64) {
        let (to, next) = (self.unacknowledged, self.next);
        let trouble = self.trouble();
        if to > trouble.reduced || trouble.reduced == 0 {
            trouble.reduced = next;
            self.congestion.reduce(flight);
            self.has_reduced = true;
        }
    }

    /// Enters recovery: the window is reduced once for all losses of a window.
    fn recover(&mut self, flight: u64) {
        self.reduce(flight);
        let until = self.next;
        let trouble = self.trouble();
        (trouble.repair, trouble.repaired) = (Repair::Fast, until);
        trouble.proportion = Proportion { flight: flight as u32, ..Proportion::default() };
        trouble.is_urgent = true;
    }

    /// What may be sent while losses are repaired, after an acknowledgment of `new` bytes; `is_safe` says that it
    /// advanced and showed no further loss (RFC 9937 §6).
    pub(super) fn proportion(&mut self, new: u64, is_safe: bool) {
        let (pipe, target, mss) = (self.in_flight(), self.congestion.bytes(), u64::from(self.mss));
        let Some(trouble) = self.in_trouble_mut().filter(|trouble| trouble.is_repairing()) else { return };
        let Proportion { delivered, sent, flight, allowed } = &mut trouble.proportion;
        *delivered += new;
        let room = if pipe > target {
            let whole = u128::from(*delivered) * u128::from(target);
            (whole.div_ceil(u128::from(*flight).max(1)) as u64).saturating_sub(*sent)
        } else {
            let more = delivered.saturating_sub(*sent).max(new) + if is_safe { mss } else { 0 };
            more.min(target - pipe)
        };
        *allowed = u32::try_from(room).unwrap_or(u32::MAX);
    }

    /// Bytes that may be sent now.
    pub(super) fn room(&self, settings: &Settings) -> u64 {
        match self.in_trouble() {
            Some(trouble) if settings.sack && trouble.is_repairing() => trouble.proportion.allowed.into(),
            _ => self.congestion.bytes().saturating_sub(self.in_flight()),
        }
    }

    /// Notes that `bytes` were sent.
    pub(super) fn spend(&mut self, bytes: u64) {
        if let Some(trouble) = self.in_trouble_mut() {
            let Proportion { sent, allowed, .. } = &mut trouble.proportion;
            (*sent, *allowed) = (*sent + bytes, allowed.saturating_sub(bytes as u32));
        }
    }

    /// Holds lost whatever is under way from `start` on; the window opens while that is repaired.
    pub(super) fn lose_from(&mut self, start: u64) {
        let next = self.next;
        let trouble = self.trouble();
        trouble.board.lose_range(start, next);
        (trouble.repair, trouble.repaired) = (Repair::Slow, next);
        (trouble.probed.0, trouble.duplicates, trouble.is_urgent) = (0, 0, true);
    }
}
