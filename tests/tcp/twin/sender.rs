//! The sending half of a twin: what is sent next, what an acknowledgment tells, and the timer (RFC 5681, 6298, 8985 §7,
//! 9293 §3.8). When something counts as lost is in `losses.rs`. Opens and closes nothing.

use super::clock::Clock;
use super::machine::{Nanos, Settings};
use super::pieces::Pieces;
use super::window::{News, Window};
use vpcsim::tcp::segment::Segment;

/// What the timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// What is missing may only be late (RFC 8985 §6.2).
    Reordering,
    /// The tail may be lost (RFC 8985 §7).
    Tail,
    /// RFC 6298.
    Timeout,
    /// The other side's window is closed (RFC 9293 §3.8.6.1).
    ClosedWindow,
}

/// What keeps it from sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    NothingLeft,
    OtherSide,
    Congestion,
}

/// A range to send, and whether it was sent before.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    pub start: u64,
    pub end: u64,
    pub is_again: bool,
}

/// What a timer did.
pub enum Rang {
    Nothing,
    Sends(Range),
    GivesUp,
}

/// How far a repair goes; after a timeout the window opens meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Repair {
    pub until: u64,
    pub after_timeout: bool,
}

/// The sending half.
#[derive(Debug)]
pub struct Sender {
    pub pieces: Pieces,
    /// The number after the last that there is to send, FIN included, and whether there is a FIN.
    end: u64,
    has_fin: bool,
    /// The number after the last that the other side takes.
    edge: u64,
    /// Where the last segment ended that was not full.
    short_end: u64,
    pub mss: u64,
    pub window: Window,
    pub clock: Clock,
    pub timer: Option<(Nanos, Purpose)>,
    /// Timeouts, or probes of a closed window, in a row.
    tries: u32,
    last_sent: Nanos,
    limit: Limit,
    pub repair: Option<Repair>,
    /// Acknowledgments without news, where ranges are not told.
    pub duplicates: u64,
    /// Where the last repair ended (RFC 6582, `recover`).
    pub recovered: u64,
    /// What had been sent when the window was last reduced.
    pub reduced: Option<u64>,
    /// The end of the last segment, sent once more to see whether it was lost, and when.
    pub tail: Option<(u64, Nanos)>,
    /// The first lost segment goes whatever the window is.
    pub is_urgent: bool,
    /// The other side does not know yet that the window was reduced (RFC 3168 §6.1.2).
    pub owes_cwr: bool,
    /// The largest window that was advertised.
    pub widest: u64,
    /// RFC 9937: since recovery began, and what may be sent now.
    pub prr_delivered: u64,
    pub prr_out: u64,
    pub recover_fs: u64,
    pub granted: u64,
    pub retransmissions: u32,
    pub timeouts: u32,
}

impl Sender {
    pub fn new(settings: &Settings) -> Sender {
        let mss = u64::from(settings.mss);
        Sender {
            pieces: Pieces::default(),
            end: 1,
            has_fin: false,
            edge: 1,
            short_end: 1,
            mss,
            window: Window::new(settings.congestion, mss * u64::from(settings.initial_window), mss),
            clock: Clock::default(),
            timer: None,
            tries: 0,
            last_sent: 0,
            limit: Limit::NothingLeft,
            repair: None,
            duplicates: 0,
            recovered: 0,
            reduced: None,
            tail: None,
            is_urgent: false,
            owes_cwr: false,
            widest: 0,
            prr_delivered: 0,
            prr_out: 0,
            recover_fs: 0,
            granted: 0,
            retransmissions: 0,
            timeouts: 0,
        }
    }

    /// There are so many bytes to send and a FIN, or bytes without end.
    pub fn supply(&mut self, size: Option<u64>) {
        self.has_fin = size.is_some();
        self.end = size.map_or(u64::MAX / 2, |size| 1 + size + 1);
    }

    pub fn is_done(&self) -> bool {
        self.has_fin && self.pieces.unacknowledged() == self.end
    }

    /// The handshake took `trip`; if it lost a SYN, the first window is a segment (RFC 5681 §3.1).
    pub fn open(&mut self, trip: Option<Nanos>, lost_a_syn: bool, window: u32, settings: &Settings) {
        trip.into_iter().for_each(|trip| self.clock.sample(trip));
        if lost_a_syn {
            self.window = Window::new(settings.congestion, self.mss, self.mss);
        }
        self.edge = 1 + u64::from(window);
        self.widest = window.into();
    }

    /// Bytes under way (RFC 6675 §4). Without ranges, each duplicate stands for a segment that arrived.
    pub fn in_flight(&self) -> u64 {
        let gone = self.pieces.arrived() + self.pieces.lost() + self.duplicates * self.mss;
        self.pieces.flight().saturating_sub(gone)
    }

    /// Bytes of payload in a range: the FIN is none.
    fn payload(&self, start: u64, end: u64) -> u64 {
        let has_fin = self.has_fin && start < self.end && self.end <= end;
        end - start - u64::from(has_fin)
    }

    /// The end of a full segment from `start`, or of all there is. A FIN rides on the last segment, however full.
    fn full(&self, start: u64) -> u64 {
        let is_last = self.payload(start, self.end) <= self.mss;
        if is_last { self.end } else { start + self.mss }
    }

    /// As much of the next new segment as the other side takes.
    fn taken(&self) -> u64 {
        let (start, end) = (self.pieces.next(), self.full(self.pieces.next()));
        let room = self.edge.saturating_sub(start);
        if self.payload(start, end) <= room { end } else { start + room }
    }

    /// What is sent now, if anything is; ask until nothing is.
    pub fn next_range(&mut self, now: Nanos, settings: &Settings) -> Option<Range> {
        self.restart_after_rest(now, settings);
        let room = match self.repair {
            Some(repair) if settings.sack && !repair.after_timeout => self.granted,
            _ => self.window.bytes().saturating_sub(self.in_flight()),
        };
        let range = match self.pieces.first_lost() {
            Some((start, end)) => {
                let end = end.min(self.full(start));
                self.limit = Limit::Congestion;
                let fits = self.is_urgent || self.payload(start, end) <= room;
                fits.then_some(Range { start, end, is_again: true })
            }
            None => self.next_new(room),
        };
        match range {
            Some(range) => self.note_sent(range, now, settings),
            None => self.watch_closed_window(now, settings),
        }
        range
    }

    fn next_new(&mut self, room: u64) -> Option<Range> {
        let (start, end) = (self.pieces.next(), self.taken());
        let is_cut = end < self.full(start);
        // No two segments that the other side's window cut short are under way (Minshall's RFC 1122 §4.2.3.4).
        let is_tiny = self.pieces.flight() == 0 && 2 * (end - start) < self.widest;
        let waits = is_cut && (is_tiny || self.short_end > self.pieces.unacknowledged());
        if start == self.end {
            self.limit = Limit::NothingLeft;
        } else if end == start || waits {
            self.limit = Limit::OtherSide;
        } else if self.payload(start, end) > room {
            self.limit = Limit::Congestion;
        } else {
            return Some(Range { start, end, is_again: false });
        }
        None
    }

    /// RFC 5681 §4.1, where something was sent before and there is something new.
    fn restart_after_rest(&mut self, now: Nanos, settings: &Settings) {
        let next = self.pieces.next();
        if self.pieces.flight() > 0 || next == 1 || next == self.end {
            return;
        }
        let idle = now - self.last_sent;
        if idle > self.clock.timeout(settings.min_rto.as_nanos(), 0) {
            self.window.rest(idle, self.mss * u64::from(settings.initial_window));
            self.last_sent = now;
        }
    }

    fn note_sent(&mut self, range: Range, now: Nanos, settings: &Settings) {
        let is_first = range.is_again && range.start == self.pieces.unacknowledged();
        if range.is_again {
            self.retransmissions += 1;
            self.is_urgent = false;
        } else if range.end - range.start < self.mss {
            self.short_end = range.end;
        }
        let payload = self.payload(range.start, range.end);
        (self.prr_out, self.granted) = (self.prr_out + payload, self.granted.saturating_sub(payload));
        self.pieces.send(range.start, range.end, now);
        self.last_sent = now;
        let is_replaced = match self.timer {
            None | Some((_, Purpose::Tail | Purpose::ClosedWindow)) => true,
            Some((_, Purpose::Reordering | Purpose::Timeout)) => is_first,
        };
        if is_replaced {
            self.arm(now, settings);
        }
    }

    /// An acknowledgment came.
    pub fn hear(&mut self, now: Nanos, segment: &Segment, settings: &Settings) {
        let (to, next) = (segment.acknowledged, self.pieces.next());
        if to < self.pieces.unacknowledged() || to > next {
            return;
        }
        let (flight, caused) = (self.pieces.flight(), segment.caused.as_nanos());
        let advance = to - self.pieces.unacknowledged();
        let had_edge = std::mem::replace(&mut self.edge, to + u64::from(segment.window));
        self.widest = self.widest.max(segment.window.into());
        let mut new = self.pieces.acknowledge(to, caused);
        for range in segment.blocks.ranges(to).filter(|range| range.1 <= next) {
            new += self.pieces.arrive(range, caused);
        }
        let trip = if new > 0 { now - caused } else { 0 };
        if new > 0 && caused > 0 {
            self.clock.sample(trip);
        }
        if segment.flags.ece && self.repair.is_none() {
            self.reduce(flight);
        }
        if advance > 0 {
            self.tries = 0;
            let repaired = self.repair.is_some_and(|repair| !repair.after_timeout);
            self.note_advance(advance);
            let counted = if repaired { advance.min(self.window.bytes()) } else { advance };
            self.open_window(now, (counted, new), flight, trip);
        } else if !settings.sack && segment.span() == 0 && self.edge == had_edge && flight > 0 {
            self.duplicates += 1;
        }
        if self.is_set_for(Purpose::ClosedWindow) {
            let is_open = self.edge > self.pieces.next();
            self.tries = if is_open { 0 } else { self.tries.min(u32::from(settings.retries).saturating_sub(1)) };
            self.timer = None;
        }
        if advance > 0 && !self.waits_for_order() {
            self.arm(now, settings);
        }
        let lost = self.pieces.lost();
        self.find_losses(now, flight, settings);
        self.grant(new, advance > 0 && self.pieces.lost() <= lost);
    }

    /// Proportional rate reduction (RFC 9937 §6), with the names of the RFC.
    fn grant(&mut self, delivered_data: u64, safe_ack: bool) {
        if self.repair.is_none_or(|repair| repair.after_timeout) {
            return;
        }
        self.prr_delivered += delivered_data;
        let (pipe, ssthresh) = (self.in_flight(), self.window.bytes());
        self.granted = if pipe > ssthresh {
            let share = u128::from(self.prr_delivered) * u128::from(ssthresh);
            (share.div_ceil(u128::from(self.recover_fs.max(1))) as u64).saturating_sub(self.prr_out)
        } else {
            let mut limit = delivered_data.max(self.prr_delivered.saturating_sub(self.prr_out));
            if safe_ack {
                limit += self.mss;
            }
            limit.min(ssthresh - pipe)
        };
    }

    /// The window opens if it was what limited the sender, though not while a loss is repaired.
    fn open_window(&mut self, now: Nanos, (advance, new): (u64, u64), flight: u64, trip: Nanos) {
        if self.repair.is_some_and(|repair| !repair.after_timeout) {
            return;
        }
        let (unacknowledged, next) = (self.pieces.unacknowledged(), self.pieces.next());
        let bytes = if self.window.is_in_slow_start() { advance.min(new) } else { advance };
        let smoothed = self.clock.smoothed().unwrap_or(0);
        let news = News { now, bytes, trip, smoothed, unacknowledged, next };
        if new > 0 {
            self.window.note(news);
        }
        // As in Linux, in slow start a window that is more than half full limits the sender too.
        let is_half_full = self.window.is_in_slow_start() && 2 * flight > self.window.bytes();
        if self.limit == Limit::Congestion || is_half_full {
            self.window.open(news);
        }
    }

    /// The path takes no more than `mss` bytes at once from now on.
    pub fn shorten(&mut self, mss: u32, start: u64) {
        let mss = u64::from(mss.max(1));
        if mss < self.mss {
            (self.mss, self.window.mss) = (mss, mss);
            let within = start.max(self.pieces.unacknowledged()).min(self.pieces.next());
            self.lose_from(within);
        }
    }

    /// A timer may be due.
    pub fn ring(&mut self, now: Nanos, settings: &Settings) -> Rang {
        let Some((_, purpose)) = self.timer.take_if(|(due, _)| *due <= now) else { return Rang::Nothing };
        let is_last = self.tries >= u32::from(settings.retries);
        match purpose {
            Purpose::Reordering => {
                self.lose_older(self.pieces.flight());
                self.arm(now, settings);
                Rang::Nothing
            }
            Purpose::Tail => Rang::Sends(self.probe_tail(now, settings)),
            Purpose::Timeout | Purpose::ClosedWindow if is_last => Rang::GivesUp,
            Purpose::Timeout => {
                self.time_out(now, settings);
                Rang::Nothing
            }
            Purpose::ClosedWindow => {
                let (start, end) = (self.pieces.next(), self.taken());
                if start < end {
                    let range = Range { start, end, is_again: false };
                    self.note_sent(range, now, settings);
                    return Rang::Sends(range);
                }
                self.tries += 1;
                self.watch_closed_window(now, settings);
                let before = self.pieces.unacknowledged() - 1;
                Rang::Sends(Range { start: before, end: before, is_again: true })
            }
        }
    }

    fn watch_closed_window(&mut self, now: Nanos, settings: &Settings) {
        if self.limit == Limit::OtherSide && self.pieces.flight() == 0 && self.timer.is_none() {
            self.set(now, Purpose::ClosedWindow, settings);
        }
    }

    /// RFC 8985 §7.3: a new segment, or the last once more.
    fn probe_tail(&mut self, now: Nanos, settings: &Settings) -> Range {
        let (next, end) = (self.pieces.next(), self.taken());
        let is_again = end == next;
        let start = if is_again { self.last_full() } else { next };
        let range = Range { start, end, is_again };
        self.note_sent(range, now, settings);
        if is_again {
            self.tail = Some((end, now));
        }
        self.set(now, Purpose::Timeout, settings);
        range
    }

    /// Where a full segment begins that ends with what was sent last.
    fn last_full(&self) -> u64 {
        let next = self.pieces.next();
        let mut start = next.saturating_sub(self.mss + 1).max(self.pieces.unacknowledged());
        while self.payload(start, next) > self.mss {
            start += 1;
        }
        start
    }

    fn time_out(&mut self, now: Nanos, settings: &Settings) {
        let is_repeated = self.tries > 0 || self.repair.is_some_and(|repair| repair.after_timeout);
        self.window.collapse(self.pieces.flight(), is_repeated);
        self.lose_from(self.pieces.unacknowledged());
        self.reduced = Some(self.pieces.next());
        self.owes_cwr = true;
        self.tries += 1;
        self.timeouts += 1;
        self.set(now, Purpose::Timeout, settings);
    }

    pub fn is_set_for(&self, purpose: Purpose) -> bool {
        self.timer.is_some_and(|(_, known)| known == purpose)
    }

    /// Whether the timer waits for what came out of order and is not repaired yet.
    pub fn waits_for_order(&self) -> bool {
        self.is_set_for(Purpose::Reordering) && self.repair.is_none() && self.pieces.arrived() > 0
    }

    /// Sets the timer for what is under way: a probe of the tail while nothing is out of the ordinary (RFC 8985 §7.2),
    /// else a timeout.
    pub fn arm(&mut self, now: Nanos, settings: &Settings) {
        let flight = self.pieces.flight();
        if flight == 0 {
            self.timer = None;
            return;
        }
        self.set(now, Purpose::Timeout, settings);
        let is_ordinary = self.repair.is_none() && self.tries == 0 && self.pieces.is_plain();
        if let (true, true, Some(smoothed)) = (settings.sack, is_ordinary, self.clock.smoothed()) {
            let alone = if flight <= self.mss { settings.ack_delay_max.as_nanos() } else { 0 };
            let due = self.timer.map_or(Nanos::MAX, |(due, _)| due);
            self.timer = Some((due.min(now + 2 * smoothed + alone), Purpose::Tail));
        }
    }

    fn set(&mut self, now: Nanos, purpose: Purpose, settings: &Settings) {
        self.timer = Some((now + self.clock.timeout(settings.min_rto.as_nanos(), self.tries), purpose));
    }
}
