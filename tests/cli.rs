//! The command as a user meets it: exit codes, what goes to stdout and to stderr, overrides, machine-readable output,
//! bad output.

use assert_cmd::Command;
use serde_json::Value;
use std::path::PathBuf;

fn vpcsim(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("vpcsim").expect("the binary is built");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("RUST_LOG").args(args);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const QUICK: &str = "scenarios/quick-start.toml";

#[test]
fn a_run_that_meets_its_demands_ends_with_0_and_talks_on_stdout_only() {
    let run = vpcsim(&["run", QUICK]).assert().code(0).get_output().clone();
    assert!(text(&run.stdout).contains("3 of 3 expectations hold"));
    assert_eq!(text(&run.stderr), "");
}

#[test]
fn a_demand_that_is_not_met_ends_with_1() {
    let run =
        vpcsim(&["run", QUICK, "--set", "peering.PeerConn.bandwidth=50 Mbps"]).assert().code(1).get_output().clone();
    assert!(text(&run.stdout).contains("FAILED"), "{}", text(&run.stdout));
    let quiet = vpcsim(&["run", QUICK, "-q"]).assert().code(0).get_output().clone();
    assert_eq!(text(&quiet.stdout), "");
}

#[test]
fn an_action_that_goes_otherwise_than_the_file_says_ends_with_1() {
    let other = "scenarios/change-bandwidth.toml";
    vpcsim(&["run", other, "-q"]).assert().code(0);
    let run = vpcsim(&["run", other, "--set", "at.3.refused=Ecmp"]).assert().code(1).get_output().clone();
    assert!(text(&run.stdout).contains("timeline FAILED"), "{}", text(&run.stdout));
    // What was expected is told beside what came of it.
    let report = vpcsim(&["run", other, "--set", "at.3.refused=Ecmp", "--json"]).assert().code(1).get_output().clone();
    let report: Value = serde_json::from_slice(&report.stdout).expect("JSON");
    let outcomes = report["timeline"].as_array().expect("a list").iter().map(|action| action["outcome"].to_string());
    let told: Vec<String> = outcomes.filter(|outcome| outcome.contains("expected was the refusal Ecmp")).collect();
    assert!(matches!(&told[..], [only] if only.contains("above the")), "{told:?}");
}

#[test]
fn wrong_input_ends_with_2_and_complains_on_stderr() {
    for args in [
        &["run", "tests/broken/several.toml"][..],
        &["check", "tests/broken/several.toml"],
        &["run", "no-such-file.toml"],
        &["run", QUICK, "--set", "peering.PeerConn.bandwidht=50 Mbps"],
        &["run", QUICK, "--interval", "10us"],
        &["run", QUICK, "--interval", "fast"],
        &["run", QUICK, "--csv", "x.csv"],
        &["run", QUICK, "--interval", "1 ms", "--set", "duration=300 d"],
        &["run"],
        &["fly"],
    ] {
        let run = vpcsim(args).assert().code(2).get_output().clone();
        assert_eq!(text(&run.stdout), "", "{args:?}");
        assert!(!text(&run.stderr).is_empty(), "{args:?}");
    }
}

#[test]
fn one_bad_file_of_several_does_not_keep_the_good_ones_from_running() {
    let run = vpcsim(&["run", QUICK, "tests/broken/empty.toml", "scenarios/path-mtu.toml"]).assert().code(2);
    let stdout = text(&run.get_output().stdout);
    assert!(stdout.contains("quick start") && stdout.contains("path MTU") && stdout.contains("Comparison"), "{stdout}");
}

#[test]
fn json_is_the_documented_shape_and_the_seed_changes_it() {
    let report = |extra: &[&str]| -> Value {
        let run = vpcsim(&[&["run", "scenarios/hub-and-spokes.toml", "--json"], extra].concat()).assert().code(0);
        serde_json::from_slice(&run.get_output().stdout).expect("the report is JSON")
    };
    let (first, again, other) = (report(&[]), report(&[]), report(&["--seed", "2"]));
    assert_eq!(first, again);
    assert_ne!(first["packets"], other["packets"]);
    assert_eq!((&first["format"], &first["version"]), (&"vpcsim-report".into(), &1.into()));
    let packets = |key: &str| first["packets"][key].as_u64().expect("a count");
    assert_eq!(packets("emitted"), packets("delivered") + packets("dropped") + packets("in_flight"));
    let several = vpcsim(&["run", QUICK, QUICK, "--json"]).assert().code(0).get_output().clone();
    let several: Value = serde_json::from_slice(&several.stdout).expect("the reports are JSON");
    assert_eq!(several.as_array().map(Vec::len), Some(2));
}

#[test]
fn intervals_add_up_to_the_books_in_csv_and_json() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let csv: PathBuf = folder.path().join("series.csv");
    let csv_name = csv.to_str().expect("a plain path");
    let run = vpcsim(&["run", "scenarios/bandwidth-cap.toml", "--interval", "30ms", "--csv", csv_name, "--json"]);
    let report: Value = serde_json::from_slice(&{ run }.assert().code(0).get_output().stdout).expect("JSON");
    let written = std::fs::read_to_string(csv).expect("the CSV was written");
    let mut lines = written.lines();
    let header = "start_s,peering,from,to,offered_packets,offered_bytes,carried_packets,carried_bytes,dropped_packets,\
                  longest_queue_bytes,tokens_bytes";
    assert_eq!(lines.next(), Some(header));
    let rows: Vec<Vec<&str>> = lines.map(|l| l.split(',').collect()).collect();
    for (at, link) in report["links"].as_array().expect("links").iter().enumerate() {
        let series = &report["intervals"]["links"][at]["rows"];
        assert_eq!(series.as_array().map(Vec::len), Some(334), "10 s in steps of 30 ms");
        let sum = |column: usize| -> u64 {
            let of_link = rows.iter().filter(|r| link["from"] == r[2]);
            of_link.map(|r| r[column].parse::<u64>().expect("a count")).sum()
        };
        assert_eq!(link["offered"]["packets"], sum(4));
        assert_eq!(link["offered"]["bytes"], sum(5));
        assert_eq!(link["carried"]["packets"], sum(6));
        assert_eq!(link["carried"]["bytes"], sum(7));
        assert_eq!(link["shaper_drops"], sum(8));
    }
    // The bucket of 1 MB is full until traffic starts at 1 s, and holds less than two packets once the queue is full.
    let tokens = |start: &str| {
        let row = rows.iter().find(|r| r[0] == start && r[2] == "office").expect("a row");
        row[10].parse::<u64>().expect("tokens")
    };
    assert_eq!(tokens("0.9"), 1_000_000);
    assert!(tokens("6") < 3_000);
}

#[test]
fn check_says_what_is_there_or_what_is_wrong() {
    let good = vpcsim(&["check", QUICK]).assert().code(0).get_output().clone();
    assert_eq!(text(&good.stdout), "scenarios/quick-start.toml: ok, 2 VPCs, 2 hosts, 1 peering, 2 traffic\n");
    let bad = vpcsim(&["check", "tests/broken/several.toml", "--json"]).assert().code(2).get_output().clone();
    let complaints: Value = serde_json::from_slice(&bad.stdout).expect("the complaints are JSON");
    let complaints = complaints["complaints"].as_array().expect("a list");
    assert!(complaints.len() >= 5);
    assert!(complaints.iter().all(|c| c["line"].is_u64() && c["message"].is_string()));
}

#[test]
fn every_shipped_scenario_obeys_the_schema() {
    let schema = vpcsim(&["schema"]).assert().code(0).get_output().clone();
    let schema: Value = serde_json::from_slice(&schema.stdout).expect("the schema is JSON");
    assert_eq!(schema["additionalProperties"], false);
    let known = schema["properties"].as_object().expect("properties");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios")).expect("the scenarios folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|e| e == "toml") {
            let document: toml::Table = toml::from_str(&std::fs::read_to_string(&path).expect("text")).expect("TOML");
            let unknown = document.keys().find(|key| !known.contains_key(*key));
            assert_eq!(unknown, None, "{}", path.display());
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_a_reader_that_left_is_not() {
    let full = || std::fs::File::options().write(true).open("/dev/full").expect("/dev/full is there");
    let binary = env!("CARGO_BIN_EXE_vpcsim");
    let run = std::process::Command::new(binary).args(["schema"]).stdout(full()).output().expect("it runs");
    assert_eq!(run.status.code(), Some(2));
    assert!(text(&run.stderr).contains("No space left"), "{}", text(&run.stderr));
    let csv = vpcsim(&["run", QUICK, "--interval", "1s", "--csv", "/dev/full"]).assert().code(2).get_output().clone();
    assert!(text(&csv.stderr).contains("/dev/full"), "{}", text(&csv.stderr));

    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let run = std::process::Command::new(binary).args(["schema"]).stdout(writer).output().expect("it runs");
    assert_eq!((run.status.code(), text(&run.stderr)), (Some(0), String::new()));
}

#[test]
fn show_has_both_ends_and_follows_the_timeline() {
    let show = |args: &[&str]| text(&vpcsim(&[&["show"], args].concat()).assert().code(0).get_output().stdout);
    let missing = "scenarios/missing-return-route.toml";
    assert!(show(&[missing]).contains("no route of VPC2 leads over it"));
    assert!(!show(&[missing, "--at", "5s"]).contains("no route of"), "the route is added at 5 s");
    let expires = "scenarios/request-expires.toml";
    assert!(show(&[expires, "--at", "604799s"]).contains("PENDING since 0 s, expires at 7 d"));
    assert!(show(&[expires, "--at", "7d"]).contains("EXPIRED since 7 d"));
    let gone = "scenarios/routes-go-too.toml";
    let json =
        vpcsim(&["show", gone, "--peering", "peer", "--at", "2s", "--json"]).assert().code(0).get_output().clone();
    let document: Value = serde_json::from_slice(&json.stdout).expect("the details are JSON");
    let states: Vec<&str> =
        document["peerings"].as_array().expect("a list").iter().filter_map(|p| p["state"].as_str()).collect();
    assert_eq!(states, ["DELETED", "ACTIVE"]);
    assert!(document["peerings"][1]["ends"][0]["routes"].as_array().is_some_and(Vec::is_empty));
    let unknown = vpcsim(&["show", gone, "--peering", "peeer"]).assert().code(2).get_output().clone();
    assert!(text(&unknown.stderr).contains("there are: peer"), "{}", text(&unknown.stderr));
}

#[test]
fn a_bill_says_who_pays_and_what_has_no_price() {
    let bill = vpcsim(&["bill", QUICK]).assert().code(0).get_output().clone();
    assert!(text(&bill.stdout).contains("default pays 53.24 CNY."), "{}", text(&bill.stdout));
    let abroad = ["bill", QUICK, "--json", "--require-priced", "--set", "vpc.VPC2.region=toronto"];
    let bill = vpcsim(&abroad).assert().code(1).get_output().clone();
    let invoice: Value = serde_json::from_slice(&bill.stdout).expect("JSON");
    assert_eq!((invoice["unpriced"].as_u64(), &invoice["lines"][0]["amount"]), (Some(1), &Value::Null));
}

#[test]
fn measured_samples_are_billed_with_a_book_of_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (samples, book, csv) = (path("samples.csv"), path("book.toml"), path("focus.csv"));
    let rows = "time,peering,direction,bps\n2017-06-01 00:05:00,PeerConn,in,30000000\n";
    std::fs::write(&samples, rows).expect("writable");
    let prices = "name = \"mine\"\nsource = \"me\"\ndate = \"2024\"\ncurrency = \"EUR\"\nhome = \"all\"\n[group.all]\n\
                  regions = [\"beijing\", \"guangzhou\"]\nday = [{ above = \"0 Mbps\", price = 1.5 }]\n";
    std::fs::write(&book, prices).expect("writable");
    let args = ["bill", QUICK, "--samples", &samples, "--book", &book, "--csv", &csv];
    let bill = vpcsim(&args).assert().code(0).get_output().clone();
    assert!(text(&bill.stdout).contains("default pays 45.00 EUR."), "{}", text(&bill.stdout));
    let focus = std::fs::read_to_string(&csv).expect("written");
    let columns: Vec<usize> = focus.lines().map(|line| line.split(',').count()).collect();
    assert!(focus.lines().nth(1).is_some_and(|row| row.starts_with("45.00,45.00,")), "{focus}");
    assert!(columns[0] == 40 && columns.len() == 2, "{focus}");
    std::fs::write(&book, prices.replace("1.5", "-1")).expect("writable");
    let wrong = vpcsim(&args).assert().code(2).get_output().clone();
    assert!(text(&wrong.stderr).contains("book.toml:8:36"), "{}", text(&wrong.stderr));
    assert_eq!(text(&wrong.stdout), "");
}

#[test]
fn a_bill_names_the_cheapest_cap_that_will_do() {
    let bill = vpcsim(&["bill", QUICK, "--what-if", "40 %"]).assert().code(0).get_output().clone();
    assert!(text(&bill.stdout).contains("50 Mbps is the cheapest cap"), "{}", text(&bill.stdout));
}

#[test]
fn measured_samples_are_billed_with_or_without_a_scenario() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("samples.csv");
    let rows =
        "time,peering,direction,bps\n2017-06-01 09:00:00,line,out,20000000\n2017-06-01 14:00:00,line,in,30000000\n";
    std::fs::write(&file, rows).expect("it can be written");
    let name = file.to_str().expect("a plain path");
    let alone = vpcsim(&["bill", "--samples", name]).assert().code(0).get_output().clone();
    assert!(text(&alone.stdout).contains("default pays 360.00 CNY."), "{}", text(&alone.stdout));
    assert!(text(&alone.stdout).contains("between two mainland regions"));
    let known = vpcsim(&["bill", "scenarios/bill-guide.toml", "--samples", name]).assert().code(0).get_output().clone();
    assert!(text(&known.stdout).contains("initiator pays 360.00 CNY."), "{}", text(&known.stdout));
    std::fs::write(&file, "time,from,to,bps\n").expect("it can be written");
    vpcsim(&["bill", "--samples", name]).assert().code(2);
    vpcsim(&["bill"]).assert().code(2);
}

#[test]
fn a_bill_can_be_drawn_and_monitored() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (pictures, csv) = (folder.path().join("svg"), folder.path().join("monitoring.csv"));
    let (pictures_name, csv_name) = (pictures.to_str().expect("a plain path"), csv.to_str().expect("a plain path"));
    let args =
        ["bill", "scenarios/bill-tier-cliff.toml", "--svg", pictures_name, "--monitoring", csv_name, "--period", "60s"];
    vpcsim(&args).assert().code(0);
    let day = std::fs::read_to_string(pictures.join("cap-20-2017-06-01.svg")).expect("the day was drawn");
    assert!(day.starts_with("<svg") && day.contains("20 Mbps at 00:10, 400.00 CNY"), "{day}");
    let monitoring = std::fs::read_to_string(csv).expect("the metrics were written");
    // The fifth minute of the saturated ten-minute stretch, seen from both sides (S38).
    let row = |vpc: &str| {
        let found = monitoring.lines().find(|l| l.starts_with("2017-05-31T16:14:00Z,cap-20") && l.contains(vpc));
        found.unwrap_or_else(|| panic!("no row of {vpc}")).split(',').map(String::from).collect::<Vec<_>>()
    };
    let (near, far) = (row(",hub,"), row(",branch-20,"));
    assert_eq!((&near[4], &near[5]), (&far[5], &far[4]));
    let out: u64 = near[5].parse().expect("a rate");
    assert!((19_990_000..=20_010_000).contains(&out), "{out}");
    assert!(near[8].starts_with("9.0"), "a packet in eleven is dropped: {}", near[8]);
}

#[cfg(target_os = "linux")]
#[test]
fn nobody_listening_on_stderr_is_no_reason_to_panic() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full is there");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vpcsim"));
    let run = command.args(["check", "no-such-file.toml"]).stderr(full).status().expect("it runs");
    assert_eq!(run.code(), Some(2));
}

#[test]
fn the_loss_of_nothing_proves_nothing() {
    let silent = [
        "run",
        QUICK,
        "--set",
        "traffic.sync.start=9 s",
        "--set",
        "traffic.sync.rate=1 bps",
        "--set",
        "traffic.sync.phase=9 s",
    ];
    let run = vpcsim(&silent).assert().code(1).get_output().clone();
    assert!(text(&run.stdout).contains("FAILED: traffic sync loss"), "{}", text(&run.stdout));
    vpcsim(&["show", QUICK, "--at", "99d"]).assert().code(2);
}

#[test]
fn how_a_run_is_computed_is_told_on_request_and_changes_nothing() {
    let several = [QUICK, "scenarios/path-mtu.toml"];
    let plain = vpcsim(&[&["run"], &several[..]].concat()).assert().code(0).get_output().clone();
    for how in [&["--workers", "1"][..], &["--workers", "3"], &["--packets"], &["--packets", "--workers", "2"]] {
        let run = vpcsim(&[&["run"], &several[..], how].concat()).assert().code(0).get_output().clone();
        assert_eq!((text(&run.stdout), text(&run.stderr)), (text(&plain.stdout), String::new()), "{how:?}");
    }
    let told = vpcsim(&[&["run", "-v", "--workers", "3"], &several[..]].concat()).assert().code(0).get_output().clone();
    let lines = text(&told.stderr);
    for file in several {
        let line = lines.lines().find(|line| line.starts_with(&format!("how ({file}): ")));
        assert!(line.is_some_and(|line| line.ends_with("; 3 workers")), "{lines}");
    }
    assert!(!text(&told.stdout).contains("workers"));
    let bill = |how: &[&str]| text(&vpcsim(&[&["bill", QUICK], how].concat()).assert().code(0).get_output().stdout);
    assert_eq!(bill(&[]), bill(&["--packets", "--workers", "2"]));
    vpcsim(&["run", QUICK, "--workers", "0"]).assert().code(2);
}

/// Two VPCs of two hosts each without a peering, `traffic` between all of them.
fn islands(traffic: &str) -> tempfile::NamedTempFile {
    let vpc = |name: &str, net: u8| {
        format!(
            "[vpc.{name}]\nregion = \"beijing\"\ncidr = \"10.{net}.0.0/16\"\n\
             [vpc.{name}.subnet.s]\ncidr = \"10.{net}.1.0/24\"\n[vpc.{name}.host.h]\ncount = 2\n"
        )
    };
    let text = format!(
        "name = \"islands\"\nduration = \"10 s\"\n{}{}[traffic.t]\nfrom = \"*/*\"\nto = \"*/*\"\n{traffic}\n\
         [[expect]]\ntraffic = \"t\"\nloss = \"0 %\"\n",
        vpc("a", 1),
        vpc("b", 2)
    );
    let file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a temporary file");
    std::fs::write(file.path(), text).expect("it can be written");
    file
}

/// Each host reaches the other of its VPC and neither of the two beyond.
#[test]
fn all_to_all_pings_every_pair_and_nobody_pings_himself() {
    for (traffic, path, sent, delivered) in [
        ("pattern = \"ping\"", "a/h-1 (+3) -> a/h-2 (+3), 12 flows", 120, 40),
        ("pattern = \"ping\"\npick = \"in_order\"", "a/h-1 (+3) -> a/h-2 (+3)", 40, 20),
        ("interval = \"1 s\"\npacket_size = \"100 B\"", "a/h-1 (+3) -> a/h-2 (+3)", 40, 20),
        (
            "interval = \"1 s\"\npacket_size = \"100 B\"\npick = \"every\"",
            "a/h-1 (+3) -> a/h-2 (+3), 12 flows",
            120,
            40,
        ),
    ] {
        let file = islands(traffic);
        let run = vpcsim(&["run", "--json", &file.path().display().to_string()]).assert().code(1).get_output().clone();
        let report: Value = serde_json::from_slice(&run.stdout).expect("JSON");
        let entry = &report["traffic"][0];
        assert_eq!(entry["path"], path, "{traffic}");
        assert_eq!(entry["sent"]["packets"], sent, "{traffic}");
        assert_eq!(entry["delivered"]["packets"], delivered, "{traffic}");
    }
}

/// The hub's own pings go to the others, and those of the others to the hub.
#[test]
fn labels_name_whom_packets_really_go_to() {
    for (from, to, path) in [
        ("a/h-1", "*/*", "a/h-1 -> a/h-2 (+2)"),
        ("*/*", "a/h-1", "a/h-2 (+2) -> a/h-1"),
        ("a/h-1", "a/h-*", "a/h-1 -> a/h-2"),
        ("*/*", "10.9.9.9", "a/h-1 (+3) -> 10.9.9.9"),
    ] {
        let file = islands("pattern = \"ping\"");
        let (from, to) = (format!("traffic.t.from={from}"), format!("traffic.t.to={to}"));
        let args = ["run", "--json", &file.path().display().to_string(), "--set", &from, "--set", &to];
        let run = vpcsim(&args).assert().get_output().clone();
        let report: Value = serde_json::from_slice(&run.stdout).expect("JSON");
        assert_eq!(report["traffic"][0]["path"], path, "{from} {to}");
    }
}

#[test]
fn what_could_not_be_measured_says_what_was_missing() {
    let args = ["run", QUICK, "--set", "expect.1.between=['0 s', '1 ns']"];
    let run = vpcsim(&args).assert().code(1).get_output().clone();
    let row = text(&run.stdout).lines().find(|line| line.ends_with("FAILED")).map(str::to_owned);
    assert!(row.is_some_and(|row| row.contains("no packets")), "{}", text(&run.stdout));
    let run = vpcsim(&[&args[..], &["--json"]].concat()).assert().code(1).get_output().clone();
    let report: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let check = &report["expectations"][0];
    assert_eq!((&check["found"], &check["missing"]), (&Value::Null, &Value::from("no packets")));
}
