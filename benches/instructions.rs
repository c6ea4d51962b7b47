//! One workload, once, for a counting tool: no harness, no clock. Instructions per emitted packet are the difference of two runs,
//! so that building the network cancels out:
//!
//! `valgrind --tool=callgrind <this binary> pair 100000`, again with 200000, then `(total(2N) − total(N)) / N`.

mod workloads;

use vpcsim::engine::{Options, Simulation};
use vpcsim::units::SimTime;

/// Where the density of packets is known.
const PROBE: SimTime = SimTime::from_nanos(100_000_000);

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let (Some(name), Some(packets)) = (arguments.next(), arguments.next().and_then(|n| n.parse::<u64>().ok())) else {
        // `cargo bench` runs every bench; this one has nothing to say without a workload.
        println!("usage: instructions WORKLOAD PACKETS, of {}", names().join(", "));
        return;
    };
    let Some((_, workload)) = workloads::ALL.into_iter().find(|(n, _)| *n == name) else {
        println!("no workload `{name}`, only {}", names().join(", "));
        return;
    };
    let (network, plan) = workload();
    let mut simulation = Simulation::new(network, &plan, Options::default());
    simulation.advance(PROBE);
    // The rest in one advance, as a run without a timeline goes.
    let nanos = u128::from(PROBE.as_nanos()) * u128::from(packets) / u128::from(simulation.totals().emitted);
    simulation.advance(SimTime::from_nanos(nanos as u64));
    simulation.check_books().expect("the books balance");
    println!("{name}: {} packets emitted, {:?}", simulation.totals().emitted, simulation.totals());
}

fn names() -> Vec<&'static str> {
    workloads::ALL.iter().map(|(name, _)| *name).collect()
}
