//! The sending half of a connection: what is sent next, and what acknowledgments tell (RFC 5681, 6675, 6582). When
//! something counts as lost is in `recovery.rs`, its timers in `timers.rs`. Opens and closes nothing, and receives no
//! data.

use super::Settings;
use super::ahead::Ahead;
use super::congestion::{Acknowledged, Congestion};
use super::rtt::RoundTrip;
use super::scoreboard::News;
use super::segment::Segment;
use super::state::{Alarm, Chunk, Counts, Limit, Repair, Sender, Trouble};
use crate::units::{SimDuration, SimTime};

impl Sender {
    /// A sender whose first byte is number 1, and whose other side takes nothing yet.
    pub fn new(settings: &Settings) -> Sender {
        Sender {
            unacknowledged: 1,
            next: 1,
            end: 1,
            edge: 1,
            widest: 0,
            short: 1,
            congestion: Congestion::new(settings.congestion, initial(settings, settings.mss), settings.mss),
            rtt: RoundTrip::default(),
            trouble: None,
            due: SimTime::NEVER,
            alarm: Alarm::Timeout,
            in_a_row: 0,
            last_sent: SimTime::ZERO,
            counts: Counts::default(),
            mss: settings.mss,
            closes: false,
            has_reduced: false,
            limit: Limit::Sender,
        }
    }

    /// There is something to send up to `end`, and behind it a FIN if it `closes`.
    pub fn supply(&mut self, end: u64, closes: bool) {
        self.closes = closes;
        self.end = end + u64::from(closes);
    }

    /// Whether everything was sent and acknowledged, the FIN too.
    pub fn is_done(&self) -> bool {
        self.closes && self.unacknowledged == self.end
    }

    /// The handshake is over: its last round trip took `rtt`, if that is known. If a SYN was lost, the first window is
    /// one segment (RFC 5681 §3.1).
    pub fn open(&mut self, rtt: Option<SimDuration>, is_lost: bool, window: u32, settings: &Settings) {
        rtt.into_iter().for_each(|rtt| self.rtt.sample(rtt));
        if is_lost {
            self.congestion = Congestion::new(settings.congestion, self.mss.into(), self.mss);
        }
        self.edge = 1 + u64::from(window);
        self.widest = window;
    }

    /// A SYN is sent.
    pub(super) fn note_syn(&mut self, now: SimTime) {
        self.last_sent = now;
    }

    /// When something was last sent.
    pub(super) fn last_sent(&self) -> SimTime {
        self.last_sent
    }

    /// A SYN is sent again, since nothing came back.
    pub(super) fn note_lost_syn(&mut self) {
        self.counts.retransmissions += 1;
        self.counts.timeouts += 1;
    }

    /// Segments have at most `mss` bytes of payload; nothing was sent yet.
    pub fn fit(&mut self, mss: u32, settings: &Settings) {
        self.mss = mss;
        self.congestion = Congestion::new(settings.congestion, initial(settings, mss), mss);
    }

    /// The segment that begins with `start` did not pass, nor will any with a payload of more than `mss` bytes
    /// (RFC 1191 §6.4): what is under way from there on is sent again, shorter, though not for congestion.
    pub fn shorten(&mut self, mss: u32, start: u64) {
        if mss < self.mss {
            self.mss = mss.max(1);
            self.congestion.shorten(self.mss);
            self.lose_from(start.clamp(self.unacknowledged, self.next));
        }
    }

    /// Whether the next new segment says that the window was reduced (RFC 3168 §6.1.2).
    pub fn answer_mark(&mut self) -> bool {
        std::mem::take(&mut self.has_reduced)
    }

    /// Everything before this is acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.unacknowledged
    }

    /// The next number that was never sent.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Whether a timeout came, and nothing since.
    pub fn is_stalled(&self) -> bool {
        self.in_a_row > 0
    }

    /// What keeps it from sending more.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// The congestion window, in bytes.
    pub fn window(&self) -> u64 {
        self.congestion.bytes()
    }

    /// The longest payload of a segment.
    pub fn mss(&self) -> u32 {
        self.mss
    }

    /// Bytes that are not acknowledged or not sent yet.
    pub fn left(&self) -> u64 {
        self.end.saturating_sub(self.unacknowledged)
    }

    /// What it knows of round trips.
    pub fn round_trip(&self) -> &RoundTrip {
        &self.rtt
    }

    /// Its counts.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How often it may send so many bytes before it comes near the end of what there is to send.
    pub fn turns_of(&self, bytes: u64) -> u64 {
        let near = 2 * u64::from(self.mss) + 3;
        self.end.saturating_sub(self.next + near).checked_div(bytes).unwrap_or(0)
    }

    /// Whether it is as `before` was, only so far ahead; how much there is left to send is another question.
    pub(super) fn recurs(&self, before: &Sender, by: Ahead) -> bool {
        if self.congestion.bytes() != before.congestion.bytes() || self.flight() != before.flight() {
            return false; // as mostly: nothing is copied
        }
        let (mut then, mut now) = (before.clone(), self.clone());
        then.go_ahead(by);
        [&mut then, &mut now].into_iter().for_each(Sender::forget);
        then == now
    }

    /// Everything moves that it has to do with, but not the end of what there is to send.
    pub(super) fn go_ahead(&mut self, by: Ahead) {
        for number in [&mut self.unacknowledged, &mut self.next, &mut self.edge, &mut self.short] {
            *number += by.bytes;
        }
        (self.due, self.last_sent) = (by.later(self.due), by.later(self.last_sent));
        self.congestion.go_ahead(by);
        if let Some(trouble) = self.trouble.as_deref_mut() {
            trouble.go_ahead(by);
        }
    }

    /// Forgets what no longer counts, and what only counts.
    fn forget(&mut self) {
        (self.counts, self.end) = (Counts::default(), 0);
        self.short = self.short.max(self.unacknowledged);
        self.trouble = self.trouble.take().filter(|trouble| !trouble.is_at_rest);
        if let Some(trouble) = self.trouble.as_deref_mut() {
            trouble.forget(self.unacknowledged);
        }
    }

    /// Bytes sent and not acknowledged.
    pub(super) fn flight(&self) -> u64 {
        self.next - self.unacknowledged
    }

    /// Bytes under way, as far as is known (RFC 6675 §4, `pipe`).
    pub fn in_flight(&self) -> u64 {
        let known = self.in_trouble().map_or(0, |trouble| trouble.known(self.mss));
        self.flight().saturating_sub(known)
    }

    /// Bytes that are held to be lost and were not sent again.
    fn lost(&self) -> u64 {
        self.in_trouble().map_or(0, |trouble| trouble.board.lost())
    }

    /// The next range to send now; call it until there is none.
    pub fn send(&mut self, now: SimTime, settings: &Settings) -> Option<Chunk> {
        if self.next == self.end && self.in_trouble().is_none() {
            self.limit = Limit::Sender;
            return None;
        }
        if self.flight() == 0 && self.next < self.end {
            self.rest(now, settings);
        }
        let chunk = if self.in_trouble().is_some() || !self.has_whole() {
            let room = self.room(settings);
            match self.first_lost() {
                Some(lost) => self.choose_lost(lost, room),
                None => self.choose_new(room),
            }
        } else {
            self.choose_whole()
        };
        match chunk {
            Some(chunk) => self.sent(chunk, now, settings),
            None => self.watch_window(now, settings),
        }
        chunk
    }

    /// Whether neither what there is to send nor the other side's window cuts the next segment short.
    pub(super) fn has_whole(&self) -> bool {
        let mss = u64::from(self.mss);
        self.end - self.next > mss + 1 && self.next + mss <= self.edge
    }

    /// As [`Sender::choose_new`], in the usual case: nothing is lost, and the next segment is a whole one.
    fn choose_whole(&mut self) -> Option<Chunk> {
        let (start, mss) = (self.next, u64::from(self.mss));
        if self.has_room(mss) {
            return Some(Chunk { start, end: start + mss, is_again: false });
        }
        self.limit = Limit::Congestion;
        None
    }

    /// Whether the congestion window lets go of so many more bytes, nothing being lost.
    pub(super) fn has_room(&self, bytes: u64) -> bool {
        self.flight() + bytes <= self.congestion.bytes()
    }

    fn choose_lost(&mut self, (start, end): (u64, u64), room: u64) -> Option<Chunk> {
        let chunk = Chunk { start, end: end.min(start + self.longest(start)), is_again: true };
        let is_urgent = self.in_trouble().is_some_and(|trouble| trouble.is_urgent);
        self.limit = Limit::Congestion;
        (is_urgent || room >= self.weight(chunk.start, chunk.end)).then_some(chunk)
    }

    fn choose_new(&mut self, room: u64) -> Option<Chunk> {
        let (start, whole) = (self.next, self.longest(self.next));
        let length = self.allowed(whole);
        self.limit = match () {
            () if whole == 0 => Limit::Sender,
            () if length == 0 || (length < whole && self.is_silly(length)) => Limit::Window,
            () if room < self.weight(start, start + length) => Limit::Congestion,
            () => return Some(Chunk { start, end: start + length, is_again: false }),
        };
        None
    }

    /// Whether a segment that the window cuts short is too short to send: one that is shorter than it might be is under
    /// way (Minshall's form of RFC 1122 §4.2.3.4), or nothing is, and the window is less than half of what it was
    /// (RFC 9293 §3.8.6.2.1).
    fn is_silly(&self, length: u64) -> bool {
        self.short > self.unacknowledged || (self.flight() == 0 && 2 * length < u64::from(self.widest))
    }

    /// How much of a segment with the next `whole` bytes the other side takes.
    pub(super) fn allowed(&self, whole: u64) -> u64 {
        let room = self.edge.saturating_sub(self.next);
        if self.weight(self.next, self.next + whole) <= room { whole } else { room }
    }

    /// The payload of a range: a FIN takes no room.
    fn weight(&self, start: u64, end: u64) -> u64 {
        end - start - u64::from(self.closes && end == self.end && start < end)
    }

    /// How long a segment that begins at `start` may be: a FIN behind it takes no room.
    pub(super) fn longest(&self, start: u64) -> u64 {
        let (left, mss) = (self.end - start, u64::from(self.mss));
        if self.closes && left == mss + 1 { left } else { left.min(mss) }
    }

    /// Notes what is sent.
    pub(super) fn sent(&mut self, chunk: Chunk, now: SimTime, settings: &Settings) {
        if chunk.is_again {
            self.resent(chunk, now);
        } else {
            self.next = chunk.end;
            if chunk.end - chunk.start < u64::from(self.mss) {
                self.short = chunk.end;
            }
        }
        if self.in_trouble().is_some() {
            self.spend(self.weight(chunk.start, chunk.end));
        }
        self.last_sent = now;
        let is_first = chunk.is_again && chunk.start == self.unacknowledged;
        if is_first || self.due == SimTime::NEVER || matches!(self.alarm, Alarm::Probe | Alarm::Persist) {
            self.arm(now, settings);
        }
    }

    /// After a pause longer than a timeout, nothing is known of the path any more.
    pub(super) fn rest(&mut self, now: SimTime, settings: &Settings) {
        let idle = now.since(self.last_sent);
        if self.next > 1 && idle > self.rtt.timeout(settings.min_rto) {
            self.congestion.rest(idle, initial(settings, self.mss));
            self.last_sent = now;
        }
    }

    /// An acknowledgment came.
    pub fn hear(&mut self, now: SimTime, segment: &Segment, settings: &Settings) {
        let to = segment.acknowledged;
        if to < self.unacknowledged || to > self.next {
            return;
        }
        let (flight, bytes) = (self.flight(), to - self.unacknowledged);
        if flight == 0 && self.alarm != Alarm::Persist {
            (self.edge, self.widest) = (to + u64::from(segment.window), self.widest.max(segment.window));
            return; // nothing is under way that it could tell of
        }
        let edge = std::mem::replace(&mut self.edge, to + u64::from(segment.window));
        self.widest = self.widest.max(segment.window);
        let is_usual = bytes > 0 && segment.blocks.is_empty() && !segment.flags.ece && self.alarm != Alarm::Persist;
        if is_usual && self.in_trouble().is_none() {
            self.hear_news(now, to, segment.caused);
            return self.arm(now, settings);
        }
        let news = self.take(segment);
        let rtt = if news.bytes > 0 { self.sample(now, segment.caused) } else { SimDuration::ZERO };
        if segment.flags.ece && self.in_trouble().is_none_or(|trouble| trouble.repair == Repair::Done) {
            self.reduce(flight);
        }
        if bytes > 0 {
            self.in_a_row = 0;
            let was_repairing = self.in_trouble().is_some_and(Trouble::is_repairing);
            self.advance(bytes);
            // A repair took a round trip: what ends it is worth one window, however much it acknowledges.
            let most = if was_repairing { self.congestion.bytes() } else { u64::MAX };
            self.grow(now, (bytes.min(most), news.bytes), flight, rtt);
        } else if !settings.sack && segment.span() == 0 && self.edge == edge && flight > 0 {
            let trouble = self.trouble();
            trouble.duplicates = trouble.duplicates.saturating_add(1);
        }
        if self.alarm == Alarm::Persist {
            // Probes of a window that stays closed come ever later (RFC 9293 §3.8.6.1), though without end.
            let most = if self.edge > self.next { 0 } else { settings.retries.saturating_sub(1) };
            (self.in_a_row, self.due) = (self.in_a_row.min(most), SimTime::NEVER);
        }
        if bytes > 0 && !self.waits_for_order() {
            self.arm(now, settings);
        }
        let lost = self.lost();
        self.detect(now, flight, settings);
        self.proportion(news.bytes, bytes > 0 && self.lost() <= lost);
        self.rest_from_trouble();
    }

    /// Everything before `to` arrived, nothing being lost; what caused the acknowledgment was sent at `caused`.
    #[inline]
    pub(super) fn hear_news(&mut self, now: SimTime, to: u64, caused: SimTime) {
        let (flight, bytes) = (self.flight(), to - self.unacknowledged);
        self.unacknowledged = to;
        self.in_a_row = 0;
        let rtt = self.sample(now, caused);
        self.grow(now, (bytes, bytes), flight, rtt);
    }

    /// Takes the round trip of an acknowledgment.
    fn sample(&mut self, now: SimTime, caused: SimTime) -> SimDuration {
        let rtt = now.since(caused);
        if caused > SimTime::ZERO {
            self.rtt.sample(rtt);
        }
        rtt
    }

    /// Notes what arrived.
    fn take(&mut self, segment: &Segment) -> News {
        let to = segment.acknowledged;
        let before = std::mem::replace(&mut self.unacknowledged, to);
        if self.in_trouble().is_none() && segment.blocks.is_empty() {
            return News { bytes: to - before, shown_to: to };
        }
        let next = self.next;
        self.trouble_from(before).take(segment, next)
    }

    /// The window opens, unless a loss is being repaired: by all that is acknowledged (RFC 5681 §3.1), but in slow
    /// start not by what was known to have arrived, which would let go of a whole window at once.
    #[inline]
    fn grow(&mut self, now: SimTime, (bytes, new): (u64, u64), flight: u64, rtt: SimDuration) {
        if self.in_trouble().is_some_and(Trouble::is_repairing) {
            return;
        }
        let smoothed = self.rtt.smoothed().unwrap_or_default();
        let bytes = if self.congestion.is_in_slow_start() { bytes.min(new) } else { bytes };
        let acknowledged = Acknowledged { now, bytes, rtt, smoothed, to: self.unacknowledged, sent: self.next };
        if new > 0 {
            self.congestion.note_round(acknowledged);
        }
        let is_filled = self.congestion.is_in_slow_start() && 2 * flight > self.congestion.bytes();
        if self.limit == Limit::Congestion || is_filled {
            self.congestion.open(acknowledged);
        }
    }
}

/// The first congestion window, in bytes.
fn initial(settings: &Settings, mss: u32) -> u64 {
    u64::from(mss) * u64::from(settings.initial_window)
}
