//! The measurements as a table: the machine above it, and remarks on the figures below.

use super::model::{BenchReport, Machine, Measurement};
use crate::report::format::column::{number, text};
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::Table;
use crate::report::format::words::counted;
use crate::units::{ByteSize, grouped};
use std::time::Duration;

/// The columns.
const PACKET: &str = "One packet: from the host that emits it to where it ends, through the look-up in its route \
                      table, the bucket and the link it meets, the router behind it, and all books. A request and its \
                      reply are two. The network is built before the clock starts.";

/// If wall time exceeds processor time by more than this, other processes had the processors.
const TOLERATED_PERCENT: u32 = 10;

/// The machine in one line, one line for each workload, and remarks on the figures.
pub fn bench_text(report: &BenchReport, page: &Page) -> String {
    let mut table = Table::new(&[
        text("workload").key(),
        text("mode").key(),
        number("workers"),
        number("time"),
        number("packets"),
        number("packets/s"),
        number("ns/packet"),
        number("min–max"),
        number("wall").opens(),
        number("cpu"),
        number("peak RSS"),
        text("how"),
    ]);
    for m in &report.measurements {
        table.row([
            m.workload.to_owned(),
            m.mode.to_owned(),
            m.workers.to_string(),
            m.span.to_string(),
            grouped(m.emitted),
            grouped(m.packets_per_s),
            nanos_per_packet(m.wall, m.emitted),
            spread(m, report.repeat),
            clocked(m.wall),
            m.cpu.map(clocked).unwrap_or_default(),
            m.peak_rss.map(megabytes).unwrap_or_default(),
            m.effort.main_road(),
        ]);
    }
    let included = format!("\n{}", page.prose(PACKET));
    let remarks = remarks(report).into_iter().map(|remark| format!("\n{}", page.toned(&remark, Tone::Caution)));
    page.prose(&heading(report)) + "\n" + &table.render(page) + &included + &remarks.collect::<String>()
}

fn heading(report: &BenchReport) -> String {
    let Machine { cpu, cores, memory, os, .. } = &report.machine;
    let cpu = cpu.clone().unwrap_or_else(|| "unknown processor".into());
    let cores = counted(*cores as u64, "core");
    let memory = memory.map(|memory| format!("{} of memory", megabytes(memory)));
    let parts: Vec<String> = [Some(cpu), Some(cores), memory, Some(os.clone())].into_iter().flatten().collect();
    let repeated = if report.repeat > 1 { format!("; medians of {}", report.repeat) } else { String::new() };
    format!("vpcsim {} on {}{repeated}", report.program, parts.join(", "))
}

fn remarks(report: &BenchReport) -> Vec<String> {
    let mut remarks = Vec::new();
    if !report.machine.optimised {
        remarks.push("Built without optimisation: these figures say nothing about speed.".into());
    }
    let inherited = |m: &&Measurement| m.peak_rss.is_some() && !m.peak_rss_is_own;
    if report.measurements.iter().skip(1).any(|m| inherited(&m)) {
        remarks.push("Peak RSS is the process's so far: this system does not let it be reset.".into());
    }
    let disturbed = report.measurements.iter().filter(|m| is_disturbed(m)).map(|m| m.workload).collect::<Vec<_>>();
    if !disturbed.is_empty() {
        let names = disturbed.join(", ");
        remarks.push(format!(
            "The clock ran more than {TOLERATED_PERCENT} % longer than the processors worked in {names}: something \
             else used this machine. Measure again, or go by the CPU time."
        ));
    }
    let limited = report.measurements.iter().filter_map(|m| Some((m.workload, m.limited_by.as_ref()?)));
    remarks.extend(limited.map(|(workload, limit)| format!("What limited the threads in {workload}: {limit}.")));
    remarks
}

/// At least one thread is always busy, so the processors should be in use for all of the wall time.
fn is_disturbed(m: &Measurement) -> bool {
    m.cpu.is_some_and(|cpu| m.wall * 100 > cpu * (100 + TOLERATED_PERCENT))
}

/// From the shortest to the longest time, if there were several.
fn spread(m: &Measurement, repeat: usize) -> String {
    if repeat < 2 || m.emitted == 0 {
        return String::new();
    }
    format!("{}–{}", nanos_per_packet(m.wall_min, m.emitted), nanos_per_packet(m.wall_max, m.emitted))
}

fn nanos_per_packet(wall: Duration, emitted: u64) -> String {
    if emitted == 0 {
        return String::new();
    }
    let nanos = wall.as_nanos() as f64 / emitted as f64;
    // Carried as whole patterns, a packet costs less than a nanosecond.
    if nanos < 1.0 { format!("{nanos:.4}") } else { format!("{nanos:.1}") }
}

/// A span of wall time to about three digits.
fn clocked(span: Duration) -> String {
    let seconds = span.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1e3) } else { format!("{seconds:.2} s") }
}

/// A memory size, rounded half up to whole megabytes.
fn megabytes(size: ByteSize) -> String {
    format!("{} MB", grouped((size.as_u64() + 500_000) / 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::effort::{EffortReport, packets_per_second};
    use crate::report::format::prose::columns_of;
    use crate::units::SimDuration;

    fn measured(workload: &'static str, emitted: u64, wall: Duration, busiest: u64) -> Measurement {
        let effort = EffortReport { closed: emitted, threads: 2, busiest, ..EffortReport::default() };
        Measurement {
            workload,
            mode: "runs",
            workers: 2,
            span: SimDuration::from_secs(200),
            emitted,
            delivered: emitted,
            dropped: 0,
            in_flight: 0,
            wall,
            wall_min: wall - wall / 50,
            wall_max: wall + wall / 10,
            cpu: (workload == "pair").then(|| wall * 4 / 5),
            packets_per_s: packets_per_second(emitted, wall),
            peak_rss: Some(ByteSize::from_bytes(12_345_678)),
            peak_rss_is_own: false,
            limited_by: effort.limit(2),
            effort,
        }
    }

    fn report() -> BenchReport {
        let machine = Machine { cpu: None, cores: 1, memory: None, os: "linux".into(), optimised: false };
        let measurements = vec![
            measured("pair", 20_000_000, Duration::from_millis(1_250), 20_000_000),
            measured("saturated-day-even", 8_640_000_000, Duration::from_micros(2_500), 4_320_000_000),
        ];
        BenchReport::new(machine, 3, measurements)
    }

    #[test]
    fn what_is_unknown_has_no_column_and_what_it_means_is_said() {
        let text = bench_text(&report(), &Page::of_width(100));
        let (_, rest) = text.split_once(" on ").unwrap();
        insta::assert_snapshot!(rest, @r"
        unknown processor, 1 core, linux; medians of 3

          workload            mode  workers   time        packets          packets/s  ns/packet
          pair                runs        2  200 s     20,000,000         16,000,000       62.5
          saturated-day-even  runs        2  200 s  8,640,000,000  3,456,000,000,000     0.0003

                                                                    peak
          workload            mode        min–max    wall     cpu    RSS  how
          pair                runs      61.2–68.8  1.25 s  1.00 s  12 MB  closed 100 %
          saturated-day-even  runs  0.0003–0.0003  2.5 ms          12 MB  closed 100 %

        One packet: from the host that emits it to where it ends, through the look-up in its route table,
        the bucket and the link it meets, the router behind it, and all books. A request and its reply are
        two. The network is built before the clock starts.

        Built without optimisation: these figures say nothing about speed.

        Peak RSS is the process's so far: this system does not let it be reset.

        The clock ran more than 10 % longer than the processors worked in pair: something else used this
        machine. Measure again, or go by the CPU time.

        What limited the threads in pair: one VPC carries 100 % of the packets.
        ");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [60, 80, 100] {
            let text = bench_text(&report(), &Page::of_width(width));
            assert!(text.lines().map(columns_of).max() <= Some(width), "{text}");
        }
    }
}
