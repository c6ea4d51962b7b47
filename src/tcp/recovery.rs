//! Losses: how a sender finds them (RACK, RFC 8985; RFC 6582 where the other side does not tell ranges), and what it
//! remembers until they are repaired. What was sent before something that arrived is lost: at once if more than two
//! segments arrived beyond it, else after a quarter of a round trip.
//!
//! Instead of a list of the instants at which segments were sent, an acknowledgment tells when the segment that caused
//! it was sent ([`Segment::caused`]).

use super::Settings;
use super::scoreboard::News;
use super::segment::Segment;
use super::state::{Alarm, Chunk, Proportion, Recovery, Sender, Trouble};
use crate::units::{SimDuration, SimTime};

/// More than this many segments beyond a gap show that it is a loss (RFC 6675 §4).
const DUPLICATES: u64 = 2;

impl Trouble {
    /// Bytes of which it is known that they are not under way.
    pub fn known(&self, mss: u32) -> u64 {
        self.board.arrived() + self.board.lost() + self.duplicates * u64::from(mss)
    }

    /// Whether a loss is being repaired and the window does not open meanwhile.
    pub fn is_repairing(&self) -> bool {
        self.recovery.is_some_and(|recovery| !recovery.is_slow)
    }

    /// Whether everything was repaired before `to`, which is acknowledged.
    fn is_over(&self, to: u64) -> bool {
        let is_calm = self.recovery.is_none() && self.probed.is_none() && !self.is_urgent && self.duplicates == 0;
        is_calm && !self.board.has_gaps() && to > self.reduced.max(self.recovered)
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
    pub(super) fn first_lost(&self) -> Option<(u64, u64)> {
        self.in_trouble()?.board.first_lost()
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
        match trouble.recovery {
            Some(recovery) if to < recovery.until => {
                // Where no ranges are told, a part of an acknowledgment shows the next loss (RFC 6582 §3.2).
                if trouble.duplicates > 0 {
                    trouble.duplicates = trouble.duplicates.saturating_sub((bytes / mss).saturating_sub(1)).max(1);
                    trouble.board.lose((to + mss).min(next), SimTime::ZERO);
                    trouble.is_urgent = true;
                }
            }
            recovery => {
                trouble.recovered = recovery.map_or(trouble.recovered, |recovery| recovery.until);
                (trouble.recovery, trouble.duplicates) = (None, 0);
            }
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
            if trouble.duplicates > DUPLICATES && trouble.recovery.is_none() && to > trouble.recovered {
                trouble.board.lose((to + mss).min(next), SimTime::ZERO);
                self.recover(flight);
            }
        } else if trouble.recovery.is_some() || trouble.board.arrived() > DUPLICATES * mss {
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
        let Some((_, sent)) = trouble.probed.take_if(|(end, _)| *end <= to) else { return };
        if trouble.newest == sent && trouble.recovery.is_none() {
            self.reduce(flight);
        }
    }

    /// What was sent before something that arrived is lost.
    pub(super) fn lose_older(&mut self, flight: u64) {
        let trouble = self.trouble();
        trouble.board.lose(trouble.reached, trouble.newest);
        if trouble.board.lost() > 0 && trouble.recovery.is_none() {
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
        trouble.recovery = Some(Recovery { until, is_slow: false });
        trouble.proportion = Proportion { flight, ..Proportion::default() };
        trouble.is_urgent = true;
    }

    /// What may be sent while losses are repaired, after an acknowledgment of `new` bytes; `is_safe` says that it
    /// advanced and showed no further loss (RFC 9937 §6).
    pub(super) fn proportion(&mut self, new: u64, is_safe: bool) {
        let (pipe, target, mss) = (self.in_flight(), self.congestion.bytes(), u64::from(self.mss));
        let Some(trouble) = self.in_trouble_mut().filter(|trouble| trouble.is_repairing()) else { return };
        let Proportion { delivered, sent, flight, allowed } = &mut trouble.proportion;
        *delivered += new;
        *allowed = if pipe > target {
            let whole = u128::from(*delivered) * u128::from(target);
            (whole.div_ceil(u128::from(*flight).max(1)) as u64).saturating_sub(*sent)
        } else {
            let more = delivered.saturating_sub(*sent).max(new) + if is_safe { mss } else { 0 };
            more.min(target - pipe)
        };
    }

    /// Bytes that may be sent now.
    pub(super) fn room(&self, settings: &Settings) -> u64 {
        match self.in_trouble() {
            Some(trouble) if settings.sack && trouble.is_repairing() => trouble.proportion.allowed,
            _ => self.congestion.bytes().saturating_sub(self.in_flight()),
        }
    }

    /// Notes that `bytes` were sent.
    pub(super) fn spend(&mut self, bytes: u64) {
        if let Some(trouble) = self.in_trouble_mut() {
            let Proportion { sent, allowed, .. } = &mut trouble.proportion;
            (*sent, *allowed) = (*sent + bytes, allowed.saturating_sub(bytes));
        }
    }

    /// Holds lost whatever is under way from `start` on; the window opens while that is repaired.
    pub(super) fn lose_from(&mut self, start: u64) {
        let next = self.next;
        let trouble = self.trouble();
        trouble.board.lose_range(start, next);
        trouble.recovery = Some(Recovery { until: next, is_slow: true });
        (trouble.probed, trouble.duplicates, trouble.is_urgent) = (None, 0, true);
    }
}
