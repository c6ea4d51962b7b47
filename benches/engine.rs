//! The whole engine: packets per second of one core, by mode and workload, along with allocations per packet. Building
//! the network is not measured; memory is touched in a warm-up before measuring.

mod counting;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;
use vpcsim::engine::{Mode, Options, Simulation};
use vpcsim::units::{SimDuration, SimTime};
use vpcsim::workload::{self, Workload};

/// Virtual time before measuring: queues are full and every book is allocated.
const WARM_UP: SimTime = SimTime::from_nanos(200_000_000);
/// Packets per sample, approximately.
const PACKETS: u64 = 1_000_000;

fn warm(workload: &Workload, mode: Mode) -> Simulation {
    let (network, plan) = workload.build();
    let mut simulation = Simulation::new(network, &plan, Options { mode, ..Options::default() });
    simulation.advance(WARM_UP);
    simulation
}

/// Packets emitted and allocations made in `span` after the warm-up.
fn counted(workload: &Workload, mode: Mode, span: SimDuration) -> (u64, u64) {
    let mut simulation = warm(workload, mode);
    let (emitted, allocations) = (simulation.totals().emitted, counting::allocations());
    simulation.advance(WARM_UP + span);
    let allocations = counting::allocations() - allocations;
    simulation.check_books().expect("the books balance");
    (simulation.totals().emitted - emitted, allocations)
}

fn engine(c: &mut Criterion) {
    for (mode_name, mode) in [("packets", Mode::Packets), ("runs", Mode::Runs)] {
        let mut group = c.benchmark_group(mode_name);
        group.sample_size(10).measurement_time(Duration::from_secs(5));
        for workload in workload::USUAL.iter().filter_map(|name| workload::find(name)) {
            let span = workload.span_of(PACKETS);
            let (packets, allocations) = counted(workload, mode, span);
            println!("{mode_name}/{}: {allocations} allocations over {packets} packets", workload.name);
            group.throughput(Throughput::Elements(packets));
            group.bench_function(workload.name, |b| {
                b.iter_batched_ref(|| warm(workload, mode), |s| s.advance(WARM_UP + span), BatchSize::PerIteration);
            });
        }
        group.finish();
    }
}

criterion_group!(benches, engine);
criterion_main!(benches);
