//! One side of a connection: it opens, sends what it has, closes (RFC 9293 §3.3.2, the states of one side). What is
//! sent next and what is acknowledged are the business of its two halves.

use super::ahead::Ahead;
use super::receiver::Receiver;
use super::segment::{Blocks, Flags, Segment};
use super::state::{Chunk, Sender};
use super::{Arrived, Settings};
use crate::units::{SimDuration, SimTime};

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Both sides sent everything and know that it arrived.
    Completed,
    /// Nothing came back.
    TimedOut,
    /// The other side knows nothing of it.
    Reset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Listen,
    SynSent,
    SynReceived,
    /// Established, and all states of closing: what was acknowledged tells them apart.
    Open,
    Closed(Outcome),
}

/// The first wait (RFC 6298 §2.1).
const FIRST: SimDuration = SimDuration::from_secs(1);

/// More bytes than any connection sends.
const ENDLESS: u64 = u64::MAX >> 1;

/// One side of a connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    pub(super) state: State,
    /// How often its SYN was sent again.
    syn_retries: u8,
    pub(super) sender: Sender,
    pub(super) receiver: Receiver,
    /// Bytes to send; [`ENDLESS`] if they never end.
    size: u64,
    /// Whether it sends only after everything of the other side has arrived.
    answers: bool,
    /// The number after the other side's FIN, once that has come.
    ends: u64,
}

impl Connection {
    /// The side that opens; it sends `size` bytes, or without end. [`Connection::open`] sends the first segment.
    pub fn client(settings: &Settings, size: Option<u64>) -> Connection {
        Connection::new(State::SynSent, settings, size, false)
    }

    /// The side that is opened; when everything of the other side has arrived, it answers with `size` bytes.
    pub fn server(settings: &Settings, size: u64) -> Connection {
        Connection::new(State::Listen, settings, Some(size), true)
    }

    fn new(state: State, settings: &Settings, size: Option<u64>, answers: bool) -> Connection {
        Connection {
            state,
            syn_retries: 0,
            sender: Sender::new(settings),
            receiver: Receiver::new(),
            size: size.unwrap_or(ENDLESS),
            answers,
            ends: ENDLESS,
        }
    }

    /// Sends the first SYN.
    pub fn open(&mut self, now: SimTime, settings: &Settings, out: &mut Vec<Segment>) {
        self.send_syn(now, settings, out);
    }

    /// Closes it when what was sent so far has arrived.
    pub fn stop(&mut self, now: SimTime, settings: &Settings, out: &mut Vec<Segment>) {
        self.size = self.sender.next() - 1;
        if self.state == State::Open {
            self.supply();
            self.send(now, false, settings, out);
        }
    }

    /// How it ended, if it did.
    pub fn outcome(&self) -> Option<Outcome> {
        if let State::Closed(outcome) = self.state { Some(outcome) } else { None }
    }

    /// Payload bytes that arrived in order.
    pub fn delivered(&self) -> u64 {
        self.receiver.next().saturating_sub(1 + u64::from(self.is_done()))
    }

    /// Its segments have at most `mss` bytes of payload: call it before it is open.
    pub fn fit(&mut self, mss: u32, settings: &Settings) {
        self.sender.fit(mss, settings);
    }

    /// The segment with number `start` did not fit into a link on the way, which takes a payload of at most `mss`
    /// bytes.
    pub fn shorten(&mut self, (mss, start): (u32, u64), now: SimTime, settings: &Settings, out: &mut Vec<Segment>) {
        self.sender.shorten(mss, start);
        if self.state == State::Open {
            self.send(now, false, settings, out);
        }
    }

    /// Whether everything of the other side has arrived.
    pub fn is_done(&self) -> bool {
        self.receiver.next() >= self.ends
    }

    /// Whether the other side's FIN came, if not in order.
    pub(super) fn knows_end(&self) -> bool {
        self.ends < ENDLESS
    }

    /// Whether both sides know that it is open, and it was not given up since.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// Whether it is as `before` was, only so far ahead, so that it does the same again. Of its two halves the one that
    /// moves is the one that its part in a one-way transfer lets move.
    pub fn recurs(&self, before: &Connection, by: Ahead) -> bool {
        let Connection { state, syn_retries, sender, receiver, size, answers, ends } = before;
        let is_same = (*state, *syn_retries, *size) == (self.state, self.syn_retries, self.size)
            && (*answers, *ends) == (self.answers, self.ends);
        is_same
            && match self.answers {
                true => self.sender == *sender && self.receiver.recurs(receiver, by),
                false => self.receiver == *receiver && self.sender.recurs(sender, by),
            }
    }

    /// Goes so far ahead, as a connection does that recurs.
    pub fn go_ahead(&mut self, by: Ahead) {
        match self.answers {
            true => self.receiver.go_ahead(by),
            false => self.sender.go_ahead(by),
        }
    }

    /// The numbers of its last acknowledgment: its own next one, and the one it expects.
    pub fn numbers(&self) -> (u64, u64) {
        (self.sender.next(), self.receiver.next())
    }

    /// The next number that it expects from the other side.
    pub fn expected(&self) -> u64 {
        self.receiver.next()
    }

    /// Its sending half.
    pub fn sender(&self) -> &Sender {
        &self.sender
    }

    /// When [`Connection::wake`] is due.
    #[inline]
    pub fn next_wake(&self) -> SimTime {
        if self.is_open() { self.sender.next_wake().min(self.receiver.next_wake()) } else { self.next_wake_unopened() }
    }

    #[inline(never)] // Seldom asked: nearly all segments come to an open connection.
    fn next_wake_unopened(&self) -> SimTime {
        if matches!(self.state, State::SynSent | State::SynReceived) { self.syn_due() } else { SimTime::NEVER }
    }

    /// A timer is due.
    pub fn wake(&mut self, now: SimTime, settings: &Settings, out: &mut Vec<Segment>) {
        match self.state {
            State::SynSent | State::SynReceived if self.syn_due() <= now => {
                if self.syn_retries >= settings.syn_retries {
                    self.state = State::Closed(Outcome::TimedOut);
                    return;
                }
                self.syn_retries += 1;
                self.sender.note_lost_syn();
                self.send_syn(now, settings, out);
            }
            State::Open => {
                match self.sender.wake(now, settings) {
                    Ok(chunk) => chunk.into_iter().for_each(|chunk| out.push(self.segment(chunk, settings))),
                    Err(_) => {
                        self.state = State::Closed(Outcome::TimedOut);
                        return;
                    }
                }
                let is_due = self.receiver.next_wake() <= now;
                self.send(now, is_due, settings, out);
            }
            _ => {}
        }
    }

    /// A segment came.
    pub fn hear(&mut self, segment: &Segment, arrived: Arrived, settings: &Settings, out: &mut Vec<Segment>) {
        let now = arrived.now;
        let Flags { syn, rst, .. } = segment.flags;
        if rst {
            if self.outcome().is_none() {
                self.state = State::Closed(Outcome::Reset);
            }
            return;
        }
        let is_acknowledged = segment.acknowledged > 0;
        match self.state {
            State::Listen if syn => {
                self.state = State::SynReceived;
                self.receiver.open(arrived.sent);
                self.send_syn(now, settings, out);
            }
            State::SynReceived if syn => {
                self.receiver.open(arrived.sent);
                out.push(self.syn(settings));
            }
            State::SynSent if syn && is_acknowledged => {
                self.receiver.open(arrived.sent);
                self.establish(now, segment, settings);
                self.send(now, true, settings, out);
            }
            State::SynReceived if is_acknowledged => {
                self.establish(now, segment, settings);
                self.hear_open(segment, arrived, settings, out);
            }
            State::Open if !syn => self.hear_open(segment, arrived, settings, out),
            // Whoever sends something again has not heard that it arrived.
            State::Open | State::Closed(Outcome::Completed) if segment.span() > 0 => {
                out.push(self.acknowledgment(settings));
            }
            _ => {}
        }
    }

    fn establish(&mut self, now: SimTime, segment: &Segment, settings: &Settings) {
        let is_lost = self.syn_retries > 0 || segment.caused > self.first_syn();
        // What answers an earlier SYN than the last tells no round trip (RFC 6298 §3).
        let rtt = (segment.caused >= self.sender.last_sent()).then(|| now.since(segment.caused));
        self.sender.open(rtt, is_lost, segment.window, settings);
        self.state = State::Open;
        if !self.answers {
            self.supply();
        }
    }

    /// Everything there is may be sent; the FIN is the number after it.
    fn supply(&mut self) {
        self.sender.supply(1 + self.size, self.size < ENDLESS);
    }

    fn hear_open(&mut self, segment: &Segment, arrived: Arrived, settings: &Settings, out: &mut Vec<Segment>) {
        let now = arrived.now;
        if segment.acknowledged > self.sender.next() {
            out.push(self.acknowledgment(settings)); // nothing of it can be true (RFC 9293 §3.10.7.4)
            return;
        }
        self.sender.hear(now, segment, settings);
        let mut is_due = false;
        if segment.span() > 0 {
            let before = self.receiver.next();
            is_due = self.receiver.take(segment, arrived, settings);
            if segment.flags.fin {
                self.ends = segment.end();
            }
            if self.is_done() && before < self.receiver.next() && self.answers {
                self.supply();
            }
        } else if segment.sequence < self.receiver.next() {
            is_due = true; // a probe of the window
        }
        self.send(now, is_due, settings, out);
        if self.is_done() && self.sender.is_done() {
            self.state = State::Closed(Outcome::Completed);
        }
    }

    /// Sends what may be sent; an acknowledgment alone if one is due and nothing carries it.
    pub(super) fn send(&mut self, now: SimTime, is_due: bool, settings: &Settings, out: &mut Vec<Segment>) {
        let before = out.len();
        while let Some(chunk) = self.sender.send(now, settings) {
            out.push(self.segment(chunk, settings));
        }
        if is_due && out.len() == before {
            out.push(self.acknowledgment(settings));
        }
    }

    /// A segment with data, which leaves no room for ranges: they are told when nothing else is sent.
    fn segment(&mut self, chunk: Chunk, settings: &Settings) -> Segment {
        let fin = chunk.end > 1 + self.size;
        Segment {
            length: (chunk.end - chunk.start) as u32 - u32::from(fin),
            is_again: chunk.is_again,
            flags: Flags {
                fin,
                cwr: settings.ecn && !chunk.is_again && self.sender.answer_mark(),
                ece: settings.ecn && self.receiver.is_marked(),
                ..Flags::default()
            },
            ..self.header(chunk.start, settings)
        }
    }

    fn acknowledgment(&mut self, settings: &Settings) -> Segment {
        let blocks = if settings.sack { self.receiver.blocks() } else { Blocks::default() };
        let flags = Flags { ece: settings.ecn && self.receiver.is_marked(), ..Flags::default() };
        Segment { blocks, flags, ..self.header(self.sender.next(), settings) }
    }

    /// What all segments of an open connection say.
    #[inline]
    fn header(&mut self, sequence: u64, settings: &Settings) -> Segment {
        Segment {
            sequence,
            acknowledged: self.receiver.next(),
            window: settings.window,
            caused: self.receiver.acknowledge(),
            ..Segment::default()
        }
    }

    /// When the first SYN was sent.
    fn first_syn(&self) -> SimTime {
        self.sender.last_sent() - SimDuration::from_nanos(FIRST.as_nanos() * ((1 << self.syn_retries) - 1))
    }

    /// When a SYN is sent once more.
    fn syn_due(&self) -> SimTime {
        self.sender.last_sent() + SimDuration::from_nanos(FIRST.as_nanos() << self.syn_retries.min(32))
    }

    fn send_syn(&mut self, now: SimTime, settings: &Settings, out: &mut Vec<Segment>) {
        self.sender.note_syn(now);
        let syn = self.syn(settings);
        out.push(syn);
    }

    fn syn(&mut self, settings: &Settings) -> Segment {
        Segment {
            flags: Flags { syn: true, ..Flags::default() },
            acknowledged: u64::from(self.state == State::SynReceived),
            window: settings.window,
            caused: self.receiver.acknowledge(),
            ..Segment::default()
        }
    }
}

#[cfg(test)]
mod tests;
