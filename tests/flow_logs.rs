//! The file that `run --flow-logs` writes: its shapes, its windows, and what becomes of it if the run ends early or the
//! file cannot be written. That its sums are those of the books, tests/suite/logging.rs shows for any world.

mod program;
mod texts;

use flate2::read::GzDecoder;
use program::{Said, read, vpcsim, write};
use std::fs;
use std::io::Read;
use std::path::Path;
use tempfile::TempDir;
use texts::PAIR;

/// Two minutes of 10 packets a second over a cap that carries them, 20 s before the hour, and a stray packet a second
/// to nobody.
const REST: &str = r#"bandwidth = "10 Mbps"
[traffic.t]
from = "a/h"
to = "b/h"
pattern = "constant"
rate = "80 kbps"
packet_size = "1000 B"
[traffic.stray]
from = "a/h"
to = "10.1.1.9"
pattern = "constant"
rate = "800 bps"
packet_size = "100 B"
"#;

fn folder() -> TempDir {
    let scenario = format!("name = \"pair\"\nduration = \"2 min\"\nstart = \"2024-05-01 09:59:40\"\n{PAIR}{REST}");
    program::folder(&[("s.toml", scenario)])
}

#[track_caller]
fn log(folder: &Path, args: &[&str]) -> Vec<Vec<String>> {
    let said = vpcsim(folder, &[&["run", "s.toml", "--flow-logs", "log"], args].concat());
    assert_eq!((said.code, said.talk.as_str()), (Some(0), ""), "{args:?}");
    rows(&read(folder, "log"))
}

fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

/// These columns of each row but the header.
#[track_caller]
fn columns(rows: &[Vec<String>], names: &[&str]) -> Vec<String> {
    let at = |name: &&str| rows[0].iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name}"));
    let at: Vec<usize> = names.iter().map(at).collect();
    rows[1..].iter().map(|row| at.iter().map(|at| row[*at].as_str()).collect::<Vec<_>>().join(" ")).collect()
}

#[track_caller]
fn refused(folder: &Path, args: &[&str], why: &str) {
    let said: Said = vpcsim(folder, args);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{args:?}: {}", said.talk);
    let flat = said.talk.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(why), "{args:?}: {}", said.talk);
}

#[test]
fn windows_begin_at_whole_minutes_of_the_local_clock() {
    let folder = folder();
    let names = ["interface-id", "packets", "bytes", "start", "end", "action", "x-drop-code"];
    // 2024-05-01 10:00:00 in UTC+8.
    let ten = 1_714_528_800;
    let line = |interface: &str, packets: u64, (from, until): (i64, i64), rest: &str| {
        let bytes = packets * if rest == "ACCEPT -" { 1000 } else { 100 };
        format!("{interface} {packets} {bytes} {} {} {rest}", ten + from, ten + until)
    };
    let stray = |packets, span| line("a/h", packets, span, "REJECT dst_no_host");
    let minutes = log(folder.path(), &["--flow-log-window", "1m"]);
    // What is sent in the last 30 ms of a minute arrives in the next one; what is on its way at the end never does.
    let found = columns(&minutes, &names);
    let sent: Vec<&String> = found.iter().filter(|row| row.starts_with("a/h") && row.ends_with("ACCEPT -")).collect();
    assert_eq!(
        sent,
        [
            &line("a/h", 200, (-20, -1), "ACCEPT -"),
            &line("a/h", 600, (0, 59), "ACCEPT -"),
            &line("a/h", 400, (60, 99), "ACCEPT -")
        ]
    );
    let strays: Vec<&String> = found.iter().filter(|row| row.ends_with("dst_no_host")).collect();
    assert_eq!(strays, [&stray(20, (-20, -1)), &stray(60, (0, 59)), &stray(40, (60, 99))]);
    let usual = columns(&log(folder.path(), &[]), &names);
    assert_eq!(usual.iter().filter(|row| row.starts_with("a/h")).count(), 4, "two windows of ten minutes: {usual:?}");
    assert!(usual.contains(&line("a/h", 1000, (0, 99), "ACCEPT -")), "{usual:?}");
}

#[test]
fn fields_are_those_that_are_asked_for_and_the_drop_code() {
    let folder = folder();
    let list = "version,vpc-id,instance-id,flow-direction,traffic-path,az-id,pkt-src-aws-service,type";
    let rows = log(folder.path(), &["--flow-log-fields", list, "--flow-log-window", "10m"]);
    assert_eq!(rows[0].join(","), format!("{list},x-drop-code"));
    assert!(rows.contains(&["5", "a", "h", "egress", "5", "-", "-", "IPv4", "-"].map(str::to_owned).into()));
    assert!(rows.contains(&["5", "b", "h", "ingress", "-", "-", "-", "IPv4", "-"].map(str::to_owned).into()));
    let run = ["run", "s.toml", "--flow-logs", "log2"];
    let with = |more: &[&'static str]| [&run[..], more].concat();
    refused(folder.path(), &with(&["--flow-log-fields", "vpcid"]), "did you mean vpc-id?");
    refused(folder.path(), &with(&["--flow-log-format", "ccn", "--flow-log-fields", "vpc-id"]), "ccn are fixed");
    refused(folder.path(), &with(&["--flow-log-window", "5m"]), "1m or 10m");
    refused(folder.path(), &["run", "s.toml", "s.toml", "--flow-logs", "log2"], "takes a single scenario");
    refused(folder.path(), &["run", "s.toml", "--flow-log-window", "1m"], "--flow-logs");
    refused(folder.path(), &["run", "s.toml", "--flow-logs", "s.toml"], "is an input");
    assert!(!folder.path().join("log2").exists());
}

#[test]
fn links_are_logged_as_ccn_does() {
    let folder = folder();
    let rows = log(
        folder.path(),
        &["--flow-log-format", "ccn", "--flow-log-window", "1m", "--set", "peering.p.bandwidth=1 Mbps"],
    );
    let header = "version ccn-id region-id srcregionid dstregionid srcaddr dstaddr srcport dstport protocol packets \
                  bytes start end action log-status x-drop-code";
    assert_eq!(rows[0].join(" "), header);
    let found = columns(&rows, &["ccn-id", "srcregionid", "dstregionid", "protocol", "packets", "action"]);
    let lines = |packets: u64| format!("p beijing guangzhou 17 {packets} ACCEPT");
    // The links carry the stray packets too; who drops them is the VPC behind.
    assert_eq!(found, [lines(200), lines(20), lines(600), lines(60), lines(400), lines(40)]);
}

#[test]
fn a_name_that_ends_in_gz_is_compressed_the_same_each_time() {
    let folder = folder();
    let plain = log(folder.path(), &[]);
    let run = ["run", "s.toml", "--flow-logs", "log.gz"];
    let compressed = || {
        vpcsim(folder.path(), &run).ended(0);
        fs::read(folder.path().join("log.gz")).expect("written")
    };
    let bytes = compressed();
    let mut text = String::new();
    GzDecoder::new(&bytes[..]).read_to_string(&mut text).expect("gzip");
    assert_eq!(rows(&text), plain);
    assert_eq!(compressed(), bytes, "it replaces an earlier one");
    let mut other = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut other, b"precious").expect("memory takes it");
    write(folder.path(), "log.gz", other.finish().expect("memory takes it"));
    refused(folder.path(), &run, "is not a flow log of vpcsim");
    vpcsim(folder.path(), &[&run[..], &["--force"]].concat()).ended(0);
}

#[test]
fn standard_output_takes_a_log_and_then_no_report() {
    let folder = folder();
    let expected = log(folder.path(), &[]);
    let said = vpcsim(folder.path(), &["run", "s.toml", "--flow-logs", "-"]).ended(0);
    assert_eq!(rows(&said.out), expected);
    assert!(said.talk.contains("pair"), "{}", said.talk);
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_costs_nothing_but_itself() {
    let folder = folder();
    let report = vpcsim(folder.path(), &["run", "s.toml"]).ended(0);
    let failed = vpcsim(folder.path(), &["run", "s.toml", "--flow-logs", "/dev/full"]).ended(2);
    assert_eq!(failed.out, report.out);
    assert!(failed.talk.contains("/dev/full cannot be written: No space"), "{}", failed.talk);
}

#[test]
fn a_watched_run_reports_the_same() {
    let folder = folder();
    let report = vpcsim(folder.path(), &["run", "s.toml", "--json"]).ended(0);
    let watched = vpcsim(folder.path(), &["run", "s.toml", "--json", "--flow-logs", "log"]).ended(0);
    assert_eq!(report.out, watched.out);
}
