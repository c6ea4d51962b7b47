//! `vpcsim bench` as a user meets it, and that each workload is what it claims. Nothing here depends on time: only on
//! counts.

mod program;

use program::{Said, command, root, said};
use serde_json::Value;
use vpcsim::engine::{Mode, Options, Simulation};
use vpcsim::units::{SimDuration, SimTime};
use vpcsim::workload;

fn bench(args: &[&str]) -> Said {
    said(command(root(), &[&["bench"], args].concat()).env("COLUMNS", "160"))
}

fn json(args: &[&str]) -> Value {
    let run = bench(&[args, &["--repeat", "1", "--json"]].concat()).ended(0);
    assert_eq!(run.talk, "");
    run.json()
}

/// (emitted, delivered, dropped, in flight) of one measurement.
fn counts(measurement: &Value) -> [u64; 4] {
    ["packets_emitted", "delivered", "dropped", "in_flight"].map(|key| measurement[key].as_u64().expect("a count"))
}

#[test]
fn a_measurement_says_what_where_and_how() {
    let document = json(&["--workload", "pair", "--packets", "20000", "--workers", "1"]);
    assert_eq!((&document["format"], &document["version"]), (&"vpcsim-bench".into(), &1.into()));
    assert!(document["machine"]["cores"].as_u64() > Some(0) && document["machine"]["os"].is_string());
    let measured = document["measurements"].as_array().expect("a list");
    assert_eq!(measured.len(), 1);
    let measured = &measured[0];
    assert_eq!((&measured["workload"], &measured["mode"]), (&"pair".into(), &"packets".into()));
    assert_eq!(measured["workers"], 1);
    let [emitted, delivered, dropped, in_flight] = counts(measured);
    assert_eq!(emitted, delivered + dropped + in_flight);
    assert!((19_900..=20_100).contains(&emitted) && dropped > 0 && in_flight > 0, "{measured}");
    assert!(measured["packets_per_s"].as_u64() > Some(0) && measured["wall_s"].as_f64() > Some(0.0));
    for way in ["closed", "repeated", "looped", "events"] {
        assert!(measured["effort"][way].is_u64(), "{way}");
    }
    for key in ["cpu_s", "peak_rss_bytes"] {
        assert!(measured.get(key).is_some(), "{key}");
        assert!(measured[key].is_number() || !cfg!(target_os = "linux"), "{key}");
    }
}

#[test]
fn both_modes_and_any_workers_count_the_same() {
    let names = "pair,hub,bill-day,saturated-day-even,shared-50,busy-one,pings,sources-1k";
    let all = |mode: &str, workers: &str| -> Vec<[u64; 4]> {
        let document = json(&["--workload", names, "--packets", "20000", "--mode", mode, "--workers", workers]);
        document["measurements"].as_array().expect("a list").iter().map(counts).collect()
    };
    let packets = all("packets", "1");
    assert_eq!(packets.len(), 8);
    assert_eq!(packets, all("runs", "1"));
    assert_eq!(packets, all("packets", "3"));
    assert_eq!(packets, all("runs", "3"));
}

/// A million packets or more: below that, it does not matter why one thread did everything.
#[test]
fn what_limited_the_threads_is_told() {
    let names = ["--workload", "bill-day,saturated-day-even", "--mode", "runs", "--packets", "2M"];
    let document = json(&[&names[..], &["--workers", "2"]].concat());
    let limits: Vec<_> =
        document["measurements"].as_array().expect("a list").iter().map(|m| m["limited_by"].as_str()).collect();
    assert_eq!(limits, [None, Some("one VPC carries 100 % of the packets")]);
    let out = bench(&[&names[..], &["--workers", "2"]].concat()).ended(0).out;
    assert!(out.contains("What limited the threads in saturated-day-even: one VPC"), "{out}");
    let alone = bench(&[&names[..], &["--workers", "1"]].concat()).ended(0).out;
    assert!(!alone.contains("limited"), "{alone}");
}

#[test]
fn the_table_names_every_workload_in_the_order_asked_for() {
    let args = ["--workload", "hub,pair", "--workload", "mesh-1k", "--packets", "5000", "--repeat", "2"];
    let run = bench(&args).ended(0);
    let out = run.out;
    let rows: Vec<&str> = out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let first = rows.iter().position(|word| *word == "workload").expect("titles");
    assert_eq!(rows[first + 1..first + 4], ["hub", "pair", "mesh-1k"], "{out}");
    assert!(out.starts_with("vpcsim ") && out.contains("core") && out.contains("medians of 2"), "{out}");
    assert!(out.contains("packets/s") && out.contains("ns/packet") && out.contains("peak RSS"), "{out}");
}

#[test]
fn what_cannot_be_measured_is_told() {
    let unknown = bench(&["--workload", "mesh1k"]).ended(2);
    let told = unknown.talk;
    assert!(told.contains("mesh1k") && told.contains("saturated-day") && told.contains("mesh-10k"), "{told}");
    assert!(told.contains("similar"), "the nearest name is hinted at: {told}");
    for wrong in [["--workers", "0"], ["--packets", "0"], ["--repeat", "0"], ["--mode", "fast"]] {
        let run = bench(&wrong).ended(2);
        assert_eq!(run.out, "", "{wrong:?}");
    }
}

/// A span is derived from the packet rate that a workload states.
#[test]
fn a_workload_is_as_dense_as_it_says() {
    // Connections find their rate by themselves, and some end: what those workloads state is the mean of a minute.
    let is_steady = |w: &&workload::Workload| w.packets_per_minute <= 600_000_000 && !w.name.starts_with("tcp-");
    for workload in workload::ALL.iter().filter(is_steady) {
        let (network, plan) = workload.build();
        let mut simulation = Simulation::new(network, &plan, Options { mode: Mode::Packets, ..Options::default() });
        // By this time the first answers are on their way.
        let start = SimTime::ZERO + SimDuration::from_millis(20);
        simulation.advance(start);
        let before = simulation.totals().emitted;
        simulation.advance(start + workload.span_of(100_000));
        let emitted = simulation.totals().emitted - before;
        assert!((99_000..=101_000).contains(&emitted), "{}: {emitted} packets, not 100,000", workload.name);
        simulation.check_books().expect("the books balance");
    }
}
