//! The shaper by itself against the twin's bucket, in conditions that whole worlds do not reach: the largest buffers,
//! odd rates, pauses of days.

use crate::bucket::Bucket;
use crate::engine_vs_reference::cases;
use crate::fairness::Bottleneck;
use proptest::prelude::*;
use std::collections::VecDeque;
use vpcsim::dataplane::shaper::Shaper;
use vpcsim::engine::{Options, Simulation};
use vpcsim::model::plan::{Pace, PacketSize};
use vpcsim::model::{Change, DropReason, QueueLimit, Shaping};
use vpcsim::units::{BitRate, ByteSize, SimDuration, SimTime};

/// The largest bucket and the largest queue that the control plane accepts.
const LARGEST: u64 = 500_000_000;

fn shaping() -> impl Strategy<Value = Shaping> {
    let rate = prop_oneof![
        1_000_000..10_000_000_000u64,
        Just(333_333_333),
        Just(5_000_000_000),
        Just(1),
        Just(10_000_000_000_000)
    ];
    let burst = prop_oneof![Just(65_535u64), Just(LARGEST), 65_535..200_000u64];
    let queue = prop_oneof![Just(LARGEST), 0..200_000u64];
    (rate, burst, queue).prop_map(|(rate, burst, queue)| Shaping {
        rate: BitRate::from_bps(rate),
        burst: ByteSize::from_bytes(burst),
        queue: QueueLimit::Bytes(ByteSize::from_bytes(queue)),
    })
}

/// How long after the previous packet, the packet's length, how many at once.
fn bursts() -> impl Strategy<Value = Vec<(u64, u16, usize)>> {
    let pause = prop_oneof![0..10u64, 0..1_000_000u64, 0..10_000_000_000u64, Just(30 * 86_400_000_000_000u64)];
    prop::collection::vec((pause, 20..=65_535u16, prop_oneof![1..4usize, 1..9_000usize]), 1..12)
}

proptest! {
    #![proptest_config(cases(60))]

    /// Even packets at a full queue, and now and then one that does not belong: what the shaper says recurs is carried
    /// one by one by its twin, and from then on the two must agree.
    #[test]
    fn what_recurs_is_what_comes_one_by_one(
        gap in 1_000..12_000u64,
        queue in 2..60u32,
        strangers in prop::collection::vec((1..200usize, 40..=1_500u16), 0..6),
        most in 1..40u64,
    ) {
        let shaping = Shaping {
            rate: BitRate::from_mbps(1_000),
            burst: ByteSize::from_bytes(1_500),
            queue: QueueLimit::Packets(queue),
        };
        let (mut leaping, mut plain) = (Shaper::new(shaping), Shaper::new(shaping));
        let (mut now, mut leapt) = (SimTime::ZERO, 0);
        let step = SimDuration::from_nanos(gap);
        for (after, length) in strangers.into_iter().chain([(400, 1_500)]) {
            let (mut before, mut began, mut since) = (leaping.backlog(now, 41), now, 0);
            for _ in 0..after {
                prop_assert_eq!(leaping.admit(now, 1_500), plain.admit(now, 1_500));
                (now, since) = (now + step, since + 1);
                let span = now.since(began);
                let found = leaping.recurs(now, &before, span, most);
                let times = found.times;
                if times > 0 {
                    leaping.repeat(times, span, found.departed);
                    for _ in 0..times * since {
                        let _ = plain.admit(now, 1_500);
                        now += step;
                    }
                    leapt += times;
                }
                prop_assert_eq!(leaping.waiting_at(now), plain.waiting_at(now));
                if times > 0 || since > 40 {
                    (before, began, since) = (leaping.backlog(now, 41), now, 0);
                }
            }
            prop_assert_eq!(leaping.admit(now, length), plain.admit(now, length));
        }
        prop_assert!(leapt > 0 || gap % 1_000 > 0, "nothing recurred");
    }

    #[test]
    fn it_lets_packets_go_when_the_tokens_are_there(shaping in shaping(), bursts in bursts()) {
        let (mut shaper, mut bucket) = (Shaper::new(shaping), Bucket::new(shaping));
        let QueueLimit::Bytes(limit) = shaping.queue else { unreachable!("made of bytes") };
        let mut waiting: VecDeque<(u64, u64)> = VecDeque::new();
        let (mut queued, mut longest) = (0, 0);
        let mut now = 0;
        for (pause, length, count) in bursts {
            now += pause;
            while waiting.front().is_some_and(|(departure, _)| *departure <= now) {
                queued -= waiting.pop_front().map_or(0, |(_, bytes)| bytes);
            }
            for _ in 0..count {
                let tick = bucket.tick_from(now, length);
                let departure = bucket.nanos(tick);
                let fits = queued + u64::from(length) <= limit.as_u64();
                let expected = match (departure > now, fits) {
                    (false, _) => Ok(SimTime::from_nanos(now)),
                    (true, true) => Ok(SimTime::from_nanos(departure)),
                    (true, false) if limit.as_u64() == 0 => Err(DropReason::PolicerExceeded),
                    (true, false) => Err(DropReason::ShaperQueueFull),
                };
                prop_assert_eq!(shaper.admit(SimTime::from_nanos(now), length), expected);
                if expected.is_ok() {
                    bucket.take(tick, length);
                    if departure > now {
                        waiting.push_back((departure, length.into()));
                        queued += u64::from(length);
                    }
                }
            }
            longest = longest.max(queued); // within a burst nothing departs
            prop_assert_eq!(shaper.waiting_at(SimTime::from_nanos(now)).as_u64(), queued);
            prop_assert_eq!(shaper.queue_peak().as_u64(), longest);
        }
    }
}

/// A change precedes a departure at the same instant, but the tokens are there: the packet departs then, however often
/// the cap changes.
#[test]
fn a_new_cap_at_the_instant_of_a_departure_does_not_hold_the_packet_back() {
    for caps in [&[][..], &[2], &[2, 3], &[2, 1, 5]] {
        let narrow = Bottleneck::new(1, Some(BitRate::from_mbps(1)), Some(1500));
        let pace = Pace::Interval(SimDuration::from_millis(1));
        let mut plan = narrow.plan(1, pace, PacketSize::Fixed(1500), SimTime::from_nanos(2_000_000));
        plan.traffic[0].phase = Some(SimDuration::ZERO);
        let delay = narrow.network.peering(narrow.link.peering()).delay;
        let mut simulation = Simulation::new(narrow.network, &plan, Options::default());
        for cap in caps {
            let bandwidth = BitRate::from_mbps(*cap);
            let change = Change::ChangeBandwidth { peering: crate::dice::name("P"), bandwidth };
            simulation.apply(None, &change, SimTime::from_nanos(12_000_000)).expect("a whole number of Mbps");
        }
        simulation.advance(SimTime::from_nanos(1_000_000_000));
        let carried = &simulation.link_book(narrow.link).whole;
        // Sent at 1 ms, after the packet that emptied the bucket at 0: 12,000 bits later at 1 Mbps.
        assert_eq!(carried.delay.max(), Some(SimDuration::from_millis(11) + delay), "{caps:?}");
        assert_eq!(carried.carried.packets, 2);
    }
}
