//! Scripts in the format of packetdrill against our state machine: our own, each of which shows a rule of an RFC, and
//! those of a directory that somebody names. There is no kernel, no packet and no clock here, and what Linux chooses
//! beyond the RFCs is not imitated.

mod packet;
mod plan;
mod run;
mod script;
mod side;

use run::{Manner, Verdict, run};
use std::fs;
use std::path::{Path, PathBuf};

/// The variable that names a directory of foreign scripts.
const FOREIGN: &str = "PACKETDRILL_SCRIPTS";

/// The scripts in a directory and all below it, in order.
fn scripts(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let inner = |path: PathBuf| if path.is_dir() { scripts(&path) } else { vec![path] };
    let all = paths.into_iter().flat_map(inner);
    all.filter(|path| path.extension().is_some_and(|extension| extension == "pkt")).collect()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn our_own_scripts_pass() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tcp/drill/scripts");
    let paths = scripts(&directory);
    assert!(!paths.is_empty());
    let verdicts = paths.iter().map(|path| (path, run(&text(path), Manner::Ours)));
    let wrong: Vec<String> = verdicts
        .filter(|(_, verdict)| *verdict != Verdict::Passed { skipped: 0 })
        .map(|(path, verdict)| format!("{}: {verdict:?}", path.display()))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A beginning for scripts that are wrong.
const BEGINNING: &str = "
    0 connect(3, ..., ...) = -1 EINPROGRESS
   +0 > S 0:0(0) <...>
  +.1 < S. 0:0(0) ack 1 win 65535 <mss 1000,sackOK>
   +0 > . 1:1(0) ack 1
   +0 write(3, ..., 2000) = 2000
";

#[test]
fn what_differs_is_told_with_its_line() {
    for (end, line, part) in [
        ("+.1 > . 1:2001(2000) ack 1", 7, "at 0.196000~0.204000, got . 1:1001(1000) ack 1 at 0.100000"),
        ("+0 > . 1:1501(1500) ack 1", 7, "expected . 1001:1501(500) ack 1, got . 1001:2001(1000) ack 1"),
        ("+0 > . 1:2001(2000) ack 2", 7, "expected . 1:2001(2000) ack 2, got . 1:1001(1000) ack 1"),
        ("+0 > F. 1:2001(2000) ack 1", 7, "expected F. 1001:2001(1000) ack 1, got . 1001:2001(1000) ack 1"),
        ("+0 > . 1:3001(3000) ack 1", 7, "expected . 2001:3001(1000) ack 1, nothing was sent"),
        ("+0 > . 1:1001(1000) ack 1", 7, ". 1001:2001(1000) ack 1 was sent besides"),
        ("+0 > . 1:2001(2000) ack 1\n+0 %{ assert tcpi_snd_cwnd == 9 }%", 8, "tcpi_snd_cwnd is 10, not == 9"),
        ("+0 > . 1:2001(2000) ack 1\n+0 read(3) = -1 ETIMEDOUT", 8, "got None"),
    ] {
        let Verdict::Failed { line: told, why } = run(&format!("{BEGINNING}{end}"), Manner::Ours) else {
            panic!("{end} passes")
        };
        assert!(told == line && why.contains(part), "{end}: line {told}: {why}");
    }
}

/// Tells how foreign scripts fare; none of them has to pass.
#[test]
fn foreign_scripts_are_run_where_a_directory_is_named() {
    let Some(directory) = std::env::var_os(FOREIGN) else {
        println!("skipped: {FOREIGN} names no directory of scripts");
        return;
    };
    let directory = PathBuf::from(directory);
    let mut counts = [0; 3];
    for path in scripts(&directory) {
        let (at, told) = match run(&text(&path), Manner::Foreign) {
            Verdict::Passed { skipped: 0 } => (0, "pass".to_string()),
            Verdict::Passed { skipped } => (0, format!("pass ({skipped} comparisons not understood)")),
            Verdict::Failed { line, why } => (1, format!("fails at line {line}: {why}")),
            Verdict::NotApplicable(why) => (2, format!("not applicable: {why}")),
        };
        counts[at] += 1;
        println!("{}: {told}", path.strip_prefix(&directory).unwrap_or(&path).display());
    }
    let [passed, failed, rest] = counts;
    println!("{passed} pass, {failed} fail, {rest} not applicable");
}
