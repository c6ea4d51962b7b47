//! The whole engine: packets per second of one core, by workload. Building the network is not measured; memory that a run touches
//! for the first time is warmed up before.

mod workloads;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;
use vpcsim::engine::{Options, Simulation};
use vpcsim::units::{SimDuration, SimTime};
use workloads::Workload;

/// Virtual time before measuring: queues are full and every book is allocated.
const WARM_UP: SimTime = SimTime::from_nanos(200_000_000);

fn warm(workload: Workload) -> Simulation {
    let (network, plan) = workload();
    let mut simulation = Simulation::new(network, &plan, Options::default());
    simulation.advance(WARM_UP);
    simulation
}

/// Packets emitted in `span` after the warm-up.
fn emitted(workload: Workload, span: SimDuration) -> u64 {
    let mut simulation = warm(workload);
    let before = simulation.totals().emitted;
    simulation.advance(WARM_UP + span);
    simulation.check_books().expect("the books balance");
    simulation.totals().emitted - before
}

fn engine(c: &mut Criterion) {
    let mut group = c.benchmark_group("engine");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for (name, workload) in workloads::ALL {
        // About 10⁶ packets a sample.
        let a_tenth = emitted(workload, SimDuration::from_millis(100));
        let span = SimDuration::from_millis(100_000_000 / a_tenth);
        group.throughput(Throughput::Elements(emitted(workload, span)));
        group.bench_function(name, |b| {
            b.iter_batched_ref(|| warm(workload), |s| s.advance(WARM_UP + span), BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
