//! Windows against the formulas of the RFCs in floating point, and in the cases that they name.

use super::*;

const MSS: u32 = 1_460;
const RTT: SimDuration = SimDuration::from_millis(50);

/// Acknowledges one window after the other, each within a round trip, in pieces of two segments; returns the window
/// after each round trip, in segments.
fn rounds(congestion: &mut Congestion, from: SimTime, count: usize) -> Vec<f64> {
    let (mut now, mut to) = (from, 1);
    let mut after = Vec::new();
    for _ in 0..count {
        let (window, sent) = (congestion.bytes(), to + congestion.bytes());
        let pieces = (window / u64::from(2 * MSS)).max(1);
        for piece in 0..pieces {
            to += window / pieces;
            let at = now + SimDuration::from_nanos(RTT.as_nanos() * piece / pieces);
            let acknowledged = Acknowledged { now: at, bytes: window / pieces, rtt: RTT, smoothed: RTT, to, sent };
            congestion.note_round(acknowledged);
            congestion.open(acknowledged);
        }
        now += RTT;
        after.push(congestion.bytes() as f64 / f64::from(MSS));
    }
    after
}

fn of(algorithm: Algorithm, segments: u64) -> Congestion {
    Congestion::new(algorithm, segments * u64::from(MSS), MSS)
}

#[test]
fn slow_start_doubles_the_window_each_round() {
    for algorithm in [Algorithm::Reno, Algorithm::Cubic] {
        assert_eq!(rounds(&mut of(algorithm, 10), SimTime::ZERO, 4), [20.0, 40.0, 80.0, 160.0], "{algorithm:?}");
    }
}

#[test]
fn reno_halves_and_adds_a_segment_each_round() {
    let mut reno = of(Algorithm::Reno, 200);
    reno.reduce(200 * u64::from(MSS));
    assert_eq!(reno.bytes(), 100 * u64::from(MSS));
    for (round, window) in rounds(&mut reno, SimTime::ZERO, 50).into_iter().enumerate() {
        let wanted = 101.0 + round as f64;
        assert!((window - wanted).abs() < 0.5, "{window} after round {round}");
    }
}

#[test]
fn cubic_follows_its_curve() {
    let mut cubic = of(Algorithm::Cubic, 2_000);
    cubic.reduce(2_000 * u64::from(MSS));
    assert_eq!(cubic.bytes(), 1_400 * u64::from(MSS));
    let k = f64::cbrt(600.0 / 0.4);
    for (round, window) in rounds(&mut cubic, SimTime::ZERO, 400).into_iter().enumerate() {
        let time = (round + 1) as f64 * RTT.as_secs_f64();
        let wanted = 0.4 * (time - k).powi(3) + 2_000.0;
        assert!((window / wanted - 1.0).abs() < 0.01, "{window} instead of {wanted} after {time} s");
    }
}

#[test]
fn cubic_is_no_slower_than_reno_where_windows_are_small() {
    let mut cubic = of(Algorithm::Cubic, 20);
    cubic.reduce(20 * u64::from(MSS));
    let windows = rounds(&mut cubic, SimTime::ZERO, 10);
    assert!((windows[9] - (14.0 + 10.0 * 9.0 / 17.0)).abs() < 0.2, "{windows:?}");
}

#[test]
fn cubic_leaves_room_if_it_did_not_reach_the_last_plateau() {
    let mut cubic = of(Algorithm::Cubic, 1_000);
    cubic.reduce(1_000 * u64::from(MSS));
    cubic.reduce(700 * u64::from(MSS));
    // The plateau is now 700 × (1 + 0.7) / 2 = 595, from 490: it takes as long as from 105 segments below.
    let k = f64::cbrt(105.0 / 0.4);
    let windows = rounds(&mut cubic, SimTime::ZERO, (k / RTT.as_secs_f64()) as usize);
    assert!((windows.last().copied().unwrap_or(0.0) - 595.0).abs() < 2.0, "{windows:?}");
}

#[test]
fn slow_start_ends_when_round_trips_grow() {
    let mut cubic = of(Algorithm::Cubic, 64);
    let mut to = 1;
    let mut grown = Vec::new();
    for round in 0..12u64 {
        // The queue grows by 10 ms in each round.
        let rtt = SimDuration::from_millis(50 + 10 * round);
        let now = SimTime::from_nanos(round * 100_000_000);
        let before = cubic.bytes();
        for _ in 0..16 {
            to += 1_000;
            let sent = to + 16_000;
            let acknowledged = Acknowledged { now, bytes: 1_000, rtt, smoothed: rtt, to, sent };
            cubic.note_round(acknowledged);
            if cubic.is_in_slow_start() {
                cubic.open(acknowledged);
            }
        }
        grown.push(cubic.bytes() - before);
    }
    // A full round, then a quarter of it five times, from the eighth sample on.
    assert_eq!(grown[0], 16_000);
    assert!(grown[2..5] == [4_000; 3], "{grown:?}");
    assert!(!cubic.is_in_slow_start() && grown.last() == Some(&0), "{grown:?}");
}

#[test]
fn a_timeout_leaves_one_segment_and_repeats_leave_the_threshold() {
    for algorithm in [Algorithm::Reno, Algorithm::Cubic] {
        let mut congestion = of(algorithm, 100);
        congestion.collapse(100 * u64::from(MSS), true);
        let threshold = congestion.threshold();
        congestion.collapse(u64::from(MSS), false);
        assert_eq!((congestion.bytes(), congestion.threshold()), (u64::from(MSS), threshold), "{algorithm:?}");
        assert!(threshold >= 50 * u64::from(MSS));
    }
}
