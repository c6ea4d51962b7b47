//! Metrics of a run as OpenMetrics text: that they follow the rules of that format (version 1.0), say what the report
//! says, and can be read while the run lasts.

mod program;
mod python;
mod texts;

use program::{bare, read, vpcsim};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Stdio};
use tempfile::TempDir;
use texts::PAIR;

/// Every kind of traffic, drops at a cap and in a VPC, a name that needs care, and demands.
const REST: &str = r#"bandwidth = "2 Mbps"
[traffic.t]
from = "a/h"
to = "b/h"
pattern = "poisson"
rate = "3 Mbps"
packet_size = "1000 B"
[traffic.stray]
from = "a/h"
to = "10.1.1.9"
pattern = "constant"
rate = "8 kbps"
packet_size = "100 B"
[traffic.probe]
from = "a/h"
to = "b/h"
pattern = "ping"
interval = "100 ms"
[traffic.copy]
from = "a/h"
to = "b/h"
pattern = "tcp"
size = "100 kB"
[[expect]]
traffic = "t"
loss = "> 1 %"
"#;

fn folder() -> TempDir {
    let head = "name = 'the \"pair\" \\ it'\nduration = \"5 s\"\n";
    let way_back = "cidr = \"10.1.1.0/24\"\nroutes = [{ to = \"10.0.0.0/16\", via = \"p\" }]";
    let pair = PAIR.replace("cidr = \"10.1.1.0/24\"", way_back);
    program::folder(&[("s.toml", format!("{head}{pair}{REST}"))])
}

/// One family of a text.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    unit: Option<String>,
    /// By suffix and labels.
    series: BTreeMap<(String, BTreeMap<String, String>), f64>,
}

/// Reads a text by the rules of OpenMetrics 1.0, and is strict about all that Prometheus' writers promise.
fn parse(text: &str) -> BTreeMap<String, Family> {
    let body = text.strip_suffix("# EOF\n").expect("it ends with the end mark");
    assert!(!body.contains("# EOF"));
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    let mut told = BTreeSet::new();
    for line in body.lines() {
        assert!(!line.is_empty() && line.trim() == line, "{line:?}");
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let [what, name, value] = [words.next(), words.next(), words.next()].map(|w| w.expect("three words"));
            if name != current {
                assert!(!families.contains_key(name), "{name} comes twice, or between others");
                current = name.to_owned();
                families.insert(current.clone(), Family::default());
            }
            let family = families.get_mut(name).expect("just inserted");
            assert!(family.series.is_empty() && told.insert((name.to_owned(), what.to_owned())), "{line}");
            match what {
                "TYPE" => family.kind = value.to_owned(),
                "UNIT" => {
                    assert!(name.ends_with(&format!("_{value}")), "{line}");
                    family.unit = Some(value.to_owned());
                }
                "HELP" => assert!(!value.contains('"') && value.len() > 5, "{line}"),
                _ => panic!("{line}"),
            }
            continue;
        }
        let (suffix, labels, value) = sample(line, &current);
        let family = families.get_mut(&current).expect("it was announced");
        let expected = match family.kind.as_str() {
            "counter" => "_total",
            "info" => "_info",
            "gauge" => "",
            other => panic!("{other}"),
        };
        assert_eq!(suffix, expected, "{line}");
        assert!(family.kind == "gauge" || value >= 0.0, "{line}");
        assert!(family.series.insert((suffix, labels), value).is_none(), "twice: {line}");
    }
    for (name, family) in &families {
        let has_good_name = name.starts_with("vpcsim_") && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(has_good_name && !name.ends_with("_total") && !name.ends_with("_info"), "{name}");
        assert!(!family.series.is_empty() && !family.kind.is_empty(), "{name}");
        let units = ["_bytes_per_second", "_seconds", "_bytes", "_ratio"];
        let unit = units.into_iter().find(|unit| name.ends_with(unit));
        assert_eq!(unit, family.unit.as_ref().map(|unit| format!("_{unit}")).as_deref(), "{name}");
        let names: BTreeSet<Vec<&String>> = family.series.keys().map(|(_, labels)| labels.keys().collect()).collect();
        assert_eq!(names.len(), 1, "all series of {name} have the same labels");
    }
    families
}

/// The suffix, the labels and the value of a line that begins with a family's name.
fn sample(line: &str, family: &str) -> (String, BTreeMap<String, String>, f64) {
    let rest = line.strip_prefix(family).unwrap_or_else(|| panic!("{line} is not of {family}"));
    let end = rest.find(['{', ' ']).expect("a value");
    let (suffix, mut rest) = rest.split_at(end);
    let mut labels = BTreeMap::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (name, quoted) = rest.split_once("=\"").expect("a label");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{line}");
            let mut value = String::new();
            let mut chars = quoted.char_indices();
            let end = loop {
                match chars.next().expect("it ends") {
                    (at, '"') => break at,
                    (_, '\\') => value.push(match chars.next().expect("escaped").1 {
                        'n' => '\n',
                        c @ ('\\' | '"') => c,
                        c => panic!("\\{c} in {line}"),
                    }),
                    (_, c) => value.push(c),
                }
            };
            assert!(labels.insert(name.to_owned(), value).is_none(), "{line}");
            rest = &quoted[end + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').expect("closed");
    }
    let value = rest.strip_prefix(' ').expect("one blank").parse().unwrap_or_else(|_| panic!("a number: {line}"));
    (suffix.to_owned(), labels, value)
}

/// The value of one series.
#[track_caller]
fn value(families: &BTreeMap<String, Family>, name: &str, labels: &[(&str, &str)]) -> f64 {
    let family = families.get(name).unwrap_or_else(|| panic!("no family {name}"));
    let wanted: BTreeMap<String, String> = labels.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let found = family.series.iter().find(|((_, labels), _)| *labels == wanted);
    *found.unwrap_or_else(|| panic!("{name} has no {labels:?}: {family:?}")).1
}

#[test]
fn metrics_are_the_numbers_of_the_report() {
    let folder = folder();
    let report = vpcsim(folder.path(), &["run", "s.toml", "--json", "--metrics", "m.txt"]).ended(0).json();
    let families = parse(&read(folder.path(), "m.txt"));
    let is = |name: &str, labels: &[(&str, &str)], expected: &Value, factor: f64| {
        let (found, expected) = (value(&families, name, labels), expected.as_f64().expect("a number") * factor);
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{name}{labels:?}: {found}, not {expected}");
    };
    for (name, key) in
        [("emitted_packets", "emitted"), ("delivered_packets", "delivered"), ("dropped_packets", "dropped")]
    {
        is(&format!("vpcsim_{name}"), &[], &report["packets"][key], 1.0);
    }
    is("vpcsim_run_reached_seconds", &[], &report["reached_ns"], 1e-9);
    for (link, direction) in report["links"].as_array().expect("links").iter().zip(["out", "in"]) {
        let labels = [("peering", "p"), ("direction", direction)];
        is("vpcsim_peering_bytes", &labels, &link["carried"]["bytes"], 1.0);
        is("vpcsim_peering_packets", &labels, &link["carried"]["packets"], 1.0);
        is("vpcsim_peering_offered_packets", &labels, &link["offered"]["packets"], 1.0);
        is("vpcsim_peering_cap_bytes_per_second", &labels, &link["cap_bps"], 0.125);
        is("vpcsim_shaper_longest_queue_bytes", &labels, &link["longest_queue_bytes"], 1.0);
        let p99 = [labels[0], labels[1], ("point", "p99")];
        is("vpcsim_peering_delay_seconds", &p99, &link["delay"]["p99_ns"], 1e-9);
    }
    for entry in report["traffic"].as_array().expect("traffic") {
        let name = entry["name"].as_str().expect("a name");
        is("vpcsim_traffic_sent_packets", &[("traffic", name)], &entry["sent"]["packets"], 1.0);
        is("vpcsim_traffic_delivered_bytes", &[("traffic", name)], &entry["delivered"]["bytes"], 1.0);
        for dropped in entry["dropped_by"].as_array().expect("reasons") {
            let labels = [("traffic", name), ("code", dropped[0].as_str().expect("a code"))];
            is("vpcsim_traffic_drops", &labels, &dropped[1], 1.0);
        }
    }
    is("vpcsim_ping_answered_packets", &[("traffic", "probe")], &report["traffic"][2]["ping"]["answered"], 1.0);
    is("vpcsim_tcp_completed_connections", &[("traffic", "copy")], &report["traffic"][3]["tcp"]["completed"], 1.0);
    let drops: f64 = families["vpcsim_drops"].series.values().sum();
    assert_eq!(drops, report["packets"]["dropped"].as_f64().expect("a number"));
    assert!(value(&families, "vpcsim_drops", &[("code", "shaper_queue_full"), ("vpc", "a"), ("peering", "p")]) > 0.0);
    assert!(value(&families, "vpcsim_drops", &[("code", "dst_no_host"), ("vpc", "b"), ("peering", "")]) > 0.0);
    let about = [("scenario", "the \"pair\" \\ it"), ("file", "s.toml"), ("seed", "1")];
    assert_eq!(value(&families, "vpcsim_run", &about), 1.0);
    assert_eq!(value(&families, "vpcsim_demands", &[("result", "met")]), 1.0);
}

/// Prints every sample that the parser of Prometheus' own Python client reads.
const OFFICIAL: &str = "
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        print(sample.name, len(sample.labels), repr(float(sample.value)))
";

#[test]
fn the_parser_of_prometheus_reads_every_sample() {
    let Some(python) = python::with("prometheus_client.openmetrics.parser") else { return };
    let folder = folder();
    vpcsim(folder.path(), &["run", "s.toml", "--metrics", "m.txt"]).ended(0);
    let text = read(folder.path(), "m.txt");
    let mut child =
        bare(python).args(["-c", OFFICIAL]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it was found");
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads");
    let said = child.wait_with_output().expect("it ends");
    assert!(said.status.success());
    let ours = parse(&text);
    let mut expected: Vec<(String, usize, f64)> = Vec::new();
    for (name, family) in &ours {
        expected.extend(family.series.iter().map(|((suffix, labels), v)| (name.clone() + suffix, labels.len(), *v)));
    }
    let said = String::from_utf8(said.stdout).expect("text");
    let words = said.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let mut found: Vec<(String, usize, f64)> =
        words.map(|w| (w[0].to_owned(), w[1].parse().expect("labels"), w[2].parse().expect("a number"))).collect();
    found.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    expected.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    assert_eq!(found, expected);
}

#[test]
fn the_text_is_the_same_each_time_and_takes_standard_output() {
    let folder = folder();
    let [first, second] =
        [(); 2].map(|()| vpcsim(folder.path(), &["run", "s.toml", "--metrics", "-", "--workers", "1"]).ended(0));
    assert_eq!(first.out, second.out);
    parse(&first.out);
    assert!(first.talk.contains("pair"), "the report goes to standard error");
    let twice = vpcsim(folder.path(), &["run", "s.toml", "s.toml", "--metrics", "m"]).ended(2);
    assert!(twice.talk.contains("--metrics takes a single scenario"), "{}", twice.talk);
}

#[test]
fn the_dashboard_shows_only_what_there_is() {
    let folder = folder();
    vpcsim(folder.path(), &["run", "s.toml", "--metrics", "m.txt"]).ended(0);
    let families = parse(&read(folder.path(), "m.txt"));
    let dashboard = read(program::root(), "scenarios/grafana.json");
    let dashboard: Value = serde_json::from_str(&dashboard).expect("JSON");
    let mut names = BTreeSet::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        for target in panel["targets"].as_array().expect("targets") {
            let query = target["expr"].as_str().expect("a query");
            let words = query.split(|c: char| !c.is_ascii_lowercase() && c != '_');
            names.extend(words.filter(|word| word.starts_with("vpcsim_")).map(str::to_owned));
        }
    }
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        let suffix = |family: &Family| match family.kind.as_str() {
            "counter" => "_total",
            "info" => "_info",
            _ => "",
        };
        assert!(families.iter().any(|(family, of)| format!("{family}{}", suffix(of)) == name), "{name}");
    }
}

/// A run that lasts until it is killed, and the address of its metrics.
struct Running {
    child: Child,
    address: String,
    _talk: BufReader<ChildStderr>,
}

impl Running {
    fn start(folder: &Path) -> Running {
        let mut command = bare(env!("CARGO_BIN_EXE_vpcsim"));
        // A port that was left to the system is told even by a program that is quiet.
        let args = ["run", "-q", "s.toml", "--packets", "--set", "duration=30 d", "--listen", "127.0.0.1:0"];
        command.current_dir(folder).args(args).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        let mut talk = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        talk.read_line(&mut line).expect("text");
        let address =
            line.trim().strip_prefix("vpcsim: metrics are at http://").and_then(|a| a.strip_suffix("/metrics"));
        let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
        Running { child, address, _talk: talk }
    }

    /// The head and the body of the reply to a request.
    fn ask(&self, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("text");
        let (head, body) = reply.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{reply}"));
        (head.to_owned(), body.to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_run_is_scraped_while_it_lasts() {
    let folder = folder();
    let run = Running::start(folder.path());
    let emitted = || loop {
        let (head, body) = run.ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        if body.is_empty() {
            continue; // It has not begun.
        }
        assert!(head.contains("\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"));
        let families = parse(&body);
        assert_eq!(value(&families, "vpcsim_run_partial", &[]), 1.0);
        return value(&families, "vpcsim_emitted_packets", &[]);
    };
    let first = emitted();
    while emitted() <= first {}
    // One that says nothing and one that leaves keep nobody waiting for long.
    let silent = TcpStream::connect(&run.address).expect("it listens");
    drop(TcpStream::connect(&run.address).expect("it listens"));
    assert_eq!(run.ask("GET /health HTTP/1.0\r\n\r\n").1, "ok\n");
    assert!(run.ask("GET / HTTP/1.1\r\n\r\n").0.starts_with("HTTP/1.1 404 "));
    drop(silent);
}

#[test]
fn an_address_that_cannot_be_had_is_refused_before_anything_runs() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let said = vpcsim(folder.path(), &["run", "s.toml", "--listen", &address]).ended(2);
    assert!(said.out.is_empty() && said.talk.contains("cannot be listened on"), "{}", said.talk);
    let said = vpcsim(folder.path(), &["run", "s.toml", "--listen", "nowhere:1"]).ended(2);
    assert!(said.talk.contains("write 127.0.0.1:9184"), "{}", said.talk);
    let said = vpcsim(folder.path(), &["run", "s.toml", "--listen", "0.0.0.0:0"]).ended(0);
    assert!(said.talk.contains("open to every machine"), "{}", said.talk);
}
