//! Transfers over a capped peering against the same ones by the TCP of this machine's Linux, through a cap of `tc` and
//! a delay (`path.py`): how long they take, and how many segments are sent again. Needs root, network namespaces,
//! `python3`, `ip` and `tc`, and a variable that asks for it; skipped without them. Says nothing of RFCs, which the
//! unit tests ask for.
#![cfg(target_os = "linux")]

#[path = "../program/mod.rs"]
mod program;

use program::{Said, bare, folder, root, said, vpcsim};
use std::io::ErrorKind;

/// A transfer and the path that it takes, which has a bucket of 10 ms at the cap.
#[derive(Debug, Clone, Copy)]
struct Case {
    name: &'static str,
    mbps: u64,
    /// In microseconds, there and back.
    round_trip: u64,
    /// In bytes.
    queue: u64,
    congestion: &'static str,
    size: u64,
    /// In bytes; 0 for more than ever fills.
    window: u64,
    again: Again,
}

/// What is asked of the number of segments sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// Neither side has any.
    None,
    /// They differ by no more than [`AGAIN_OFF`].
    Alike,
    /// They differ, since Linux ends slow start by HyStart, not by RFC 9406: only that there are any.
    Any,
}

/// What both sides say of a case.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Told {
    seconds: f64,
    again: f64,
}

/// The variable that asks for it.
const ASKED: &str = "VPCSIM_LINUX";

/// By how much completion times may differ, and numbers of segments sent again: shares of what Linux has.
const SECONDS_OFF: f64 = 0.10;
const AGAIN_OFF: f64 = 0.20;

/// Transfers of a case by Linux, of which the medians count.
const RUNS: usize = 3;

const CASES: &[Case] = &[
    case("reno, queue of 16 ms", ("reno", 20, 20_000, 40_000), 2_500_000, Again::Alike),
    case("reno, queue of 40 ms", ("reno", 20, 20_000, 100_000), 2_500_000, Again::Alike),
    case("reno, queue of 24 ms, 40 ms away", ("reno", 100, 40_000, 300_000), 12_000_000, Again::Alike),
    case("cubic, queue of 16 ms", ("cubic", 20, 20_000, 40_000), 2_500_000, Again::Any),
    case("cubic, queue of 12 ms, 40 ms away", ("cubic", 100, 40_000, 150_000), 12_000_000, Again::Alike),
    Case {
        window: 44 * 1_460,
        ..case("a window of 44 segments", ("cubic", 100, 40_000, 125_000), 2_500_000, Again::None)
    },
    case("100 kB by cubic", ("cubic", 20, 20_000, 125_000), 100_000, Again::None),
    case("100 kB by reno, 40 ms away", ("reno", 100, 40_000, 125_000), 100_000, Again::None),
];

/// Two VPCs with a host each and a peering, whose table the rest continues.
const PAIR: &str = r#"name = "transfer"
duration = "60 s"
[vpc.a]
region = "beijing"
cidr = "10.0.0.0/16"
[vpc.a.subnet.s]
cidr = "10.0.1.0/24"
routes = [{ to = "10.1.0.0/16", via = "p" }]
[vpc.a.host.h]
[vpc.b]
region = "guangzhou"
cidr = "10.1.0.0/16"
[vpc.b.subnet.s]
cidr = "10.1.1.0/24"
routes = [{ to = "10.0.0.0/16", via = "p" }]
[vpc.b.host.h]
[peering.p]
requester = "a"
accepter = "b"
"#;

const fn case(
    name: &'static str,
    (congestion, mbps, round_trip, queue): (&'static str, u64, u64, u64),
    size: u64,
    again: Again,
) -> Case {
    Case { name, mbps, round_trip, queue, congestion, size, window: 0, again }
}

impl Case {
    fn burst(&self) -> u64 {
        self.mbps * 1_000_000 / 8 / 100
    }

    /// The medians of what Linux needs; `None` where the machine is too busy to tell.
    fn linux(&self) -> Option<Told> {
        let number = |name: &str, value: u64| [format!("--{name}"), value.to_string()];
        let numbers = [
            number("mbps", self.mbps),
            number("burst", self.burst()),
            number("queue", self.queue),
            number("delay-us", self.round_trip / 2),
            number("size", self.size),
            number("window", self.window),
            number("runs", RUNS as u64),
        ];
        let told = path(&[&["--congestion".to_owned(), self.congestion.to_owned()], numbers.as_flattened()].concat());
        let runs = told.ended(0).json();
        let median = |key: &str| {
            let mut values: Vec<f64> =
                runs.as_array().expect("runs").iter().filter_map(|run| run[key].as_f64()).collect();
            values.sort_by(f64::total_cmp);
            (values.len() == RUNS).then(|| values[RUNS / 2])
        };
        Some(Told { seconds: median("took_ns")? / 1e9, again: median("again")? })
    }

    /// What the simulator says.
    fn simulated(&self) -> Told {
        let window = if self.window > 0 { format!("window = \"{} B\"\n", self.window) } else { String::new() };
        let text = format!(
            "{PAIR}bandwidth = \"{} Mbps\"\nburst = \"{} B\"\nqueue = \"{} B\"\ndelay = \"{} us\"\n\
             [traffic.t]\nfrom = \"a/h\"\nto = \"b/h\"\npattern = \"tcp\"\ncount = 1\nphase = \"0 s\"\n\
             congestion = \"{}\"\nsize = \"{} B\"\n{window}",
            self.mbps,
            self.burst(),
            self.queue,
            self.round_trip / 2,
            self.congestion,
            self.size,
        );
        let folder = folder(&[("s.toml", text)]);
        let report = vpcsim(folder.path(), &["run", "s.toml", "--json"]).ended(0).json();
        let tcp = &report["traffic"][0]["tcp"];
        let number = |value: &serde_json::Value| value.as_f64().unwrap_or_else(|| panic!("{tcp}"));
        Told { seconds: number(&tcp["completion"]["max_ns"]) / 1e9, again: number(&tcp["retransmissions"]) }
    }

    /// Whether what was told agrees.
    fn agrees(&self, linux: Told, ours: Told) -> bool {
        let is_close = |a: f64, b: f64, share: f64| (a - b).abs() <= b * share;
        let is_alike = match self.again {
            Again::None => ours.again == 0.0 && linux.again == 0.0,
            Again::Alike => is_close(ours.again, linux.again, AGAIN_OFF),
            Again::Any => ours.again > 0.0 && linux.again > 0.0,
        };
        is_alike && is_close(ours.seconds, linux.seconds, SECONDS_OFF)
    }
}

/// Runs the script beside this file.
fn path(args: &[String]) -> Said {
    said(bare("python3").arg(root().join("tests/linux/path.py")).args(args))
}

/// What is missing here, or nothing.
fn missing() -> String {
    match bare("python3").arg("--version").output() {
        Err(error) if error.kind() == ErrorKind::NotFound => "python3".to_owned(),
        _ => path(&["--check".to_owned()]).ended(0).out.trim().to_owned(),
    }
}

#[test]
fn transfers_take_as_long_as_those_of_linux() {
    // Half a minute of wall time that must not be shared with other tests.
    if std::env::var_os(ASKED).is_none() {
        return println!("skipped: transfers by Linux are compared where {ASKED} is set, on a quiet machine");
    }
    let missing = missing();
    if !missing.is_empty() {
        return println!("skipped: {missing} is missing for transfers by Linux");
    }
    let mut apart = Vec::new();
    for case in CASES {
        let ours = case.simulated();
        let linux = match case.linux() {
            // The machine may have been busy with something else.
            Some(linux) if !case.agrees(linux, ours) => case.linux(),
            linux => linux,
        };
        let Some(linux) = linux else {
            println!("skipped from \"{}\" on: this machine is too busy", case.name);
            break;
        };
        let line = format!(
            "{:34} Linux {:6.3} s, {:4} again; here {:6.3} s, {:4} again",
            case.name, linux.seconds, linux.again, ours.seconds, ours.again
        );
        println!("{line}");
        if !case.agrees(linux, ours) {
            apart.push(line);
        }
    }
    assert!(apart.is_empty(), "too far apart:\n{}", apart.join("\n"));
}
