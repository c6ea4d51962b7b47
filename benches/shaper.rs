//! One packet at a token bucket: below the cap, saturated with tail drop, policed; at a rate that divides evenly and at
//! two that do not.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use vpcsim::dataplane::shaper::Shaper;
use vpcsim::model::{QueueLimit, Shaping};
use vpcsim::units::{BitRate, ByteSize, SimTime};

const PACKETS: u64 = 10_000;
const LENGTH: u16 = 1_500;

/// Offers packets evenly at `percent` of the cap and returns how many were admitted.
fn offer(shaper: &mut Shaper, percent: u64) -> usize {
    let gap = u64::from(LENGTH) * 8 * 1_000_000_000 * 100 / (shaper.shaping().rate.as_bps() * percent);
    let mut now = 0;
    let mut admitted = 0;
    for _ in 0..PACKETS {
        now += gap;
        admitted += usize::from(shaper.admit(black_box(SimTime::from_nanos(now)), LENGTH).is_ok());
    }
    admitted
}

fn shaper(c: &mut Criterion) {
    let mut group = c.benchmark_group("shaper");
    group.throughput(Throughput::Elements(PACKETS));
    let cases = [("under cap", 90, 1_000), ("saturated", 120, 1_000), ("policer", 120, 0)];
    for bps in [1_000_000_000, 300_000_000, 333_333_333] {
        for (name, percent, queue) in cases {
            let shaping = Shaping {
                rate: BitRate::from_bps(bps),
                burst: ByteSize::from_bytes(2 * u64::from(LENGTH)),
                queue: QueueLimit::Packets(queue),
            };
            group.bench_function(format!("{name}/{}", shaping.rate), |b| {
                let fresh = || Shaper::new(shaping);
                b.iter_batched_ref(fresh, |shaper| offer(shaper, percent), BatchSize::SmallInput);
            });
        }
    }
    group.finish();
}

criterion_group!(benches, shaper);
criterion_main!(benches);
