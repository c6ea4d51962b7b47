//! Two machines joined by a path that loses, delays, repeats and marks: what each was told, what it sent, and how it
//! looked then, step by step. What befalls a packet follows from its number alone: two pairs of machines that do the
//! same have the same luck. Knows no rule of TCP.

use super::machine::{Event, Machine, Nanos, Seen, Settings};
use std::collections::BTreeMap;
use vpcsim::tcp::segment::Segment;

/// What joins a client, which is side 0, and a server, side 1. Of "one in n", 0 is none.
#[derive(Debug, Clone)]
pub struct Path {
    /// From the client, from the server.
    pub delays: [Nanos; 2],
    pub seed: u64,
    /// One in so many packets is lost, at random.
    pub loses: u64,
    /// Of each side, each so manieth packet is lost.
    pub loses_each: [u64; 2],
    /// The packets with these numbers are lost.
    pub lost: Vec<u64>,
    /// One in so many packets comes later than others, by so much; one comes twice, the second time later.
    pub late: (u64, Nanos),
    pub twice: (u64, Nanos),
    /// Nothing that is sent from the first instant on gets through before the second.
    pub cuts: Vec<(Nanos, Nanos)>,
    /// Bits per second, 0 for any number; packets that would wait longer than the first time are dropped, those that
    /// wait longer than the second are marked.
    pub rate: u64,
    pub queue: (Nanos, Nanos),
    /// A longer payload does not pass, and its sender is told.
    pub payload: u32,
    /// One side's window is as small as this in a span.
    pub narrow: Option<(usize, Nanos, Nanos, u32)>,
    /// Whether timers come before packets at the same instant, and the server before the client.
    pub timers_first: bool,
    pub server_first: bool,
}

/// What happened at an instant to a side, and what it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub now: Nanos,
    pub side: usize,
    pub event: Event,
    pub out: Vec<Segment>,
    pub seen: Seen,
}

/// When a run begins: 0 would stand for "nothing" in [`Segment::caused`].
const BEGIN: Nanos = 1_000_000;
const END: Nanos = 2_500_000_000_000;
/// Of a header, in bytes.
const HEADER: u64 = 40;

/// A run under way.
struct Run<'a> {
    path: &'a Path,
    /// What comes, by instant and number.
    coming: BTreeMap<(Nanos, u64), (usize, Event)>,
    /// Packets of each side so far.
    packets: [u64; 2],
    /// When the queue of each direction is empty.
    free: [Nanos; 2],
    numbered: u64,
}

/// Runs two machines until nothing happens any more, or for so many steps.
pub fn run(mut machines: [Box<dyn Machine>; 2], settings: [&Settings; 2], path: &Path, steps: usize) -> Vec<Step> {
    let mut run = Run { path, coming: BTreeMap::new(), packets: [0; 2], free: [0; 2], numbered: 0 };
    run.coming.insert((BEGIN, 0), (0, Event::Open));
    let mut log = Vec::new();
    while log.len() < steps {
        let wakes = [machines[0].seen().next_wake, machines[1].seen().next_wake];
        let Some((now, side, event)) = run.next(wakes) else { break };
        let mut out = Vec::new();
        machines[side].tell(event, now, &path.settings(side, now, settings), &mut out);
        out.iter().for_each(|segment| run.send(now, side, *segment));
        log.push(Step { now, side, event, out, seen: machines[side].seen() });
    }
    log
}

impl Path {
    fn settings(&self, side: usize, now: Nanos, settings: [&Settings; 2]) -> Settings {
        match self.narrow {
            Some((narrow, from, until, window)) if narrow == side && (from..until).contains(&now) => {
                Settings { window, ..*settings[side] }
            }
            _ => *settings[side],
        }
    }

    /// Whether the event of a kind, one in `n`, befalls the packet with this number.
    fn befalls(&self, kind: u64, number: u64, n: u64) -> bool {
        // SplitMix64.
        let mut mixed = (self.seed ^ (kind << 56)).wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n > 0 && (mixed ^ (mixed >> 31)).is_multiple_of(n)
    }
}

impl Run<'_> {
    /// What happens next.
    fn next(&mut self, wakes: [Nanos; 2]) -> Option<(Nanos, usize, Event)> {
        let arrival = self.coming.keys().next().map_or(Nanos::MAX, |key| key.0);
        let wake = wakes[0].min(wakes[1]);
        let is_arrival = arrival < wake || (arrival == wake && !self.path.timers_first);
        let now = arrival.min(wake);
        if now >= END {
            return None;
        }
        if is_arrival {
            let (_, (side, event)) = self.coming.pop_first()?;
            return Some((now, side, event));
        }
        let side =
            if wakes[0] == wakes[1] { usize::from(self.path.server_first) } else { usize::from(wakes[1] == wake) };
        Some((now, side, Event::Wake))
    }

    fn send(&mut self, now: Nanos, side: usize, segment: Segment) {
        let path = self.path;
        self.numbered += 1;
        self.packets[side] += 1;
        let (number, count) = (self.numbered, self.packets[side]);
        if segment.length > path.payload {
            self.come(now + path.delays[0], side, Event::Shorten(segment.sequence, path.payload));
            return;
        }
        let is_cut = path.cuts.iter().any(|(from, until)| (*from..*until).contains(&now));
        let is_lost = path.loses_each[side] > 0 && count.is_multiple_of(path.loses_each[side]);
        if is_cut || is_lost || path.lost.contains(&number) || path.befalls(1, number, path.loses) {
            return;
        }
        let wait = self.free[side].saturating_sub(now);
        if wait > path.queue.0 {
            return;
        }
        let length = (u64::from(segment.length) + HEADER) * 8_000_000_000;
        self.free[side] = now + wait + length.checked_div(path.rate).unwrap_or(0);
        let at = self.free[side] + path.delays[side];
        let event = Event::Hear(segment, now, wait > path.queue.1);
        let late = if path.befalls(2, number, path.late.0) { path.late.1 } else { 0 };
        self.come(at + late, 1 - side, event);
        if path.befalls(3, number, path.twice.0) {
            self.come(at + late + path.twice.1, 1 - side, event);
        }
    }

    fn come(&mut self, at: Nanos, side: usize, event: Event) {
        let order = self.coming.range((at, 0)..=(at, u64::MAX)).last().map_or(0, |(key, _)| key.1 + 1);
        self.coming.insert((at, order), (side, event));
    }
}
