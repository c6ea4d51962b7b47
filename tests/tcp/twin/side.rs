//! One side of a connection as a twin: it opens, sends, closes (RFC 9293 §3.3.2). What is sent next and what is
//! acknowledged are the business of its halves.

use super::arrivals::Arrivals;
use super::machine::{Event, Machine, Nanos, Seen, Settings};
use super::sender::{Rang, Range, Sender};
use vpcsim::tcp::Outcome;
use vpcsim::tcp::segment::{Flags, Segment};
use vpcsim::units::SimTime;

const SECOND: Nanos = 1_000_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Listening,
    /// It sent a SYN, or answered one.
    Calling,
    Answering,
    /// Until both sides' ends are acknowledged.
    Open,
    Ended(Outcome),
}

/// One side.
#[derive(Debug)]
pub struct Side {
    phase: Phase,
    /// When its SYN was sent by itself, not as an answer to a repetition.
    syns: Vec<Nanos>,
    sender: Sender,
    arrivals: Arrivals,
    /// Bytes to send, or without end; a side that answers sends them when everything has arrived.
    size: Option<u64>,
    answers: bool,
    /// The number after the other side's FIN.
    fin: Option<u64>,
}

impl Side {
    pub fn client(settings: &Settings, size: Option<u64>) -> Side {
        Side::new(Phase::Calling, settings, size, false)
    }

    pub fn server(settings: &Settings, size: u64) -> Side {
        Side::new(Phase::Listening, settings, Some(size), true)
    }

    fn new(phase: Phase, settings: &Settings, size: Option<u64>, answers: bool) -> Side {
        let (sender, arrivals) = (Sender::new(settings), Arrivals::default());
        Side { phase, syns: Vec::new(), sender, arrivals, size, answers, fin: None }
    }

    fn has_everything(&self) -> bool {
        self.fin.is_some_and(|fin| fin <= self.arrivals.next())
    }

    /// The first SYN is repeated after a second, and each one after twice as long as the one before (RFC 6298 §2.1).
    fn syn_due(&self) -> Nanos {
        self.syns.last().map_or(Nanos::MAX, |last| last + (SECOND << (self.syns.len() - 1)))
    }

    fn send_syn(&mut self, now: Nanos, settings: &Settings, out: &mut Vec<Segment>) {
        self.syns.push(now);
        out.push(self.syn(settings));
    }

    fn syn(&self, settings: &Settings) -> Segment {
        Segment {
            flags: Flags { syn: true, ..Flags::default() },
            acknowledged: if self.phase == Phase::Answering { 1 } else { 0 },
            window: settings.window,
            caused: SimTime::from_nanos(self.arrivals.caused),
            ..Segment::default()
        }
    }

    fn wake(&mut self, now: Nanos, settings: &Settings, out: &mut Vec<Segment>) {
        match self.phase {
            Phase::Calling | Phase::Answering if self.syn_due() <= now => {
                if self.syns.len() > usize::from(settings.syn_retries) {
                    self.phase = Phase::Ended(Outcome::TimedOut);
                } else {
                    self.sender.retransmissions += 1;
                    self.sender.timeouts += 1;
                    self.send_syn(now, settings, out);
                }
            }
            Phase::Open => {
                match self.sender.ring(now, settings) {
                    Rang::GivesUp => return self.phase = Phase::Ended(Outcome::TimedOut),
                    Rang::Sends(range) => self.send_range(range, settings, out),
                    Rang::Nothing => {}
                }
                // A segment that was sent carried the acknowledgment, and then none is due any more.
                let is_due = self.arrivals.due.is_some_and(|due| due <= now);
                self.send(now, is_due, settings, out);
            }
            _ => {}
        }
    }

    fn hear(
        &mut self,
        segment: &Segment,
        at: (Nanos, Nanos),
        marked: bool,
        settings: &Settings,
        out: &mut Vec<Segment>,
    ) {
        let (now, sent) = at;
        if segment.flags.rst {
            if !matches!(self.phase, Phase::Ended(_)) {
                self.phase = Phase::Ended(Outcome::Reset);
            }
            return;
        }
        let (syn, acknowledges) = (segment.flags.syn, segment.acknowledged > 0);
        match (self.phase, syn) {
            (Phase::Listening, true) => {
                self.phase = Phase::Answering;
                self.arrivals.open(sent);
                self.send_syn(now, settings, out);
            }
            (Phase::Answering, true) => {
                self.arrivals.open(sent);
                out.push(self.syn(settings));
            }
            (Phase::Calling, true) if acknowledges => {
                self.arrivals.open(sent);
                self.establish(now, segment, settings);
                self.send(now, true, settings, out);
            }
            (Phase::Answering, false) if acknowledges => {
                self.establish(now, segment, settings);
                self.hear_open(segment, at, marked, settings, out);
            }
            (Phase::Open, false) => self.hear_open(segment, at, marked, settings, out),
            // It was here before: the acknowledgment was lost.
            (Phase::Open | Phase::Ended(Outcome::Completed), _) if segment.span() > 0 => {
                out.push(self.acknowledgment(settings));
            }
            _ => {}
        }
    }

    fn establish(&mut self, now: Nanos, segment: &Segment, settings: &Settings) {
        self.phase = Phase::Open;
        let caused = segment.caused.as_nanos();
        let lost_a_syn = self.syns.len() > 1 || self.syns.first().is_some_and(|first| *first < caused);
        let round_trip = self.syns.last().filter(|last| **last <= caused).map(|_| now - caused);
        self.sender.open(round_trip, lost_a_syn, segment.window, settings);
        if !self.answers {
            self.sender.supply(self.size);
        }
    }

    fn hear_open(
        &mut self,
        segment: &Segment,
        (now, sent): (Nanos, Nanos),
        marked: bool,
        settings: &Settings,
        out: &mut Vec<Segment>,
    ) {
        if segment.acknowledged > self.sender.pieces.next() {
            out.push(self.acknowledgment(settings));
            return;
        }
        self.sender.hear(now, segment, settings);
        let (before, had_everything) = (self.arrivals.next(), self.has_everything());
        let mut is_due = false;
        if segment.span() == 0 {
            is_due = segment.sequence < before; // a probe of the window
        } else {
            is_due |= self.arrivals.take(segment, (now, sent), marked, settings);
            if segment.flags.fin {
                self.fin = Some(segment.end());
            }
        }
        let has_everything = self.has_everything();
        let is_end = has_everything && !had_everything;
        if is_end && self.answers {
            self.sender.supply(self.size);
        }
        self.send(now, is_due, settings, out);
        if has_everything && self.sender.is_done() {
            self.phase = Phase::Ended(Outcome::Completed);
        }
    }

    /// Sends what may be sent, or an acknowledgment alone if one is due that nothing carries.
    fn send(&mut self, now: Nanos, mut is_due: bool, settings: &Settings, out: &mut Vec<Segment>) {
        while let Some(range) = self.sender.next_range(now, settings) {
            self.send_range(range, settings, out);
            is_due = false;
        }
        if is_due {
            out.push(self.acknowledgment(settings));
        }
    }

    fn send_range(&mut self, range: Range, settings: &Settings, out: &mut Vec<Segment>) {
        let fin = self.size.is_some_and(|size| range.end == size + 2);
        let mut segment = self.acknowledgment(settings);
        segment.sequence = range.start;
        segment.length = (range.end - range.start) as u32 - u32::from(fin);
        segment.flags.fin = fin;
        segment.is_again = range.is_again;
        segment.blocks = Default::default();
        segment.flags.cwr = settings.ecn && !range.is_again && std::mem::take(&mut self.sender.owes_cwr);
        out.push(segment);
    }

    fn acknowledgment(&mut self, settings: &Settings) -> Segment {
        self.arrivals.acknowledged();
        Segment {
            sequence: self.sender.pieces.next(),
            length: 0,
            flags: Flags { ece: settings.ecn && self.arrivals.marked, ..Flags::default() },
            acknowledged: self.arrivals.next(),
            window: settings.window,
            blocks: if settings.sack { self.arrivals.blocks() } else { Default::default() },
            caused: SimTime::from_nanos(self.arrivals.caused),
            is_again: false,
        }
    }
}

impl Machine for Side {
    fn tell(&mut self, event: Event, now: Nanos, settings: &Settings, out: &mut Vec<Segment>) {
        match event {
            Event::Open => self.send_syn(now, settings, out),
            Event::Hear(segment, sent, marked) => self.hear(&segment, (now, sent), marked, settings, out),
            Event::Wake => self.wake(now, settings, out),
            Event::Shorten(start, mss) => {
                self.sender.shorten(mss, start);
                if self.phase == Phase::Open {
                    self.send(now, false, settings, out);
                }
            }
        }
    }

    fn seen(&self) -> Seen {
        let next_wake = match self.phase {
            Phase::Listening | Phase::Ended(_) => None,
            Phase::Calling | Phase::Answering => Some(self.syn_due()),
            Phase::Open => { [self.sender.timer.map(|(due, _)| due), self.arrivals.due] }.into_iter().flatten().min(),
        };
        // The SYN and the FIN are no bytes.
        let ends = 1 + u64::from(self.has_everything());
        Seen {
            outcome: if let Phase::Ended(outcome) = self.phase { Some(outcome) } else { None },
            delivered: self.arrivals.next().saturating_sub(ends),
            next_wake: next_wake.unwrap_or(Nanos::MAX),
            window: self.sender.window.bytes(),
            in_flight: self.sender.in_flight(),
            retransmissions: self.sender.retransmissions,
            timeouts: self.sender.timeouts,
        }
    }
}
