//! What a sender knows of what it sent beyond the acknowledgment: which ranges arrived, which are lost, which were sent
//! again. Kept as runs of equal fate (RFC 6675 §3); decides nothing about when something counts as lost.

use super::ahead::Ahead;
use crate::units::SimTime;
use std::collections::VecDeque;

/// What became of a range, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Sent once; nothing was heard of it.
    Sent,
    /// It arrived.
    Arrived,
    /// It is held to be lost and has not been sent again.
    Lost,
    /// It was sent again, at this instant, when everything before this number had been sent; nothing was heard of it
    /// since. Of the number there are the low 32 bits: no window is larger.
    Resent(SimTime, u32),
}

/// A range of sequence numbers of one fate; it begins where the one before ends.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    end: u64,
    fate: Fate,
}

/// What was sent beyond the acknowledgment. Whatever lies beyond the last run was sent once, and nothing was heard
/// of it.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Scoreboard {
    /// Where the first run begins.
    start: u64,
    runs: VecDeque<Run>,
    arrived: u32,
    lost: u32,
    /// Before this, nothing was sent only once.
    judged: u64,
    /// Nothing that was sent again and not heard of was sent before this.
    oldest: SimTime,
    /// Nothing before this is lost.
    intact: u64,
}

/// What an acknowledgment told that was not known before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    /// Bytes that arrived.
    pub bytes: u64,
    /// Everything before this number was first sent before something that arrived; 0 if nothing tells.
    pub shown_to: u64,
}

impl News {
    fn add(&mut self, (start, end): (u64, u64), fate: Fate, caused: SimTime) {
        self.bytes += end - start;
        self.shown_to = self.shown_to.max(match fate {
            Fate::Sent => end,
            Fate::Resent(at, next) if caused >= at => start + u64::from(next.wrapping_sub(start as u32)),
            _ => 0,
        });
    }

    /// What two acknowledgments tell.
    pub fn and(self, other: News) -> News {
        News { bytes: self.bytes + other.bytes, shown_to: self.shown_to.max(other.shown_to) }
    }
}

impl Scoreboard {
    /// Goes so far ahead.
    pub fn go_ahead(&mut self, by: Ahead) {
        for number in [&mut self.start, &mut self.judged, &mut self.intact] {
            *number += by.bytes;
        }
        self.oldest = by.later(self.oldest);
        for Run { end, fate } in &mut self.runs {
            *end += by.bytes;
            if let Fate::Resent(at, next) = fate {
                (*at, *next) = (by.later(*at), next.wrapping_add(by.bytes as u32));
            }
        }
    }

    /// Forgets what only saves work: where to look first, and what lies behind.
    pub fn forget(&mut self) {
        (self.oldest, self.intact) = (self.first_resent(), 0);
        self.judged = self.judged.max(self.start);
    }

    /// Bytes that arrived beyond the acknowledgment.
    pub fn arrived(&self) -> u64 {
        self.arrived.into()
    }

    /// Bytes that are held to be lost and were not sent again.
    pub fn lost(&self) -> u64 {
        self.lost.into()
    }

    /// Whether something arrived beyond a gap, or is lost.
    pub fn has_gaps(&self) -> bool {
        !self.runs.is_empty()
    }

    /// Everything before `to` arrived in order; the last of it was sent at `caused`.
    pub fn acknowledge(&mut self, to: u64, caused: SimTime) -> News {
        let mut news = News::default();
        while let Some(&Run { end, fate }) = self.runs.front().filter(|_| self.start < to) {
            let until = end.min(to);
            if fate != Fate::Arrived {
                news.add((self.start, until), fate, caused);
            }
            self.uncount(self.start, until, fate);
            self.start = until;
            if until == end {
                self.runs.pop_front();
            }
        }
        if self.start < to {
            news.add((self.start, to), Fate::Sent, caused);
            self.start = to;
        }
        news
    }

    /// What lies in `start..end` arrived; the last of it was sent at `caused`.
    pub fn arrive(&mut self, start: u64, end: u64, caused: SimTime) -> News {
        let mut news = News::default();
        self.set(start.max(self.start), end, |from, to, fate| {
            if fate != Fate::Arrived {
                news.add((from, to), fate, caused);
            }
            Fate::Arrived
        });
        news
    }

    /// Holds lost what was sent once and lies before `before`, and what was sent again before the instant `again`.
    pub fn lose(&mut self, before: u64, again: SimTime) {
        if self.judged < before {
            let from = self.start.max(self.judged);
            self.set(from, before, |_, _, known| if known == Fate::Sent { Fate::Lost } else { known });
            self.judged = before;
        }
        if self.oldest < again {
            let end = self.runs.back().map_or(self.start, |run| run.end);
            self.oldest = self.first_resent();
            if self.oldest < again {
                self.set(self.start, end, |_, _, known| match known {
                    Fate::Resent(at, _) if at < again => Fate::Lost,
                    _ => known,
                });
                self.oldest = self.first_resent();
            }
        }
    }

    /// When the first of those was sent again of which nothing was heard since.
    fn first_resent(&self) -> SimTime {
        let resent =
            self.runs.iter().filter_map(|run| if let Fate::Resent(at, _) = run.fate { Some(at) } else { None });
        resent.min().unwrap_or(SimTime::NEVER)
    }

    /// Holds lost what lies in `start..end` and did not arrive.
    pub fn lose_range(&mut self, start: u64, end: u64) {
        self.set(start.max(self.start), end, |_, _, known| if known == Fate::Arrived { known } else { Fate::Lost });
    }

    /// The first lost range.
    pub fn first_lost(&mut self) -> Option<(u64, u64)> {
        if self.lost == 0 {
            return None;
        }
        let from = self.runs.partition_point(|run| run.end <= self.intact);
        let at = (from..self.runs.len()).find(|at| self.runs[*at].fate == Fate::Lost)?;
        self.intact = self.start_of(at);
        Some((self.intact, self.runs[at].end))
    }

    fn start_of(&self, at: usize) -> u64 {
        if at == 0 { self.start } else { self.runs[at - 1].end }
    }

    /// `start..end` was sent again, when everything before `next` had been sent.
    pub fn resend(&mut self, (start, end): (u64, u64), now: SimTime, next: u64) {
        self.oldest = self.oldest.min(now);
        self.set(start, end, |_, _, _| Fate::Resent(now, next as u32));
    }

    /// Gives each piece of `start..end` a new fate.
    fn set(&mut self, start: u64, end: u64, mut fate: impl FnMut(u64, u64, Fate) -> Fate) {
        if start >= end {
            return;
        }
        self.cover(end);
        let mut at = self.runs.partition_point(|run| run.end <= start);
        let mut from = self.start_of(at);
        while from < end {
            let run = self.runs[at];
            let (piece, until) = (from.max(start), run.end.min(end));
            let new = fate(piece, until, run.fate);
            if new != run.fate {
                self.uncount(piece, until, run.fate);
                self.count(piece, until, new);
                if new == Fate::Lost {
                    self.intact = self.intact.min(piece);
                }
                self.split(at, piece, from, until, new);
            }
            // The piece may have been joined with others: look again.
            at = self.runs.partition_point(|run| run.end <= until);
            from = until;
        }
    }

    /// Makes runs reach to `end`.
    fn cover(&mut self, end: u64) {
        let last = self.runs.back().map_or(self.start, |run| run.end);
        if last < end {
            self.runs.push_back(Run { end, fate: Fate::Sent });
        }
    }

    /// Gives `piece..until`, which lies in the run at `at` that begins at `from`, the fate `new`, and joins it with
    /// neighbours of the same.
    fn split(&mut self, at: usize, piece: u64, from: u64, until: u64, new: Fate) {
        let Run { end, fate } = self.runs[at];
        self.runs[at] = Run { end: until, fate: new };
        if until < end {
            self.runs.insert(at + 1, Run { end, fate });
        } else if self.runs.get(at + 1).is_some_and(|next| next.fate == new) {
            self.runs.remove(at);
        }
        if from < piece {
            self.runs.insert(at, Run { end: piece, fate });
        } else if at > 0 && self.runs[at - 1].fate == new {
            self.runs.remove(at - 1);
        }
    }

    fn count(&mut self, start: u64, end: u64, fate: Fate) {
        let bytes = (end - start) as u32;
        match fate {
            Fate::Arrived => self.arrived += bytes,
            Fate::Lost => self.lost += bytes,
            Fate::Sent | Fate::Resent(..) => {}
        }
    }

    fn uncount(&mut self, start: u64, end: u64, fate: Fate) {
        let bytes = (end - start) as u32;
        match fate {
            Fate::Arrived => self.arrived -= bytes,
            Fate::Lost => self.lost -= bytes,
            Fate::Sent | Fate::Resent(..) => {}
        }
    }
}

#[cfg(test)]
pub(super) const RUN: usize = size_of::<Run>();

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The dull twin: a fate per byte.
    #[derive(Default)]
    struct Bytes {
        start: usize,
        fates: Vec<Fate>,
    }

    impl Bytes {
        fn set(&mut self, range: std::ops::Range<usize>, caused: SimTime, fate: impl Fn(Fate) -> Fate) -> News {
            let mut news = News::default();
            self.fates.resize(self.fates.len().max(range.end), Fate::Sent);
            for at in range.start.max(self.start)..range.end {
                let known = self.fates[at];
                self.fates[at] = fate(known);
                if self.fates[at] == Fate::Arrived && known != Fate::Arrived {
                    news.bytes += 1;
                    news.shown_to = news.shown_to.max(match known {
                        Fate::Sent => at as u64 + 1,
                        Fate::Resent(sent, next) if sent <= caused => next.into(),
                        _ => 0,
                    });
                }
            }
            news
        }
        fn of(&self, fate: Fate) -> u64 {
            self.fates.iter().skip(self.start).filter(|f| **f == fate).count() as u64
        }
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]
        #[test]
        fn runs_tell_what_single_bytes_tell(steps in proptest::collection::vec((0..6u8, 0..60u64, 1..20u64), 1..80)) {
            let (mut board, mut bytes) = (Scoreboard::default(), Bytes::default());
            for (now, (step, start, length)) in steps.into_iter().enumerate() {
                let (end, now) = (start + length, SimTime::from_nanos(now as u64));
                let before = SimTime::from_nanos(now.as_nanos().saturating_sub(length));
                let range = start as usize..end as usize;
                match step {
                    0 => {
                        let to = board.start + length / 2;
                        let news = bytes.set(0..to as usize, before, |_| Fate::Arrived);
                        prop_assert_eq!(board.acknowledge(to, before), news);
                        bytes.start = to as usize;
                    }
                    1 => {
                        let news = bytes.set(range, before, |_| Fate::Arrived);
                        prop_assert_eq!(board.arrive(start, end, before), news);
                    }
                    2 => {
                        board.lose(end, before);
                        bytes.set(0..end as usize, now, |fate| if fate == Fate::Sent { Fate::Lost } else { fate });
                        bytes.set(0..bytes.fates.len(), now, |fate| match fate {
                            Fate::Resent(at, _) if at < before => Fate::Lost,
                            known => known,
                        });
                    }
                    3 => {
                        board.lose_range(start, end);
                        bytes.set(range, now, |fate| if fate == Fate::Arrived { fate } else { Fate::Lost });
                    }
                    _ => {
                        if let Some((from, to)) = board.first_lost() {
                            let to = to.min(from + length);
                            let first = (bytes.start..).find(|at| bytes.fates[*at] == Fate::Lost);
                            prop_assert_eq!(first, Some(from as usize));
                            board.resend((from, to), now, to + length);
                            bytes.set(from as usize..to as usize, now, |_| Fate::Resent(now, (to + length) as u32));
                        } else {
                            prop_assert_eq!(bytes.of(Fate::Lost), 0);
                        }
                    }
                }
                prop_assert_eq!(board.arrived(), bytes.of(Fate::Arrived));
                prop_assert_eq!(board.lost(), bytes.of(Fate::Lost));
                let pairs = board.runs.iter().zip(board.runs.iter().skip(1));
                let is_joined = { pairs }.all(|(a, b)| a.end < b.end && a.fate != b.fate);
                prop_assert!(is_joined);
            }
        }
    }
}
