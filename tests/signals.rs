//! Signals, with real processes: a run ends early with its results so far, everything else ends at once. No test
//! asserts how long that takes; a process that never ends hangs the test.
#![cfg(target_os = "linux")]

mod program;
mod texts;

use program::{Said, bare, read, said, write};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, Stdio};
use tempfile::TempDir;
use texts::PAIR;

/// A scenario far too long to wait for. With `-v` the timeline change is logged, which shows that the run has begun.
fn endless() -> String {
    let rest = r#"bandwidth = "500 Mbps"
[traffic.t]
from = "a/h"
to = "b/h"
pattern = "poisson"
rate = "400 Mbps"
packet_size = "64 B"
[[at]]
time = "1 ms"
do = "change_bandwidth"
peering = "p"
bandwidth = "1 Gbps"
[[expect]]
traffic = "t"
loss = "100 %"
"#;
    format!("name = \"endless\"\nduration = \"30 d\"\n{PAIR}{rest}")
}

fn folder() -> TempDir {
    program::folder(&[("s.toml", endless())])
}

fn done(program: &str, args: &[&str]) {
    said(bare(program).args(args)).ended(0);
}

/// The running program; it is killed if the test fails first.
struct Running {
    child: Child,
    talk: BufReader<ChildStderr>,
}

impl Running {
    /// The test runner may ignore signals, and a child would inherit that: `signals` sets them as env(1) does.
    fn with(signals: &[&str], folder: &Path, args: &[&str]) -> Running {
        let mut command = bare("env");
        command.args(signals).arg(env!("CARGO_BIN_EXE_vpcsim")).current_dir(folder).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let talk = BufReader::new(child.stderr.take().expect("piped"));
        Running { child, talk }
    }

    fn start(folder: &Path, args: &[&str]) -> Running {
        Running::with(&["--default-signal=INT,TERM,HUP"], folder, args)
    }

    /// Waits until the program plays the scenario, that is, until it logs the change.
    fn plays(&mut self) {
        let mut line = String::new();
        while !line.contains("timeline") {
            line.clear();
            assert!(self.talk.read_line(&mut line).expect("text") > 0, "it ended");
        }
    }

    fn send(&self, signal: &str) {
        done("kill", &[&format!("-{signal}"), &self.child.id().to_string()]);
    }

    /// A line of the program's `/proc` status.
    fn status(&self, what: &str) -> String {
        let all = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it is there");
        let line = all.lines().find_map(|line| line.strip_prefix(&format!("{what}:")));
        line.expect("the system tells it").trim().to_owned()
    }

    /// Whether a signal is in one of the masks of that status.
    fn has(&self, mask: &str, signal: u32) -> bool {
        let mask = u64::from_str_radix(&self.status(mask), 16).expect("a mask");
        mask >> (signal - 1) & 1 == 1
    }

    /// Its standard output, and the rest of its standard error.
    fn ended(mut self) -> Said {
        let (mut out, mut talk) = (String::new(), String::new());
        self.child.stdout.take().map(|mut pipe| pipe.read_to_string(&mut out)).transpose().expect("text");
        self.talk.read_to_string(&mut talk).expect("text");
        Said::new(self.child.wait().expect("it ends").code(), out, &talk)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail if the process has ended, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_signal_ends_a_run_with_the_partial_report() {
    for signal in ["INT", "TERM", "HUP"] {
        let folder = folder();
        let files = ["--interval", "1h", "--csv", "t.csv", "--graph", "g.svg", "--flow-logs", "log"];
        let mut run = Running::start(folder.path(), &[&["run", "-v", "s.toml"], &files[..]].concat());
        run.plays();
        run.send(signal);
        let said = run.ended().ended(130);
        assert!(said.out.contains("PARTIAL: interrupted after"), "{signal}: {}", said.out);
        let csv = read(folder.path(), "t.csv");
        assert!(csv.starts_with("# PARTIAL: interrupted at ") && csv.contains(" of 30 d\nstart_s,"), "{signal}: {csv}");
        let picture = read(folder.path(), "g.svg");
        assert!(picture.contains("<title>PARTIAL: ") && picture.ends_with("</svg>\n"), "{signal}: {picture}");
        let log = read(folder.path(), "log");
        let last = log.lines().last().unwrap_or_default();
        assert!(last.starts_with("# PARTIAL: interrupted at ") && log.contains(" ACCEPT OK -\n"), "{signal}: {last}");
    }
}

#[test]
fn a_folder_of_an_interrupted_run_is_whole_and_marked() {
    let folder = folder();
    let mut run = Running::start(folder.path(), &["run", "-v", "s.toml", "--out", "d", "--pcap-first", "100"]);
    run.plays();
    run.send("INT");
    let said = run.ended().ended(130);
    assert!(said.out.contains("PARTIAL: interrupted after"), "{}", said.out);
    let dir = folder.path().join("d");
    let names = fs::read_dir(&dir).expect("it is there").map(|entry| entry.expect("an entry").file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with('.')), "nothing is half-written");
    let index: Value = serde_json::from_str(&read(&dir, "index.json")).expect("an index");
    assert_eq!(index["partial"], true);
    for name in ["report.txt", "series.csv", "network.svg", "bill.txt"] {
        assert!(read(&dir, name).contains("PARTIAL"), "{name}");
    }
    for name in ["report.json", "bill.json"] {
        assert!(read(&dir, name).contains("\"partial\": true"), "{name}");
    }
    let again = program::vpcsim(folder.path(), &["report", "d", "-v"]).ended(130);
    assert_eq!(again.out, said.out);
}

/// The second signal ends the program at once: what is there has no index, and is not taken for a result.
#[test]
fn a_folder_of_a_run_that_did_not_end_is_no_result() {
    let folder = folder();
    let mut run = Running::start(folder.path(), &["run", "-v", "s.toml", "--out", "d"]);
    run.plays();
    run.send("KILL");
    assert_eq!(run.ended().code, None);
    let said = program::vpcsim(folder.path(), &["report", "d"]).ended(2);
    assert!(said.out.is_empty() && said.talk.contains("d holds no index.json"), "{}", said.talk);
}

#[test]
fn a_bill_that_was_interrupted_says_so_everywhere() {
    let folder = folder();
    let files = ["--csv", "f.csv", "--monitoring", "m.csv", "--svg", "svg", "--json", "--what-if", "0 %"];
    let mut bill = Running::start(folder.path(), &[&["bill", "-v", "s.toml"], &files[..]].concat());
    bill.plays();
    bill.send("TERM");
    let said = bill.ended().ended(130);
    let invoice = said.json();
    assert_eq!((&invoice["partial"], &invoice["what_if"]), (&true.into(), &Value::Array(vec![])));
    let read = |name: &str| read(folder.path(), name);
    assert!(read("m.csv").starts_with("# PARTIAL: interrupted at "));
    assert!(read("svg/p-2017-06-01.svg").contains("PARTIAL: p on 2017-06-01"));
    assert!(!folder.path().join("f.csv").exists() && said.talk.contains("f.csv is not written"), "{}", said.talk);
    // Files of an interrupted run are replaced like those of any run.
    let args = ["bill", "s.toml", "--set", "duration=1 s", "--monitoring", "m.csv", "--svg", "svg"];
    program::vpcsim(folder.path(), &args).ended(0);
    assert!(read("m.csv").starts_with("time,"));
    assert!(!read("svg/p-2017-06-01.svg").contains("PARTIAL"));
}

#[test]
fn a_sweep_that_was_interrupted_shows_what_was_measured() {
    let folder = folder();
    let over = ["--over", "seed=1..9/1", "--csv", "t.csv", "--svg", "t.svg", "--workers", "512"];
    let mut run = Running::start(folder.path(), &[&["sweep", "-v", "s.toml"], &over[..]].concat());
    run.plays();
    run.send("INT");
    let said = run.ended().ended(130);
    assert!(said.out.contains("1 of 9 points") && said.out.contains("PARTIAL: interrupted"), "{}", said.out);
    let csv = read(folder.path(), "t.csv");
    assert!(csv.starts_with("# PARTIAL: interrupted\nseed,partial,") && csv.contains("\n1,true,"), "{csv}");
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(read(folder.path(), "t.svg").contains("PARTIAL: endless"));

    let mut run =
        Running::start(folder.path(), &["sweep", "-v", "s.toml", "--find-lossless", "traffic.t.rate", "--json"]);
    run.plays();
    run.send("INT");
    let said = run.ended().ended(130).json();
    assert_eq!(said, Value::Array(vec![]), "no rate was tried to the end");
}

#[test]
fn nothing_is_begun_after_a_signal() {
    let folder = folder();
    write(folder.path(), "later.toml", endless());
    // More workers than any machine has cores: one run at a time.
    let mut run = Running::start(folder.path(), &["run", "-v", "--json", "--workers", "512", "s.toml", "later.toml"]);
    run.plays();
    run.send("INT");
    let said = run.ended().ended(130);
    let outcomes = said.json();
    assert_eq!((&outcomes[0]["format"], &outcomes[0]["partial"]), (&"vpcsim-report".into(), &true.into()));
    assert_eq!(outcomes[1]["format"], "vpcsim-check");
    assert!(said.talk.contains("later.toml was not run"), "{}", said.talk);
}

/// A named pipe in the folder.
fn pipe(folder: &TempDir, name: &str) {
    done("mkfifo", &[&folder.path().join(name).display().to_string()]);
}

#[test]
fn a_second_signal_ends_at_once() {
    let folder = folder();
    pipe(&folder, "pipe");
    // Nobody ever reads the pipe, so the program cannot end normally.
    let mut run = Running::start(folder.path(), &["run", "-v", "s.toml", "--interval", "1h", "--csv", "pipe"]);
    run.plays();
    run.send("INT");
    let mut report = BufReader::new(run.child.stdout.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("PARTIAL") {
        line.clear();
        assert!(report.read_line(&mut line).expect("text") > 0, "it ended");
    }
    run.send("TERM");
    run.ended().ended(130);
}

/// As timeout(1) does: to the process, and to its group. The second comes before the program can handle the first.
#[test]
fn two_signals_in_a_row_are_one() {
    let folder = folder();
    let mut run = Running::start(folder.path(), &["run", "-v", "s.toml"]);
    run.plays();
    run.send("STOP");
    while !run.status("State").starts_with('T') {
        std::thread::yield_now();
    }
    // Different signals: the same one twice would be pending only once.
    for signal in ["TERM", "INT", "CONT"] {
        run.send(signal);
    }
    let said = run.ended().ended(130);
    assert!(said.out.contains("PARTIAL"), "{}", said.out);
}

#[test]
fn before_anything_runs_a_signal_ends_at_once() {
    let folder = folder();
    pipe(&folder, "pipe.toml");
    for (signal, command) in [("INT", "run"), ("TERM", "bill"), ("HUP", "check")] {
        let run = Running::start(folder.path(), &[command, "pipe.toml"]);
        // Once it reads, it also handles signals; it goes on reading until this file is closed.
        let held = fs::File::options().write(true).open(folder.path().join("pipe.toml")).expect("it reads");
        run.send(signal);
        let said = run.ended().ended(130);
        assert_eq!((said.out.as_str(), said.talk.as_str()), ("", ""), "{signal}");
        drop(held);
    }
}

/// The numbers of SIGHUP, SIGINT and SIGTERM, as the system's masks count them.
const NUMBERS: [u32; 3] = [1, 2, 15];

#[test]
fn who_wants_it_to_outlive_the_terminal_gets_that() {
    let folder = folder();
    for (outlives, hang_ups) in [(false, "--default-signal=HUP"), (true, "--ignore-signal=HUP")] {
        let mut run = Running::with(&["--default-signal=INT,TERM", hang_ups], folder.path(), &["run", "-v", "s.toml"]);
        run.plays();
        assert_eq!(NUMBERS.map(|signal| run.has("SigIgn", signal)), [outlives, false, false], "{hang_ups}");
        assert_eq!(NUMBERS.map(|signal| run.has("SigCgt", signal)), [!outlives, true, true], "{hang_ups}");
        run.send("TERM");
        run.ended().ended(130);
    }
}
