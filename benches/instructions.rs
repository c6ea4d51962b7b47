//! One workload, once, for a counting tool: no harness, no clock. Instructions per emitted packet are the difference of
//! two runs, so that building the network cancels out:
//!
//! `valgrind --tool=callgrind <this binary> pair 100000 packets`, again with 200000, then `(total(2N) − total(N)) / N`.
//! The mode may be omitted, or be `runs`.

use vpcsim::engine::{Mode, Options, Simulation};
use vpcsim::units::SimTime;
use vpcsim::workload;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (name, packets, mode) = match arguments[..] {
        [name, packets] | [name, packets, "packets"] => (name, packets, Mode::Packets),
        [name, packets, "runs"] => (name, packets, Mode::Runs),
        // `cargo bench` runs every bench; this one does nothing without a workload.
        _ => return println!("usage: instructions WORKLOAD PACKETS [packets|runs], of {}", names()),
    };
    let Some(workload) = workload::find(name) else { return println!("no workload `{name}`, only {}", names()) };
    let Ok(packets) = packets.parse() else { return println!("`{packets}` is no number of packets") };
    let (network, plan) = workload.build();
    let mut simulation = Simulation::new(network, &plan, Options { mode, ..Options::default() });
    // In one advance, like a run without a timeline.
    simulation.advance(SimTime::ZERO + workload.span_of(packets));
    simulation.check_books().expect("the books balance");
    println!("{name}: {} packets emitted, {:?}", simulation.totals().emitted, simulation.totals());
}

fn names() -> String {
    workload::ALL.map(|workload| workload.name).join(", ")
}
