//! Two sides over a path with a rate, a delay and a queue, against what formulas say.

use super::*;
use crate::tcp::Counts;
use crate::tcp::congestion::Algorithm;
use crate::tcp::segment::Plain;
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
    /// How many segments were predicted.
    usual: u64,
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
    let (mut early, mut delivered, mut last, mut usual) = (0, 0, now, 0);
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
            let mut twin = side.clone();
            side.hear(&segment, arrived, settings, &mut out);
            if let Some(predicted) = hear_usual(&mut twin, &segment, arrived, settings) {
                assert!(twin == *side && predicted == out, "{segment:?} at {now:?}: {predicted:?}, {out:?}");
                usual += 1;
            }
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
    Told { delivered, late: delivered - early, last, client, server, data, drops, usual }
}

/// What is sent for a segment if it is a usual one: else nothing has changed.
fn hear_usual(side: &mut Connection, segment: &Segment, arrived: Arrived, settings: &Settings) -> Option<Vec<Segment>> {
    let plain = segment.plain().filter(|_| segment.flags == Flags::default())?;
    let before = side.clone();
    let Some(burst) = side.hear_usual(plain, arrived, None, settings) else {
        assert!(*side == before, "{segment:?}");
        return None;
    };
    let Plain { sequence, acknowledged, caused, length } = burst.first;
    let first = Segment { sequence, acknowledged, caused, length, window: settings.window, ..Segment::default() };
    let at = |n| Segment { sequence: sequence + u64::from(n) * u64::from(length), ..first };
    let mut sent: Vec<Segment> = (0..burst.count).map(at).collect();
    if !burst.is_all {
        side.go_on(arrived.now, settings, &mut sent);
    }
    Some(sent)
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
        // Most segments are usual ones: the data, and an acknowledgment for each two.
        assert!(told.usual * 10 > told.data * 13, "{congestion:?}: {} of {}", told.usual, told.data);
        assert!(u64::from(counts.retransmissions) <= told.drops + 5);
    }
}

/// Every nth segment of an endless copy with a round trip of 50 ms is lost, and it runs for so many seconds.
const PERIODIC: [(u64, u64); 3] = [(1_000, 120), (10_000, 400), (100_000, 160)];

fn with_periodic_loss(congestion: Algorithm, (n, seconds): (u64, u64)) -> f64 {
    with_loss(congestion, 50.0, seconds, Box::new(move |data| data.is_multiple_of(n)))
}

/// Segments per round trip in the second half of so many seconds.
fn with_loss(congestion: Algorithm, rtt_ms: f64, seconds: u64, loses: Box<dyn FnMut(u64) -> bool>) -> f64 {
    let settings = Settings { congestion, window: 100_000_000, ..Settings::default() };
    let told = copy(&settings, None, 0, Path { loses, ..path(10_000, rtt_ms, 50) }, at(seconds));
    told.late as f64 / 1_460.0 / (seconds as f64 / 2.0) * rtt_ms / 1e3
}

/// √(3/2) / √p segments for a loss of every nth (Mathis and others, 1997).
#[test]
fn reno_follows_the_formula_of_periodic_loss() {
    for case in PERIODIC {
        let (got, wanted) = (with_periodic_loss(Algorithm::Reno, case), (1.5 * case.0 as f64).sqrt());
        assert!((got / wanted - 1.0).abs() < 0.05, "1/{}: {got} instead of {wanted}", case.0);
    }
}

/// The greater of RFC 9438's two responses (§5.1 and §5.2).
#[test]
fn cubic_follows_the_formula_of_periodic_loss() {
    for case in PERIODIC {
        let n = case.0 as f64;
        let wanted = (1.5 * n).sqrt().max(1.054 * (0.05 * n).powf(0.75));
        let got = with_periodic_loss(Algorithm::Cubic, case);
        assert!((got / wanted - 1.0).abs() < 0.15, "1/{n}: {got} instead of {wanted}");
    }
}

/// CUBIC round trip by round trip, in floating point. A loss shows a round trip later: until then the window grows by
/// what came before it. Whatever else is lost is repaired with it, until a round trip after the last of it has shown.
/// What is sent in a round trip lets the window grow in the next, in tenths. Segments per round trip.
fn cubic_by_rounds(rtt: f64, rounds: u64, mut is_lost: impl FnMut() -> bool) -> f64 {
    let (mut window, mut friendly, mut plateau, mut prior) = (10.0f64, 10.0f64, 0.0f64, 0.0f64);
    let (mut k, mut time, mut repairs, mut has_reduced) = (0.0, 0.0, false, false);
    let (mut sent, mut took) = (0.0, 0.0);
    for _ in 0..rounds {
        let count = window.round() as u64;
        let lost = (0..count).find(|_| is_lost());
        let part = lost.map_or(1.0, |at| at as f64 / count as f64);
        let length = if lost.is_some() { 1.0 + part } else { 1.0 };
        (sent, took) = (sent + window * length, took + length);
        if repairs {
            (k, time, friendly) = (f64::cbrt((plateau - window) / 0.4), 0.0, window);
        }
        if !has_reduced {
            window *= 1.0 + part;
        } else {
            for _ in 0..10 {
                let at = |time: f64| 0.4 * (time - k).powi(3) + plateau;
                friendly += part / 10.0 * if friendly < prior { 9.0 / 17.0 } else { 1.0 };
                let target = at(time + rtt).clamp(window, 1.5 * window);
                let grown = if at(time) < friendly { friendly - window } else { part / 10.0 * (target - window) };
                window += grown.max(0.0);
                time += part / 10.0 * rtt;
            }
        }
        repairs = lost.is_some();
        if repairs {
            plateau = if window < plateau { 0.85 * window } else { window };
            let last = (1..=count).filter(|_| is_lost()).last().map_or(0.0, |at| at as f64 / count as f64);
            (prior, window, has_reduced) = (window, (0.7 * window).max(2.0), true);
            let (mut longer, mut at) = (last, 0.0);
            while at < longer {
                longer = if is_lost() { at + 1.0 } else { longer };
                at += 1.0 / window;
            }
            (sent, took) = (sent + window * longer, took + longer);
        }
    }
    sent / took
}

/// Where the window is that of Reno, and where it is CUBIC's own: at least 1,000 losses in the second half.
#[test]
fn cubic_under_random_loss_is_what_it_is_by_rounds() {
    for (rtt, seconds) in [(0.05, 3_000u64), (0.4, 10_000)] {
        let (mut one, mut other) = (xorshift(3), xorshift(5));
        let loses = Box::new(move |_| one().is_multiple_of(1_000));
        let got = with_loss(Algorithm::Cubic, rtt * 1e3, seconds, loses);
        let wanted = cubic_by_rounds(rtt, 200_000, || other().is_multiple_of(1_000));
        assert!((got / wanted - 1.0).abs() < 0.05, "{rtt} s: {got} instead of {wanted}");
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

/// 1.31 / √p segments where every one may be lost.
#[test]
fn reno_follows_the_formula_of_random_loss() {
    for n in [1_000u64, 10_000] {
        let mut next = xorshift(n);
        let loses = Box::new(move |_| next().is_multiple_of(n));
        let got = with_loss(Algorithm::Reno, 50.0, 50 * (n as f64).sqrt() as u64, loses);
        let wanted = 1.31 * (n as f64).sqrt();
        assert!((got / wanted - 1.0).abs() < 0.08, "1/{n}: {got} instead of {wanted}");
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

/// Windows just after each loss, where every nth segment is lost: after how many losses they come again, all of them.
fn cycle(congestion: Algorithm, n: u64, rtt_ms: f64) -> Option<usize> {
    let settings = Settings { congestion, window: 100_000_000, ..Settings::default() };
    let mut client = Connection::client(&settings, None);
    let mut windows = Vec::new();
    // Each round trip, the window is sent and acknowledged in pairs.
    let (mut server, mut out, mut now, mut data) = (Connection::server(&settings, 0), Vec::new(), SimTime::ZERO, 0u64);
    client.open(now, &settings, &mut out);
    let half = SimDuration::from_nanos((rtt_ms * 5e5) as u64);
    while windows.len() < 2_000 {
        let mut replies = Vec::new();
        for segment in out.drain(..) {
            data += u64::from(segment.length > 0);
            if segment.length > 0 && data.is_multiple_of(n) {
                continue;
            }
            let arrived = Arrived { now: now + half, sent: now, is_marked: false };
            server.hear(&segment, arrived, &settings, &mut replies);
        }
        if replies.is_empty() {
            let due = client.next_wake().min(server.next_wake());
            if due == SimTime::NEVER {
                return None;
            }
            now = now.max(due);
            client.wake(now, &settings, &mut out);
            server.wake(now, &settings, &mut replies);
        } else {
            now = now + half + half;
        }
        for reply in replies {
            let before = client.sender.window();
            let arrived = Arrived { now, sent: now - half, is_marked: false };
            client.hear(&reply, arrived, &settings, &mut out);
            if client.sender.window() < before {
                windows.push(client.sender.window());
            }
        }
    }
    let late = &windows[1_000..];
    (1..500).find(|period| late[*period..].iter().zip(late).all(|(a, b)| a == b))
}

/// The numbers are whole, so a connection that loses evenly comes back to the same windows, all of them: Reno with each
/// loss, CUBIC after a few.
#[test]
fn under_even_losses_the_windows_come_again() {
    for (congestion, most) in [(Algorithm::Reno, 1), (Algorithm::Cubic, 9)] {
        for n in [100, 997, 1_000, 4_000] {
            for rtt in [10.0, 50.0] {
                let period = cycle(congestion, n, rtt);
                assert!(period.is_some_and(|period| period <= most), "{congestion:?} 1/{n} {rtt} ms: {period:?}");
            }
        }
    }
}

#[test]
fn an_end_at_rest_is_small() {
    let rests = size_of::<Connection>();
    assert!(rests <= 256, "{rests} B");
    // Four ranges with the gaps between them, in a queue that grew by doubling.
    let repairs = rests + size_of::<super::super::state::Trouble>() + 8 * super::super::scoreboard::RUN;
    assert!(repairs <= 600, "{repairs} B");
}
