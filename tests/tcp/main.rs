//! Connections against smoltcp, an implementation that nobody of this project wrote: each side opens, sends and closes
//! with the other over a path that loses segments. What is asked is that everything arrives; how fast is asked in the
//! unit tests.

mod drill;
mod smoltcp_side;
mod twin;

use smoltcp_side::{Peer, Tuple};
use std::collections::BTreeMap;
use vpcsim::tcp::congestion::Algorithm;
use vpcsim::tcp::segment::Segment;
use vpcsim::tcp::{Arrived, Connection, Outcome, Settings};
use vpcsim::units::{SimDuration, SimTime};

/// Who opens, and how much each side sends.
#[derive(Debug, Clone, Copy)]
struct Case {
    we_open: bool,
    ours: u64,
    theirs: u64,
    /// One of this many segments is lost, at random.
    loses: u64,
    seed: u64,
}

const DELAY: SimDuration = SimDuration::from_millis(5);
const END: SimTime = SimTime::from_nanos(600_000_000_000);

/// Runs a connection to its end: how ours ended, what we received, what they received.
fn run(case: Case, settings: &Settings) -> (Option<Outcome>, u64, u64) {
    let mut peer = Peer::new(!case.we_open, case.theirs, settings);
    let mut side = if case.we_open {
        Connection::client(settings, Some(case.ours))
    } else {
        Connection::server(settings, case.ours)
    };
    let mut tuple = Tuple::default();
    let mut random = case.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut is_lost = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random.is_multiple_of(case.loses)
    };
    let mut to_us: BTreeMap<(SimTime, u64), Vec<u8>> = BTreeMap::new();
    let mut to_them: BTreeMap<(SimTime, u64), Vec<u8>> = BTreeMap::new();
    let (mut now, mut number, mut out) = (SimTime::ZERO, 0, Vec::<Segment>::new());
    if case.we_open {
        side.open(now, settings, &mut out);
    }
    while now < END && !(side.outcome().is_some() && peer.is_closed()) {
        for segment in out.drain(..) {
            number += 1;
            if !is_lost() {
                to_them.insert((now + DELAY, number), tuple.bytes(now, &segment, settings));
            }
        }
        while let Some(bytes) = peer.poll(now) {
            number += 1;
            if !is_lost() {
                to_us.insert((now + DELAY, number), bytes);
            }
        }
        let first = |queue: &BTreeMap<(SimTime, u64), Vec<u8>>| queue.keys().next().map_or(SimTime::NEVER, |key| key.0);
        now = first(&to_us).min(first(&to_them)).min(side.next_wake()).min(peer.next_wake(now)).max(now);
        if now == SimTime::NEVER {
            break;
        }
        if first(&to_them) == now {
            peer.hear(to_them.pop_first().map(|(_, bytes)| bytes).unwrap_or_default());
        } else if first(&to_us) == now {
            let bytes = to_us.pop_first().map(|(_, bytes)| bytes).unwrap_or_default();
            let segment = tuple.segment(&bytes, &side);
            side.hear(&segment, Arrived { now, sent: now - DELAY, is_marked: false }, settings, &mut out);
        } else if side.next_wake() <= now {
            side.wake(now, settings, &mut out);
        }
    }
    (side.outcome(), side.delivered(), peer.received())
}

#[test]
fn both_ways_everything_arrives_and_both_sides_close() {
    for seed in 0..60 {
        for (we_open, sack, congestion) in [
            (true, true, Algorithm::Cubic),
            (true, false, Algorithm::Reno),
            (false, true, Algorithm::Reno),
            (false, false, Algorithm::Cubic),
        ] {
            let settings = Settings { sack, congestion, window: 60_000, ..Settings::default() };
            let case = Case { we_open, ours: seed * 7_001, theirs: seed * 5_003, loses: 5 + seed * 3, seed };
            let told = run(case, &settings);
            assert_eq!(told, (Some(Outcome::Completed), case.theirs, case.ours), "{case:?}, {settings:?}");
        }
    }
}
