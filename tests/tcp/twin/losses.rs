//! When a twin holds something to be lost and what it does then: RACK (RFC 8985) where the other side tells ranges,
//! NewReno (RFC 6582) where not. Sends nothing.

use super::machine::{Nanos, Settings};
use super::sender::{Purpose, Repair, Sender};

/// So many duplicates, or segments beyond a gap, are a loss.
const DUPLICATES: u64 = 3;

impl Sender {
    /// The acknowledgment advanced by so many numbers.
    pub fn note_advance(&mut self, advance: u64) {
        let unacknowledged = self.pieces.unacknowledged();
        match self.repair {
            // A partial acknowledgment: the next segment was lost too, and what left the path is taken back from the
            // duplicates that stood for it, a segment of which is given again (RFC 6582 §3.2 step 3).
            Some(repair) if unacknowledged < repair.until => {
                if self.duplicates > 0 {
                    let left = (advance / self.mss).max(1) - 1;
                    self.duplicates = self.duplicates.saturating_sub(left).max(1);
                    self.pieces.lose_first(unacknowledged + self.mss);
                    self.is_urgent = true;
                }
            }
            Some(repair) => {
                self.recovered = repair.until;
                (self.repair, self.duplicates) = (None, 0);
            }
            None => self.duplicates = 0,
        }
    }

    /// Finds what is lost after an acknowledgment, before which `flight` was under way.
    pub fn find_losses(&mut self, now: Nanos, flight: u64, settings: &Settings) {
        self.judge_tail(flight);
        let arrived = self.pieces.arrived();
        if !settings.sack {
            let unacknowledged = self.pieces.unacknowledged();
            if self.duplicates >= DUPLICATES && self.repair.is_none() && unacknowledged > self.recovered {
                self.pieces.lose_first(unacknowledged + self.mss);
                self.begin_repair(flight);
            }
        } else if self.repair.is_some() || arrived > (DUPLICATES - 1) * self.mss {
            self.lose_older(flight);
        } else if arrived > 0 && !self.waits_for_order() {
            // What is missing may only be late, by up to a quarter of a round trip (RFC 8985 §6.2 step 4).
            self.timer = Some((now + self.clock.least() / 4, Purpose::Reordering));
        }
    }

    /// The tail was repeated and has arrived. If its second copy is what arrived, the first was lost (RFC 8985 §7.4).
    fn judge_tail(&mut self, flight: u64) {
        let unacknowledged = self.pieces.unacknowledged();
        let Some((_, sent)) = self.tail.take_if(|(end, _)| *end <= unacknowledged) else { return };
        if self.pieces.newest() == sent && self.repair.is_none() {
            self.reduce(flight);
        }
    }

    pub fn lose_older(&mut self, flight: u64) {
        self.pieces.lose_older();
        if self.pieces.lost() > 0 && self.repair.is_none() {
            self.begin_repair(flight);
        }
    }

    fn begin_repair(&mut self, flight: u64) {
        self.reduce(flight);
        (self.prr_delivered, self.prr_out, self.recover_fs, self.granted) = (0, 0, flight, 0);
        self.repair = Some(Repair { until: self.pieces.next(), after_timeout: false });
        self.is_urgent = true;
    }

    /// Reduces the window, unless it was since what is not acknowledged yet was sent.
    pub fn reduce(&mut self, flight: u64) {
        if self.reduced.is_none_or(|reduced| self.pieces.unacknowledged() > reduced) {
            self.reduced = Some(self.pieces.next());
            self.window.reduce(flight);
            self.owes_cwr = true;
        }
    }

    /// Nothing from `start` on arrived, but for what is known to have.
    pub fn lose_from(&mut self, start: u64) {
        self.pieces.lose_from(start);
        self.repair = Some(Repair { until: self.pieces.next(), after_timeout: true });
        (self.tail, self.duplicates, self.is_urgent) = (None, 0, true);
    }
}
