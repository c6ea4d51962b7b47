//! The token bucket against two independent computations: a dull twin that counts in absolute 10⁻⁹ bit with 128-bit
//! integers and holds its queue as a list, and the closed form of a saturated flow. They share none of the data plane's
//! arithmetic.

mod kept;

use proptest::prelude::*;
use proptest::sample::select;
use vpcsim::dataplane::shaper::Shaper;
use vpcsim::engine::{Options, Simulation};
use vpcsim::model::plan::{Destination, Plan, Traffic};
use vpcsim::model::{Change, DropReason, Network, PeeringId, QueueLimit, Shaping, TrafficId};
use vpcsim::units::{BitRate, ByteSize, SimDuration, SimTime};
use vpcsim::workload::{self, Cloud, Transport};

const SECOND: u128 = 1_000_000_000;
/// 10⁻⁹ bit in a byte.
const BYTE: u128 = 8 * SECOND;
const DAY: u64 = 86_400_000_000_000;

/// Rates that divide evenly, rates that do not, and those in the rules.
const RATES: [u64; 11] = [
    1,
    7,
    64_000,
    999_983,
    300_000_000,
    333_000_000,
    333_333_333,
    700_000_000,
    1_000_000_000,
    7_777_000_000,
    100_000_000_000,
];

/// A token bucket that fills, with a list of waiting packets. It keeps no theoretical arrival time and moves no origin.
struct Twin {
    shaping: Shaping,
    /// Tokens at `filled`, in 10⁻⁹ bit.
    tokens: u128,
    /// The absolute instant of that count, in ns times the rate.
    filled: u128,
    /// Departure (ns) and length of each packet that had to wait and has not left.
    waiting: Vec<(u64, u16)>,
}

impl Twin {
    fn new(shaping: Shaping) -> Twin {
        Twin { shaping, tokens: bits(shaping.burst), filled: 0, waiting: Vec::new() }
    }

    fn rate(&self) -> u128 {
        u128::from(self.shaping.rate.as_bps())
    }

    fn admit(&mut self, now: u64, length: u16) -> Result<u64, DropReason> {
        self.waiting.retain(|(departure, _)| *departure > now);
        let departs_at = self.conforms(now, length);
        if departs_at > u128::from(now) * self.rate() {
            self.room(length)?;
        }
        Ok(self.send(now, departs_at, length))
    }

    /// The first instant (times the rate) at which the bucket, served in order, holds the packet's tokens.
    fn conforms(&self, now: u64, length: u16) -> u128 {
        let from = self.filled.max(u128::from(now) * self.rate());
        let tokens = (self.tokens + (from - self.filled)).min(bits(self.shaping.burst));
        from + (u128::from(length) * BYTE).saturating_sub(tokens)
    }

    fn room(&self, length: u16) -> Result<(), DropReason> {
        let bytes: u128 = self.waiting.iter().map(|(_, l)| u128::from(*l)).sum::<u128>() + u128::from(length);
        let packets = self.waiting.len() + 1;
        let (fits, polices) = match self.shaping.queue {
            QueueLimit::Packets(most) => (packets <= most as usize, most == 0),
            QueueLimit::Bytes(most) => (bytes <= u128::from(most.as_u64()), most.as_u64() == 0),
            QueueLimit::Time(most) => {
                (bytes * BYTE <= self.rate() * u128::from(most.as_nanos()), most == SimDuration::ZERO)
            }
        };
        match (fits, polices) {
            (_, true) => Err(DropReason::PolicerExceeded),
            (false, false) => Err(DropReason::ShaperQueueFull),
            (true, false) => Ok(()),
        }
    }

    fn send(&mut self, now: u64, departs_at: u128, length: u16) -> u64 {
        let tokens = (self.tokens + (departs_at - self.filled)).min(bits(self.shaping.burst));
        self.tokens = tokens - u128::from(length) * BYTE;
        self.filled = departs_at;
        let departure = departs_at.div_ceil(self.rate()) as u64;
        if departs_at > u128::from(now) * self.rate() {
            self.waiting.push((departure, length));
        }
        departure
    }

    /// S34: the tokens at `now`, before any waiting packet takes its own, are kept up to the new burst. A change
    /// precedes the departures of its instant.
    fn change(&mut self, now: u64, shaping: Shaping) -> Vec<u64> {
        let lengths = self.held(now);
        let at = u128::from(now) * self.rate();
        let taken: u128 = lengths.iter().map(|l| u128::from(*l) * BYTE).sum();
        // `filled` is later than `now` if something waits: the tokens earned until then are not there yet.
        let tokens = (self.tokens + taken + at).saturating_sub(self.filled).min(bits(self.shaping.burst));
        *self = Twin::new(shaping);
        self.tokens = tokens.min(bits(shaping.burst));
        self.filled = u128::from(now) * self.rate();
        let mut departures = Vec::new();
        for length in lengths {
            let departure = self.send(now, self.conforms(now, length), length);
            if departure == now {
                self.waiting.push((now, length)); // not gone before the next step: another change may come first
            }
            departures.push(departure);
        }
        departures
    }

    /// Lengths of the packets that have not departed before `now`.
    fn held(&self, now: u64) -> Vec<u16> {
        self.waiting.iter().filter(|(departure, _)| *departure >= now).map(|(_, length)| *length).collect()
    }

    fn waiting_at(&self, now: u64) -> u64 {
        self.waiting.iter().filter(|(departure, _)| *departure > now).map(|(_, l)| u64::from(*l)).sum()
    }
}

fn bits(size: ByteSize) -> u128 {
    u128::from(size.as_u64()) * BYTE
}

/// When the next packet comes, relative to earlier ones.
#[derive(Debug, Clone, Copy)]
enum When {
    /// Together with the previous packet.
    Tie,
    /// This many nanoseconds later.
    Nanos(u64),
    /// Later by this many percent of a packet's own time at the cap.
    Percent(u64),
    /// At the departure of the packet that has waited longest, or up to this many nanoseconds around it (1 is exactly
    /// at it).
    Departure(u64),
    /// Long after: the bucket is full again.
    Long,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Packet(When, u16),
    Change(When, Shaping),
}

fn queues() -> impl Strategy<Value = QueueLimit> {
    prop_oneof![
        select(vec![0, 1, 2, 7, 1_000]).prop_map(QueueLimit::Packets),
        select(vec![0, 1, 1_499, 1_500, 4_501, 1_000_000]).prop_map(|b| QueueLimit::Bytes(ByteSize::from_bytes(b))),
        select(vec![0, 1, 12_000, 50_000_000, 1_000_000_000])
            .prop_map(|t| QueueLimit::Time(SimDuration::from_nanos(t))),
    ]
}

/// Shapings the model accepts: the bucket holds a packet of 1500 bytes, bucket and queue at most 500 MB each.
fn shapings() -> impl Strategy<Value = Shaping> {
    let bursts = vec![1_500, 1_501, 3_000, 65_535, 1_250_000, 500_000_000];
    let rates = prop_oneof![3 => select(RATES.to_vec()), 1 => 1..20_000_000_000u64];
    (rates, select(bursts), queues()).prop_filter_map("queue too large", |(rate, burst, queue)| {
        let rate = BitRate::from_bps(rate);
        let fits = !matches!(queue, QueueLimit::Time(t) if rate.bytes_in(t).as_u64() > 500_000_000);
        fits.then_some(Shaping { rate, burst: ByteSize::from_bytes(burst), queue })
    })
}

fn whens() -> impl Strategy<Value = When> {
    prop_oneof![
        3 => Just(When::Tie),
        2 => (0..3u64).prop_map(When::Nanos),
        4 => (1..150u64).prop_map(When::Percent),
        4 => (0..3u64).prop_map(When::Departure),
        1 => Just(When::Long),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let lengths = prop_oneof![Just(1_500u16), Just(20), Just(1_499), 20..=1_500u16];
    let step = prop_oneof![
        30 => (whens(), lengths).prop_map(|(when, length)| Step::Packet(when, length)),
        1 => (whens(), shapings()).prop_map(|(when, shaping)| Step::Change(when, shaping)),
    ];
    prop::collection::vec(step, 1..200)
}

/// The instant of a step.
fn instant(now: u64, when: When, twin: &Twin) -> u64 {
    let packet = (1_500 * BYTE / twin.rate()) as u64;
    now + match when {
        When::Tie => 0,
        When::Nanos(n) => n,
        When::Percent(p) => (u128::from(packet) * u128::from(p) / 100) as u64,
        When::Departure(around) => {
            let first = twin.waiting.iter().map(|(d, _)| *d).find(|d| *d > now + 1);
            first.map_or(0, |departure| departure + around - 1 - now)
        }
        // At least two full buckets, at most a day: later would exceed the 584 years of virtual time at 1 bit/s.
        When::Long => ((2 * bits(twin.shaping.burst) / twin.rate()) as u64).min(DAY),
    }
}

fn check(shaping: Shaping, start: u64, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut twin = Twin::new(shaping);
    let mut shaper = Shaper::new(shaping);
    let mut now = start;
    for (at, step) in steps.iter().enumerate() {
        match *step {
            Step::Packet(when, length) => {
                now = instant(now, when, &twin);
                let expected = twin.admit(now, length);
                let found = shaper.admit(SimTime::from_nanos(now), length).map(SimTime::as_nanos);
                prop_assert_eq!(found, expected, "step {} at {}: {:?}", at, now, step);
            }
            Step::Change(when, shaping) => {
                now = instant(now, when, &twin);
                let time = SimTime::from_nanos(now);
                let held = twin.held(now);
                let expected = twin.change(now, shaping);
                shaper.change(time, shaping, ByteSize::from_bytes(held.iter().map(|l| u64::from(*l)).sum()));
                let found: Vec<u64> = held.iter().map(|l| shaper.readmit(time, *l).as_nanos()).collect();
                prop_assert_eq!(found, expected, "step {} at {}: {:?}", at, now, step);
            }
        }
        let waiting = shaper.waiting_at(SimTime::from_nanos(now)).as_u64();
        prop_assert_eq!(waiting, twin.waiting_at(now), "bytes waiting after step {} at {}", at, now);
    }
    Ok(())
}

proptest! {
    #![proptest_config(kept::cases(1_500, "tests/regressions/shaper.txt"))]

    #[test]
    fn departs_when_exact_arithmetic_says(
        shaping in shapings(),
        start in select(vec![0, 1, 30 * DAY, 3_650 * DAY]),
        steps in steps(),
    ) {
        check(shaping, start, &steps)?;
    }
}

/// Offers `count` packets of 1500 bytes evenly at `offered` bit/s (n-th at ⌊n · gap⌋) and returns (admitted, last
/// departure).
fn offer(shaper: &mut Shaper, offered: u64, start: u64, count: u64) -> (u64, u64) {
    let (mut admitted, mut last) = (0, 0);
    for n in 0..count {
        let now = start + (u128::from(n) * 1_500 * BYTE / u128::from(offered)) as u64;
        if let Ok(departure) = shaper.admit(SimTime::from_nanos(now), 1_500) {
            admitted += 1;
            last = departure.as_nanos();
        }
    }
    (admitted, last)
}

/// All packets at once behind a queue that holds them: the n-th departs when n packets minus a burst have been earned,
/// however late in virtual time.
#[test]
fn a_saturated_flow_departs_at_its_closed_form() {
    for bps in RATES {
        for start in [0, 30 * DAY, 3_650 * DAY] {
            for burst in [1_500u64, 4_000] {
                let queue = QueueLimit::Packets(10_000);
                let mut shaper =
                    Shaper::new(Shaping { rate: BitRate::from_bps(bps), burst: ByteSize::from_bytes(burst), queue });
                for n in 1..=5_000u64 {
                    let found = shaper.admit(SimTime::from_nanos(start), 1_500).expect("there is room");
                    let earned = (u128::from(n) * 1_500).saturating_sub(u128::from(burst)) * BYTE;
                    let exact = start + earned.div_ceil(u128::from(bps)) as u64;
                    assert_eq!(found.as_nanos(), exact, "packet {n} at {bps} bit/s, burst {burst}, start {start}");
                }
            }
        }
    }
}

/// Nothing drifts over a long saturated run, and tail drop drops exactly the excess. A bucket restarted at the rounded
/// departure would lose up to a nanosecond per packet: 151 wrong drops in the first case.
#[test]
fn tail_drop_over_minutes_drops_exactly_the_excess() {
    let cases = [
        (777_000_000, 700_000_000, 310),
        (400_000_000, 333_333_333, 120),
        (310_000_000, 300_000_000, 120),
        (7_777_000_000, 5_000_000_000, 12),
    ];
    for (offered, cap, seconds) in cases {
        for start in [0, 3_650 * DAY] {
            let waiting_max = 100;
            let queue = QueueLimit::Packets(waiting_max);
            let shaping = Shaping { rate: BitRate::from_bps(cap), burst: ByteSize::from_bytes(1_500), queue };
            let count = offered * seconds / 12_000;
            let (admitted, last) = offer(&mut Shaper::new(shaping), offered, start, count);
            // The m-th admitted packet departs at exactly m packet times, because the queue never runs empty.
            let earned = u128::from(admitted - 1) * 1_500 * BYTE;
            assert_eq!(last - start, earned.div_ceil(u128::from(cap)) as u64, "{offered} into {cap}");
            // Once full, the queue admits one packet for each departure: by the last arrival, k have departed after the
            // first, and as many more as the queue holds are waiting.
            let gone = (u128::from(count - 1) * 1_500 * BYTE / u128::from(offered)) * u128::from(cap) / (1_500 * BYTE);
            let expected = 1 + gone as u64 + u64::from(waiting_max);
            assert_eq!(count - admitted, count - expected, "drops of {offered} into {cap} from {start}");
        }
    }
}

/// At exactly the cap, a policer drops nothing if its bucket holds one packet more than rounding can consume.
#[test]
fn a_flow_at_the_cap_passes_a_policer() {
    for bps in [64_000, 300_000_000, 333_333_333, 700_000_000, 7_777_000_000] {
        let queue = QueueLimit::Packets(0);
        let burst = ByteSize::from_bytes(3_000);
        let mut shaper = Shaper::new(Shaping { rate: BitRate::from_bps(bps), burst, queue });
        let (admitted, _) = offer(&mut shaper, bps, 30 * DAY, 200_000);
        assert_eq!(admitted, 200_000, "{bps} bit/s");
    }
}

/// A change precedes the departures of its instant, so the packet about to leave is admitted again with its own tokens
/// still in the bucket, observed by a series or not: it leaves at that instant, at the new rate.
#[test]
fn a_change_at_the_instant_of_a_departure_charges_nobody_twice() {
    for interval in [None, Some(SimDuration::from_millis(12))] {
        let (network, plan, peering) = two_packets();
        let peering = network.peering(peering).name.clone();
        let mut simulation = Simulation::new(network, &plan, Options { interval, ..Options::default() });
        let bandwidth = BitRate::from_mbps(2);
        let at = SimTime::from_nanos(12_000_000);
        simulation.apply(None, &Change::ChangeBandwidth { peering, bandwidth }, at).expect("the change is allowed");
        simulation.advance(SimTime::from_nanos(100_000_000));
        let delay = &simulation.traffic_books().of(TrafficId(0)).whole.delay;
        assert_eq!(delay.max(), Some(SimDuration::from_millis(12 + 20)), "interval {interval:?}");
    }
}

/// Two packets at once into 1 Mbps with a burst of one: the second departs after 12 ms and travels for 20 ms.
fn two_packets() -> (Network, Plan, PeeringId) {
    let mut cloud = Cloud::new(1);
    let [a, b] = ["guangzhou", "beijing"].map(|region| cloud.vpc(region, 2));
    let (bandwidth, burst) = (Some(BitRate::from_mbps(1)), Some(ByteSize::from_bytes(1_500)));
    let (queue, delay) = (QueueLimit::Packets(10), SimDuration::from_millis(20));
    cloud.peer(a, b, Transport { bandwidth, burst, queue, delay });
    let traffic = Traffic {
        from: cloud.hosts(a).into(),
        to: Destination::in_order(cloud.hosts(b)),
        phase: Some(SimDuration::ZERO),
        count: Some(1),
        ..workload::entry("two")
    };
    (cloud.network, workload::plan(vec![traffic]), PeeringId(0))
}
