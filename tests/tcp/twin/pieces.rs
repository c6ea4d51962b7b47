//! The list of everything a sender ever sent, a piece for each range of one history, looked through from one end to the
//! other for each question. Decides nothing: it is told what came, what is lost and what is sent.

use super::machine::Nanos;

/// A range of numbers with one history.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    pub start: u64,
    pub end: u64,
    /// When it was last sent.
    pub sent: Nanos,
    /// How often it was sent.
    pub times: u32,
    /// The number that had never been sent when this was last sent.
    pub next_then: u64,
    /// When the segment was sent that caused the first word of its arrival; none while nothing was heard of it.
    pub told: Option<Nanos>,
    /// Whether the other side acknowledged it and everything before.
    pub acknowledged: bool,
    /// Whether it is held to be lost and was not sent again since.
    pub lost: bool,
}

impl Piece {
    fn len(&self) -> u64 {
        self.end - self.start
    }

    /// Whether nothing is known of it but that it was sent.
    fn is_unheard(&self) -> bool {
        self.told.is_none() && !self.lost
    }
}

/// All pieces, in the order of their numbers, without a gap.
#[derive(Debug, Default)]
pub struct Pieces(Vec<Piece>);

impl Pieces {
    /// The next number that was never sent.
    pub fn next(&self) -> u64 {
        self.0.last().map_or(1, |piece| piece.end)
    }

    /// The first number that is not acknowledged.
    pub fn unacknowledged(&self) -> u64 {
        self.0.iter().find(|piece| !piece.acknowledged).map_or(self.next(), |piece| piece.start)
    }

    fn sum(&self, is_meant: impl Fn(&Piece) -> bool) -> u64 {
        self.0.iter().filter(|piece| !piece.acknowledged && is_meant(piece)).map(Piece::len).sum()
    }

    /// Numbers sent and not acknowledged.
    pub fn flight(&self) -> u64 {
        self.sum(|_| true)
    }

    /// Of these, what arrived beyond a gap.
    pub fn arrived(&self) -> u64 {
        self.sum(|piece| piece.told.is_some())
    }

    /// Of these, what is held to be lost.
    pub fn lost(&self) -> u64 {
        self.sum(|piece| piece.told.is_none() && piece.lost)
    }

    /// Of these, whether everything was sent once and nothing was heard of it.
    pub fn is_plain(&self) -> bool {
        self.sum(|piece| !piece.is_unheard() || piece.times > 1) == 0
    }

    /// Makes a piece end at `at`.
    fn cut(&mut self, at: u64) {
        if let Some(place) = self.0.iter().position(|piece| piece.start < at && at < piece.end) {
            let whole = self.0[place];
            self.0[place].end = at;
            self.0.insert(place + 1, Piece { start: at, ..whole });
        }
    }

    /// The pieces that make up `start..end`.
    fn within(&mut self, start: u64, end: u64) -> impl Iterator<Item = &mut Piece> {
        self.cut(start);
        self.cut(end);
        self.0.iter_mut().filter(move |piece| start <= piece.start && piece.end <= end)
    }

    /// Sends `start..end` now, for the first time or again.
    pub fn send(&mut self, start: u64, end: u64, now: Nanos) {
        let next = self.next();
        for piece in self.within(start, end) {
            (piece.sent, piece.next_then, piece.lost) = (now, next, false);
            piece.times += 1;
        }
        if next < end {
            let start = start.max(next);
            let new =
                Piece { start, end, sent: now, times: 1, next_then: end, told: None, acknowledged: false, lost: false };
            self.0.push(new);
        }
    }

    /// What lies in `start..end` arrived, as something tells that was caused at `caused`; answers how much of it was
    /// not known to have arrived.
    pub fn arrive(&mut self, (start, end): (u64, u64), caused: Nanos) -> u64 {
        let mut new = 0;
        for piece in self.within(start, end).filter(|piece| piece.told.is_none()) {
            piece.told = Some(caused);
            new += piece.len();
        }
        new
    }

    /// Everything before `to` is acknowledged; answers as [`Pieces::arrive`] does.
    pub fn acknowledge(&mut self, to: u64, caused: Nanos) -> u64 {
        let new = self.arrive((0, to), caused);
        self.within(0, to).for_each(|piece| piece.acknowledged = true);
        new
    }

    /// When the latest of those was sent that are known to have arrived (RFC 8985 §6.2, `RACK.xmit_ts`).
    pub fn newest(&self) -> Nanos {
        self.0.iter().filter_map(|piece| piece.told).max().unwrap_or(0)
    }

    /// Everything before this number was first sent before something that is known to have arrived. What was sent again
    /// shows it only if it was not the earlier copy that arrived.
    fn reached(&self) -> u64 {
        let shown = self.0.iter().filter_map(|piece| match piece.told {
            Some(_) if piece.times == 1 => Some(piece.end),
            Some(caused) if caused >= piece.sent => Some(piece.next_then),
            _ => None,
        });
        shown.max().unwrap_or(1)
    }

    /// Holds lost whatever was last sent before something that arrived (RFC 8985 §6.2).
    pub fn lose_older(&mut self) {
        let (reached, newest) = (self.reached(), self.newest());
        self.cut(reached);
        for piece in self.0.iter_mut().filter(|piece| piece.is_unheard()) {
            piece.lost = if piece.times == 1 { piece.end <= reached } else { piece.sent < newest };
        }
    }

    /// Holds lost what lies before `end` and was sent once (RFC 6582).
    pub fn lose_first(&mut self, end: u64) {
        self.within(0, end).filter(|piece| piece.is_unheard() && piece.times == 1).for_each(|piece| piece.lost = true);
    }

    /// Holds lost everything from `start` on that is not known to have arrived.
    pub fn lose_from(&mut self, start: u64) {
        self.within(start, u64::MAX).filter(|piece| piece.told.is_none()).for_each(|piece| piece.lost = true);
    }

    /// The first range that is held to be lost.
    pub fn first_lost(&self) -> Option<(u64, u64)> {
        let is_lost = |piece: &&Piece| piece.told.is_none() && piece.lost;
        let first = self.0.iter().position(|piece| is_lost(&piece))?;
        let run: Vec<&Piece> = self.0[first..].iter().take_while(is_lost).collect();
        Some((run[0].start, run[run.len() - 1].end))
    }
}
