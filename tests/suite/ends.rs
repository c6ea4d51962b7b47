//! The twin's ends of connections: what each opens and when, which of its connections are open, which completed lately,
//! what arrived at it means, and what its entry's books say. Not the state machine of a connection, which is the
//! program's own and has its own twin; shares nothing else with the engine. Sends nothing: `reference.rs` does.

use crate::journey::{self, Parcel, What};
use crate::tally::TcpTally;
use crate::traffic::Sender;
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;
use std::collections::BTreeMap;
use std::sync::Arc;
use vpcsim::dataplane::packet::PacketKind;
use vpcsim::model::plan::{Arrivals, Pattern, Plan, Traffic, TransferSize, Transfers};
use vpcsim::model::{DropReason, HostId, Network, VpcId};
use vpcsim::tcp::segment::{Blocks, Flags, Segment};
use vpcsim::tcp::{Arrived, Connection, Outcome};
use vpcsim::units::SimTime;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// IPv4 and TCP header without options.
const HEADERS: u16 = 40;
/// A minute, in which a completed connection answers.
const TIME_WAIT: u64 = 60_000_000_000;

/// A segment on its way.
#[derive(Debug, Clone, Copy)]
pub struct Carried {
    pub segment: Segment,
    /// The port of the end that opened the connection.
    pub port: u16,
    pub takes_marks: bool,
    pub is_marked: bool,
}

/// What an end has to do at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// The size of a connection to open, if it ends, and its port.
    Open(u16, Option<u64>),
    Stop,
    /// The timer of the connection with this serial number, at a port and a place.
    Timer(u16, u64, u64),
}

/// What came of something that happened at an end: segments to send, in order, and calls with their rank among those
/// of the end at one instant.
#[derive(Debug, Default)]
pub struct Came {
    pub sent: Vec<(u16, Segment)>,
    pub calls: Vec<(u64, u64, Call)>,
}

/// Openings come after the timers of the same end.
pub const OPENINGS: u64 = 1 << 31;

struct Live {
    connection: Connection,
    serial: u64,
    /// Its place among those of the VPC: the one that became free last, else a new one.
    place: u64,
    begun: u64,
    /// When it was first seen open.
    opened: Option<u64>,
}

struct Closed {
    port: u16,
    until: u64,
    numbers: (u64, u64),
}

struct End {
    traffic: usize,
    host: HostId,
    vpc: VpcId,
    other: HostId,
    opens: bool,
    service: u16,
    transfers: Arc<Transfers>,
    sequence: u64,
    live: BTreeMap<u16, Live>,
    closed: Vec<Closed>,
}

/// Places for connections in a VPC.
#[derive(Default)]
struct Places {
    free: Vec<u64>,
    made: u64,
}

/// The ends of all connections, by source.
pub struct Ends {
    ends: Vec<Option<End>>,
    places: BTreeMap<VpcId, Places>,
    serials: u64,
    /// By traffic entry.
    pub tally: Vec<TcpTally>,
    /// By traffic entry: congestion windows at the end of those that open.
    windows: BTreeMap<usize, Vec<u64>>,
    pub seen: Seen,
}

/// What worlds reach: marks, RSTs, segments that did not fit, last segments that came again, timers taken for others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    pub marked: u64,
    pub resets: u64,
    pub shortened: u64,
    pub answered_late: u64,
}

impl Ends {
    pub fn new(network: &Network, plan: &Plan, senders: &[Sender]) -> Ends {
        let end = |sender: &Sender| {
            let entry = &plan.traffic[sender.traffic];
            let Pattern::Tcp(transfers) = &entry.pattern else { return None };
            Some(End {
                traffic: sender.traffic,
                host: sender.host,
                vpc: network.host(sender.host).vpc,
                other: sender.meant(0)?,
                opens: !sender.answers,
                service: entry.destination_port,
                transfers: transfers.clone(),
                sequence: 0,
                live: BTreeMap::new(),
                closed: Vec::new(),
            })
        };
        Ends {
            ends: senders.iter().map(end).collect(),
            places: BTreeMap::new(),
            serials: 0,
            tally: vec![TcpTally::default(); plan.traffic.len()],
            windows: BTreeMap::new(),
            seen: Seen::default(),
        }
    }

    fn end(&mut self, source: usize) -> &mut End {
        self.ends[source].as_mut().expect("an end of connections")
    }

    /// Opens a connection, unless its port is in use.
    pub fn open(&mut self, now: u64, source: usize, (port, size): (u16, Option<u64>)) -> Came {
        let mut came = Came::default();
        let end = self.ends[source].as_ref().expect("an end of connections");
        let tally = &mut self.tally[end.traffic];
        tally.opened += 1;
        tally.first = Some(tally.first.map_or(now, |first| first.min(now)));
        if end.live.contains_key(&port) {
            tally.given_up += 1;
            tally.without_port += 1;
            return came;
        }
        let settings = end.transfers.settings;
        let mut written = Vec::new();
        let mut connection = Connection::client(&settings, size);
        connection.open(SimTime::from_nanos(now), &settings, &mut written);
        let live = self.seat(source, connection, now);
        self.end(source).live.insert(port, live);
        self.settle(now, (source, port), written, &mut came);
        came
    }

    fn seat(&mut self, source: usize, connection: Connection, begun: u64) -> Live {
        let vpc = self.end(source).vpc;
        let places = self.places.entry(vpc).or_default();
        let place = places.free.pop().unwrap_or_else(|| {
            places.made += 1;
            places.made - 1
        });
        self.serials += 1;
        Live { connection, serial: self.serials, place, begun, opened: None }
    }

    /// All connections of an end stop.
    pub fn stop(&mut self, now: u64, source: usize) -> Came {
        let mut came = Came::default();
        let ports: Vec<u16> = self.end(source).live.keys().copied().collect();
        for port in ports {
            let mut written = Vec::new();
            let end = self.end(source);
            let settings = end.transfers.settings;
            let live = end.live.get_mut(&port).expect("it is open");
            live.connection.stop(SimTime::from_nanos(now), &settings, &mut written);
            self.settle(now, (source, port), written, &mut came);
        }
        came
    }

    /// A timer may be due: not if it was put off, or its connection is gone.
    pub fn wake(&mut self, now: u64, source: usize, (port, serial, _): (u16, u64, u64)) -> Came {
        let (mut came, mut written) = (Came::default(), Vec::new());
        let end = self.end(source);
        let settings = end.transfers.settings;
        let is_meant = |live: &&mut Live| live.serial == serial && live.connection.next_wake().as_nanos() <= now;
        let Some(live) = end.live.get_mut(&port).filter(is_meant) else { return came };
        live.connection.wake(SimTime::from_nanos(now), &settings, &mut written);
        self.settle(now, (source, port), written, &mut came);
        came
    }

    /// A segment of the other end arrived.
    pub fn hear(&mut self, network: &Network, now: u64, source: usize, parcel: &Parcel) -> Came {
        let Some(carried) = parcel.carried else { return Came::default() };
        let Carried { mut segment, port, is_marked, .. } = carried;
        let end = self.end(source);
        if !end.live.contains_key(&port) {
            if end.opens || !segment.flags.syn || segment.acknowledged > 0 {
                return self.turn_away(now, source, parcel.emitted, &carried);
            }
            let connection = Connection::server(&end.transfers.settings, end.transfers.response);
            let live = self.seat(source, connection, segment.caused.as_nanos());
            self.end(source).live.insert(port, live);
        }
        let mss = self.mss(network, source);
        let end = self.end(source);
        let settings = end.transfers.settings;
        let (opens, answered, traffic) = (end.opens, end.transfers.response > 0, end.traffic);
        let ends = end.transfers.size.ends();
        let live = end.live.get_mut(&port).expect("it is there");
        if segment.flags.syn && !live.connection.is_open() {
            live.connection.fit(mss, &settings);
        }
        if segment.acknowledged == 0 {
            segment.caused = SimTime::ZERO; // a first SYN tells only when its connection began
        }
        let (before, was_done) = (live.connection.delivered(), live.connection.is_done());
        let known = live.connection.sender().acknowledged();
        let arrived = Arrived {
            now: SimTime::from_nanos(now),
            sent: SimTime::from_nanos(parcel.emitted),
            is_marked: is_marked && settings.ecn,
        };
        let mut written = Vec::new();
        live.connection.hear(&segment, arrived, &settings, &mut written);
        if live.connection.is_open() && live.opened.is_none() {
            live.opened = Some(now);
        }
        let (has_more, begun) = (live.connection.delivered() > before, live.begun);
        let has_news = live.connection.sender().acknowledged() > known;
        let is_done = live.connection.is_done() && !was_done && ends && opens == answered;
        let tally = &mut self.tally[traffic];
        if has_more {
            tally.last = Some(now);
        }
        if is_done {
            tally.completion.add(now - begun);
        }
        let caused = segment.caused.as_nanos();
        if has_news && caused > 0 && segment.acknowledged > 1 && now > caused {
            tally.round_trip.add(now - caused);
        }
        let mut came = Came::default();
        self.settle(now, (source, port), written, &mut came);
        came
    }

    /// There is no connection: one that completed lately answers a last segment once more, else there is a reset.
    fn turn_away(&mut self, now: u64, source: usize, emitted: u64, carried: &Carried) -> Came {
        let Carried { segment, port, .. } = *carried;
        let mut came = Came::default();
        if segment.flags.rst {
            return came;
        }
        let end = self.end(source);
        let window = end.transfers.settings.window;
        let lately = end.closed.iter().rfind(|closed| closed.port == port && closed.until > now);
        let numbers = lately.map(|closed| closed.numbers);
        match numbers {
            None => {
                self.seen.resets += 1;
                let flags = Flags { rst: true, ..Flags::default() };
                came.sent.push((port, Segment { sequence: segment.acknowledged, flags, ..Segment::default() }));
            }
            Some((sequence, acknowledged)) if segment.flags.fin => {
                self.seen.answered_late += 1;
                let caused = SimTime::from_nanos(emitted);
                came.sent.push((port, Segment { sequence, acknowledged, window, caused, ..Segment::default() }));
            }
            Some(_) => {}
        }
        came
    }

    /// A router says that a segment is too long for its link.
    pub fn shorten(&mut self, now: u64, source: usize, carried: &Carried, mtu: u16) -> Came {
        let (mut came, mut written) = (Came::default(), Vec::new());
        let end = self.end(source);
        let (settings, port) = (end.transfers.settings, carried.port);
        let mss = u32::from(mtu.saturating_sub(end.headers()));
        let Some(live) = end.live.get_mut(&port) else { return came };
        let told = (mss, carried.segment.sequence);
        live.connection.shorten(told, SimTime::from_nanos(now), &settings, &mut written);
        self.seen.shortened += 1;
        self.settle(now, (source, port), written, &mut came);
        came
    }

    /// Takes over what a connection wrote; calls its timer, or closes it.
    fn settle(&mut self, now: u64, (source, port): (usize, u16), written: Vec<Segment>, came: &mut Came) {
        let live = &self.end(source).live[&port];
        let (begun, place, serial) = (live.begun, live.place, live.serial);
        let next = live.connection.next_wake().as_nanos();
        let outcome = live.connection.outcome();
        for mut segment in written {
            if segment.flags.syn && segment.acknowledged == 0 {
                segment.caused = SimTime::from_nanos(begun);
            }
            came.sent.push((port, segment));
        }
        match outcome {
            Some(outcome) => self.close(now, source, port, outcome),
            None if next < u64::MAX => came.calls.push((next, place, Call::Timer(port, serial, place))),
            None => {}
        }
    }

    fn close(&mut self, now: u64, source: usize, port: u16, outcome: Outcome) {
        let end = self.end(source);
        let live = end.live.remove(&port).expect("it was open");
        if outcome == Outcome::Completed {
            let numbers = live.connection.numbers();
            end.closed.push(Closed { port, until: now + TIME_WAIT, numbers });
        }
        let (vpc, traffic) = (end.vpc, end.traffic);
        let is_given_up = end.opens && outcome != Outcome::Completed;
        self.tally[traffic].given_up += u64::from(is_given_up);
        self.places.entry(vpc).or_default().free.push(live.place);
        self.account(now, source, &live);
    }

    /// Adds up what became of a connection that ended, or was open until the run was over.
    fn account(&mut self, now: u64, source: usize, live: &Live) {
        let end = self.ends[source].as_ref().expect("an end of connections");
        let tally = &mut self.tally[end.traffic];
        let counts = live.connection.sender().counts();
        tally.payload += live.connection.delivered();
        tally.retransmissions += u64::from(counts.retransmissions);
        tally.timeouts += u64::from(counts.timeouts);
        if end.opens {
            self.windows.entry(end.traffic).or_default().push(live.connection.sender().window());
            tally.open_for += live.opened.map_or(0, |opened| now - opened);
        }
    }

    /// The run is over.
    pub fn finish(&mut self, now: u64) {
        for source in 0..self.ends.len() {
            let Some(end) = &mut self.ends[source] else { continue };
            let open = std::mem::take(&mut end.live);
            open.values().for_each(|live| self.account(now, source, live));
        }
        for (traffic, windows) in &self.windows {
            self.tally[*traffic].window = windows.iter().sum::<u64>().checked_div(windows.len() as u64);
        }
    }

    /// A segment was lost on its way. Why connections were given up is not compared: the engine takes the loss that it
    /// booked last for the last loss, though that may have come earlier than one booked before.
    pub fn lost(&mut self, source: usize, reason: DropReason) {
        let (opens, traffic) = (self.end(source).opens, self.end(source).traffic);
        if !opens {
            *self.tally[traffic].answers_dropped.entry(reason.code()).or_default() += 1;
        }
    }

    /// The longest payload of a segment: as the entry says, or as the way takes it.
    fn mss(&self, network: &Network, source: usize) -> u32 {
        let end = self.ends[source].as_ref().expect("an end of connections");
        let way = || {
            let to = network.host(end.other).address;
            let mtu = journey::route(network, network.host(end.host).subnet, to).map(|(_, mtu)| mtu);
            u32::from(mtu.unwrap_or(network.rules.mtu_cross_region).saturating_sub(end.headers()).max(1))
        };
        end.transfers.mss.unwrap_or_else(way)
    }

    /// The ports of a segment of a source, its own first.
    pub fn ports(&self, source: usize, carried: &Carried) -> (u16, u16) {
        let end = self.ends[source].as_ref().expect("an end of connections");
        if end.opens { (carried.port, end.service) } else { (end.service, carried.port) }
    }

    /// The packet of a segment.
    pub fn parcel(
        &mut self,
        network: &Network,
        now: u64,
        source: usize,
        sender: &Sender,
        sent: (u16, Segment),
    ) -> Parcel {
        let (port, mut segment) = sent;
        let end = self.end(source);
        let ranges = segment.blocks.ranges(segment.acknowledged).take(end.room());
        segment.blocks = Blocks::new(segment.acknowledged, ranges);
        let length = end.headers() - end.timestamps() + end.options(&segment) + segment.length as u16;
        let takes_marks = end.transfers.settings.ecn && segment.length > 0 && !segment.is_again;
        let sequence = end.sequence;
        end.sequence += 1;
        let [source_address, destination] = [end.host, end.other].map(|host| network.host(host).address);
        Parcel {
            id: sender.id(source, sequence as usize),
            kind: PacketKind::Segment,
            emitted: now,
            asked: 0,
            length,
            source: source_address,
            destination,
            ttl: 64,
            what: What::Segment,
            carried: Some(Carried { segment, port, takes_marks, is_marked: false }),
        }
    }
}

impl End {
    fn timestamps(&self) -> u16 {
        if self.transfers.timestamps { 12 } else { 0 }
    }

    /// Headers of a segment with data.
    fn headers(&self) -> u16 {
        HEADERS + self.timestamps()
    }

    /// How many ranges fit.
    fn room(&self) -> usize {
        if self.transfers.timestamps { 3 } else { 4 }
    }

    /// Bytes of options: in words of four.
    fn options(&self, segment: &Segment) -> u16 {
        let settings = &self.transfers.settings;
        let ranges = segment.blocks.ranges(0).count().min(self.room()) as u16;
        match segment.flags {
            Flags { rst: true, .. } => 0,
            // Size and scale, and perhaps that ranges are told.
            Flags { syn: true, .. } => 4 + 4 + if settings.sack { 4 } else { 0 } + self.timestamps(),
            _ => self.timestamps() + if ranges > 0 { 4 + 8 * ranges } else { 0 },
        }
    }
}

/// The openings of a flow of an entry, and when it stops what does not end.
pub fn calls(plan: &Plan, sender: &Sender) -> Vec<(u64, Call)> {
    let entry = &plan.traffic[sender.traffic];
    let Pattern::Tcp(transfers) = &entry.pattern else { return Vec::new() };
    if sender.answers {
        return Vec::new();
    }
    let stop = entry.stop.as_nanos();
    let (parallel, flow) = (u64::from(transfers.connections), sender.flow);
    let first = u64::from(entry.source_port);
    let mut sizes = stream(plan.seed, "size", entry, flow);
    let times = times(plan.seed, entry, transfers, flow);
    let mut calls = Vec::new();
    for (at, time) in times.into_iter().enumerate() {
        let port = first + (flow % parallel + at as u64 * parallel) % (65_536 - first);
        let drawn = sizes.next_u64();
        let size = match &transfers.size {
            TransferSize::Endless => None,
            TransferSize::Fixed(bytes) => Some(*bytes),
            TransferSize::Mix(weights) => Some(weighted(weights, drawn)),
        };
        if time < stop {
            calls.push((time, Call::Open(port as u16, size)));
        }
    }
    if !transfers.size.ends() {
        calls.push((stop, Call::Stop));
    }
    calls
}

/// When a flow opens connections: evenly, or after gaps at random, of which the first is left out if there is a phase.
fn times(seed: u64, entry: &Traffic, transfers: &Transfers, flow: u64) -> Vec<u64> {
    let mut gaps = stream(seed, "place", entry, flow);
    let interval = transfers.interval.as_nanos();
    let mut gap = || match transfers.arrivals {
        Arrivals::Spaced => interval,
        Arrivals::Poisson => {
            let uniform = ((gaps.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64;
            (-libm::log(uniform) * interval as f64 + 0.5) as u64
        }
    };
    let before = gap();
    let first = match (entry.phase, transfers.arrivals) {
        (Some(phase), _) => phase.as_nanos(),
        (None, Arrivals::Spaced) => 0,
        (None, Arrivals::Poisson) => before,
    };
    let mut time = entry.start.as_nanos() + first;
    let mut times = Vec::new();
    for _ in 0..entry.count.unwrap_or(1) {
        times.push(time);
        time += gap();
    }
    times
}

/// The random numbers of a flow for one purpose.
fn stream(seed: u64, purpose: &str, entry: &Traffic, flow: u64) -> SplitMix64 {
    let key = [purpose.as_bytes(), b"\0", entry.name.as_str().as_bytes(), b"\0", &flow.to_le_bytes()].concat();
    SplitMix64::seed_from_u64(xxh3_64_with_seed(&key, seed))
}

/// Which of the sizes a random number means: each has as many parts of all as its weight says.
fn weighted(weights: &[(u64, u32)], number: u64) -> u64 {
    let parts: Vec<u64> = weights.iter().flat_map(|(size, weight)| vec![*size; *weight as usize]).collect();
    parts[((u128::from(number) * parts.len() as u128) >> 64) as usize]
}
