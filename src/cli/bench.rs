//! `vpcsim bench`: how fast this machine forwards packets, workload by workload. It measures; workloads and the table
//! are defined elsewhere.

use super::args::{BenchArgs, ModeArg};
use super::exit::Exit;
use super::machine;
use super::output;
use super::play::{Bug, report_bug};
use crate::engine::{Mode, Options, Simulation, Totals};
use crate::report::{self, BenchReport, EffortReport, Measurement};
use crate::units::{SimDuration, SimTime};
use crate::workload::Workload;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Measures every requested workload.
pub(super) fn bench(args: &BenchArgs, quiet: bool) -> Exit {
    let talks = !quiet && std::io::stderr().is_terminal();
    let mut measurements = Vec::new();
    for workload in &args.workloads {
        if talks {
            output::talk(&format!("measuring {}: {}", workload.name, workload.what));
        }
        match measure(workload, args) {
            Ok(measurement) => measurements.push(measurement),
            Err(bug) => {
                report_bug(&bug);
                return Exit::Bug;
            }
        }
    }
    let report = BenchReport::new(machine::machine(), args.repeat.get(), measurements);
    if args.json {
        return output::stdout(&report::bench_json(&report));
    }
    let page = output::page(false);
    output::report(&report::bench_text(&report, &page), &page)
}

/// One pass over a workload.
struct Pass {
    wall: Duration,
    cpu: Option<Duration>,
    totals: Totals,
    effort: EffortReport,
}

fn measure(workload: &Workload, args: &BenchArgs) -> Result<Measurement, Bug> {
    let (mode, mode_name, usual) = match args.mode {
        ModeArg::Packets => (Mode::Packets, "packets", workload.span_of_packets()),
        ModeArg::Runs => (Mode::Runs, "runs", workload.span_of_runs()),
    };
    let span = args.packets.map_or(usual, |packets| workload.span_of(packets.get()));
    let options = Options { mode, workers: args.workers.unwrap_or(machine::cores()), interval: None, watch: None };
    let peak_rss_is_own = machine::forget_peak();
    let mut passes = Vec::new();
    for _ in 0..args.repeat.get() {
        passes.push(pass(workload, span, options)?);
    }
    let peak_rss = machine::peak();
    if let Some(other) = passes.iter().find(|pass| pass.totals != passes[0].totals) {
        return Err(
            format!("{}: one seed, two outcomes: {:?}, {:?}", workload.name, passes[0].totals, other.totals).into()
        );
    }
    passes.sort_by_key(|pass| pass.wall);
    let (wall_min, wall_max) = (passes[0].wall, passes[passes.len() - 1].wall);
    let Pass { wall, cpu, totals, effort } = passes.swap_remove((passes.len() - 1) / 2);
    Ok(Measurement {
        workload: workload.name,
        mode: mode_name,
        workers: options.workers.get(),
        span,
        emitted: totals.emitted,
        delivered: totals.delivered,
        dropped: totals.dropped,
        in_flight: totals.in_flight,
        wall,
        wall_min,
        wall_max,
        cpu,
        packets_per_s: report::packets_per_second(totals.emitted, wall),
        peak_rss,
        peak_rss_is_own,
        limited_by: effort.limit(options.workers.get()),
        effort,
    })
}

/// Advances by `span` in one step, like a run without a timeline. Only this step is timed.
fn pass(workload: &Workload, span: SimDuration, options: Options) -> Result<Pass, Bug> {
    let (network, plan) = workload.build();
    let mut simulation = Simulation::new(network, &plan, options);
    let (started, used) = (Instant::now(), machine::cpu_time());
    simulation.advance(SimTime::ZERO + span);
    let wall = started.elapsed();
    let cpu = machine::cpu_time().zip(used).map(|(now, before)| now.saturating_sub(before));
    simulation.check_books()?;
    Ok(Pass {
        wall,
        cpu,
        totals: simulation.totals(),
        effort: EffortReport::of(simulation.effort(), simulation.network()),
    })
}
