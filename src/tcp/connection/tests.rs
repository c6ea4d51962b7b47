//! Two sides over a path with a rate, a delay and a queue, against what formulas say.

use super::*;
use crate::tcp::Counts;
use crate::tcp::congestion::Algorithm;
use std::collections::BTreeMap;

/// A path there and back: a link of a rate with a queue, then a delay; back only the delay.
struct Path {
    bps: u64,
    one_way: SimDuration,
    queue: SimDuration,
    /// Whether the nth data segment is lost.
    loses: Box<dyn FnMut(u64) -> bool>,
}

/// What two sides did.
struct Told {
    delivered: u64,
    client: Connection,
    server: Connection,
    data: u64,
    drops: u64,
    /// Bytes delivered in the second half.
    late: u64,
    /// When the last byte came.
    last: SimTime,
}

const HEADERS: u64 = 40;

/// Runs a copy of `size` bytes, at most until `end`.
fn copy(settings: &Settings, size: Option<u64>, response: u64, mut path: Path, end: SimTime) -> Told {
    let mut client = Connection::client(settings, size);
    let mut server = Connection::server(settings, response);
    // By arrival and number: to the server or not, the segment, when it was sent.
    let mut under_way: BTreeMap<(SimTime, u64), (bool, Segment, SimTime)> = BTreeMap::new();
    let (mut number, mut data, mut drops, mut free) = (0, 0, 0, SimTime::ZERO);
    let mut out = Vec::new();
    let mut now = SimTime::ZERO;
    let (mut early, mut delivered, mut last) = (0, 0, now);
    client.open(now, settings, &mut out);
    let mut is_client = true;
    loop {
        for segment in out.drain(..) {
            number += 1;
            let mut departs = now;
            if is_client {
                if segment.length > 0 {
                    data += 1;
                    if (path.loses)(data) {
                        drops += 1;
                        continue;
                    }
                }
                let wait = free.since(now);
                if free > now && wait > path.queue {
                    drops += 1;
                    continue;
                }
                let bits = (u64::from(segment.length) + HEADERS) * 8;
                free = free.max(now) + SimDuration::from_nanos(bits * 1_000_000_000 / path.bps);
                departs = free;
            }
            under_way.insert((departs + path.one_way, number), (is_client, segment, now));
        }
        let arrival = under_way.first_key_value().map_or(SimTime::NEVER, |((at, _), _)| *at);
        let wakes = [client.next_wake(), server.next_wake()];
        now = arrival.min(wakes[0]).min(wakes[1]);
        if now >= end {
            break;
        }
        if now == arrival {
            let Some((_, (to_server, segment, sent))) = under_way.pop_first() else { break };
            is_client = !to_server;
            let side = if to_server { &mut server } else { &mut client };
            let arrived = Arrived { now, sent, is_marked: false };
            side.hear(&segment, arrived, settings, &mut out);
        } else {
            is_client = now == wakes[0];
            let side = if is_client { &mut client } else { &mut server };
            side.wake(now, settings, &mut out);
        }
        if server.delivered() > delivered {
            (delivered, last) = (server.delivered(), now);
        }
        if now.as_nanos() * 2 < end.as_nanos() {
            early = delivered;
        }
    }
    Told { delivered, late: delivered - early, last, client, server, data, drops }
}

fn never(_: u64) -> bool {
    false
}

fn path(mbps: u64, rtt_ms: f64, queue_ms: u64) -> Path {
    Path {
        bps: mbps * 1_000_000,
        one_way: SimDuration::from_nanos((rtt_ms * 500_000.0) as u64),
        queue: SimDuration::from_millis(queue_ms),
        loses: Box::new(never),
    }
}

fn at(seconds: u64) -> SimTime {
    SimTime::from_nanos(seconds * 1_000_000_000)
}

fn mbps(told: &Told, seconds: u64) -> f64 {
    told.delivered as f64 * 8.0 / seconds as f64 / 1e6
}

#[test]
fn a_copy_completes_and_both_sides_close() {
    for size in [0, 1, 1_460, 14_600, 14_601, 1_000_000] {
        let told = copy(&Settings::default(), Some(size), 777, path(100, 30.0, 50), at(100));
        assert_eq!(told.delivered, size);
        assert_eq!(told.client.delivered(), 777, "{size}");
        assert_eq!(told.client.outcome(), Some(Outcome::Completed), "{size}");
        assert_eq!(told.server.outcome(), Some(Outcome::Completed), "{size}");
    }
}

/// Short copies take one round trip to open, then one for each doubling of the first window.
#[test]
fn short_copies_take_the_round_trips_of_slow_start() {
    for (segments, trips) in [(1, 1.5), (10, 1.5), (11, 2.5), (30, 2.5), (31, 3.5), (70, 3.5), (71, 4.5)] {
        let told = copy(&Settings::default(), Some(segments * 1_460), 0, path(100_000, 100.0, 50), at(100));
        let taken = told.last.as_secs_f64() / 0.1;
        assert!((taken - trips).abs() < 0.05, "{segments} segments took {taken} round trips");
    }
}

#[test]
fn a_window_limits_the_rate() {
    for (window, rtt, wanted) in [
        (64_000, 36.8, 13.9),
        (64_000, 80.0, 6.4),
        (65_536, 80.0, 6.55),
        (65_535, 20.0, 26.2),
        (1_000_000, 100.0, 80.0),
    ] {
        let settings = Settings { window, ..Settings::default() };
        let told = copy(&settings, None, 0, path(10_000, rtt, 50), at(60));
        // An odd segment waits for its pair: up to one of 45.
        assert!((mbps(&told, 60) / wanted - 1.0).abs() < 0.025, "{} instead of {wanted}", mbps(&told, 60));
        assert_eq!(told.client.sender.limit(), super::super::Limit::Window);
    }
}

#[test]
fn a_cap_is_filled() {
    for congestion in [Algorithm::Reno, Algorithm::Cubic] {
        let settings = Settings { congestion, ..Settings::default() };
        let told = copy(&settings, None, 0, path(100, 36.8, 50), at(60));
        let counts = told.client.sender.counts();
        let goodput = mbps(&told, 60);
        assert!(goodput > 94.0 && goodput < 97.34, "{congestion:?}: {goodput}");
        assert_eq!(counts.timeouts, 0, "{congestion:?}");
        assert!(u64::from(counts.retransmissions) <= told.drops + 5);
    }
}

/// √(3/2) MSS / (RTT √p) for a loss of every nth segment (Mathis and others, 1997).
#[test]
fn reno_follows_the_formula_of_periodic_loss() {
    for n in [1_000u64, 10_000] {
        let settings = Settings { congestion: Algorithm::Reno, window: 100_000_000, ..Settings::default() };
        let loses = Box::new(move |data: u64| data.is_multiple_of(n));
        let seconds = 4 * (n as f64).sqrt() as u64;
        let told = copy(&settings, None, 0, Path { loses, ..path(10_000, 50.0, 50) }, at(seconds));
        let wanted = (1.5 * n as f64).sqrt() * 1_460.0 * 8.0 / 0.05 / 1e6;
        let goodput = told.late as f64 * 16.0 / seconds as f64 / 1e6;
        assert!((goodput / wanted - 1.0).abs() < 0.05, "1/{n}: {goodput} instead of {wanted}");
    }
}

/// The greater of RFC 9438's two responses (§5.1 and §5.2).
#[test]
fn cubic_follows_the_formula_of_periodic_loss() {
    for n in [1_000u64, 10_000] {
        let settings = Settings { window: 100_000_000, ..Settings::default() };
        let loses = Box::new(move |data: u64| data.is_multiple_of(n));
        let seconds = 4 * (n as f64).sqrt() as u64;
        let told = copy(&settings, None, 0, Path { loses, ..path(10_000, 50.0, 50) }, at(seconds));
        let reno = (1.5 * n as f64).sqrt();
        let cubic = 1.054 * (0.05 * n as f64).powf(0.75);
        let wanted = reno.max(cubic) * 1_460.0 * 8.0 / 0.05 / 1e6;
        let goodput = told.late as f64 * 16.0 / seconds as f64 / 1e6;
        assert!((goodput / wanted - 1.0).abs() < 0.15, "1/{n}: {goodput} instead of {wanted}");
    }
}

/// Whatever is lost, everything arrives in the end, and nothing is sent again for ever.
#[test]
fn whatever_is_lost_arrives_in_the_end() {
    for seed in 0..300u64 {
        for (sack, congestion) in [(true, Algorithm::Cubic), (false, Algorithm::Reno)] {
            let settings = Settings { sack, congestion, ..Settings::default() };
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            let share = 2 + seed % 40;
            let loses = Box::new(move |_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.is_multiple_of(share)
            });
            let told =
                copy(&settings, Some(200_000), 0, Path { loses, ..path(50, 10.0 + seed as f64, 20) }, at(100_000));
            assert_eq!(told.delivered, 200_000, "seed {seed}, sack {sack}");
            let counts = told.client.sender.counts();
            // Without ranges, everything is sent again after a timeout.
            assert!(
                !sack || u64::from(counts.retransmissions) <= 2 * told.drops + 10,
                "seed {seed}: {counts:?}, {}",
                told.drops
            );
        }
    }
}

fn xorshift(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

/// 1.31 MSS / (RTT √p) where every segment may be lost.
#[test]
fn reno_follows_the_formula_of_random_loss() {
    for n in [1_000u64, 10_000] {
        let settings = Settings { congestion: Algorithm::Reno, window: 100_000_000, ..Settings::default() };
        let mut next = xorshift(n);
        let loses = Box::new(move |_| next().is_multiple_of(n));
        let seconds = 50 * (n as f64).sqrt() as u64;
        let told = copy(&settings, None, 0, Path { loses, ..path(10_000, 50.0, 50) }, at(seconds));
        let goodput = told.late as f64 * 16.0 / seconds as f64 / 1e6;
        let wanted = 1.31 * (n as f64).sqrt() * 1_460.0 * 8.0 / 0.05 / 1e6;
        assert!((goodput / wanted - 1.0).abs() < 0.08, "1/{n}: {goodput} instead of {wanted}");
    }
}

/// A copy of `segments` segments of which those with these numbers are lost when first sent: when the last byte came,
/// in milliseconds, and the counts.
fn with_losses(segments: u64, rtt_ms: f64, lost: &'static [u64]) -> (f64, Counts) {
    let loses = Box::new(move |data: u64| lost.contains(&data));
    let told =
        copy(&Settings::default(), Some(segments * 1_460), 0, Path { loses, ..path(1_000, rtt_ms, 50) }, at(100));
    assert_eq!(told.delivered, segments * 1_460);
    (told.last.as_secs_f64() * 1e3, told.client.sender.counts())
}

/// Losses at the end are found by a probe, and repaired without a timeout (RFC 8985 §7), however long the round trip.
#[test]
fn losses_at_the_end_cost_no_timeout() {
    let cases: [(u64, f64, &[u64], f64); 8] = [
        (10, 50.0, &[9, 10], 300.0),
        (10, 50.0, &[6, 7, 8, 9, 10], 450.0),
        (10, 50.0, &[1, 10], 300.0),
        (10, 50.0, &[1, 6, 7, 8, 9, 10], 300.0),
        (3, 20.0, &[2], 60.0),
        (3, 90.0, &[2], 260.0),
        (30, 40.0, &[30], 300.0),
        (30, 300.0, &[30], 2_000.0),
    ];
    for (segments, rtt, lost, within) in cases {
        let (took, counts) = with_losses(segments, rtt, lost);
        assert_eq!(counts.timeouts, 0, "{lost:?} of {segments} at {rtt} ms: {took} ms, {counts:?}");
        assert!(took < within, "{lost:?} of {segments} at {rtt} ms: {took} ms, {counts:?}");
    }
}

/// A FIN takes no room, but lets no byte through either.
#[test]
fn segments_are_as_long_as_the_window_allows() {
    for window in [1_460, 14_600, 64_000] {
        let settings = Settings { window, ..Settings::default() };
        let told = copy(&settings, Some(1_000_000), 0, path(1_000, 50.0, 50), at(100));
        let least = 1_000_000u64.div_ceil(1_460);
        assert!(told.data <= least + least / 30, "{} segments with a window of {window}", told.data);
        assert_eq!(told.client.sender.counts(), Counts::default(), "window {window}");
    }
}

#[test]
fn an_end_at_rest_is_small() {
    assert!(size_of::<Connection>() <= 288, "{} B", size_of::<Connection>());
}
