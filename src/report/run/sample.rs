//! Handmade snapshots for the tests of the views. Their numbers are plausible, not computed.

use super::model::*;
use crate::model::DropReason;
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime, Span};

/// Minimum, median, 99th percentile and maximum, in microseconds, with a queue of 100 ms and without one.
const QUEUED: [u64; 4] = [16_500, 61_237, 116_512, 116_740];
const EMPTY: [u64; 4] = [16_500, 16_500, 16_740, 16_740];

fn packets(packets: u64) -> Volume {
    Volume { packets, bytes: ByteSize::from_bytes(packets * 1_500) }
}

fn delays(packets: u64, [min, p50, p99, max]: [u64; 4]) -> Option<Delays> {
    let [min, p50, p99, max] = [min, p50, p99, max].map(SimDuration::from_micros);
    let precision = SimDuration::ZERO;
    Some(Delays { packets, min, p50, p50_precision: precision, p99, p99_precision: precision, max })
}

fn at(seconds: u64) -> SimTime {
    SimTime::ZERO + SimDuration::from_secs(seconds)
}

pub fn dropped(place: &str, reason: DropReason, packets: u64) -> DropReport {
    DropReport {
        place: place.into(),
        link: None,
        reason: reason.code().into(),
        sentence: reason.sentence().into(),
        forwarding_status: reason.forwarding_status(),
        packets,
        subnet: None,
        table: None,
        example: ExampleReport { source: [10, 0, 0, 2].into(), destination: [10, 1, 0, 2].into() },
    }
}

/// No traffic and no demands.
pub fn quiet() -> Snapshot {
    Snapshot {
        format: FORMAT.into(),
        version: VERSION,
        scenario: "quiet".into(),
        file: "quiet.toml".into(),
        question: None,
        seed: 7,
        duration: at(10),
        reached: at(10),
        partial: false,
        notes: vec![],
        packets: Books::default(),
        links: vec![],
        traffic: vec![],
        drops: vec![],
        availability: vec![],
        timeline: vec![],
        expectations: vec![],
        intervals: None,
    }
}

pub fn link(from: &str, to: &str, offered: u64, carried: u64) -> LinkReport {
    let (cap, longest_queue) =
        (BitRate::from_mbps(50), ByteSize::from_bytes(if offered > carried { 625_000 } else { 0 }));
    LinkReport {
        peering: "PeerConn".into(),
        from: from.into(),
        to: to.into(),
        state: "ACTIVE".into(),
        cross_region: true,
        cap: Some(cap),
        burst: Some(ByteSize::from_bytes(125_000)),
        offered: packets(offered),
        carried: packets(carried),
        shaper_drops: offered - carried,
        other_drops: 0,
        in_flight: 0,
        loss: Share::of(offered - carried, offered),
        carried_rate: BitRate::average(packets(carried).bytes, SimDuration::from_secs(10)),
        longest_queue,
        drains_in: cap.time_for(longest_queue),
        delay: delays(carried, if offered > carried { QUEUED } else { EMPTY }).filter(|_| carried > 0),
    }
}

pub fn entry(name: &str, path: &str, sent: u64, lost: u64) -> TrafficReport {
    TrafficReport {
        name: name.into(),
        label: None,
        pattern: "constant".into(),
        path: path.into(),
        sent: packets(sent),
        delivered: packets(sent - lost),
        misdelivered: 0,
        dropped: lost,
        in_flight: 0,
        loss: Share::of(lost, sent),
        delay: delays(sent - lost, QUEUED).filter(|_| sent > lost),
        dropped_by: if lost > 0 { vec![("shaper_queue_full".into(), lost)] } else { vec![] },
        ping: None,
        tcp: None,
        icmp_errors: vec![],
        handled: vec![],
    }
}

/// Requests arrive; `unanswered` replies are dropped because there is no route back.
pub fn ping(name: &str, path: &str, requests: u64, unanswered: u64) -> TrafficReport {
    let answered = requests - unanswered;
    TrafficReport {
        pattern: "ping".into(),
        loss: Share::of(unanswered, requests),
        ping: Some(PingReport {
            answered,
            replies_lost: unanswered,
            replies_dropped_by: if unanswered > 0 { vec![("no_route".into(), unanswered)] } else { vec![] },
            round_trip: delays(answered, [33_000, 33_100, 33_400, 33_500]).filter(|_| answered > 0),
        }),
        ..entry(name, path, requests, 0)
    }
}

pub fn check(metric: &str, expected: &str, found: Option<&str>, held: Option<bool>) -> ExpectationReport {
    ExpectationReport {
        stage: None,
        subject: "traffic sync".into(),
        metric: metric.into(),
        between: None,
        expected: expected.into(),
        found: found.map(str::to_owned),
        missing: held.filter(|_| found.is_none()).map(|_| "no packets".into()),
        held,
        most_dropped: None,
    }
}

/// Something in every section.
pub fn rich() -> Snapshot {
    let mut trace = entry("trace", "VPC1/web -> 10.9.0.1", 30, 30);
    trace.dropped_by = vec![("ttl_expired".into(), 20), ("no_route".into(), 10)];
    trace.icmp_errors = vec![
        IcmpErrorReport { kind: "time exceeded".into(), from: "192.168.1.1".into(), packets: 20 },
        IcmpErrorReport { kind: "net unreachable".into(), from: "192.168.1.1".into(), packets: 10 },
    ];
    let action = |time, action: &str, outcome: &str, refused: Option<&str>, as_expected| ActionReport {
        time: at(time),
        by: None,
        action: action.into(),
        outcome: outcome.into(),
        refused: refused.map(str::to_owned),
        as_expected,
    };
    let mut late = check("loss", "< 40 %", Some("37.5 %"), Some(true));
    late.between = Some(Span::new(at(5), at(10)));
    Snapshot {
        scenario: "quick start".into(),
        file: "scenarios/quick-start.toml".into(),
        question: Some("do two peered VPCs talk once both sides have a route, and what does the cap cost them?".into()),
        seed: 1,
        packets: Books { emitted: 66_788, delivered: 50_086, dropped: 16_702, in_flight: 0 },
        links: vec![link("VPC1", "VPC2", 66_698, 50_031), link("VPC2", "VPC1", 25, 25)],
        traffic: vec![
            entry("sync", "VPC1/web -> VPC2/db", 66_668, 16_667),
            ping("echo", "VPC1/web -> VPC2/db", 10, 5),
            ping("hello", "VPC2/db -> VPC1/web", 20, 0),
            trace,
        ],
        drops: vec![
            dropped("VPC1", DropReason::NoRoute, 10),
            dropped("VPC1", DropReason::TtlExpired, 20),
            dropped("VPC2", DropReason::NoRoute, 5),
            dropped("PeerConn VPC1 -> VPC2", DropReason::ShaperQueueFull, 16_667),
        ],
        timeline: vec![
            action(2, "change_bandwidth PeerConn 50 Mbps", "the cap is now 50 Mbps", None, true),
            action(5, "remove_route VPC2/B 192.168.1.0/24", "removed", None, true),
            action(
                8,
                "accept PeerConn",
                "the peering is ACTIVE already; only a PENDING one can be accepted",
                Some("wrong_state"),
                false,
            ),
        ],
        expectations: vec![
            check("delivered", "> 50,000", Some("50,001"), Some(true)),
            late,
            check("delay_p99", "< 100 ms", Some("116.512 ms"), Some(false)),
        ],
        notes: vec!["VPC2's route table B has no route back to 192.168.1.0/24 after 5 s.".into()],
        ..quiet()
    }
}

/// Stopped before its end.
pub fn partial() -> Snapshot {
    let mut run = rich();
    run.scenario = "interrupted".into();
    run.partial = true;
    run.reached = SimTime::from_nanos(3_200_000_000);
    run.timeline.truncate(1);
    for check in &mut run.expectations {
        (check.found, check.held) = (None, None);
    }
    run
}

/// One link whose load grows and whose bucket empties.
pub fn intervals(rows: u64) -> Intervals {
    let row = |k: u64| IntervalRow {
        offered: packets(100 * (k + 1)),
        carried: packets(100 * (k + 1)),
        dropped: 0,
        longest_queue: ByteSize::from_bytes(1_500 * k),
        tokens: Some(ByteSize::from_bytes(125_000u64.saturating_sub(12_500 * k))),
    };
    let series = IntervalSeries {
        peering: "PeerConn".into(),
        from: "VPC1".into(),
        to: "VPC2".into(),
        cap: None,
        burst: Some(ByteSize::from_bytes(125_000)),
        rows: (0..rows).map(row).collect(),
    };
    Intervals {
        interval: SimDuration::from_secs(1),
        reached: SimTime::from_nanos(rows * 1_000_000_000),
        links: vec![series],
        connection: None,
    }
}
