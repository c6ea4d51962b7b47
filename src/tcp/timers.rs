//! The timer of a sender: one instant, and what it is for (RFC 6298, 8985 §7, 9293 §3.8.6.1).

use super::Settings;
use super::state::{Alarm, Chunk, Limit, Repair, Sender, Trouble};
use crate::units::{SimDuration, SimTime};

/// Nothing came back however often it was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedOut;

impl Sender {
    /// When [`Sender::wake`] is due.
    pub fn next_wake(&self) -> SimTime {
        self.due
    }

    /// The timer may be due; answers what is sent then, whatever the windows are.
    ///
    /// # Errors
    /// The connection is given up.
    pub fn wake(&mut self, now: SimTime, settings: &Settings) -> Result<Option<Chunk>, TimedOut> {
        if self.due > now {
            return Ok(None);
        }
        self.due = SimTime::NEVER;
        match self.alarm {
            Alarm::Reorder => {
                self.lose_older(self.flight());
                self.arm(now, settings);
                Ok(None)
            }
            Alarm::Probe => Ok(Some(self.probe(now, settings))),
            Alarm::Timeout => self.time_out(now, settings).map(|()| None),
            Alarm::Persist if self.in_a_row >= settings.retries => Err(TimedOut),
            Alarm::Persist => {
                if let Some(chunk) = self.override_silliness(now, settings) {
                    return Ok(Some(chunk));
                }
                self.in_a_row += 1;
                self.watch_window(now, settings);
                let start = self.unacknowledged - 1;
                Ok(Some(Chunk { start, end: start, is_again: true }))
            }
        }
    }

    /// What a window takes that is too small for a segment is sent once the timer is over (RFC 9293 §3.8.6.2.1).
    fn override_silliness(&mut self, now: SimTime, settings: &Settings) -> Option<Chunk> {
        let (start, room) = (self.next, self.allowed(self.longest(self.next)));
        let chunk = Chunk { start, end: start + room, is_again: false };
        (room > 0).then(|| self.sent(chunk, now, settings))?;
        Some(chunk)
    }

    /// Where the other side takes nothing and nothing is under way, only a probe brings news of its window.
    pub(super) fn watch_window(&mut self, now: SimTime, settings: &Settings) {
        if self.limit == Limit::Window && self.flight() == 0 && self.due == SimTime::NEVER {
            self.set(now, Alarm::Persist, settings);
        }
    }

    /// Sends one more segment: a new one if there is one, else the last once more.
    fn probe(&mut self, now: SimTime, settings: &Settings) -> Chunk {
        let new = self.allowed(self.longest(self.next));
        let start = if new > 0 { self.next } else { self.last_segment() };
        let chunk = Chunk { start, end: self.next + new, is_again: new == 0 };
        self.sent(chunk, now, settings);
        if chunk.is_again {
            self.trouble().probed = (chunk.end, now);
        }
        self.set(now, Alarm::Timeout, settings);
        chunk
    }

    fn last_segment(&self) -> u64 {
        let mss = u64::from(self.mss);
        // The FIN took no room behind a full segment.
        let start = self.next.saturating_sub(mss);
        let start = if start > 0 && self.longest(start - 1) > mss { start - 1 } else { start };
        start.max(self.unacknowledged)
    }

    fn time_out(&mut self, now: SimTime, settings: &Settings) -> Result<(), TimedOut> {
        if self.in_a_row >= settings.retries {
            return Err(TimedOut);
        }
        let is_slow = self.in_trouble().is_some_and(|trouble| trouble.repair == Repair::Slow);
        self.congestion.collapse(self.flight(), self.in_a_row == 0 && !is_slow);
        self.lose_from(self.unacknowledged);
        let next = self.next;
        self.trouble().reduced = next;
        self.has_reduced = true;
        self.in_a_row += 1;
        self.counts.timeouts += 1;
        self.set(now, Alarm::Timeout, settings);
        Ok(())
    }

    /// Whether the timer watches something that arrived out of order.
    pub(super) fn waits_for_order(&self) -> bool {
        let is_open = |trouble: &Trouble| trouble.repair == Repair::Done && trouble.board.arrived() > 0;
        self.due < SimTime::NEVER && self.alarm == Alarm::Reorder && self.in_trouble().is_some_and(is_open)
    }

    /// Sets the timer anew for what is under way.
    pub(super) fn arm(&mut self, now: SimTime, settings: &Settings) {
        if self.flight() == 0 {
            self.due = SimTime::NEVER;
            return;
        }
        self.set(now, Alarm::Timeout, settings);
        let is_calm = self.in_trouble().is_none_or(|t| t.repair == Repair::Done && !t.board.has_gaps());
        if let Some(smoothed) = self.rtt.smoothed().filter(|_| is_calm && settings.sack && self.in_a_row == 0) {
            let is_single = self.flight() <= u64::from(self.mss);
            let wait = if is_single { settings.ack_delay_max } else { SimDuration::ZERO };
            (self.due, self.alarm) = (self.due.min(now + smoothed + smoothed + wait), Alarm::Probe);
        }
    }

    /// Sets the timer to a timeout from now.
    fn set(&mut self, now: SimTime, alarm: Alarm, settings: &Settings) {
        (self.due, self.alarm) = (now + self.rtt.backed_off(settings.min_rto, self.in_a_row), alarm);
    }
}
