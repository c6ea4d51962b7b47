//! Compares every predictable pattern with itself, one packet at a time.

use super::{Flow, Seat};
use crate::dataplane::packet::SourceId;
use crate::model::plan::{Destination, Pace, PacketSize, Pattern, Traffic};
use crate::model::{HostId, Name, RateSeries, TrafficId};
use crate::units::{BitRate, SimDuration, SimTime};
use crate::wire::ipv4::Addressing;
use proptest::prelude::*;
use std::net::Ipv4Addr;
use std::sync::Arc;

fn paces() -> impl Strategy<Value = Pace> {
    prop_oneof![
        (1_000u64..20_000_000_000).prop_map(|bps| Pace::Rate(BitRate::from_bps(bps))),
        (1u64..5_000).prop_map(|n| Pace::Interval(SimDuration::from_nanos(n))),
    ]
}

fn steps() -> impl Strategy<Value = RateSeries> {
    let step = (1u64..100_000, prop_oneof![Just(0), 1u64..100_000_000_000]);
    prop::collection::vec(step, 1..9).prop_map(|steps| {
        let mut at = 0;
        let step = |(length, rate)| {
            at += length;
            (SimTime::from_nanos(at), BitRate::from_bps(rate))
        };
        RateSeries::of_steps(steps.into_iter().map(step).collect())
    })
}

fn patterns() -> impl Strategy<Value = Pattern> {
    let spans = (1u64..100_000, 0u64..100_000);
    prop_oneof![
        paces().prop_map(Pattern::Constant),
        (paces(), spans).prop_map(|(pace, (on, off))| Pattern::OnOff {
            pace,
            on: SimDuration::from_nanos(on),
            off: SimDuration::from_nanos(off),
        }),
        steps().prop_map(|steps| Pattern::Series(Arc::new(steps))),
        (1u64..5_000).prop_map(|n| Pattern::Ping { interval: SimDuration::from_nanos(n) }),
    ]
}

fn flow(pattern: Pattern, phase: Option<u64>, count: Option<u64>, seed: u64) -> Flow {
    let entry = Traffic {
        name: Name::new("entry").expect("a name"),
        label: None,
        from: Arc::new([HostId(0)]),
        to: Destination::Address(Ipv4Addr::LOCALHOST),
        pattern,
        size: PacketSize::Fixed(1_500),
        source: None,
        source_port: 1,
        destination_port: 2,
        ttl: (64, 64),
        start: SimTime::from_nanos(77),
        stop: SimTime::from_nanos(1_000_000),
        phase: phase.map(SimDuration::from_nanos),
        count,
    };
    let addressing = Addressing { source: Ipv4Addr::LOCALHOST, destination: Ipv4Addr::LOCALHOST, ttl: 64 };
    let (source, traffic, host) = (SourceId(0), TrafficId(0), HostId(0));
    Flow::new(&entry, Seat { source, traffic, number: 0, host, addressing }, seed).expect("no connections")
}

proptest! {
    #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

    /// Compares counting, skipping and rewinding with one packet at a time, at instants on and around those of packets.
    #[test]
    fn many_packets_at_once_are_many_single_ones(
        pattern in patterns(), phase in prop::option::of(0u64..5_000), count in prop::option::of(0u64..60), seed: u64,
        before in 0u64..40, after in 0u64..40, nudge in 0i64..3,
    ) {
        let start = flow(pattern, phase, count, seed);
        let mut single = start.clone();
        let mut from = start.clone();
        for step in 0..=before + after {
            if single.next_wake() == SimTime::NEVER {
                return Ok(()); // nobody moves a flow that is done
            }
            if step == before {
                from = single.clone();
            }
            if step < before + after {
                single.step();
            }
        }
        let stands = |flow: &Flow| (flow.next_wake(), flow.turn().sequence);
        let mut skipped = from.clone();
        skipped.skip(after);
        prop_assert_eq!(stands(&skipped), stands(&single));
        prop_assert_eq!(stands(&skipped.rewound_to(before)), stands(&from));
        let t = SimTime::from_nanos(single.next_wake().as_nanos().saturating_add_signed(nudge - 1));
        let mut dull = from.clone();
        while dull.next_wake() < t {
            dull.step();
        }
        prop_assert_eq!(from.count_before(t), dull.turn().sequence - before);
        if t > start.next_wake() {
            prop_assert_eq!(stands(&skipped.rewound(t)), stands(&dull));
        }
    }
}
