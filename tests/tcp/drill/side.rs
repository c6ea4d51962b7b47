//! Our state machine as a script sees it: the only place that knows its types. It stands between a program that writes
//! and closes whenever it likes, and a connection that is told once how much it sends. Judges nothing.
//!
//! What the program has not written yet is held back by the window: the connection is told that the other side takes no
//! more. It closes at once only where the program closes before the last of its data is sent. Where it closes later,
//! when everything is acknowledged, a second connection without data carries on with the numbers of the first.

use super::packet::{Bits, Options, Packet};
use super::plan::{Plan, Role};
use std::collections::VecDeque;
use vpcsim::tcp::congestion::Algorithm;
use vpcsim::tcp::segment::{Blocks, Flags, Segment};
use vpcsim::tcp::{Arrived, Connection, Outcome, Settings};
use vpcsim::units::{SimDuration, SimTime};

/// A script begins here: the instant 0 means that there is none.
const BEGIN: u64 = 1_000_000_000;

/// Why a program cannot close now.
pub enum Unable {
    /// It can if the connection knows from the beginning how much it sends.
    Again,
    /// It cannot.
    Never(&'static str),
}

/// Our side.
pub struct Side {
    connection: Connection,
    settings: Settings,
    plan: Plan,
    out: Vec<Segment>,
    /// What was sent and nobody has looked at, and when.
    pub sent: VecDeque<(u64, Packet)>,
    history: History,
    /// Bytes that the program has written.
    supplied: u64,
    is_open: bool,
    is_closing: bool,
    /// The number after the last that the other side takes, and the last that it has acknowledged.
    edge: u64,
    acknowledged: u64,
    /// The edge that the connection was told.
    told: u64,
    /// What the other side was told to have arrived.
    answered: u64,
    /// By how much the numbers of the second connection are less: ours and theirs.
    shift: (u64, u64),
}

/// When what was sent.
#[derive(Default)]
struct History {
    sends: Vec<(u64, u64, SimTime)>,
    /// Ranges that are known to have arrived.
    arrived: Vec<(u64, u64)>,
}

fn instant(at: u64) -> SimTime {
    SimTime::from_nanos(BEGIN + at)
}

impl Side {
    pub fn new(plan: &Plan) -> Side {
        let default = Settings::default();
        let settings = Settings {
            mss: plan.mss,
            sack: plan.sack,
            ecn: plan.ecn,
            congestion: if plan.reno { Algorithm::Reno } else { Algorithm::Cubic },
            initial_window: plan.initial_window.unwrap_or(default.initial_window),
            retries: plan.retries.unwrap_or(default.retries),
            syn_retries: plan.syn_retries.unwrap_or(default.syn_retries),
            delayed_ack: if plan.is_quick { SimDuration::ZERO } else { default.delayed_ack },
            ack_delay_max: if plan.is_quick { SimDuration::from_millis(200) } else { default.ack_delay_max },
            ..default
        };
        let connection = match plan.role {
            Role::Server => Connection::server(&settings, plan.size.unwrap_or(0)),
            Role::Client | Role::Mirrored => Connection::client(&settings, plan.size),
        };
        Side {
            connection,
            settings,
            plan: plan.clone(),
            out: Vec::new(),
            sent: VecDeque::new(),
            history: History::default(),
            supplied: 0,
            is_open: false,
            is_closing: false,
            edge: 1,
            acknowledged: 0,
            told: 0,
            answered: 0,
            shift: (0, 0),
        }
    }

    /// When a timer is due.
    pub fn next_wake(&self) -> u64 {
        match self.connection.next_wake() {
            // Before it opens, its timer is the one of a SYN that was sent at 0.
            _ if self.is_fresh() => u64::MAX,
            SimTime::NEVER => u64::MAX,
            due => due.as_nanos().saturating_sub(BEGIN),
        }
    }

    /// A timer is due.
    pub fn wake(&mut self, at: u64) {
        self.connection.wake(instant(at), &self.settings, &mut self.out);
        self.collect(at);
    }

    /// Whether nothing was sent yet.
    pub fn is_fresh(&self) -> bool {
        self.history.sends.is_empty()
    }

    /// The program opens.
    pub fn connect(&mut self, at: u64) {
        self.connection.open(instant(at), &self.settings, &mut self.out);
        self.collect(at);
    }

    /// The program has `bytes` more to send.
    pub fn write(&mut self, at: u64, bytes: u64) {
        let sender = self.connection.sender();
        // Where the other side takes nothing, it is asked from now on, not from when the program had nothing to send.
        let was_idle = sender.acknowledged() == sender.next() && sender.next() == 1 + self.supplied;
        self.supplied += bytes;
        let edge = self.takes_to();
        // The same window once more would be a duplicate acknowledgment.
        if self.is_open && self.plan.role != Role::Server && (edge != self.told || was_idle) {
            let acknowledged = self.connection.sender().acknowledged();
            self.told = edge;
            let segment = Segment {
                sequence: self.connection.expected(),
                acknowledged,
                window: edge.saturating_sub(acknowledged) as u32,
                ..Segment::default()
            };
            self.feed(at, &segment, false);
        }
    }

    /// The program has nothing more to send.
    pub fn close(&mut self, at: u64) -> Result<(), Unable> {
        if std::mem::replace(&mut self.is_closing, true) || self.plan.size.is_some() {
            return Ok(());
        }
        let sender = self.connection.sender();
        match () {
            () if !self.is_open => Err(Unable::Never("the program closes before the connection is open")),
            () if sender.next() < 1 + self.supplied => Err(Unable::Again),
            () if sender.acknowledged() < sender.next() => {
                Err(Unable::Never("the program closes behind data that is under way"))
            }
            () => {
                self.carry_on(at);
                Ok(())
            }
        }
    }

    /// A packet comes.
    pub fn hear(&mut self, at: u64, packet: &Packet) {
        if self.plan.role == Role::Mirrored && !self.is_open && self.open_mirrored(at, packet) {
            return;
        }
        let acknowledged = packet.acknowledged.map_or(0, |number| number.saturating_sub(self.shift.0));
        let shift = if packet.bits.syn { 0 } else { self.plan.scale };
        if acknowledged >= self.acknowledged && !packet.bits.rst {
            self.acknowledged = acknowledged;
            self.edge = acknowledged.max(1) + (packet.window.unwrap_or(0) << shift);
        }
        let shifted = |number: u64| number.saturating_sub(self.shift.0);
        let blocks = packet.options.blocks.iter().map(|(start, end)| (shifted(*start), shifted(*end)));
        let blocks: Vec<(u64, u64)> = blocks.filter(|(start, _)| *start > acknowledged).collect();
        let told: Vec<(u64, u64)> = [(0, acknowledged)].into_iter().chain(blocks.iter().copied()).collect();
        let Bits { syn, fin, rst, ece, cwr } = packet.bits;
        self.told = self.takes_to();
        let segment = Segment {
            sequence: packet.sequence.saturating_sub(self.shift.1),
            length: packet.length as u32,
            flags: Flags { syn, fin, rst, ece, cwr },
            acknowledged,
            window: self.told.saturating_sub(acknowledged) as u32,
            blocks: Blocks::new(acknowledged, blocks.into_iter()),
            caused: self.history.cause(&told),
            is_again: false,
        };
        self.is_open |= acknowledged > 0;
        self.feed(at, &segment, packet.is_marked);
    }

    /// Opens the side that stands for one that is opened; whether the packet tells nothing more.
    fn open_mirrored(&mut self, at: u64, packet: &Packet) -> bool {
        if packet.bits.syn {
            self.edge = 1 + packet.window.unwrap_or(0);
            if self.is_fresh() {
                self.connect(at);
            }
            return true;
        }
        if packet.acknowledged.is_some_and(|number| number > 0) {
            let flags = Flags { syn: true, ..Flags::default() };
            let caused = self.history.cause(&[(0, 1)]);
            self.told = self.takes_to();
            let window = (self.told - 1) as u32;
            let segment = Segment { flags, acknowledged: 1, window, caused, ..Segment::default() };
            self.is_open = true;
            // Its acknowledgment is nothing that the side would send that it stands for.
            self.feed(at, &segment, false);
            self.sent.pop_back();
        }
        false
    }

    fn feed(&mut self, at: u64, segment: &Segment, is_marked: bool) {
        let arrived = Arrived { now: instant(at), sent: instant(at), is_marked };
        self.connection.hear(segment, arrived, &self.settings, &mut self.out);
        self.collect(at);
    }

    /// Up to which number the connection may send.
    fn takes_to(&self) -> u64 {
        let is_all = self.plan.size.is_some_and(|size| self.supplied >= size);
        if is_all || self.plan.role == Role::Server { self.edge } else { self.edge.min(1 + self.supplied) }
    }

    /// A second connection closes for the first, as if it had just been opened.
    fn carry_on(&mut self, at: u64) {
        let rtt = self.connection.sender().round_trip().smoothed().unwrap_or(SimDuration::ZERO);
        self.shift = (self.connection.sender().next() - 1, self.connection.expected() - 1);
        self.history = History::default();
        (self.acknowledged, self.edge) = (1, self.edge.saturating_sub(self.shift.0));
        (self.supplied, self.answered, self.plan.size) = (0, 0, Some(0));
        self.connection = Connection::client(&self.settings, Some(0));
        let opened = instant(at) - rtt;
        self.connection.open(opened, &self.settings, &mut self.out);
        self.out.clear();
        let flags = Flags { syn: true, ..Flags::default() };
        let window = self.edge as u32;
        let segment = Segment { flags, acknowledged: 1, window, caused: opened, ..Segment::default() };
        self.feed(at, &segment, false);
    }

    /// Notes what the connection sent.
    fn collect(&mut self, at: u64) {
        for segment in std::mem::take(&mut self.out) {
            self.history.sends.push((segment.sequence, segment.end(), instant(at)));
            let mut packet = self.packet(&segment);
            if self.is_own_probe(&segment) {
                // It may have carried an acknowledgment that waited.
                if segment.acknowledged <= self.answered {
                    continue;
                }
                packet.sequence = self.connection.sender().next() + self.shift.0;
            }
            self.answered = self.answered.max(segment.acknowledged);
            self.sent.push_back((at, packet));
        }
    }

    /// Whether it asks for a window that is closed only because the program has not written.
    fn is_own_probe(&self, segment: &Segment) -> bool {
        let next = self.connection.sender().next();
        let is_closed = self.edge <= next && 1 + self.supplied > next;
        let is_bare = segment.span() == 0 && !segment.flags.rst;
        self.plan.size.is_none() && self.is_open && is_bare && segment.sequence < next && !is_closed
    }

    fn packet(&self, segment: &Segment) -> Packet {
        let Flags { syn, fin, rst, ece, cwr } = segment.flags;
        let theirs = |number: u64| number + self.shift.1;
        let acknowledged = match segment.acknowledged {
            0 if self.plan.role == Role::Mirrored => Some(1),
            0 => None,
            number => Some(theirs(number)),
        };
        let ranges = segment.blocks.ranges(segment.acknowledged);
        let blocks = ranges.map(|(start, end)| (theirs(start), theirs(end))).collect();
        Packet {
            bits: Bits { syn, fin, rst, ece, cwr },
            sequence: segment.sequence + self.shift.0,
            length: segment.length.into(),
            acknowledged,
            options: Options { blocks, ..Options::default() },
            ..Packet::default()
        }
    }

    /// What Linux tells of a connection under this name, if ours knows it.
    pub fn measure(&self, name: &str) -> Option<u64> {
        let sender = self.connection.sender();
        let segments = |bytes: u64| bytes / u64::from(self.plan.mss);
        match name {
            // The second connection has a window of its own.
            _ if self.shift.0 > 0 => None,
            "tcpi_snd_cwnd" => Some(segments(sender.window())),
            "tcpi_total_retrans" => Some(sender.counts().retransmissions.into()),
            _ => None,
        }
    }

    /// The error that a program would be told, and whether there is one.
    pub fn error(&self) -> Option<&'static str> {
        match self.connection.outcome()? {
            Outcome::Completed => None,
            Outcome::TimedOut => Some("ETIMEDOUT"),
            Outcome::Reset => Some("ECONNRESET"),
        }
    }
}

impl History {
    /// When the segment was sent that caused an acknowledgment of these ranges: the newest that it newly tells of.
    fn cause(&mut self, told: &[(u64, u64)]) -> SimTime {
        let mut pieces = told.to_vec();
        for (start, end) in &self.arrived {
            let cut = |piece: (u64, u64)| [(piece.0, piece.1.min(*start)), (piece.0.max(*end), piece.1)];
            pieces = pieces.into_iter().flat_map(cut).filter(|piece| piece.0 < piece.1).collect();
        }
        let is_told = |start: u64, end: u64| pieces.iter().any(|piece| piece.0 < end && start < piece.1);
        let sends = self.sends.iter().filter(|(start, end, _)| is_told(*start, *end)).map(|(_, _, at)| *at);
        let cause = sends.max().unwrap_or(SimTime::ZERO);
        self.arrived.extend(pieces);
        cause
    }
}
