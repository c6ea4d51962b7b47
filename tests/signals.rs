//! Signals, with real processes: a run ends early with what it has, everything else at once. How long that takes is
//! asserted nowhere; a process that does not end at all hangs the test.
#![cfg(target_os = "linux")]

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Nobody waits for its end. The change is told with `-v`: then it runs.
const ENDLESS: &str = r#"
name = "endless"
duration = "30 d"
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
[vpc.b.host.h]
[peering.p]
requester = "a"
accepter = "b"
bandwidth = "500 Mbps"
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

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("s.toml"), ENDLESS).expect("it can be written");
    folder
}

fn start(folder: &Path, args: &[&str]) -> Child {
    // Whatever runs the tests may ignore signals; a child would go on doing so.
    let mut command = Command::new("env");
    command.arg("--default-signal=INT,TERM,HUP").arg(env!("CARGO_BIN_EXE_vpcsim"));
    command.current_dir(folder).env_remove("RUST_LOG").args(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
}

/// Waits until it runs, that is until it told of the change.
fn running(child: &mut Child) -> BufReader<std::process::ChildStderr> {
    let mut talk = BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("timeline") {
        line.clear();
        assert!(talk.read_line(&mut line).expect("text") > 0, "it ended");
    }
    talk
}

fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
}

/// Exit code, stdout, and the rest of stderr.
fn ended(child: Child, mut talk: impl Read) -> (Option<i32>, String, String) {
    let output = child.wait_with_output().expect("it ends");
    let mut said = String::new();
    talk.read_to_string(&mut said).expect("text");
    (output.status.code(), String::from_utf8(output.stdout).expect("text"), said)
}

#[test]
fn each_signal_ends_a_run_with_the_partial_report() {
    for signal in ["INT", "TERM", "HUP"] {
        let folder = folder();
        let mut child = start(folder.path(), &["run", "-v", "s.toml", "--interval", "1h", "--csv", "t.csv"]);
        let talk = running(&mut child);
        send(&child, signal);
        let (code, out, _) = ended(child, talk);
        assert_eq!(code, Some(130), "{signal}");
        assert!(out.contains("PARTIAL: interrupted after"), "{signal}: {out}");
        let csv = fs::read_to_string(folder.path().join("t.csv")).expect("written");
        assert!(csv.starts_with("# PARTIAL: interrupted at ") && csv.contains(" of 30 d\nstart_s,"), "{signal}: {csv}");
    }
}

#[test]
fn a_bill_that_was_interrupted_says_so_everywhere() {
    let folder = folder();
    let files = ["--csv", "f.csv", "--monitoring", "m.csv", "--svg", "svg", "--json", "--what-if", "0 %"];
    let mut child = start(folder.path(), &[&["bill", "-v", "s.toml"], &files[..]].concat());
    let talk = running(&mut child);
    send(&child, "TERM");
    let (code, out, talk) = ended(child, talk);
    assert_eq!(code, Some(130));
    let invoice: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&invoice["partial"], &invoice["what_if"]), (&true.into(), &Value::Array(vec![])));
    let read = |name: &str| fs::read_to_string(folder.path().join(name));
    assert!(read("m.csv").expect("written").starts_with("# PARTIAL: interrupted at "));
    assert!(read("svg/p-2017-06-01.svg").expect("drawn").contains("PARTIAL: p on 2017-06-01"));
    assert!(read("f.csv").is_err() && talk.contains("f.csv is not written"), "{talk}");
    // What an interrupted run left is replaced like what any run left.
    let args = ["bill", "s.toml", "--set", "duration=1 s", "--monitoring", "m.csv", "--svg", "svg"];
    let after = start(folder.path(), &args).wait_with_output().expect("it ends");
    assert_eq!(after.status.code(), Some(0), "{}", String::from_utf8_lossy(&after.stderr));
    assert!(read("m.csv").expect("written").starts_with("time,"));
    assert!(!read("svg/p-2017-06-01.svg").expect("drawn").contains("PARTIAL"));
}

#[test]
fn nothing_is_begun_after_a_signal() {
    let folder = folder();
    fs::write(folder.path().join("later.toml"), ENDLESS).expect("it can be written");
    // As many workers as nobody has cores: one run at a time.
    let mut child = start(folder.path(), &["run", "-v", "--json", "--workers", "512", "s.toml", "later.toml"]);
    let talk = running(&mut child);
    send(&child, "INT");
    let (code, out, talk) = ended(child, talk);
    assert_eq!(code, Some(130));
    let outcomes: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&outcomes[0]["format"], &outcomes[0]["partial"]), (&"vpcsim-report".into(), &true.into()));
    assert_eq!(outcomes[1]["format"], "vpcsim-check");
    assert!(talk.contains("later.toml was not run"), "{talk}");
}

#[test]
fn a_second_signal_ends_at_once() {
    let folder = folder();
    let made = Command::new("mkfifo").arg(folder.path().join("pipe")).status().expect("mkfifo is there");
    assert!(made.success());
    // Nobody ever reads the pipe, so that the program cannot end in good order.
    let mut child = start(folder.path(), &["run", "-v", "s.toml", "--interval", "1h", "--csv", "pipe"]);
    let talk = running(&mut child);
    send(&child, "INT");
    let mut report = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("PARTIAL") {
        line.clear();
        assert!(report.read_line(&mut line).expect("text") > 0, "it ended");
    }
    send(&child, "TERM");
    assert_eq!(ended(child, talk).0, Some(130));
}

#[test]
fn two_signals_in_a_row_are_one() {
    let folder = folder();
    let mut child = start(folder.path(), &["run", "-v", "s.toml"]);
    let talk = running(&mut child);
    // As timeout(1) does: to the process, and to its group.
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id, &id]).status().expect("kill is there").success());
    let (code, out, _) = ended(child, talk);
    assert!(code == Some(130) && out.contains("PARTIAL"), "{code:?}: {out}");
}

#[test]
fn before_anything_runs_a_signal_ends_at_once() {
    let folder = folder();
    let pipe = folder.path().join("pipe.toml");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there").success());
    for (signal, command) in [("INT", "run"), ("TERM", "bill"), ("HUP", "check")] {
        let child = start(folder.path(), &[command, "pipe.toml"]);
        // Once it reads, it listens too; it goes on reading until this is closed.
        let held = fs::File::options().write(true).open(&pipe).expect("it reads");
        send(&child, signal);
        let (code, out, talk) = ended(child, std::io::empty());
        assert_eq!((code, out.as_str(), talk.as_str()), (Some(130), "", ""), "{signal}");
        drop(held);
    }
}

#[test]
fn who_wants_it_to_outlive_the_terminal_gets_that() {
    let folder = folder();
    let script = "trap '' HUP; exec \"$0\" run -v s.toml";
    let mut command = Command::new("sh");
    command.current_dir(&folder).args(["-c", script, env!("CARGO_BIN_EXE_vpcsim")]).env_remove("RUST_LOG");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let talk = running(&mut child);
    send(&child, "HUP");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(child.try_wait().expect("ours").is_none(), "it goes on");
    send(&child, "TERM");
    let (code, out, _) = ended(child, talk);
    assert!(code == Some(130) && out.contains("PARTIAL"), "{code:?}: {out}");
}
