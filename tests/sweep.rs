//! `vpcsim sweep` as a user meets it: points, searches and service tests against what can be worked out by hand or by a
//! dull scan; the same bytes on any number of cores; what is refused.

mod program;
mod texts;

use program::{Said, bare, command, folder, read, said, write};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;
use texts::PAIR;

/// The cap, the bucket and the queue of the peering, in bits.
const CAP: f64 = 10e6;
const BUCKET: f64 = 160e3;
const QUEUE: f64 = 500e3;
/// The length of a run in seconds, and the bits of a packet.
const TRIAL: f64 = 10.0;
const PACKET: f64 = 8_000.0;

fn scenario() -> String {
    let rest = r#"bandwidth = "10 Mbps"
burst = "20 kB"
queue = "50 ms"
[traffic.t]
from = "a/h"
to = "b/h"
rate = "8 Mbps"
packet_size = "1000 B"
phase = "0 s"
[[expect]]
traffic = "t"
loss = "0 %"
"#;
    format!("name = \"pair\"\nduration = \"10 s\"\n{PAIR}{rest}")
}

fn pair() -> TempDir {
    folder(&[("s.toml", scenario())])
}

fn sweep(folder: &Path, args: &[&str]) -> Said {
    program::vpcsim(folder, &[&["sweep", "s.toml"], args].concat())
}

fn lossless(folder: &Path, args: &[&str]) -> Value {
    sweep(folder, &[&["--find-lossless", "traffic.t.rate", "--json"], args].concat()).ended(0).json()
}

/// Asserts that two numbers differ by no more than a thousandth.
#[track_caller]
fn near(found: &Value, computed: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{found} is no number"));
    assert!((found - computed).abs() <= computed / 1_000.0, "{found} is not {computed}");
}

#[test]
fn the_lossless_rate_is_the_one_that_fills_bucket_and_queue_at_the_end() {
    let folder = pair();
    let shaped = lossless(folder.path(), &[]);
    near(&shaped["lossless_bps"], CAP + (BUCKET + QUEUE) / TRIAL);
    assert_eq!(shaped["limited_by"], "shaper_queue_full at p a -> b");
    assert_eq!((&shaped["key"], &shaped["senders"]), (&"traffic.t.rate".into(), &1.into()));
    // The last packet waits as long as the queue is.
    let waited = |delay: &str| shaped["delay"][delay].as_u64().expect("a delay") as f64 / 1e9;
    assert!((waited("max_ns") - waited("min_ns") - QUEUE / CAP).abs() < 0.005, "{shaped}");
    let policed = lossless(folder.path(), &["--set", "peering.p.queue=0 packets"]);
    near(&policed["lossless_bps"], CAP + BUCKET / TRIAL);
    assert_eq!(policed["limited_by"], "policer_exceeded at p a -> b");
    let longer = lossless(folder.path(), &["--set", "duration=100 s"]);
    near(&longer["lossless_bps"], CAP + (BUCKET + QUEUE) / (10.0 * TRIAL));
}

#[test]
fn the_search_finds_what_a_scan_finds() {
    let folder = pair();
    let found = lossless(folder.path(), &["--resolution", "1 kbps"]);
    let (lossless, gap) = (found["lossless_bps"].as_u64().expect("a rate"), found["resolution_bps"].as_u64());
    assert!(gap.is_some_and(|gap| gap <= 1_000), "{found}");
    // Every rate that was tried is as the search says.
    for tried in found["tried"].as_array().expect("a list") {
        assert_eq!(tried["lost"] == 0, tried["bps"].as_u64().expect("a rate") <= lossless, "{found}");
    }
    let scan =
        sweep(folder.path(), &["--over", "traffic.t.rate=9.9 Mbps..10.2 Mbps/10 kbps", "--json"]).ended(0).json();
    let points = scan["points"].as_array().expect("points");
    let passes = |point: &&Value| point["dropped"] == 0;
    let rate = |point: &Value| {
        let text = point["values"]["traffic.t.rate"].as_str().expect("a value").to_owned();
        text.parse::<vpcsim::units::BitRate>().expect("a rate").as_bps()
    };
    let last = points.iter().filter(passes).map(rate).max().expect("one passes");
    let first = points.iter().filter(|point| !passes(point)).map(rate).min().expect("one does not");
    assert_eq!(first - last, 10_000, "less passes and more does not");
    assert!(last <= lossless + gap.unwrap_or(0) && lossless < first, "{lossless} is not in {last}..{first}");
}

#[test]
fn the_longest_burst_fills_bucket_and_queue_at_line_rate() {
    let folder = pair();
    let found = lossless(folder.path(), &["--burst", "--line-rate", "1 Gbps"]);
    let packets = found["burst"]["packets"].as_u64().expect("a burst") as f64;
    let computed = (BUCKET + QUEUE) / (PACKET * (1.0 - CAP / 1e9));
    assert!((packets - computed).abs() <= 2.0, "{packets} is not {computed}");
    assert_eq!(found["burst"]["limited_by"], "shaper_queue_full at p a -> b");
    let buffer = packets * PACKET / 1e9 * (1.0 - found["lossless_bps"].as_f64().expect("a rate") / 1e9);
    near(&found["burst"]["buffer_ns"], buffer * 1e9);
    // So many packets at that rate lose nothing, and one more loses one.
    let emit = |count: f64| {
        let count = format!("traffic.t.count={count}");
        let set = ["--set", "traffic.t.rate=1 Gbps", "--set", &count];
        let run = program::vpcsim(folder.path(), &[&["run", "s.toml", "--json"], &set[..]].concat()).json();
        run["packets"]["dropped"].as_u64()
    };
    assert_eq!((emit(packets), emit(packets + 1.0)), (Some(0), Some(1)));
}

#[test]
fn every_frame_size_has_its_search_and_the_largest_its_reason() {
    let folder = pair();
    let found = lossless(folder.path(), &["--sizes", "64,1518,9018"]);
    let [small, large, jumbo] = &found.as_array().expect("an array")[..] else { panic!("{found}") };
    assert_eq!((&small["at"]["frame size"], &large["at"]["frame size"]), (&"64".into(), &"1518".into()));
    let rate = |found: &Value| found["lossless_bps"].as_u64().expect("a rate");
    // The packet is 18 bytes smaller than its frame.
    assert_eq!(small["packets_per_s"], rate(small) / (46 * 8));
    assert_eq!(large["packets_per_s"], rate(large) / (1500 * 8));
    assert_eq!((&jumbo["lossless_bps"], &jumbo["limited_by"]), (&Value::Null, &"mtu_exceeded at a".into()));
}

#[test]
fn what_nothing_limits_passes_at_line_rate() {
    let folder = pair();
    let found = lossless(folder.path(), &["--line-rate", "9 Mbps"]);
    assert_eq!((&found["lossless_bps"], &found["limited_by"]), (&9_000_000.into(), &"the line rate".into()));
    assert_eq!(found["resolution_bps"], 0);
    let late = lossless(folder.path(), &["--line-rate", "9 Mbps", "--set", "peering.p.delay=10 s"]);
    assert_eq!(
        (&late["lossless_bps"], &late["limited_by"]),
        (&Value::Null, &"no packet arrives within the run".into())
    );
}

#[test]
fn a_service_test_shows_what_keeps_the_rest_out() {
    let folder = pair();
    let args = ["--y1564", "traffic.t.rate", "--cir", "10 Mbps", "--json"];
    let found = sweep(folder.path(), &args).ended(0).json();
    let steps = found["steps"].as_array().expect("steps");
    let percents: Vec<&Value> = steps.iter().map(|step| &step["percent"]).collect();
    assert_eq!(percents, [25, 50, 75, 100, 125]);
    for step in &steps[..4] {
        assert_eq!((&step["loss"], &step["held"], &step["expectations"]), (&0.0.into(), &1.into(), &1.into()));
        near(&step["sent_bps"], step["percent"].as_f64().expect("a number") * CAP / 100.0);
    }
    let over = &steps[4];
    assert_eq!((&over["held"], &over["main_drop_reason"]), (&0.into(), &"shaper_queue_full".into()));
    // What leaves the bucket in time, less what is on the wire at the end.
    assert!(over["delivered_bps"].as_f64().is_some_and(|rate| (rate - CAP).abs() < CAP / 50.0), "{over}");
    let lossless = 1.0 - (CAP + (BUCKET + QUEUE) / TRIAL) / (1.25 * CAP);
    assert!(over["loss"].as_f64().is_some_and(|loss| (loss - lossless).abs() < 0.005), "{over}");
    let text = sweep(folder.path(), &["--y1564", "traffic.t.rate"]).ended(0).out;
    assert!(text.contains("CIR 8 Mbps") && text.contains("nothing keeps the entry to its CIR"), "{text}");
}

#[test]
fn points_show_expectations_and_leave_the_exit_code_alone() {
    let folder = pair();
    let args = ["--over", "traffic.t.rate=8 Mbps,12 Mbps", "--over", "peering.p.queue=0 packets,50 ms"];
    let text = sweep(folder.path(), &args).ended(0);
    for part in ["4 points", "A = traffic.t.rate", "B = peering.p.queue", "1 of 1", "0 of 1 FAILED", "policer_exceeded"]
    {
        assert!(text.out.contains(part), "{part}: {}", text.out);
    }
    assert!(text.took.is_some(), "{}", text.talk);
    let found = sweep(folder.path(), &[&args[..], &["--json"]].concat()).ended(0).json();
    let held: Vec<&Value> = found["points"].as_array().expect("points").iter().map(|point| &point["held"]).collect();
    assert_eq!(held, [1, 1, 0, 0]);
    // Each point is what a run of it is.
    let run = ["run", "s.toml", "--json", "--set", "traffic.t.rate=12 Mbps", "--set", "peering.p.queue=50 ms"];
    let run = program::vpcsim(folder.path(), &run).ended(1).json();
    let point = &found["points"][3];
    for count in ["emitted", "delivered", "dropped", "in_flight"] {
        assert_eq!(run["packets"][count], point[count], "{count}");
    }
    assert_eq!(run["traffic"][0]["delay"]["p99_ns"], point["worst_p99_ns"]);
}

#[test]
fn the_same_bytes_on_any_number_of_cores() {
    let folder = pair();
    let search = ["sweep", "s.toml", "--find-lossless", "traffic.t.rate", "--sizes", "64,1518", "--burst", "--json"];
    let points = ["sweep", "s.toml", "--over", "traffic.t.rate=8 Mbps..12 Mbps/500 kbps", "--csv", "-"];
    for args in [&search[..], &points] {
        let plain = program::vpcsim(folder.path(), args).ended(0).out;
        for workers in ["1", "3"] {
            let other = program::vpcsim(folder.path(), &[args, &["--workers", workers]].concat()).ended(0).out;
            assert_eq!(other, plain, "{workers} workers");
        }
        let mut one_core = bare("taskset");
        one_core.args(["-c", "0", env!("CARGO_BIN_EXE_vpcsim")]).args(args).current_dir(folder.path());
        match one_core.output() {
            Ok(output) if output.status.success() => {
                assert_eq!(String::from_utf8_lossy(&output.stdout), plain, "one core");
            }
            _ => println!("taskset is not to be had: not tried on one core"),
        }
    }
}

#[test]
fn files_of_a_sweep_replace_their_own_kind_alone() {
    let folder = pair();
    let over = ["--over", "traffic.t.rate=8 Mbps,12 Mbps", "--csv", "t.csv", "--svg", "t.svg"];
    sweep(folder.path(), &over).ended(0);
    let csv = read(folder.path(), "t.csv");
    assert!(csv.starts_with("traffic.t.rate,partial,expectations_held,") && csv.lines().count() == 3, "{csv}");
    let svg = read(folder.path(), "t.svg");
    let shown = roxmltree::Document::parse(&svg).expect("well-formed");
    assert!(shown.descendants().any(|node| node.text().is_some_and(|text| text.trim() == "12 Mbps")), "{svg}");
    let search = ["--find-lossless", "traffic.t.rate", "--csv", "t.csv", "--svg", "t.svg"];
    sweep(folder.path(), &search).ended(0);
    assert!(read(folder.path(), "t.csv").starts_with("lossless_bps,"));
    write(folder.path(), "t.csv", "a,b\n1,2\n");
    let refused = sweep(folder.path(), &over).ended(2);
    assert!(refused.talk.contains("is not a sweep CSV") && refused.out.is_empty(), "{}", refused.talk);
    sweep(folder.path(), &["--over", "seed=1", "--csv", "s.toml", "--force"]).ended(2);
    assert_eq!(read(folder.path(), "s.toml"), scenario());
}

#[test]
fn a_wrong_key_or_value_is_told_once_with_its_place() {
    let folder = pair();
    let path = folder.path();
    for (args, place, hint) in [
        (&["--over", "traffic.t.rat=1 Mbps..20 Mbps/1 Mbps"][..], "[--over:1:1]", "did you mean `rate`?"),
        (&["--over", "traffic.t.rate=1 ms..20 ms/1 ms"], "[--over traffic.t.rate:1:1]", "bps"),
        (&["--over", "traffic.t.rate=8 Mbps,8 Mpbs"], "[--over traffic.t.rate:1:1]", "Mbps"),
        (&["--find-lossless", "traffic.u.rate"], "[--find-lossless:1:1]", "there are: t"),
        (&["--find-lossless", "peering.p.bandwidth"], "not the rate of a traffic entry", "traffic.sync.rate"),
        (
            &["--find-lossless", "traffic.t.rate", "--line-rate", "1 Tbps"],
            "[--find-lossless traffic.t.rate:1:1]",
            "100 Gbps",
        ),
        (&["--y1564", "traffic.t.rate", "--cir", "90 Gbps"], "[--cir traffic.t.rate:1:1]", "100 Gbps"),
        (
            &["--find-lossless", "traffic.t.rate", "--burst", "--set", "traffic.t.pattern=poisson"],
            "back to back",
            "constant",
        ),
        (&["--over", "traffic.t.rate=1..2", "--over", "seed=1"], "needs its step", "1..2/STEP"),
        (&["--over", "seed=9..1/1"], "counts up", "1..9/1"),
        (&["--over", "seed=1..9/0"], "leads nowhere", "above zero"),
        (&["--over", "seed=1..1000000/1"], "more than 10000 values", "larger step"),
        (&["--over", "seed=1..5000/1", "--over", "at=1,2,3"], "more than 10000 points", "larger steps"),
        (&["--over", "seed=1", "--over", "seed=2"], "varied twice", "one --over"),
        (&["--over", "traffic.t.rate=1 Mbps", "--find-lossless", "traffic.t.rate"], "another option", "another key"),
        (&["--find-lossless", "traffic.t.rate", "--sizes", "20"], "size of a frame", "64"),
        (&["--find-lossless", "traffic.t.rate", "--resolution", "5 ms"], "neither a share nor a rate", "0.1 %"),
        (&["--find-lossless", "traffic.t.rate", "--y1564", "traffic.t.rate"], "cannot be used with", "y1564"),
        (&["--over", "seed=1", "--sizes", "64"], "required arguments", "--find-lossless"),
        (&[], "required arguments", "--over"),
    ] {
        let refused = sweep(path, args).ended(2);
        assert!(refused.out.is_empty(), "{args:?}: {}", refused.out);
        let told = refused.talk.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(place) && told.contains(hint), "{args:?}: {}", refused.talk);
        assert_eq!(told.matches(place).count(), 1, "{args:?}: {}", refused.talk);
    }
    let refused = sweep(path, &["--over", "traffic.t.rat=1 Mbps", "--json"]).ended(2).json();
    assert_eq!(refused["complaints"].as_array().map(Vec::len), Some(1), "{refused}");
}

#[test]
fn a_damaged_file_is_refused_as_by_run() {
    let folder = pair();
    let whole = scenario();
    for cut in (1..whole.len()).step_by(97).filter(|cut| whole.is_char_boundary(*cut)) {
        write(folder.path(), "s.toml", &whole[..cut]);
        let run = program::vpcsim(folder.path(), &["run", "s.toml"]);
        let swept = sweep(folder.path(), &["--over", "seed=1,2"]);
        let fine = [Some(0), Some(1)].contains(&run.code);
        assert_eq!(swept.code, Some(if fine { 0 } else { 2 }), "cut at {cut}: {}", swept.all());
        assert!(fine || swept.talk == run.talk, "cut at {cut}: {}\n{}", swept.talk, run.talk);
    }
    write(folder.path(), "s.toml", [0xff, 0xfe, 0x00, 0x01]);
    sweep(folder.path(), &["--find-lossless", "traffic.t.rate"]).ended(2);
    program::vpcsim(folder.path(), &["sweep", "none.toml", "--over", "seed=1"]).ended(2);
}

#[test]
fn standard_input_and_the_files_it_names_are_read_once() {
    let folder = pair();
    let series = "pattern = \"series\"\nfile = \"rates.csv\"";
    let text = scenario().replace("phase = \"0 s\"\n", "").replace("rate = \"8 Mbps\"", series);
    write(folder.path(), "s.toml", &text);
    write(folder.path(), "rates.csv", "time,rate\n0,8 Mbps\n");
    let over = ["--over", "peering.p.bandwidth=5 Mbps,10 Mbps", "--json"];
    let named = sweep(folder.path(), &over).ended(0).out;
    let mut piped = command(folder.path(), &[&["sweep", "-"], &over[..]].concat());
    let input = std::fs::File::open(folder.path().join("s.toml")).expect("it is there");
    let piped = said(piped.stdin(input)).ended(0).out;
    assert_eq!(piped.replace("<stdin>", "s.toml"), named);
}
